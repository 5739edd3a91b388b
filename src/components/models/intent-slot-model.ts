import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, mul } from "../../graph/ops/elementwise.js";
import { concat, expand, unsqueeze } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot, type SlotValue } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { Loss } from "../contracts.js";
import { classify } from "./classify.js";
import { embedded, embeddingSlot, prepareEmbedding, textInputs } from "./text-inputs.js";
import { tagDistributions, tagged, tagOutputs } from "./word-tagging-model.js";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        ...textInputs,
        intent: Slot("tensorizer", {
          default: { LabelTensorizer: { column: "intent" } },
          description: "The intent of the text.",
        }),
        slots: Slot("tensorizer", {
          default: { SlotLabelTensorizer: { column: "slots" } },
          description: "The slots in the text, as tags of its words.",
        }),
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    embedding: embeddingSlot,
    representation: Slot("representation", {
      default: "BiLSTMDocSlotAttention",
      description: "Vectors of words to one vector of the text and to vectors of words in their context.",
    }),
    doc_decoder: Slot("decoder", {
      default: "MLPDecoder",
      description: "The text's vector to the intents' logits.",
    }),
    word_decoder: Slot("decoder", {
      default: "MLPDecoder",
      description: "A word's vector to the tags' logits.",
    }),
    doc_output_layer: Slot("output_layer", {
      default: "ClassificationOutputLayer",
      description: "The intents' logits to loss and probabilities; one label a text.",
    }),
    word_output_layer: Slot("tag_output_layer", {
      default: "WordTaggingOutputLayer",
      description: "The tags' logits to loss and tags.",
    }),
    use_doc_probs_in_word: Type.Boolean({
      default: false,
      description: "Give the word decoder the probabilities of the intents beside each word's vector.",
    }),
    doc_loss_weight: Type.Number({
      minimum: 0,
      default: 1,
      description: "How much the loss of the intent counts, a text's negative log-likelihood.",
    }),
    word_loss_weight: Type.Number({
      minimum: 0,
      default: 1,
      description: "How much the loss of the tags counts, the sum over a text's words.",
    }),
  },
  { description: "Joint model: one representation of a text for its intent and for the slots in it." },
);

/** words -> `scores [batch, intents]`; `tags`, `tag_scores` `[batch, tokens]`. The loss counts texts. */
export const IntentSlotModel = component({
  kind: "intent_slot_model",
  name: "IntentSlotModel",
  schema,
  inputs: ({ inputs }) => inputs,
  prepare: prepareEmbedding,
  check: ({ doc_loss_weight, word_loss_weight }) =>
    doc_loss_weight + word_loss_weight === 0
      ? [
          {
            path: "doc_loss_weight",
            message: "doc_loss_weight and word_loss_weight are both 0: nothing would be learnt",
          },
        ]
      : [],
  build(scope, config, inputs, { intent: intents, slots }) {
    const words = embedded(scope, config.embedding, inputs);
    const { doc, tokens } = scope.part(
      "representation",
      config.representation,
      "representation",
      (part, options, at) => part.build(at, options, words),
    );
    if (doc === null || tokens === null) {
      const lacks = doc === null ? "no vector of the text" : "no vectors of words";
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `${scope.path}.representation`,
        `${Object.keys(config.representation)[0]} gives ${lacks}: a joint model needs one of the text and one of each word`,
        "use BiLSTMDocSlotAttention, BiLSTMDocAttention or TransformerRepresentation",
      );
    }
    requireOneIntent(scope, config.doc_output_layer);
    const dense = inputs.find("dense")?.tensors.values;
    const intent = scope.within("doc", (at) =>
      classify(
        at,
        { decoder: config.doc_decoder, output_layer: config.doc_output_layer },
        dense === undefined ? doc : concat([doc, dense], 1),
        inputs.find("intent"),
        intents!,
      ),
    );
    const { ids: target, logits: soft } = inputs.find("slots")?.tensors ?? {};
    const features = config.use_doc_probs_in_word ? besideEach(tokens, intent.scores) : tokens;
    const tags = scope.within("word", (at) =>
      tagged(at, { decoder: config.word_decoder, output_layer: config.word_output_layer }, features, {
        mask: words.mask,
        target,
        labels: slots!,
        ...(soft && { soft }),
      }),
    );
    const loss =
      intent.loss &&
      tags.loss &&
      jointLoss(intent.loss, tags.loss, config.doc_loss_weight, config.word_loss_weight);
    const outputs = { scores: intent.scores, ...tagOutputs(tags) };
    return { loss, outputs, distributions: tagDistributions(tags) };
  },
});

/** Throws `PTX_CONFIG_VALUE` for an output layer that gives a text several labels. */
function requireOneIntent(scope: Scope, slot: SlotValue<"output_layer">): void {
  const { component: layer } = scope.context.part("output_layer", slot);
  if (layer.decision === "single-label") return;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    `${scope.path}.doc_output_layer`,
    `${layer.name} may give a text several labels, but a joint model gives it one intent`,
    "use ClassificationOutputLayer",
  );
}

/** `words [batch, tokens, dim]`, `doc [batch, size]` -> `[batch, tokens, dim + size]`. */
function besideEach(words: Tensor, doc: Tensor): Tensor {
  const [batch, tokens] = [words.dim(0), words.dim(1)];
  return concat([words, expand(unsqueeze(doc, [1]), [batch, tokens, doc.dim(1)])], 2);
}

/** The negative log-likelihood of intent and tags together: both sums are over texts, however each layer counts. */
function jointLoss(doc: Loss, word: Loss, docWeight: number, wordWeight: number): Loss {
  return { sum: add(mul(doc.sum, docWeight), mul(word.sum, wordWeight)), count: doc.count };
}
