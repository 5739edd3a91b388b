import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import { prepareEncoder, textVector, textVectorSlots } from "../encoders/text-vector.js";
import { checkRange } from "../output-layers/range.js";
import { cosineParts, cosineScore } from "./cosine-score.js";
import { numberInput } from "./number-input.js";

const NAME = "BertPairwiseRegressionModel";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        tokens1: Slot("tensorizer", {
          default: "BERTTensorizer",
          description: "The first text as the pieces that the encoder knows.",
        }),
        tokens2: Slot("tensorizer", {
          default: "BERTTensorizer",
          description: "The second text; its axis of pieces needs a name of its own.",
        }),
        labels: numberInput,
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...textVectorSlots("MeanPool"),
    ...cosineParts,
  },
  {
    description:
      "A number for two texts that one encoder reads each alone (siamese): the cosine of their vectors, scaled to the target's range.",
  },
);

/** Pieces of both texts -> `scores [batch]`: `low + (high - low) * cosine`. */
export const BertPairwiseRegressionModel = component({
  kind: "regression_model",
  name: NAME,
  schema,
  check: ({ range }) => checkRange(range, "range"),
  inputs: ({ inputs }) => inputs,
  prepare: prepareEncoder,
  range: ({ range: [low, high] }) => [low, high],
  build(scope, config, inputs) {
    const [first, second] = ["tokens1", "tokens2"].map((name) =>
      textVector(scope, config, inputs, name, NAME),
    );
    return cosineScore(scope, config, [first!, second!], inputs, NAME);
  },
});
