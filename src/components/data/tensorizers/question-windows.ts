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

/** A part of a text that is read together with the question. */
export interface QuestionWindow {
  /** Which of the text's places (pieces, words) is its first. */
  readonly from: number;
  /** How many it has. */
  readonly count: number;
  /** Where the first one stands among those that have logits, of which the very first stands for no answer. */
  readonly place: number;
}

/** A question's text, cut into places. */
export interface ReadQuestion {
  readonly text: string;
  /** Where each place starts and (exclusive) ends, in UTF-16 code units. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** One at least. */
  readonly windows: readonly QuestionWindow[];
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
