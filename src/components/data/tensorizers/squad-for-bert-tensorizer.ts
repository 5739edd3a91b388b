import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Graph } from "../../../graph/graph.js";
import { and, cast, equal, greaterOrEqual, less, not } from "../../../graph/ops/elementwise.js";
import { range, slice } from "../../../graph/ops/shaping.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import { mended } from "../../../text/normalize.js";
import type { OffsetUnit } from "../../../text/offsets.js";
import type { Piece } from "../../../text/pieces/encoding.js";
import { windowPlaces } from "../../../text/pieces/truncation.js";
import type {
  FieldSpec,
  FieldValue,
  InputForm,
  InputTensors,
  PieceTensorizer,
  Row,
  Tensorizer,
} from "../contracts.js";
import { textCell } from "./cells.js";
import { PieceReader } from "./piece-reader.js";
import { pieceInputs, segmentRule } from "./piece-roles.js";
import { checkPieceOptions, pieceOptions } from "./piece-source.js";
import {
  type CutDocument,
  cutDocument,
  longestQuestion,
  noQuestions,
  type PlacedQuestions,
  type QuestionTensorizer,
  type QuestionWindow,
  questionOptions,
  type ReadQuestion,
  RowQuestions,
} from "./question-windows.js";
import { textsOf } from "./token-cutter.js";
import { type EncodedTexts, encodeTexts } from "./wordpiece-graph.js";

const schema = Type.Object(
  {
    ...questionOptions,
    ...pieceOptions,
    max_seq_len: Type.Integer({
      default: 384,
      minimum: 5,
      description:
        "Pieces of a window: question, special pieces, and as much of the text as there is room for. A longer text is read in several windows, and nothing of it is left out.",
    }),
    max_query_length: longestQuestion("pieces"),
    axis: Type.String({ default: "pieces", minLength: 1, description: "Name of the axis of pieces." }),
  },
  {
    description:
      "A question and the text that answers it, as pieces of a model's vocabulary ([CLS] question [SEP] text [SEP]), in overlapping windows where the text is long.",
  },
);
type Config = Static<typeof schema>;

/** A window with the ids of question and text. */
interface PieceWindow extends QuestionWindow {
  readonly ids: Int32Array;
}

/** A question with its text, cut into pieces. */
interface PieceQuestion extends ReadQuestion {
  readonly windows: readonly PieceWindow[];
}

/** A text's pieces. */
interface Document extends CutDocument {
  readonly pieces: readonly Piece[];
}

/**
 * Question and text to windows of ids `[pieces]`, and the places `[2]` from where to where (exclusive) the text's pieces stand
 * among these. In a graph it gives `ids`, `mask` and `segments` as `BERTTensorizer` does, and `context [batch, pieces]` (bool),
 * true at pieces of the text. In the form "text" there is one window, the first.
 */
export class QuestionPieces extends PieceReader implements PieceTensorizer, QuestionTensorizer {
  readonly columns: readonly string[];
  readonly role = "input";
  readonly added = 0;
  readonly #encoded = new WeakMap<Graph, EncodedTexts>();
  /** Questions about one text follow each other: it is cut once. */
  #document: Document | undefined;
  readonly #questions = new RowQuestions((row) => this.#windowed(row));
  #cutQuestions = 0;

  constructor(
    readonly config: Config,
    name: string,
  ) {
    super(config, name);
    this.columns = config.columns;
  }

  get most(): number {
    return this.config.max_seq_len;
  }

  get fields(): readonly FieldSpec[] {
    return [
      this.idsField(this.config.axis),
      { name: `${this.name}_context`, dtype: "int32", dims: [2], pad: 0 },
    ];
  }

  async finish(): Promise<void> {
    await this.source.read();
    const { max_seq_len, max_query_length, doc_stride } = this.config;
    const { template, special } = this.tokenizer;
    segmentRule(this.tokenizer, 2, this.name);
    const [first] = template.pair;
    if (first === undefined || !("id" in first.piece) || first.piece.id !== special.start)
      throw ptxError(
        "PTX_VOCABULARY",
        `inputs.${this.name}`,
        "two texts have no special piece ([CLS], <s>) before them here, at which windows without an answer point",
      );
    const room = max_seq_len - this.tokenizer.specialCount(2) - max_query_length;
    if (room >= doc_stride) return;
    const message = `beside a question of max_query_length (${max_query_length}) a window of ${max_seq_len} pieces has room for ${room} of the text: windows that begin ${doc_stride} apart (doc_stride) would leave some out`;
    throw ptxError("PTX_CONFIG_VALUE", `inputs.${this.name}.doc_stride`, message);
  }

  read(row: Row): PieceQuestion {
    return this.#questions.of(row);
  }

  textOf(row: Row): string {
    return mended(textCell(row, this.columns[1]!));
  }

  numberize(row: Row): FieldValue[] {
    return this.examples(row)[0]!;
  }

  examples(row: Row): FieldValue[][] {
    const { windows } = this.#questions.counted(row);
    this.countRow(windows.flatMap(({ ids }) => [...ids]));
    if (this.#question(row).length > this.config.max_query_length) this.#cutQuestions += 1;
    return windows.map(({ ids, place, count }) => [
      { data: ids, sizes: [ids.length] },
      { data: Int32Array.of(place, place + count), sizes: [2] },
    ]);
  }

  build(scope: Scope, form: InputForm): InputTensors {
    const { columns, axis, max_seq_len, max_query_length } = this.config;
    const { graph } = scope;
    const rule = segmentRule(this.tokenizer, 2, this.name);
    if (form === "tokens") {
      throw ptxError(
        "PTX_EXPORT",
        `inputs.${this.name}`,
        "word pieces are cut from whole texts, which tokens are not",
        "export with --input text or --input ids",
      );
    }
    if (form === "ids") {
      const ids = graph.input(this.name, "int32", ["batch", axis]);
      const places = graph.input(`${this.name}_context`, "int32", ["batch", 2]);
      const [from, to] = [slice(places, 1, 0, 1), slice(places, 1, 1, 2)];
      const place = cast(range(graph, ids.dim(1)), "int32");
      const context = and(greaterOrEqual(place, from), less(place, to));
      return { ...pieceInputs(ids, this.tokenizer, rule), context };
    }
    const texts = columns.map((column) => textsOf(scope, column, ["batch"]));
    const encoded = encodeTexts(texts, this.source.wordPiece, {
      most: max_seq_len,
      mostOfFirst: max_query_length,
    });
    this.#encoded.set(graph, encoded);
    const inputs = pieceInputs(encoded.ids, this.tokenizer, rule);
    const separates = equal(inputs.ids, this.tokenizer.special.separator!);
    return { ...inputs, context: and(equal(inputs.segments, 1), not(separates)) };
  }

  placedIn(graph: Graph, unit: OffsetUnit): PlacedQuestions | undefined {
    const encoded = this.#encoded.get(graph);
    return encoded && { ...encoded.places(unit), truncated: encoded.truncated };
  }

  serve(rows: readonly Row[]): Readonly<Record<string, HostTensor>> {
    return Object.fromEntries(
      this.columns.map((column) => [
        column,
        { dtype: "string", dims: [rows.length], data: rows.map((row) => mended(textCell(row, column))) },
      ]),
    );
  }

  override counts(): Readonly<Record<string, number>> {
    return {
      ...super.counts(),
      ...this.#questions.counts(),
      questions_cut: this.#cutQuestions,
    };
  }

  #question(row: Row): readonly Piece[] {
    return this.tokenizer.tokenize(mended(textCell(row, this.columns[0]!)));
  }

  #documentOf(text: string): Document {
    if (this.#document?.text === text) return this.#document;
    const pieces = this.tokenizer.tokenize(text);
    this.#document = { ...cutDocument(text, pieces), pieces };
    return this.#document;
  }

  #windowed(row: Row): PieceQuestion {
    const { max_seq_len, max_query_length, doc_stride } = this.config;
    const question = this.#question(row).slice(0, max_query_length);
    const { pieces, ...document } = this.#documentOf(this.textOf(row));
    const room = this.tokenizer.room([question], max_seq_len);
    const windows = windowPlaces(pieces.length, room, room - doc_stride).map(([from, to]): PieceWindow => {
      const { ids, texts } = this.tokenizer.around([question, pieces.slice(from, to)]);
      return { ids, from, place: Math.max(0, texts.indexOf(1)), count: to - from };
    });
    return { ...document, windows };
  }
}

/** The input that reads questions as pieces. Throws `PTX_CONFIG_VALUE` for another one. */
export function questionPiecesOf(tensorizer: Tensorizer, reader: string): QuestionPieces {
  if (tensorizer instanceof QuestionPieces) return tensorizer;
  throw noQuestions(reader, "SquadForBERTTensorizer");
}

/** PyText's SquadForBERTTensorizer. */
export const SquadForBERTTensorizer = component({
  kind: "tensorizer",
  name: "SquadForBERTTensorizer",
  schema,
  check: checkPieceOptions,
  create: (config, _context, name) => new QuestionPieces(config, name),
});
