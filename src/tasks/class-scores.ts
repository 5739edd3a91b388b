import type { DecisionRule } from "../components/contracts.js";
import { ptxError } from "../registry/errors.js";
import type { LabelScore, Prediction } from "./prediction.js";

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

/**
 * Whether scores are so near each other, or the threshold, that rounding by `tolerance` decides between them.
 * @param top how many of the likeliest labels were asked for, in their order
 */
export function undecidedLabels(
  scores: Readonly<Record<string, number>>,
  { decision, threshold }: DecisionRule,
  tolerance: number,
  top = 0,
): boolean {
  const values = Object.values(scores);
  const near =
    decision === "multi-label" && values.some((score) => Math.abs(score - threshold) <= 2 * tolerance);
  const ordered = decision === "multi-label" ? top : Math.max(top, 1);
  const sorted = values.sort((a, b) => b - a).slice(0, ordered + 1);
  return near || sorted.some((score, i) => i > 0 && sorted[i - 1]! - score <= 2 * tolerance);
}

/** The prediction with its `k` likeliest labels, or as many as there are, in place of all scores. Throws `PTX_USAGE` where labels have no scores. */
export function withTop(prediction: Prediction, k: number): Prediction {
  const { scores, heads, ...rest } = prediction;
  if (heads !== undefined) {
    const cut = Object.entries(heads).map(([name, own]) => [name, withTop(own, k)] as const);
    return { ...rest, heads: Object.fromEntries(cut) };
  }
  if (scores === undefined) throw noTop();
  const sorted = Object.entries(scores).sort(([, a], [, b]) => b - a);
  return { ...rest, top: sorted.slice(0, k).map(([label, score]): LabelScore => ({ label, score })) };
}

/** The error for a model that gives no scores of labels. */
export const noTop = (): Error =>
  ptxError(
    "PTX_USAGE",
    "--top-k",
    "this model gives no scores of labels, of which the likeliest could be taken",
    "leave --top-k out",
  );
