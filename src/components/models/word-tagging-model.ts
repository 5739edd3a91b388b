import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot, type SlotValue } from "../../registry/component.js";
import type { Predicted } from "../contracts.js";
import { wordsOf } from "../representations/parts.js";
import type { TagInputs, TagsPredicted } from "../tag-output-layers/contracts.js";
import { embedded, embeddingSlot, prepareEmbedding, textInputs } from "./text-inputs.js";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        ...textInputs,
        labels: Slot("tensorizer", {
          default: "SlotLabelTensorizer",
          description: "The tags that are to be predicted.",
        }),
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    embedding: embeddingSlot,
    representation: Slot("representation", {
      default: "BiLSTM",
      description: "Vectors of words to vectors of words in their context.",
    }),
    decoder: Slot("decoder", { default: "MLPDecoder", description: "A word's vector to logits." }),
    output_layer: Slot("tag_output_layer", {
      default: "CRFOutputLayer",
      description: "Logits to loss and tags.",
    }),
  },
  { description: "Tagger: embedding -> representation -> decoder -> output layer, for each word." },
);

/** words -> `tags`, `tag_scores` `[batch, tokens]`. */
export const WordTaggingModel = component({
  kind: "tagging_model",
  name: "WordTaggingModel",
  schema,
  inputs: ({ inputs }) => inputs,
  prepare: prepareEmbedding,
  build(scope, config, inputs, { labels }) {
    const words = embedded(scope, config.embedding, inputs);
    const vectors = wordsOf(scope, config.representation, "representation", words);
    const { ids: target, logits: soft } = inputs.find("labels")?.tensors ?? {};
    const about = { mask: words.mask, target, labels: labels!, ...(soft && { soft }) };
    const { loss, ...tags } = tagged(scope, config, vectors, about);
    return { loss, outputs: tagOutputs(tags), distributions: tagDistributions(tags) };
  },
});

/** Decoder and output layer over words. `vectors [batch, tokens, dim]`. */
export function tagged(
  scope: Scope,
  slots: { readonly decoder: SlotValue<"decoder">; readonly output_layer: SlotValue<"tag_output_layer"> },
  vectors: Tensor,
  about: Omit<TagInputs, "logits">,
): TagsPredicted {
  const { labels } = about;
  const made = scope.part(
    "decoder",
    slots.decoder,
    "decoder",
    (decoder, options, at) => decoder.build(at, options, vectors, labels.length),
    labels,
  );
  return scope.decision(
    "tag_output_layer",
    slots.output_layer,
    "output_layer",
    made,
    (layer, options, at, logits) => layer.build(at, options, { ...about, logits }),
    labels,
  );
}

/** The outputs of a model that tags; none where nothing was decoded. */
export function tagOutputs({ tags, scores }: Pick<TagsPredicted, "tags" | "scores">): Predicted["outputs"] {
  return tags === null || scores === null ? {} : { tags, tag_scores: scores };
}

/** The probability of each tag at each token; none where nothing was decoded. */
export const tagDistributions = ({
  probabilities,
}: Pick<TagsPredicted, "probabilities">): Predicted["distributions"] & {} =>
  probabilities === null ? {} : { tag_probabilities: probabilities };
