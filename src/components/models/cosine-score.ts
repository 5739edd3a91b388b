import type { Tensor } from "../../graph/graph.js";
import { add, mul } from "../../graph/ops/elementwise.js";
import type { Scope } from "../../graph/scope.js";
import { Slot, type SlotValue } from "../../registry/component.js";
import type { ModelInputs, Predicted, Range } from "../contracts.js";
import { buildLoss } from "../output-layers/label-weights.js";
import { rangeSchema } from "../output-layers/range.js";
import { numberTarget } from "../output-layers/target.js";
import { cosine } from "../similarity.js";

/** The keys of models whose number for two texts is the cosine of their vectors. */
export const cosineParts = {
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
};

/** `low + (high - low) * cosine` of two vectors `[batch, dim]`, and its loss for the target "labels". */
export function cosineScore(
  scope: Scope,
  { range: [low, high], loss }: { readonly range: Range; readonly loss: SlotValue<"loss"> },
  [first, second]: readonly [Tensor, Tensor],
  inputs: ModelInputs,
  model: string,
): Predicted {
  const scores = add(mul(cosine(first, second), high - low), low);
  const target = inputs.find("labels");
  if (target === undefined) return { loss: null, outputs: { scores } };
  return {
    loss: buildLoss(scope, loss, "number", scores, numberTarget(target, model), null),
    outputs: { scores },
  };
}
