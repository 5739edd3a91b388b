import { ptxError } from "../registry/errors.js";
import type { Prediction } from "./prediction.js";

/**
 * The logits behind a classifier's probabilities by label, less their mean: softmax is the same with any constant added to
 * all, so the log of a probability is a logit. Throws `PTX_RUN` for predictions that are not one label of several.
 */
export function logitsOf({ label, scores }: Prediction): Record<string, number> {
  if (label === undefined || scores === undefined)
    throw ptxError("PTX_RUN", "get-logits", "this model does not choose one label for each row");
  // Below the smallest number that 32 bits hold, a probability is 0: its logarithm is taken there.
  const logs = Object.entries(scores).map(
    ([name, score]) => [name, Math.log(Math.max(score, 2 ** -149))] as const,
  );
  const mean = logs.reduce((sum, [, log]) => sum + log, 0) / logs.length;
  return Object.fromEntries(logs.map(([name, log]) => [name, log - mean]));
}
