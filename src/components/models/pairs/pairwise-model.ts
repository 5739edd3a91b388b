import { Type } from "typebox";
import { component, Slot } from "../../../registry/component.js";
import { classify, decisionOf } from "../classify.js";
import { classInput } from "../doc-model.js";
import { pairFeatures, pairInputs, pairKind, pairParts } from "./pair-features.js";

const NAME = "PairwiseModel";

const schema = Type.Object(
  {
    inputs: Type.Object(
      { ...pairInputs, labels: classInput },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...pairParts,
    decoder: Slot("decoder", { default: "MLPDecoder", description: "The pair's vector to logits." }),
    output_layer: Slot("output_layer", {
      default: "ClassificationOutputLayer",
      description: "Logits to loss and probabilities.",
    }),
  },
  {
    description:
      "Classifier of pairs of texts, such as paraphrases: each text through embedding and representation, both vectors and their relations -> decoder -> output layer (Conneau et al., 2017).",
  },
);

/** tokens1, tokens2 (and dense features) -> scores `[batch, labels]`. */
export const PairwiseModel = component({
  kind: "model",
  name: NAME,
  schema,
  ...pairKind,
  decision: decisionOf,
  build(scope, config, inputs, { labels }) {
    const features = pairFeatures(scope, config, inputs, NAME);
    const { loss, scores } = classify(scope, config, features, inputs.find("labels"), labels!);
    return { loss, outputs: { scores } };
  },
});
