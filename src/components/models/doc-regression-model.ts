import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { classifierParts, textFeatures } from "./doc-model.js";
import { numberInput } from "./number-input.js";
import { headRange, regress, regressionHead } from "./regress.js";
import { prepareEmbedding, textInputs } from "./text-inputs.js";

const { embedding, representation } = classifierParts("DocNNRepresentation");

const schema = Type.Object(
  {
    inputs: Type.Object(
      { ...textInputs, labels: numberInput },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...{ embedding, representation },
    ...regressionHead,
  },
  { description: "A number for each text: embedding -> representation -> decoder -> output layer." },
);

/** tokens (and dense features) -> `scores [batch]`. */
export const DocRegressionModel = component({
  kind: "regression_model",
  name: "DocRegressionModel",
  schema,
  inputs: ({ inputs }) => inputs,
  range: headRange,
  prepare: prepareEmbedding,
  build: (scope, config, inputs) => regress(scope, config, textFeatures(scope, config, inputs), inputs),
});
