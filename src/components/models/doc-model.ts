import { type Static, Type } from "typebox";
import { concat } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { Labels, ModelInputs, Predicted } from "../contracts.js";
import { represented } from "../representations/parts.js";
import { classify, decisionOf } from "./classify.js";
import { embedded, embeddingSlot, prepareEmbedding, textInputs } from "./text-inputs.js";

/** The input that a classifier predicts. */
export const classInput = Slot("tensorizer", {
  default: "LabelTensorizer",
  description: "What is to be predicted.",
});

/** The parts of a text classifier, in their order. */
export const classifierParts = (representation: string) => ({
  embedding: embeddingSlot,
  representation: Slot("representation", {
    default: representation,
    description: "Vectors of words to one vector of the text.",
  }),
  decoder: Slot("decoder", { default: "MLPDecoder", description: "The text's vector to logits." }),
  output_layer: Slot("output_layer", {
    default: "ClassificationOutputLayer",
    description: "Logits to loss and probabilities.",
  }),
});

const partsSchema = () => Type.Object(classifierParts(""));
type ClassifierParts = Static<ReturnType<typeof partsSchema>>;

/** embedding -> representation (beside it dense features) -> decoder -> output layer: `scores [batch, labels]`. */
export function buildClassifier(
  scope: Scope,
  config: ClassifierParts,
  inputs: ModelInputs,
  { labels }: Labels,
): Predicted {
  const words = embedded(scope, config.embedding, inputs);
  const { doc } = represented(scope, config.representation, "representation", words);
  if (doc === null) {
    throw ptxError(
      "PTX_CONFIG_VALUE",
      "model.representation",
      "this representation gives vectors of words only; a text classifier needs one that gives a vector of the text",
      "pytext-ts list representation",
    );
  }
  const dense = inputs.find("dense")?.tensors.values;
  const features = dense === undefined ? doc : concat([doc, dense], 1);
  const { loss, scores } = classify(scope, config, features, inputs.find("labels"), labels!);
  return { loss, outputs: { scores } };
}

const schema = Type.Object(
  {
    inputs: Type.Object(
      { ...textInputs, labels: classInput },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...classifierParts("DocNNRepresentation"),
  },
  { description: "Text classifier: embedding -> representation -> decoder -> output layer." },
);

/** tokens (and dense features) -> scores `[batch, labels]`. */
export const DocModel = component({
  kind: "model",
  name: "DocModel",
  schema,
  inputs: ({ inputs }) => inputs,
  decision: decisionOf,
  prepare: prepareEmbedding,
  build: buildClassifier,
});
