/** The contract of metric reporters: predictions and gold in, figures out. Showing and storing them is the channels' part. */
import type { AnsweredQuestion, WrittenSequence } from "../../metrics/index.js";
import type { Context } from "../../registry/context.js";
import type { ParseTree } from "../../text/trees.js";
import type { Decision } from "../contracts.js";
import type { Figures, SelectMetric } from "../trainers/contracts.js";

/** What figures of classes are computed from. */
export interface Evaluated {
  /** Probabilities `[rows, labels]`. */
  readonly scores: Float32Array;
  /** The mean loss, or null when there are no targets. */
  readonly loss: number | null;
  readonly labels: readonly string[];
  readonly decision: Decision;
  /** Multi-label: the score from which a label holds. */
  readonly threshold: number;
  /** Single-label: class ids `[rows]`. Multi-label: 0/1 `[rows, labels]`. */
  readonly gold: Int32Array | Uint8Array;
}

/** What figures of tags, one for each token, are computed from. */
export interface TagsEvaluated {
  readonly labels: readonly string[];
  /** The mean loss, or null when there are no targets. */
  readonly loss: number | null;
  /** The right labels' ids, for each row one a token. */
  readonly gold: readonly ArrayLike<number>[];
  /** The predicted labels' ids; null where the graph did not decode, as in training passes of a CRF. */
  readonly predicted: readonly ArrayLike<number>[] | null;
  /** The predicted labels' probabilities. */
  readonly scores: readonly ArrayLike<number>[] | null;
}

/** What figures of intents with slots are computed from. */
export interface IntentSlotEvaluated {
  readonly loss: number | null;
  readonly intent: {
    readonly labels: readonly string[];
    /** Class ids `[rows]`. */
    readonly gold: Int32Array;
    /** Probabilities `[rows, intents]`. */
    readonly scores: Float32Array;
  };
  readonly slots: Omit<TagsEvaluated, "loss">;
}

/** What figures of a language model are computed from. */
export interface LanguageEvaluated {
  /** Mean surprisal of a token in nats. */
  readonly loss: number | null;
  /** How many tokens were predicted. */
  readonly tokens: number;
}

/** What figures of predicted numbers are computed from, `[rows]` each. */
export interface RegressionEvaluated {
  readonly loss: number | null;
  readonly gold: Float32Array;
  readonly predicted: Float32Array;
}

/** How alike the vectors of two texts are, `[rows]` each. */
export interface Similarities {
  readonly cosine: Float32Array;
  readonly dot: Float32Array;
}

/** What figures of vectors of texts are computed from. */
export interface EmbeddingEvaluated {
  readonly loss: number | null;
  /** How alike the two texts of each row are said to be, `[rows]`; null where nobody says. */
  readonly gold: Float32Array | null;
  /** How alike their vectors are, `[rows]` each. */
  readonly similarities: Similarities;
  /** How alike each row's first text and the one that does not belong to it are; null where the rows have none. */
  readonly negatives: Similarities | null;
  /** The vectors; null of a training pass. */
  readonly texts: EmbeddingTexts | null;
}

/** The two texts of each row as vectors, `[rows, dim]`, and as numbers that are equal where the texts are, `[rows]`. */
export interface EmbeddingTexts {
  readonly anchors: Float32Array;
  readonly positives: Float32Array;
  readonly dim: number;
  readonly anchorIds: Int32Array;
  readonly positiveIds: Int32Array;
  /** `file:line` of a row. */
  origin(row: number): string;
}

/** What figures of a model that tells hidden pieces are computed from. */
export interface MaskedEvaluated {
  /** Mean surprisal of a hidden piece in nats. */
  readonly loss: number | null;
  /** How many pieces were hidden. */
  readonly pieces: number;
  /** For how many of them the likeliest piece was right; null where nobody looked. */
  readonly hits: number | null;
}

/** A question with what was found; `row` is its first example. */
export interface AnsweredRow extends AnsweredQuestion {
  readonly row: number;
}

/** What figures of questions about texts are computed from. */
export interface AnswersEvaluated {
  readonly loss: number | null;
  /** Null where nothing was looked for, as in training. */
  readonly questions: readonly AnsweredRow[] | null;
  /** By how much no answer must score more than an answer to be given; null: never. */
  readonly nullThreshold: number | null;
}

/** A parse of a text. */
export interface ScoredTree {
  /** Null: what was found is no tree. */
  readonly tree: ParseTree | null;
  /** Its probability. */
  readonly score: number;
}

/** A row with its tree and the ones that were found, the best first. */
export interface ParsesRow {
  readonly gold: ParseTree;
  readonly found: readonly ScoredTree[];
}

/** What figures of trees are computed from. */
export interface ParsesEvaluated {
  readonly loss: number | null;
  /** Null where nothing was parsed, as in training. */
  readonly rows: readonly ParsesRow[] | null;
}

/** A sequence that was written for a source. */
export interface ScoredSequence extends WrittenSequence {
  /** Its probability, by the length penalty: `p ** (1 / penalty)`. */
  readonly score: number;
}

/** A row with its sequence and the ones that were found, the best first. */
export interface SequencesRow {
  readonly gold: WrittenSequence;
  /** How many tokens may be written at most. */
  readonly most: number;
  readonly found: readonly ScoredSequence[];
}

/** What figures of written sequences are computed from. */
export interface SequencesEvaluated {
  readonly loss: number | null;
  /** Null where nothing was written, as in training. */
  readonly rows: readonly SequencesRow[] | null;
}

/** Figures of intents with slots. */
export interface IntentSlotMetricReporter extends MetricReporter<IntentSlotEvaluated> {
  /** Throws `PTX_CONFIG_VALUE` when tags are not those of slots; asked before training. */
  requireFit(tags: readonly string[]): void;
}

/** Computes a split's figures, and says by which the best model is chosen. */
export interface MetricReporter<E> {
  readonly select: SelectMetric;
  /** Throws `PTX_TRAINING` for scores that are not probabilities, as a model gives that has diverged. */
  figures(evaluated: E): Figures;
  /** Every row with what is right and what was predicted, in row order; none where nothing was predicted. */
  compare(evaluated: E): readonly ComparedRow[];
  /** How many of the rows that went most wrong a run keeps. */
  readonly worstRows: number;
}

/** Figures of classes. */
export interface ClassMetricReporter extends MetricReporter<Evaluated> {
  /** Throws `PTX_CONFIG_VALUE` when the config names a label or a figure that such a task does not have; asked before training. */
  requireFit(labels: readonly string[], decision: Decision): void;
}

/** Figures of vectors of texts. */
export interface EmbeddingMetricReporter extends MetricReporter<EmbeddingEvaluated> {
  /** Whether rows must be scored; else they must not be. */
  readonly needsScores: boolean;
  /** Whether rows must have a third text, which does not belong to the first. */
  readonly needsNegatives: boolean;
}

/** Figures of tags. */
export interface TaggingMetricReporter extends MetricReporter<TagsEvaluated> {
  /** Throws `PTX_CONFIG_VALUE` when the config names a figure that such labels do not have; asked before training. */
  requireFit(labels: readonly string[]): void;
}

/** A row with its truth and its prediction, as lists of labels. */
export interface ComparedRow {
  readonly row: number;
  readonly gold: readonly string[];
  readonly predicted: readonly string[];
  /** Null: there is no right or wrong, only nearer and farther. */
  readonly right: boolean | null;
  /** How near the model was to the truth, from 0 to 1: the probability that it gave to it, where that is known. */
  readonly score: number;
}

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    metric_reporter: { create(config: Config, context: Context): ClassMetricReporter };
    tagging_metric_reporter: { create(config: Config, context: Context): TaggingMetricReporter };
    intent_slot_metric_reporter: { create(config: Config, context: Context): IntentSlotMetricReporter };
    regression_metric_reporter: {
      create(config: Config, context: Context): MetricReporter<RegressionEvaluated>;
    };
    language_metric_reporter: { create(config: Config, context: Context): MetricReporter<LanguageEvaluated> };
    embedding_metric_reporter: { create(config: Config, context: Context): EmbeddingMetricReporter };
    masked_language_metric_reporter: {
      create(config: Config, context: Context): MetricReporter<MaskedEvaluated>;
    };
    parsing_metric_reporter: { create(config: Config, context: Context): MetricReporter<ParsesEvaluated> };
    seq2seq_metric_reporter: { create(config: Config, context: Context): MetricReporter<SequencesEvaluated> };
    squad_metric_reporter: { create(config: Config, context: Context): MetricReporter<AnswersEvaluated> };
  }
}
