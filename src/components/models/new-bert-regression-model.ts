import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import { prepareEncoder, textVector, textVectorSlots } from "../encoders/text-vector.js";
import { numberInput } from "./number-input.js";
import { headRange, regress, regressionHead } from "./regress.js";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        tokens: Slot("tensorizer", {
          default: "BERTTensorizer",
          description: "Two texts together, as the pieces that the encoder knows.",
        }),
        labels: numberInput,
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...textVectorSlots(null),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.1,
      description: "Probability that an element of the vector is zeroed in training.",
    }),
    ...regressionHead,
  },
  {
    description:
      "A number for two texts that a pretrained encoder reads together (cross-encoder): encoder -> pooling -> decoder -> output layer.",
  },
);

/** Pieces -> `scores [batch]`. */
export const NewBertRegressionModel = component({
  kind: "regression_model",
  name: "NewBertRegressionModel",
  schema,
  inputs: ({ inputs }) => inputs,
  prepare: prepareEncoder,
  range: headRange,
  build(scope, config, inputs) {
    const vector = textVector(scope, config, inputs, "tokens", "NewBertRegressionModel");
    const kept = scope.dropout(vector, config.dropout);
    return regress(scope, config, kept, inputs);
  },
});
