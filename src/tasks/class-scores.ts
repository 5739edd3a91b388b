import type { DecisionRule } from "../components/contracts.js";
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

/** Whether the two best scores, or a score and the threshold, are so near that rounding by `tolerance` decides between them. */
export function undecidedLabels(
  scores: Readonly<Record<string, number>>,
  { decision, threshold }: DecisionRule,
  tolerance: number,
): boolean {
  const values = Object.values(scores);
  if (decision === "multi-label") return values.some((score) => Math.abs(score - threshold) <= 2 * tolerance);
  const [first, second] = values.sort((a, b) => b - a);
  return second !== undefined && first! - second <= 2 * tolerance;
}
