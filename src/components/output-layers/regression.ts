import { Type } from "typebox";
import { add, mul, sigmoid, sub } from "../../graph/ops/elementwise.js";
import { squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import { component, Slot } from "../../registry/component.js";
import { logitOf } from "./inverse.js";
import { buildLoss } from "./label-weights.js";
import { checkRange, rangeSchema } from "./range.js";
import { numberTarget } from "./target.js";

const schema = Type.Object(
  {
    loss: Slot("loss", {
      default: "MSELoss",
      description: "What training makes small; a loss over numbers.",
    }),
    squash_to_range: Type.Union([rangeSchema, Type.Null()], {
      default: null,
      description:
        "[low, high]: the sigmoid brings every number between these; training rows outside are an error. [0, 1] is PyText's squash_to_unit_range. null: numbers are as the decoder gives them.",
    }),
  },
  { description: "One number for each row." },
);

/** Logits `[batch, 1]` -> numbers `[batch]`. The loss compares them as they are predicted, squashed or not. */
export const RegressionOutputLayer = component({
  kind: "regression_output_layer",
  name: "RegressionOutputLayer",
  schema,
  check: ({ squash_to_range: range }) => checkRange(range, "squash_to_range"),
  range: ({ squash_to_range: range }) => range,
  logitsOf({ squash_to_range: range }, scores) {
    const column = unsqueeze(scores, [1]);
    return range === null ? column : logitOf(mul(sub(column, range[0]), 1 / (range[1] - range[0])));
  },
  build(scope, { loss, squash_to_range: range }, logits, target) {
    const plain = squeeze(logits, [1]);
    const scores = range === null ? plain : add(mul(sigmoid(plain), range[1] - range[0]), range[0]);
    if (target === undefined) return { loss: null, scores };
    const gold = numberTarget(target, "RegressionOutputLayer");
    return { loss: buildLoss(scope, loss, "number", scores, gold, null), scores };
  },
});
