/** @file PyText's models of two and three towers, on any representation. */
import { Type } from "typebox";
import { component, Slot } from "../../../registry/component.js";
import { classify, decisionOf } from "../classify.js";
import { classInput } from "../doc-model.js";
import { numberInput } from "../number-input.js";
import { headRange, regress, regressionHead } from "../regress.js";
import { TRI, TWO, towerFeatures, towerInputs, towerKind, towerParts } from "./tower-features.js";

const inputsOf = { default: {}, description: "What the model reads, and from which columns." };

const classifierHead = {
  decoder: Slot("decoder", {
    default: "MLPDecoder",
    description: "The towers' vectors, side by side, to logits.",
  }),
  output_layer: Slot("output_layer", {
    default: "ClassificationOutputLayer",
    description: "Logits to loss and probabilities.",
  }),
};

/** left_tokens, right_tokens (and dense features) -> scores `[batch, labels]`. */
export const TwoTowerClassificationModel = component({
  kind: "model",
  name: "TwoTowerClassificationModel",
  schema: Type.Object(
    {
      inputs: Type.Object({ ...towerInputs(TWO), labels: classInput }, inputsOf),
      ...towerParts(TWO),
      ...classifierHead,
    },
    {
      description:
        "Classifier of two texts with numbers beside each: a tower for each, whose vectors are decoded together.",
    },
  ),
  ...towerKind(TWO),
  decision: decisionOf,
  build(scope, config, inputs, { labels }) {
    const features = towerFeatures(scope, config, inputs, TWO, "TwoTowerClassificationModel");
    const { loss, scores } = classify(scope, config, features, inputs.find("labels"), labels!);
    return { loss, outputs: { scores } };
  },
});

/** left_tokens, middle_tokens, right_tokens (and dense features) -> scores `[batch, labels]`. */
export const TriTowerClassificationModel = component({
  kind: "model",
  name: "TriTowerClassificationModel",
  schema: Type.Object(
    {
      inputs: Type.Object({ ...towerInputs(TRI), labels: classInput }, inputsOf),
      ...towerParts(TRI),
      ...classifierHead,
    },
    {
      description:
        "Classifier of three texts with numbers beside each: a tower for each, whose vectors are decoded together.",
    },
  ),
  ...towerKind(TRI),
  decision: decisionOf,
  build(scope, config, inputs, { labels }) {
    const features = towerFeatures(scope, config, inputs, TRI, "TriTowerClassificationModel");
    const { loss, scores } = classify(scope, config, features, inputs.find("labels"), labels!);
    return { loss, outputs: { scores } };
  },
});

/** left_tokens, right_tokens (and dense features) -> `scores [batch]`. */
export const TwoTowerRegressionModel = component({
  kind: "regression_model",
  name: "TwoTowerRegressionModel",
  schema: Type.Object(
    {
      inputs: Type.Object({ ...towerInputs(TWO), labels: numberInput }, inputsOf),
      ...towerParts(TWO),
      ...regressionHead,
    },
    {
      description:
        "A number for two texts with numbers beside each: a tower for each, whose vectors are decoded together.",
    },
  ),
  ...towerKind(TWO),
  range: headRange,
  build: (scope, config, inputs) =>
    regress(scope, config, towerFeatures(scope, config, inputs, TWO, "TwoTowerRegressionModel"), inputs),
});
