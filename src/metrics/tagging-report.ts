import { type Calibration, calibration } from "./calibration.js";
import { confusionMatrix, labelCounts } from "./confusion.js";
import { type Entity, entityFigures, type TagReader } from "./entities.js";
import { requireLabels, requireLength, requireProbabilities } from "./errors.js";
import { type Confusion, frequentConfusions } from "./frequent-confusions.js";
import { type LabelFigures, labelFigures, macroAverage } from "./precision-recall.js";
import { accuracy } from "./predictions.js";
import { byLabel, requireLoss } from "./report-parts.js";

/** Evaluated rows of a task that gives each token one tag. */
export type TaggingInput = {
  /** Distinct tag names in index order. */
  readonly labels: readonly string[];
  /** Gold tag indices of each row's tokens, `[rows][tokens]`. */
  readonly gold: readonly ArrayLike<number>[];
  /** Predicted tag indices, `[rows][tokens]`; null where nothing was predicted, only a loss computed. */
  readonly predicted: readonly ArrayLike<number>[] | null;
  /** Probabilities of the predicted tags, `[rows][tokens]`; null where there are none. */
  readonly scores: readonly ArrayLike<number>[] | null;
  /** How tags are read as entities; null for tags that stand for themselves, such as parts of speech. */
  readonly reader: TagReader | null;
  /** Mean loss, as the model's loss defines it; null where none was computed. */
  readonly loss: number | null;
};

/** Figures of tokens and their tags. */
export type TokenFigures = {
  /** Share of tokens whose tag is right. Null without tokens. */
  readonly tokenAccuracy: number | null;
  /** Share of rows whose tags are all right; a row without tokens is right. Null without rows. */
  readonly sentenceAccuracy: number | null;
  /** Mean over all tags that occur of the tags' F1. */
  readonly macroF1: number | null;
  /** Every tag, seen or not. An object without prototype. */
  readonly perTag: Readonly<Record<string, LabelFigures>>;
  readonly confusions: readonly Confusion[];
  /** Of the predicted tags' probabilities; null without them. */
  readonly calibration: Calibration | null;
};

/** One split's entry in metrics.json for taggers. Undefined figures are null, never NaN. */
export type TaggingReport = {
  readonly rows: number;
  readonly tokens: number;
  readonly loss: number | null;
  readonly token_accuracy: number | null;
  readonly sentence_accuracy: number | null;
  /** Mean F1 of the tags as labels of single tokens, over all that occur. */
  readonly tag_macro_f1: number | null;
  /** The figures of entities are there for tags that are read as entities. */
  readonly entity_precision?: number | null;
  readonly entity_recall?: number | null;
  readonly entity_f1?: number | null;
  readonly entity_macro_f1?: number | null;
  /** What follows is there where something was predicted. */
  readonly per_entity?: Readonly<Record<string, LabelFigures>>;
  readonly per_tag?: Readonly<Record<string, LabelFigures>>;
  /** Of the predicted tags' probabilities. */
  readonly calibration?: Calibration | null;
  /** The most frequent errors. */
  readonly confusions?: { readonly entities?: readonly Confusion[]; readonly tags: readonly Confusion[] };
};

/** All figures of a tagger's split. Throws `MetricsError` for lengths that differ and indices that are no label's. */
export function taggingReport(input: TaggingInput): TaggingReport {
  const { labels, gold, predicted, scores, reader, loss } = input;
  requireLoss(loss);
  const tokens = predicted && tokenFigures(labels, gold, predicted, scores);
  const entities =
    predicted &&
    reader &&
    entityFigures(reader.types, entityRows(labels, gold, reader), entityRows(labels, predicted, reader));
  return {
    rows: gold.length,
    tokens: tokenCount(gold),
    loss,
    token_accuracy: tokens?.tokenAccuracy ?? null,
    sentence_accuracy: tokens?.sentenceAccuracy ?? null,
    tag_macro_f1: tokens?.macroF1 ?? null,
    ...(reader && {
      entity_precision: entities?.micro.precision ?? null,
      entity_recall: entities?.micro.recall ?? null,
      entity_f1: entities?.micro.f1 ?? null,
      entity_macro_f1: entities?.macro.f1 ?? null,
    }),
    ...(entities && { per_entity: entities.perType }),
    ...(tokens && {
      per_tag: tokens.perTag,
      calibration: tokens.calibration,
      confusions: { ...(entities && { entities: entities.confusions }), tags: tokens.confusions },
    }),
  };
}

/** Figures of tags as labels of single tokens; `gold` and `predicted` are label indices, `scores` the probabilities of the predicted, all `[rows][tokens]`. */
export function tokenFigures(
  labels: readonly string[],
  gold: readonly ArrayLike<number>[],
  predicted: readonly ArrayLike<number>[],
  scores: readonly ArrayLike<number>[] | null,
): TokenFigures {
  requireLabels(labels);
  requireSameTokens("predicted", gold, predicted);
  const [allGold, allPredicted] = [Int32Array.from(flat(gold)), Int32Array.from(flat(predicted))];
  const matrix = confusionMatrix(labels, allGold, allPredicted);
  const counts = labelCounts(matrix);
  const right = gold.filter((tags, row) => sameTags(tags, predicted[row]!)).length;
  return {
    tokenAccuracy: accuracy(allGold, allPredicted),
    sentenceAccuracy: gold.length === 0 ? null : right / gold.length,
    macroF1: macroAverage(counts).f1,
    perTag: byLabel(labels, counts.map(labelFigures)),
    confusions: frequentConfusions(matrix),
    calibration: scores && tagCalibration(gold, scores, allGold, allPredicted),
  };
}

/** The entities that the tags `[rows][tokens]` stand for. */
export function entityRows(
  labels: readonly string[],
  rows: readonly ArrayLike<number>[],
  reader: TagReader,
): (readonly Entity[])[] {
  return rows.map((tags) => reader.entities(Array.from(tags, (tag) => labels[tag]!)));
}

/** Tokens of all rows. */
export function tokenCount(rows: readonly ArrayLike<number>[]): number {
  return rows.reduce((sum, { length }) => sum + length, 0);
}

function tagCalibration(
  gold: readonly ArrayLike<number>[],
  scores: readonly ArrayLike<number>[],
  allGold: Int32Array,
  allPredicted: Int32Array,
): Calibration {
  requireSameTokens("scores", gold, scores);
  for (const [row, values] of scores.entries()) {
    requireProbabilities(values, (token) => `the score of row ${row}, token ${token}`);
  }
  return calibration(
    Float32Array.from(flat(scores)),
    Uint8Array.from(allPredicted, (tag, token) => (tag === allGold[token] ? 1 : 0)),
  );
}

function requireSameTokens(
  name: string,
  gold: readonly ArrayLike<number>[],
  values: readonly ArrayLike<number>[],
): void {
  requireLength(name, values, gold.length, "one list for each row of gold");
  for (const [row, tags] of gold.entries()) {
    requireLength(`${name}[${row}]`, values[row]!, tags.length, "one for each token of gold");
  }
}

function* flat(rows: readonly ArrayLike<number>[]): Iterable<number> {
  for (const row of rows) for (let token = 0; token < row.length; token++) yield row[token]!;
}

function sameTags(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let token = 0; token < a.length; token++) if (a[token] !== b[token]) return false;
  return true;
}
