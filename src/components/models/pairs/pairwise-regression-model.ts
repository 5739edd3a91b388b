import { Type } from "typebox";
import { component } from "../../../registry/component.js";
import { numberInput } from "../number-input.js";
import { headRange, regress, regressionHead } from "../regress.js";
import { pairFeatures, pairInputs, pairKind, pairParts } from "./pair-features.js";

const NAME = "PairwiseRegressionModel";

const schema = Type.Object(
  {
    inputs: Type.Object(
      { ...pairInputs, labels: numberInput },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...pairParts,
    ...regressionHead,
  },
  {
    description:
      "A number for two texts, such as how alike they are: each text through embedding and representation, both vectors and their relations -> decoder -> output layer.",
  },
);

/** tokens1, tokens2 (and dense features) -> `scores [batch]`. */
export const PairwiseRegressionModel = component({
  kind: "regression_model",
  name: NAME,
  schema,
  ...pairKind,
  range: headRange,
  build: (scope, config, inputs) => regress(scope, config, pairFeatures(scope, config, inputs, NAME), inputs),
});
