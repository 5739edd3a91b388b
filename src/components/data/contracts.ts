/** The contracts of the data side: rows come from sources, tensorizers turn them into numbers, batchers order them. */

import type { DType, HostTensor } from "../../graph/dtype.js";
import type { Graph, Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import type { Context } from "../../registry/context.js";
import type { OffsetUnit } from "../../text/offsets.js";
import type { PieceTokenizer } from "../../text/pieces/piece-tokenizer.js";
import type { Token, Tokenizer } from "../../text/tokenizer.js";

/** The three parts of a data set. */
export const SPLITS = ["train", "eval", "test"] as const;
export type Split = (typeof SPLITS)[number];

/** One example as the source holds it. `values` has no prototype, so any column name is safe. */
export interface Row {
  readonly values: Readonly<Record<string, unknown>>;
  /** `file:line` (Parquet: `file:row N`), for messages. */
  readonly origin: string;
}

/** What a source left out on request (`skip` policies); printed by the data handler, never silent. */
export interface SkipCount {
  readonly reason: string;
  readonly count: number;
  /** What `count` counts, where it is left out as the format or the config has it; absent: rows that are lost. */
  readonly unit?: "line" | "cell" | "row";
  /** `file:line` of the first few; none where `count` is 0. */
  readonly examples: readonly string[];
}

/** Streams the rows of each split, again and again. */
export interface DataSource {
  /** The columns that every row has, when known before reading (header, `field_names`, Parquet schema). */
  columns(split: Split): Promise<readonly string[] | null>;
  /** Whether the config names a file for this split. */
  has(split: Split): boolean;
  /** Rows in file order. Errors are `PTX_DATA` with file:line. `columns` are the ones that somebody reads. */
  rows(split: Split, columns: readonly string[]): AsyncIterable<Row>;
  /** The files behind a split, for fingerprints and messages. */
  files(split: Split): readonly string[];
  /** Reads a split from another file of the same form from now on. Absent: it cannot. Throws `PTX_RUN` where that depends on the config. */
  replace?(split: Split, file: string): void;
  /** Rows left out so far by policy, by split. */
  skipped(split: Split): readonly SkipCount[];
}

/** One array that a tensorizer gives for each row; axis 0 of the batch is added in front. */
export interface FieldSpec {
  /** Feed name within the task's graph, for example `tokens`, `tokens_chars`, `labels`. */
  readonly name: string;
  readonly dtype: Extract<DType, "int32" | "float32">;
  /** Axes after `batch`: symbols for ragged axes (`tokens`, `chars`), numbers for fixed ones. */
  readonly dims: readonly (string | number)[];
  /** What fills the places beyond a row's own length. */
  readonly pad: number;
}

/** A row's value for one field: flat row-major numbers and the sizes of its ragged axes in the order of `dims`. */
export interface FieldValue {
  readonly data: Int32Array | Float32Array;
  /** The size of every axis of `dims` (fixed ones included). */
  readonly sizes: readonly number[];
}

/** What a graph is given: numbers made by the tensorizer, or strings that it turns into numbers itself: tokens, or whole texts. */
export const INPUT_FORMS = ["text", "tokens", "ids"] as const;
export type InputForm = (typeof INPUT_FORMS)[number];
/** The forms of inputs that are strings. */
export type StringForm = Exclude<InputForm, "ids">;

/** The tensors that a tensorizer offers to a model, by role: `ids [batch, tokens]`, `mask [batch, tokens]` (bool), `values`, ... */
export type InputTensors = Readonly<Record<string, Tensor>>;

/** Thrown by `numberize` for a row that a policy of the tensorizer leaves out; the data handler counts and prints it. */
export class SkipRow extends Error {
  /** @param reason the kind of fault, the key of the count */
  constructor(readonly reason: string) {
    super(reason);
    this.name = "SkipRow";
  }
}

/** Turns columns into numbers, learns its vocabulary from the training rows, and builds its own inputs in a graph. */
export interface Tensorizer {
  /** The columns that it reads. */
  readonly columns: readonly string[];
  /** Whether a row needs these columns at prediction time (labels do not). */
  readonly role: "input" | "target";
  /** The arrays it makes for each row. Final after `finish` or `load`. */
  readonly fields: readonly FieldSpec[];
  /** Looks at one training row while vocabularies are built; all tensorizers see each row in one pass. */
  observe(row: Row): void;
  /** Ends vocabulary building (size limits, files, pretrained vectors); prints go through the context's log. */
  finish(): Promise<void>;
  /** One row's numbers, in the order of `fields`. Throws `PTX_DATA` naming the row's origin. */
  numberize(row: Row): FieldValue[];
  /**
   * The row as several examples, such as the windows of a long text, one at least; `numberize` then gives the first. All
   * tensorizers of a model that have this function give equally many; the others' values stand in each. Absent: a row is one example.
   */
  examples?(row: Row): readonly FieldValue[][];
  /** What figures need to know of a row beside its numbers, such as texts. Kept with a split in memory; asked behind `numberize` or `examples`. */
  kept?(row: Row): unknown;
  /** The number that rows are sorted and bucketed by (tokens), or 1. */
  length(values: readonly FieldValue[]): number;
  /**
   * Adds this tensorizer's part of the graph and gives its tensors by role.
   * Form "ids": graph inputs named after `fields`. Forms "tokens" and "text": string inputs and operators that turn them
   * into numbers; targets have none.
   */
  build(scope: Scope, form: InputForm): InputTensors;
  /** The feeds of a string form for a batch of rows: what the graph inputs that `build` makes for it are given. Inputs only. */
  serve?(rows: readonly Row[], form: StringForm): Readonly<Record<string, HostTensor>>;
  /** Everything needed to numberize later, as plain JSON (vocabularies, label lists, statistics). */
  state(): unknown;
  /** Restores `state()`. Throws `PTX_MODEL_FILE` when it does not fit. */
  load(state: unknown): void;
  /** What was learnt, for `debug-data` and the log: vocabulary size, labels, mean and deviation. Final after `finish` or `load`. */
  facts(): Readonly<Record<string, number | string>>;
  /** What `numberize` has met so far (tokens, unknown tokens, truncated rows): counts that only grow, so differences belong to a split. */
  counts(): Readonly<Record<string, number>>;
  /** How many training rows have each label, in id order (targets with labels). */
  labelCounts?(): readonly number[];
  /** The names behind the numbers of a target: label list in id order; undefined when there are none. */
  readonly labels?: readonly string[];
  /** Which of the labels a row's numbers hold, each once, where these are not one id of a label each. */
  labelsIn?(ids: readonly number[]): readonly string[];
  /**
   * A tensorizer that reads another column as this one reads its own, when training only: it has the role "target", the name
   * as its field's, an axis of its own, and this one's vocabulary. Absent: there is none.
   */
  companion?(column: string, name: string): Tensorizer;
}

/** Whether a tensorizer reads a text, be it in training only. */
export const readsText = (tensorizer: Tensorizer): boolean =>
  tensorizer.role === "input" || isPieceTensorizer(tensorizer) || "tokenized" in tensorizer;

/** A tensorizer that cuts texts into pieces of a model's vocabulary. */
export interface PieceTensorizer extends Tensorizer {
  readonly cutsPieces: true;
  /** What it cuts with. Throws before `finish` or `load`. */
  readonly tokenizer: PieceTokenizer;
  /** How many pieces a row has at most; null: any number. */
  readonly most: number | null;
}

export const isPieceTensorizer = (tensorizer: Tensorizer): tensorizer is PieceTensorizer =>
  "cutsPieces" in tensorizer;

/** A row's text and its tokens, after truncation. */
export interface Tokenized {
  /** For a cell that is a list of tokens: the tokens joined by single spaces. */
  readonly text: string;
  /** Offsets count UTF-16 code units of `text`. */
  readonly tokens: readonly Token[];
}

/** A tensorizer whose fields follow the tokens of a text. */
export interface TextTensorizer extends Tensorizer {
  tokenized(row: Row): Tokenized;
  /** The text that the offsets of `tokenized` are about, without cutting it. */
  textOf(row: Row): string;
  /** The tokens that a graph cuts texts into, where it has been built in the form "text". */
  cutIn(graph: Graph): CutTexts | undefined;
}

/** The tokens of a batch of texts in a graph, padded to the most that a text has (1 at least). */
export interface CutTexts {
  /** string `[texts, tokens]`, "" at padding. */
  readonly tokens: Tensor;
  /** int64 `[texts, tokens]`: where each token starts and (exclusive) ends in its text; -1 at padding. */
  places(unit: OffsetUnit): { readonly starts: Tensor; readonly ends: Tensor };
}

/** The order in which rows are visited, as lists of row numbers, one list a batch. */
export interface Batcher {
  /** Training batches of an epoch: shuffled anew for every `epoch`, a pure function of (seed, epoch, lengths). */
  train(lengths: Int32Array, seed: number, epoch: number): Uint32Array[];
  /** Evaluation batches: every row once; the caller restores the order by row number. */
  eval(lengths: Int32Array, split: "eval" | "test"): Uint32Array[];
  /** The epoch (from 0) from which on training batches have as many rows as in the next; absent: the first. */
  readonly evenFrom?: number;
}

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    data_source: { create(config: Config, context: Context): DataSource };
    tokenizer: { create(config: Config, context: Context): Tokenizer };
    tensorizer: { create(config: Config, context: Context, name: string): Tensorizer };
    batcher: { create(config: Config, context: Context): Batcher };
  }
}
