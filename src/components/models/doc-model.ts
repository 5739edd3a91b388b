import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { concat } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import type { Labels, ModelInputs, Predicted } from "../contracts.js";
import { textOf } from "../representations/parts.js";
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

/** embedding -> representation (beside it dense features): `[batch, dim]`. */
export function textFeatures(
  scope: Scope,
  config: Pick<ClassifierParts, "embedding" | "representation">,
  inputs: ModelInputs,
): Tensor {
  const words = embedded(scope, config.embedding, inputs);
  const doc = textOf(scope, config.representation, "representation", words);
  const dense = inputs.find("dense")?.tensors.values;
  return dense === undefined ? doc : concat([doc, dense], 1);
}

/** embedding -> representation (beside it dense features) -> decoder -> output layer: `scores [batch, labels]`. */
export function buildClassifier(
  scope: Scope,
  config: ClassifierParts,
  inputs: ModelInputs,
  { labels }: Labels,
): Predicted {
  const features = textFeatures(scope, config, inputs);
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
