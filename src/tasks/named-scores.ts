import { ptxError } from "../registry/errors.js";

/** A row's scores by label. Throws `PTX_MODEL_FILE` for a score that is not a number, which no sound model gives. */
export function namedScores(scores: ArrayLike<number>, labels: readonly string[]): Record<string, number> {
  requireNumbers(scores, labels);
  return Object.fromEntries(labels.map((label, i) => [label, scores[i]!]));
}

/** Throws `PTX_MODEL_FILE` for a score that is not a number; `names` says whose each is. */
export function requireNumbers(scores: ArrayLike<number>, names: readonly string[]): void {
  const bad = names.find((_, i) => !Number.isFinite(scores[i]));
  if (bad === undefined) return;
  throw ptxError(
    "PTX_MODEL_FILE",
    "scores",
    `the score of "${bad}" is not a number: the model's parameters are damaged`,
  );
}
