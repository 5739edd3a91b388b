import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { concat } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { ModelInputs } from "../contracts.js";
import { encode, piecesOf } from "../encoders/encode.js";
import { zeroPadding } from "../masking.js";
import { classify, decisionOf } from "./classify.js";
import { classInput } from "./doc-model.js";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        tokens: Slot("tensorizer", {
          default: "BERTTensorizer",
          description: "One text or two as the pieces that the encoder knows.",
        }),
        dense: Slot("tensorizer", { default: null, description: "Numbers that stand beside the text." }),
        labels: classInput,
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    encoder: Slot("encoder", { default: "TransformerEncoder", description: "Pieces to states." }),
    pooling: Slot("pooling", {
      default: null,
      description:
        "The last layer's states to the text's vector, those of special pieces included; null: the encoder's own word for a whole row (BERT's pooler).",
    }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.1,
      description: "Probability that an element of the text's vector is zeroed in training.",
    }),
    decoder: Slot("decoder", { default: "MLPDecoder", description: "The text's vector to logits." }),
    output_layer: Slot("output_layer", {
      default: "ClassificationOutputLayer",
      description: "Logits to loss and probabilities.",
    }),
  },
  {
    description:
      "Classifier of a text, or of two, on a pretrained encoder: encoder -> pooling -> decoder -> output layer.",
  },
);
type Config = Static<typeof schema>;

/** A row's vector `[batch, dim]`. Throws `PTX_CONFIG_VALUE` where the encoder has none and no pooling is given. */
function rowVector(scope: Scope, { encoder, pooling }: Config, inputs: ModelInputs): Tensor {
  const pieces = piecesOf(inputs, "tokens", "NewBertModel");
  const { states, pooled } = encode(scope, encoder, pieces);
  const vectors = states.at(-1)!;
  if (pooling !== null) {
    return scope.part("pooling", pooling, "pooling", (part, options, at) =>
      part.build(at, options, { vectors: zeroPadding(vectors, pieces.mask), mask: pieces.mask }),
    );
  }
  if (pooled !== null) return pooled();
  throw ptxError(
    "PTX_CONFIG_VALUE",
    "model.NewBertModel.pooling",
    "this encoder says nothing of a whole row by itself",
    'set pooling to "BoundaryPool" (the first piece) or "MeanPool"',
  );
}

/** Pieces (and dense features) -> scores `[batch, labels]`. */
export const NewBertModel = component({
  kind: "model",
  name: "NewBertModel",
  schema,
  inputs: ({ inputs }) => inputs,
  decision: decisionOf,
  async prepare({ encoder }, context) {
    const { component: part, config } = context.part("encoder", encoder);
    await part.prepare?.(config, context);
  },
  build(scope, config, inputs, { labels }) {
    const vector = rowVector(scope, config, inputs);
    const dense = inputs.find("dense")?.tensors.values;
    const features = dense === undefined ? vector : concat([vector, dense], 1);
    const kept = scope.dropout(features, config.dropout);
    const { loss, scores } = classify(scope, config, kept, inputs.find("labels"), labels!);
    return { loss, outputs: { scores } };
  },
});
