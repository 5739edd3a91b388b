import type { OffsetUnit } from "../text/offsets.js";
import { OffsetTable } from "../text/offsets.js";

/** The deployed outputs of one row, padded as the batch was; a reader takes as many places as the row has tokens. */
export interface OutputRow {
  has(name: string): boolean;
  numbers(name: string): ArrayLike<number>;
  strings(name: string): readonly string[];
  /** What places in the text count in, where the outputs tell them. */
  readonly unit: OffsetUnit;
}

/** A label and its score. */
export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/** A token of the text with its tag. Offsets count in the unit asked for, the end exclusive. */
export interface TokenPrediction {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly score: number;
  /** The scores of all labels, where they were asked for. */
  readonly scores?: Readonly<Record<string, number>>;
}

/** A labelled part of the text. Its score is the lowest among its tokens' tags. */
export interface SlotPrediction {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly text: string;
  readonly score: number;
}

/** A token of a text with what a language model thought of it. */
export interface TokenSurprisal {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** `-log2 p(token | the tokens before it)`. */
  readonly bits: number;
}

/** A hidden piece of a text with what may stand there, the likeliest first. */
export interface MaskPrediction {
  readonly start: number;
  readonly end: number;
  /** What the text has there. */
  readonly text: string;
  readonly candidates: readonly { readonly piece: string; readonly score: number }[];
}

/** A part of the text that answers a question. Its score is its probability among all parts of the text, and no answer. */
export interface AnswerPrediction {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

/** A node of a tree: an intent, or a slot. */
export interface FramePrediction {
  readonly label: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly children: readonly FramePrediction[];
}

/** A sequence that may be written. Its score is its probability; with a length penalty, a root of it. */
export interface WrittenPrediction {
  readonly text: string;
  readonly tokens: readonly string[];
  readonly score: number;
}

/** A prediction for one row; which keys there are depends on the task. */
export interface Prediction {
  /** Classes: the label of the row, or all that hold; the score of every label. */
  readonly label?: string;
  readonly labels?: readonly string[];
  readonly scores?: Readonly<Record<string, number>>;
  /** Classes: the likeliest labels, the best first, where so many were asked for. */
  readonly top?: readonly LabelScore[];
  /** Sentence embeddings: the text's vector. */
  readonly embedding?: readonly number[];
  /** Ranking: the vectors of both texts, where the config asks for them. */
  readonly embeddings?: { readonly query: readonly number[]; readonly response: readonly number[] };
  /** Predicted numbers, and ranking: the row's. */
  readonly score?: number;
  /** Tags, slots, language models, questions: the text that offsets are about. */
  readonly text?: string;
  readonly intent?: string;
  readonly intent_score?: number;
  /** Labelled parts: entities or slots. */
  readonly slots?: readonly SlotPrediction[];
  readonly tokens?: readonly TokenPrediction[] | readonly TokenSurprisal[];
  /** Language models: 2 to the mean of the tokens' bits. */
  readonly perplexity?: number;
  /** Masked language models: the hidden pieces. */
  readonly masks?: readonly MaskPrediction[];
  /** Questions: the answer, or null where the text does not tell; the best ones beside it; and how probable no answer is. */
  readonly answer?: AnswerPrediction | null;
  readonly answers?: readonly AnswerPrediction[];
  readonly no_answer_score?: number;
  /** Parsers: the tree in brackets; the best ones beside it; and its nodes with their places. Null where the text has no tokens. */
  readonly parse?: string | null;
  readonly parses?: readonly { readonly parse: string; readonly score: number }[];
  readonly frame?: FramePrediction | null;
  /** Sequence to sequence: what is written; and the best ones beside it. */
  readonly output?: string;
  readonly outputs?: readonly WrittenPrediction[];
  /** Only the beginning of the text was read: an exported file reads one window. */
  readonly truncated?: boolean;
  /** Several tasks over one text: each one's prediction, by its name. */
  readonly heads?: Readonly<Record<string, Prediction>>;
}

/** A prediction whose offsets, UTF-16 so far, count in another unit. */
export function inUnit(prediction: Prediction, unit: OffsetUnit): Prediction {
  const { text, slots, tokens, masks, answer, answers, frame, heads } = prediction;
  if (heads !== undefined) {
    const moved = Object.entries(heads).map(([name, own]) => [name, inUnit(own, unit)] as const);
    return { ...prediction, heads: Object.fromEntries(moved) };
  }
  if (unit === "utf16" || text === undefined) return prediction;
  const table = new OffsetTable(text, unit);
  const moved = <T extends { readonly start: number; readonly end: number }>(part: T): T => ({
    ...part,
    start: table.fromUtf16(part.start)!,
    end: table.fromUtf16(part.end)!,
  });
  const movedFrame = (node: FramePrediction): FramePrediction => ({
    ...moved(node),
    children: node.children.map(movedFrame),
  });
  return {
    ...prediction,
    ...(answer && { answer: moved(answer) }),
    ...(answers && { answers: answers.map(moved) }),
    ...(frame && { frame: movedFrame(frame) }),
    ...(masks && { masks: masks.map(moved) }),
    ...(slots && { slots: slots.map(moved) }),
    ...(tokens && { tokens: (tokens as readonly TokenPrediction[]).map(moved) }),
  };
}
