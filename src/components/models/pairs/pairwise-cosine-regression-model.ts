import { Type } from "typebox";
import { component } from "../../../registry/component.js";
import { checkRange } from "../../output-layers/range.js";
import { cosineParts, cosineScore } from "../cosine-score.js";
import { numberInput } from "../number-input.js";
import { pairInputs, pairKind, pairVectors, sharedParts } from "./pair-features.js";
import { towerSlots } from "./towers.js";

const NAME = "PairwiseCosineRegressionModel";

const { tokens1, tokens2 } = pairInputs;

const schema = Type.Object(
  {
    inputs: Type.Object(
      { tokens1, tokens2, labels: numberInput },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...towerSlots("BiLSTMDocAttention"),
    ...sharedParts,
    ...cosineParts,
  },
  {
    description:
      "A number for two texts, each through embedding and representation alone: the cosine of their vectors, scaled to the target's range.",
  },
);

/** tokens1, tokens2 -> `scores [batch]`: `low + (high - low) * cosine`. */
export const PairwiseCosineRegressionModel = component({
  kind: "regression_model",
  name: NAME,
  schema,
  check: ({ range }) => checkRange(range, "range"),
  ...pairKind,
  range: ({ range: [low, high] }) => [low, high],
  build: (scope, config, inputs) =>
    cosineScore(scope, config, pairVectors(scope, config, inputs, NAME), inputs, NAME),
});
