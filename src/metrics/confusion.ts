import { requireBits, requireLabelIndices, requireLabels, requireLength } from "./errors.js";
import type { Counts } from "./precision-recall.js";
import { rowCount } from "./predictions.js";

/** How often each gold label was predicted as each label. JSON-ready. */
export type ConfusionMatrix = {
  /** Names of rows and columns, in label index order. */
  readonly labels: readonly string[];
  /** `counts[gold][predicted]`, `[labels, labels]`. */
  readonly counts: readonly (readonly number[])[];
};

/** Confusion matrix of single-label rows: `gold` and `predicted` are `[rows]` label indices. */
export function confusionMatrix(
  labels: readonly string[],
  gold: Int32Array,
  predicted: Int32Array,
): ConfusionMatrix {
  requireLabels(labels);
  requireLength("predicted", predicted, gold.length, "one for each gold label");
  requireLabelIndices("gold", gold, labels.length);
  requireLabelIndices("predicted", predicted, labels.length);
  const counts = labels.map(() => Array<number>(labels.length).fill(0));
  for (let row = 0; row < gold.length; row++) {
    const line = counts[gold[row]!]!;
    line[predicted[row]!] = line[predicted[row]!]! + 1;
  }
  return { labels: [...labels], counts };
}

/** Gold and predicted occurrences and hits of each label, the margins and diagonal of a confusion matrix. */
export type Margins = { readonly gold: number[]; readonly predicted: number[]; readonly hits: number[] };

/** Sums the rows (gold) and the columns (predicted) of a confusion matrix and picks its diagonal (hits). */
export function margins({ counts }: ConfusionMatrix): Margins {
  const sums: Margins = {
    gold: counts.map((line) => line.reduce((a, b) => a + b, 0)),
    predicted: counts.map(() => 0),
    hits: counts.map((line, label) => line[label]!),
  };
  for (const line of counts) {
    for (const [label, count] of line.entries()) sums.predicted[label] = sums.predicted[label]! + count;
  }
  return sums;
}

/** One-versus-rest counts of each label, in label index order. */
export function labelCounts(matrix: ConfusionMatrix): Counts[] {
  const { gold, predicted, hits } = margins(matrix);
  return hits.map((truePositives, label) => ({
    truePositives,
    falsePositives: predicted[label]! - truePositives,
    falseNegatives: gold[label]! - truePositives,
  }));
}

/**
 * Counts of each label of multi-label rows: `gold` and `predicted` are `[rows, labels]` of 0 and 1.
 */
export function multiLabelCounts(gold: Uint8Array, predicted: Uint8Array, labelCount: number): Counts[] {
  rowCount(gold, labelCount);
  requireLength("predicted", predicted, gold.length, "as many as gold");
  requireBits("gold", gold);
  requireBits("predicted", predicted);
  const hits = new Float64Array(labelCount);
  const goldOnly = new Float64Array(labelCount);
  const predictedOnly = new Float64Array(labelCount);
  for (let position = 0; position < gold.length; position++) {
    const isGold = gold[position] === 1;
    const isPredicted = predicted[position] === 1;
    if (!isGold && !isPredicted) continue;
    const bucket = isGold ? (isPredicted ? hits : goldOnly) : predictedOnly;
    bucket[position % labelCount] = bucket[position % labelCount]! + 1;
  }
  return Array.from(hits, (truePositives, label) => ({
    truePositives,
    falsePositives: predictedOnly[label]!,
    falseNegatives: goldOnly[label]!,
  }));
}
