import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import { InputFile } from "../../../registry/input-file.js";
import { mended } from "../../../text/normalize.js";
import { bertTokenizer } from "../../../text/pieces/bert-tokenizer.js";
import type { PieceTokenizer } from "../../../text/pieces/piece-tokenizer.js";
import { PieceVocabulary, WordPiece } from "../../../text/pieces/wordpiece.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row } from "../contracts.js";
import { badState, textCell } from "./cells.js";
import type { PieceHolder } from "./piece-holder.js";
import { textsOf } from "./token-cutter.js";
import { encodeTexts, rolesOfPieces } from "./wordpiece-graph.js";

const schema = Type.Object(
  {
    columns: Type.Array(Type.String({ minLength: 1 }), {
      default: ["text"],
      minItems: 1,
      maxItems: 2,
      uniqueItems: true,
      description: "The column that holds the text, or the two that hold a pair of texts.",
    }),
    vocab_file: InputFile({
      description:
        "The model's vocab.txt: a piece a line, its id the line's number from 0, [PAD], [UNK], [CLS] and [SEP] among them.",
    }),
    max_seq_len: Type.Union([Type.Integer({ minimum: 3 }), Type.Null()], {
      default: 256,
      description:
        "Keep so many pieces of a row, [CLS] and [SEP] included, which is counted and printed; of two texts the longer one is cut first. null: keep all.",
    }),
    lowercase: Type.Boolean({
      default: true,
      description: "Lower-case texts, character by character, as models called uncased need it.",
    }),
    strip_accents: Type.Union([Type.Boolean(), Type.Null()], {
      default: null,
      description: "Decompose characters (Unicode NFD) and drop accents; null: as lowercase.",
    }),
    tokenize_chinese_chars: Type.Boolean({
      default: true,
      description: "Chinese characters are words of their own.",
    }),
    axis: Type.String({ default: "pieces", minLength: 1, description: "Name of the axis of pieces." }),
  },
  {
    description: "Ids of word pieces for BERT and its kin: [CLS] text [SEP], or [CLS] text [SEP] text [SEP].",
  },
);
type Config = Static<typeof schema>;

/**
 * Text, or two, to ids of word pieces `[pieces]`. In a graph it gives `ids [batch, pieces]`, `mask [batch, pieces]` (bool)
 * and `segments [batch, pieces]` (int64, 1 in the second text).
 */
class BertIds implements PieceHolder {
  readonly columns: readonly string[];
  readonly role = "input";
  #tokenizer: PieceTokenizer | undefined;
  #rows = 0;
  #pieces = 0;
  #unknown = 0;
  #truncatedRows = 0;

  constructor(
    readonly config: Config,
    readonly name: string,
  ) {
    this.columns = config.columns;
  }

  get fields(): readonly FieldSpec[] {
    const pad = this.#learnt.special.pad!;
    return [{ name: this.name, dtype: "int32", dims: [this.config.axis], pad }];
  }

  get tokenizer(): PieceTokenizer {
    return this.#learnt;
  }

  get most(): number | null {
    return this.config.max_seq_len;
  }

  observe(): void {}

  async finish(): Promise<void> {
    this.#take(await PieceVocabulary.read(this.config.vocab_file));
  }

  numberize(row: Row): FieldValue[] {
    const { special } = this.#learnt;
    const { ids, texts, truncated } = this.#learnt.encode(this.#texts(row), {
      most: this.config.max_seq_len,
    });
    this.#rows += 1;
    if (truncated) this.#truncatedRows += 1;
    for (const [i, id] of ids.entries()) {
      if (texts[i] === -1) continue;
      this.#pieces += 1;
      if (id === special.unknown) this.#unknown += 1;
    }
    return [{ data: ids, sizes: [ids.length] }];
  }

  length([ids]: readonly FieldValue[]): number {
    return ids!.sizes[0]!;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    const { columns, axis, max_seq_len } = this.config;
    if (form === "tokens") {
      throw ptxError(
        "PTX_EXPORT",
        `inputs.${this.name}`,
        "word pieces are cut from whole texts, which tokens are not",
        "export with --input text or --input ids",
      );
    }
    const ids =
      form === "ids"
        ? scope.graph.input(this.name, "int32", ["batch", axis])
        : encodeTexts(
            columns.map((column) => textsOf(scope, column, ["batch"])),
            this.#wordPiece,
            max_seq_len,
          ).ids;
    return { ids, ...rolesOfPieces(ids, this.#wordPiece.vocabulary) };
  }

  serve(rows: readonly Row[]): Readonly<Record<string, HostTensor>> {
    const texts = rows.map((row) => this.#texts(row));
    return Object.fromEntries(
      this.columns.map((column, i) => [
        column,
        { dtype: "string", dims: [rows.length], data: texts.map((row) => row[i]!) },
      ]),
    );
  }

  state(): unknown {
    return { pieces: this.#learnt.pieces };
  }

  load(state: unknown): void {
    const { pieces } = (state ?? {}) as { pieces?: unknown };
    if (!Array.isArray(pieces) || !pieces.every((piece) => typeof piece === "string"))
      throw badState(this.name, "the pieces of a vocabulary");
    this.#take(new PieceVocabulary(pieces, () => `inputs.${this.name}`));
  }

  facts(): Readonly<Record<string, number>> {
    return { vocabulary: this.#learnt.pieces.length };
  }

  counts(): Readonly<Record<string, number>> {
    return {
      rows: this.#rows,
      pieces: this.#pieces,
      unknown_pieces: this.#unknown,
      truncated_rows: this.#truncatedRows,
    };
  }

  get #learnt(): PieceTokenizer {
    if (this.#tokenizer !== undefined) return this.#tokenizer;
    throw new Error(`inputs.${this.name} is used before its vocabulary is read`);
  }

  get #wordPiece(): WordPiece {
    const { cutter } = this.#learnt;
    if (cutter instanceof WordPiece) return cutter;
    throw new Error(`inputs.${this.name} has no word pieces`);
  }

  #take(vocabulary: PieceVocabulary): void {
    const { lowercase, strip_accents, tokenize_chinese_chars } = this.config;
    this.#tokenizer = bertTokenizer(vocabulary, {
      lowercase,
      stripAccents: strip_accents,
      splitChinese: tokenize_chinese_chars,
    });
  }

  #texts(row: Row): string[] {
    return this.columns.map((column) => mended(textCell(row, column)));
  }
}

/** Ids of word pieces of a text or two. */
export const BERTTensorizer = component({
  kind: "tensorizer",
  name: "BERTTensorizer",
  schema,
  create: (config, _context, name) => new BertIds(config, name),
});
