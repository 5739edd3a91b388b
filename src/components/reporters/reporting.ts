/** What metric reporters have in common. */
import { Type } from "typebox";
import { MetricsError } from "../../metrics/index.js";
import { PtxError } from "../../registry/errors.js";
import type { Figures, SelectMetric } from "../trainers/contracts.js";
import type { ComparedRow, MetricReporter } from "./contracts.js";

/** The config key that says how many of the worst rows are kept. */
export const worstRows = Type.Integer({
  minimum: 0,
  default: 20,
  description: "How many of the test rows that went most wrong are written to worst-rows.jsonl.",
});

/** Chooses by a figure that stands at the top of a split's figures; one that is not there has no value. */
export function selectByFigure(name: string, lowerIsBetter: readonly string[]): SelectMetric {
  return {
    name,
    higherIsBetter: !lowerIsBetter.includes(name),
    value: (figures) => (figures[name] as number | null | undefined) ?? null,
  };
}

/** The rows that went wrong, the worst first, as many as the reporter keeps. */
export function worstOf<E>(reporter: MetricReporter<E>, evaluated: E): ComparedRow[] {
  return reporter
    .compare(evaluated)
    .filter(({ right }) => !right)
    .sort((a, b) => a.score - b.score || a.row - b.row)
    .slice(0, reporter.worstRows);
}

/** Computes figures; what they cannot be computed from is an error of training (`PTX_TRAINING`). */
export function figuresOf(report: () => Figures): Figures {
  try {
    return report();
  } catch (error) {
    if (!(error instanceof MetricsError)) throw error;
    throw new PtxError([{ code: "PTX_TRAINING", where: "metric_reporter", message: error.message }], {
      cause: error,
    });
  }
}

/**
 * How far tags agree with gold at the token where they agree least: the probability of a tag that is right, one minus
 * the probability of one that is wrong, which is the most that the right one can have. 1 without tokens.
 */
export function agreement(
  gold: ArrayLike<number>,
  predicted: ArrayLike<number>,
  scores: ArrayLike<number>,
): number {
  let least = 1;
  for (let token = 0; token < gold.length; token++) {
    const score = scores[token]!;
    least = Math.min(least, gold[token] === predicted[token] ? score : 1 - score);
  }
  return least;
}

/** Names of labels. */
export function named(ids: ArrayLike<number>, labels: readonly string[]): string[] {
  return Array.from(ids, (id) => labels[id]!);
}

/** A float32 number as people write it. */
export const numberText = (value: number): string => String(Number(value.toPrecision(6)));
