import { type Static, Type } from "typebox";
import { sizeOf } from "../../../graph/dims.js";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Tensor } from "../../../graph/graph.js";
import { add, greaterOrEqual, where } from "../../../graph/ops/elementwise.js";
import { reshape, reshapeFully } from "../../../graph/ops/shaping.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { lowerCaseOf, mended } from "../../../text/normalize.js";
import { PAD_ID, Vocabulary } from "../../../text/vocabulary.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row } from "../contracts.js";
import { utf8Bytes } from "./byte-graph.js";
import { textCell } from "./cells.js";
import { textsOf, tokenOptions } from "./token-cutter.js";
import { lowerCaseTable } from "./token-expression.js";
import { TokenPieces } from "./token-pieces.js";
import type { VocabularyHolder } from "./vocabulary-holder.js";
import { idsInput } from "./vocabulary-ids.js";

/** The vocabulary of bytes: nothing to learn, nothing unknown. Byte b has the id b + 2. */
const BYTES = new Vocabulary(
  Array.from({ length: 256 }, (_, byte) => `0x${byte.toString(16).padStart(2, "0")}`),
);
const FIRST_BYTE_ID = BYTES.id("0x00");

const encoder = new TextEncoder();

function byteIds(text: string): Int32Array {
  return Int32Array.from(encoder.encode(text), (byte) => byte + FIRST_BYTE_ID);
}

/** The same of bytes in a graph, -1 at padding. */
function byteInputs(bytes: Tensor): InputTensors {
  const mask = greaterOrEqual(bytes, 0);
  return { ids: where(mask, add(bytes, FIRST_BYTE_ID), PAD_ID), mask };
}

/** What lower-casing makes of characters, by code points. */
const lowerCodes = (): ReadonlyMap<number, number> =>
  new Map([...lowerCaseTable()].map(([from, to]) => [from.codePointAt(0)!, to.codePointAt(0)!]));

const tokenSchema = Type.Object(
  {
    ...tokenOptions,
    max_byte_len: Type.Integer({
      default: 20,
      minimum: 1,
      description: "Keep so many bytes of a token; tokens with more are counted and printed.",
    }),
  },
  { description: "The UTF-8 bytes of each token." },
);

/** Text to byte ids `[tokens, bytes]`. */
class TokenByteIds extends TokenPieces {
  override readonly vocabulary = BYTES;

  constructor(config: Static<typeof tokenSchema>, context: Context, name: string) {
    super(config, context, name, config.max_byte_len);
  }

  override observe(): void {}

  override async finish(): Promise<void> {}

  override state(): unknown {
    return {};
  }

  override load(): void {}

  protected override pieces(token: string): Int32Array {
    return byteIds(token);
  }

  protected override fromStrings(strings: Tensor): InputTensors {
    const flat = reshape(strings, [sizeOf(strings.shape)]);
    const bytes = utf8Bytes(flat, this.maxPieces);
    return byteInputs(reshapeFully(bytes, [...strings.shape, bytes.dim(1)]));
  }
}

/** Byte ids of the tokens of a text. */
export const ByteTokenTensorizer = component({
  kind: "tensorizer",
  name: "ByteTokenTensorizer",
  schema: tokenSchema,
  create: (config, context, name) => new TokenByteIds(config, context, name),
});

const textSchema = Type.Object(
  {
    column: Type.String({ default: "text", description: "The column that holds the text." }),
    lower: Type.Boolean({
      default: true,
      description: "Lower-case the text first, character by character, by Unicode's rules.",
    }),
    max_seq_len: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description:
        "Keep so many bytes of a text and drop the rest, which is counted and printed; null: keep all.",
    }),
  },
  { description: "The UTF-8 bytes of a text, one after the other." },
);

/** Text to byte ids `[bytes]`. In a graph it gives `ids [batch, bytes]` and `mask [batch, bytes]` (bool). */
class TextByteIds implements VocabularyHolder {
  readonly columns: readonly string[];
  readonly role = "input";
  readonly fields: readonly FieldSpec[];
  readonly vocabulary = BYTES;
  #bytes = 0;
  #truncatedRows = 0;

  constructor(
    readonly config: Static<typeof textSchema>,
    readonly name: string,
  ) {
    this.columns = [config.column];
    this.fields = [{ name, dtype: "int32", dims: [name], pad: PAD_ID }];
  }

  observe(): void {}

  async finish(): Promise<void> {}

  numberize(row: Row): FieldValue[] {
    const text = this.#text(row);
    const all = byteIds(this.config.lower ? lowerCaseOf(text) : text);
    const data = all.subarray(0, this.config.max_seq_len ?? all.length);
    if (data.length < all.length) this.#truncatedRows += 1;
    this.#bytes += data.length;
    return [{ data, sizes: [data.length] }];
  }

  length([ids]: readonly FieldValue[]): number {
    return ids!.sizes[0]!;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    const { column, lower, max_seq_len } = this.config;
    if (form !== "ids") {
      const text = textsOf(scope, column, ["batch"]);
      return byteInputs(utf8Bytes(text, max_seq_len, lower ? lowerCodes() : undefined));
    }
    return idsInput(scope, this.name, [this.name]);
  }

  /** Whole texts, in both forms: bytes are not of tokens. */
  serve(rows: readonly Row[]): Readonly<Record<string, HostTensor>> {
    const data = rows.map((row) => this.#text(row));
    return { [this.config.column]: { dtype: "string", dims: [rows.length], data } };
  }

  state(): unknown {
    return {};
  }

  load(): void {}

  #text(row: Row): string {
    return mended(textCell(row, this.config.column));
  }

  facts(): Readonly<Record<string, number>> {
    return { vocabulary: BYTES.size };
  }

  counts(): Readonly<Record<string, number>> {
    return { bytes: this.#bytes, truncated_rows: this.#truncatedRows };
  }
}

/** Byte ids of a text. */
export const ByteTensorizer = component({
  kind: "tensorizer",
  name: "ByteTensorizer",
  schema: textSchema,
  create: (config, _context, name) => new TextByteIds(config, name),
});
