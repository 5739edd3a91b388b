/** @file Questions with the texts that answer them: long texts are read in overlapping windows. */
import { Type } from "typebox";
import type { Graph, Tensor } from "../../../graph/graph.js";
import { ptxError } from "../../../registry/errors.js";
import type { OffsetUnit } from "../../../text/offsets.js";
import type { Row, Tensorizer } from "../contracts.js";

/** Config keys of the tensorizers that read a question and its text. */
export const questionOptions = {
  columns: Type.Array(Type.String({ minLength: 1 }), {
    default: ["question", "doc"],
    minItems: 2,
    maxItems: 2,
    uniqueItems: true,
    description: "The columns that hold the question and the text in which its answer is looked for.",
  }),
  doc_stride: Type.Integer({
    default: 128,
    minimum: 1,
    description: "How many places of the text a window begins behind the one before.",
  }),
};

/** The config key for how long questions may be, in "words" or "pieces". */
export const longestQuestion = (unit: string) =>
  Type.Integer({
    default: 64,
    minimum: 1,
    description: `Keep so many ${unit} of a question, which is counted and printed.`,
  });

/** A part of a text that is read together with the question. */
export interface QuestionWindow {
  /** Which of the text's places (pieces, words) is its first. */
  readonly from: number;
  /** How many it has. */
  readonly count: number;
  /** Where the first one stands among those that have logits, of which the very first stands for no answer. */
  readonly place: number;
}

/** A text, cut into places. */
export interface CutDocument {
  readonly text: string;
  /** Where each place starts and (exclusive) ends, in UTF-16 code units. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** The text that has been cut into `places`. */
export const cutDocument = (
  text: string,
  places: readonly { readonly startUtf16: number; readonly endUtf16: number }[],
): CutDocument => ({
  text,
  starts: Int32Array.from(places, ({ startUtf16 }) => startUtf16),
  ends: Int32Array.from(places, ({ endUtf16 }) => endUtf16),
});

/** A question's text in windows. */
export interface ReadQuestion extends CutDocument {
  /** One at least. */
  readonly windows: readonly QuestionWindow[];
}

/** The questions of rows. A row's is asked for by its question's input and by its answers': the last one is kept. */
export class RowQuestions<Question extends ReadQuestion> {
  #last: { readonly row: Row; readonly question: Question } | undefined;
  #cutRows = 0;

  /** @param windowed reads a row */
  constructor(readonly windowed: (row: Row) => Question) {}

  of(row: Row): Question {
    if (this.#last?.row !== row) this.#last = { row, question: this.windowed(row) };
    return this.#last.question;
  }

  /** The question of a row that is being numberized. */
  counted(row: Row): Question {
    const question = this.of(row);
    if (question.windows.length > 1) this.#cutRows += 1;
    return question;
  }

  counts(): { rows_cut_into_several: number } {
    return { rows_cut_into_several: this.#cutRows };
  }
}

/** Where the places of a batch's texts stand in them. */
export interface PlacedQuestions {
  /** `[batch, places]`, of all that have logits. */
  readonly starts: Tensor;
  readonly ends: Tensor;
  /** Whether a text goes on behind its window, bool `[batch]`. */
  readonly truncated: Tensor;
}

/** A tensorizer that reads questions and their texts in windows. */
export interface QuestionTensorizer extends Tensorizer {
  /** How many of the places that have logits are none of its inputs' own, and stand before these. */
  readonly added: number;
  /** A row's text in windows. */
  read(row: Row): ReadQuestion;
  /** The text that places are about, without cutting it. */
  textOf(row: Row): string;
  /** In a graph that cuts texts: where places stand, of the first window. */
  placedIn(graph: Graph, unit: OffsetUnit): PlacedQuestions | undefined;
}

/** The input that reads questions. Throws `PTX_CONFIG_VALUE` for another one. */
export function questionsOf(tensorizer: Tensorizer | undefined, reader: string): QuestionTensorizer {
  if (tensorizer !== undefined && "placedIn" in tensorizer) return tensorizer as QuestionTensorizer;
  throw noQuestions(reader, "SquadForBERTTensorizer, or SquadTensorizer in a model of words");
}

/** The error for an input that does not read questions as `reader` needs them. */
export const noQuestions = (reader: string, instead: string): Error =>
  ptxError(
    "PTX_CONFIG_VALUE",
    "model.inputs.tokens",
    `${reader} reads a question and its text in windows, which this tensorizer does not give`,
    `use ${instead}`,
  );
