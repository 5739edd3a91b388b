import { Type } from "typebox";
import { add, mul } from "../../graph/ops/elementwise.js";
import { component, Slot } from "../../registry/component.js";
import { prepareEncoder, textVector, textVectorSlots } from "../encoders/text-vector.js";
import { buildLoss } from "../output-layers/label-weights.js";
import { checkRange, rangeSchema } from "../output-layers/range.js";
import { numberTarget } from "../output-layers/target.js";
import { cosine } from "../similarity.js";
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
    range: {
      ...rangeSchema,
      default: [0, 1],
      description:
        "[low, high]: the numbers that a cosine of 0 and of 1 stand for. Texts that point away from each other get less than low.",
    },
    loss: Slot("loss", {
      default: "MSELoss",
      description: "What training makes small; a loss over numbers.",
    }),
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
    const [low, high] = config.range;
    const scores = add(mul(cosine(first!, second!), high - low), low);
    const target = inputs.find("labels");
    if (target === undefined) return { loss: null, outputs: { scores } };
    return {
      loss: buildLoss(scope, config.loss, "number", scores, numberTarget(target, NAME), null),
      outputs: { scores },
    };
  },
});
