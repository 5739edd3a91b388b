import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import { mended } from "../../../text/normalize.js";
import type { PieceTokenizer } from "../../../text/pieces/piece-tokenizer.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, PieceTensorizer, Row } from "../contracts.js";
import { textCell } from "./cells.js";
import { fillerOf, pieceInputs, requireRoom, segmentRule } from "./piece-roles.js";
import { checkPieceOptions, PieceSource, pieceOptions } from "./piece-source.js";
import { textsOf } from "./token-cutter.js";
import { encodeTexts } from "./wordpiece-graph.js";

const schema = Type.Object(
  {
    columns: Type.Array(Type.String({ minLength: 1 }), {
      default: ["text"],
      minItems: 1,
      maxItems: 2,
      uniqueItems: true,
      description: "The column that holds the text, or the two that hold a pair of texts.",
    }),
    ...pieceOptions,
    max_seq_len: Type.Union([Type.Integer({ minimum: 3 }), Type.Null()], {
      default: 256,
      description:
        "Keep so many pieces of a row, [CLS] and [SEP] included, which is counted and printed; of two texts the longer one is cut first. null: keep all.",
    }),
    axis: Type.String({ default: "pieces", minLength: 1, description: "Name of the axis of pieces." }),
  },
  {
    description:
      "Ids of a text's pieces (or two texts') for BERT, RoBERTa and their kin, with the special pieces around that the model's tokenizer puts there: [CLS] text [SEP], or [CLS] text [SEP] text [SEP].",
  },
);
type Config = Static<typeof schema>;

/**
 * Text, or two, to ids of word pieces `[pieces]`. In a graph it gives `ids [batch, pieces]`, `mask [batch, pieces]` (bool)
 * and `segments [batch, pieces]` (int64, 1 in the second text).
 */
class BertIds implements PieceTensorizer {
  readonly columns: readonly string[];
  readonly role: "input" | "target";
  readonly cutsPieces = true;
  readonly #source: PieceSource;
  #rows = 0;
  #pieces = 0;
  #unknown = 0;
  #truncatedRows = 0;

  /** @param leader whose tokenizer it shares; absent: it has its own */
  constructor(
    readonly config: Config,
    readonly name: string,
    readonly leader?: BertIds,
  ) {
    this.columns = config.columns;
    this.role = leader === undefined ? "input" : "target";
    this.#source = leader === undefined ? new PieceSource(config, name) : leader.#source;
  }

  companion(column: string, name: string): BertIds {
    return new BertIds(
      { ...this.config, columns: [column], axis: `${this.config.axis}_${name}` },
      name,
      this,
    );
  }

  get tokenizer(): PieceTokenizer {
    return this.#source.tokenizer;
  }

  get fields(): readonly FieldSpec[] {
    return [{ name: this.name, dtype: "int32", dims: [this.config.axis], pad: fillerOf(this.tokenizer) }];
  }

  get most(): number | null {
    return this.config.max_seq_len;
  }

  observe(): void {}

  async finish(): Promise<void> {
    if (this.leader !== undefined) return;
    await this.#source.read();
    segmentRule(this.tokenizer, this.columns.length, this.name);
    requireRoom(this.tokenizer, this.columns.length, this.config.max_seq_len, this.name);
  }

  numberize(row: Row): FieldValue[] {
    const { special } = this.tokenizer;
    const { ids, texts, truncated } = this.tokenizer.encode(this.#texts(row), {
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
      );
    }
    const ids =
      form === "ids"
        ? scope.graph.input(this.name, "int32", ["batch", axis])
        : encodeTexts(
            columns.map((column) => textsOf(scope, column, ["batch"])),
            this.#source.wordPiece,
            max_seq_len,
          ).ids;
    const rule = segmentRule(this.tokenizer, columns.length, this.name);
    return { ...pieceInputs(ids, this.tokenizer, rule) };
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
    return this.leader === undefined ? this.#source.state() : {};
  }

  load(state: unknown): void {
    if (this.leader === undefined) this.#source.load(state);
  }

  facts(): Readonly<Record<string, number>> {
    return this.leader === undefined ? { vocabulary: this.tokenizer.pieces.length } : {};
  }

  counts(): Readonly<Record<string, number>> {
    return {
      rows: this.#rows,
      pieces: this.#pieces,
      unknown_pieces: this.#unknown,
      truncated_rows: this.#truncatedRows,
    };
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
  check: checkPieceOptions,
  create: (config, _context, name) => new BertIds(config, name),
});
