import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import { mended } from "../../../text/normalize.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, PieceTensorizer, Row } from "../contracts.js";
import { textCell } from "./cells.js";
import { PieceReader } from "./piece-reader.js";
import { pieceInputs, requireRoom, segmentRule } from "./piece-roles.js";
import { checkPieceOptions, pieceOptions } from "./piece-source.js";
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
class BertIds extends PieceReader implements PieceTensorizer {
  readonly columns: readonly string[];
  readonly role: "input" | "target";
  #truncatedRows = 0;

  /** @param leader whose tokenizer it shares; absent: it has its own */
  constructor(
    readonly config: Config,
    name: string,
    readonly leader?: BertIds,
  ) {
    super(config, name, leader?.source);
    this.columns = config.columns;
    this.role = leader === undefined ? "input" : "target";
  }

  companion(column: string, name: string): BertIds {
    return new BertIds(
      { ...this.config, columns: [column], axis: `${this.config.axis}_${name}` },
      name,
      this,
    );
  }

  get fields(): readonly FieldSpec[] {
    return [this.idsField(this.config.axis)];
  }

  get most(): number | null {
    return this.config.max_seq_len;
  }

  async finish(): Promise<void> {
    if (this.leader !== undefined) return;
    await this.source.read();
    segmentRule(this.tokenizer, this.columns.length, this.name);
    requireRoom(this.tokenizer, this.columns.length, this.config.max_seq_len, this.name);
  }

  numberize(row: Row): FieldValue[] {
    const { ids, texts, truncated } = this.tokenizer.encode(this.#texts(row), {
      most: this.config.max_seq_len,
    });
    if (truncated) this.#truncatedRows += 1;
    this.countRow(ids.filter((_, i) => texts[i] !== -1));
    return [{ data: ids, sizes: [ids.length] }];
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
            this.source.wordPiece,
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

  override state(): unknown {
    return this.leader === undefined ? super.state() : {};
  }

  override load(state: unknown): void {
    if (this.leader === undefined) super.load(state);
  }

  override facts(): Readonly<Record<string, number>> {
    return this.leader === undefined ? super.facts() : {};
  }

  override counts(): Readonly<Record<string, number>> {
    return { ...super.counts(), truncated_rows: this.#truncatedRows };
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
