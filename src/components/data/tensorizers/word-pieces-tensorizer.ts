import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Graph } from "../../../graph/graph.js";
import { cast, greaterOrEqual, maximum } from "../../../graph/ops/elementwise.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import type {
  CutTexts,
  FieldSpec,
  FieldValue,
  InputForm,
  InputTensors,
  PieceTensorizer,
  Row,
  StringForm,
  TextTensorizer,
  Tokenized,
} from "../contracts.js";
import { PieceReader } from "./piece-reader.js";
import { pieceInputs, requireRoom, segmentRule } from "./piece-roles.js";
import { checkPieceOptions, pieceOptions } from "./piece-source.js";
import { TokenCutter, tokenOptions } from "./token-cutter.js";
import { encodeWords } from "./wordpiece-words-graph.js";

const { column, tokenizer: word_tokenizer, axis, text_input } = tokenOptions;

const schema = Type.Object(
  {
    ...{ column, word_tokenizer },
    max_seq_len: Type.Integer({
      default: 256,
      minimum: 1,
      description:
        "Keep so many words of a text and drop the rest, which is counted and printed. Targets of words need the same.",
    }),
    ...pieceOptions,
    max_pieces: Type.Integer({
      default: 512,
      minimum: 3,
      description:
        "Keep so many pieces of a row, special ones included: where there are more, the words with the most pieces lose their last ones, which is counted and printed. All words stay.",
    }),
    ...{ axis, text_input },
    piece_axis: Type.String({ default: "pieces", minLength: 1, description: "Name of the axis of pieces." }),
  },
  {
    description:
      "Words, each cut into pieces of a model's vocabulary, and which piece each word begins with: for tagging words by a pretrained encoder.",
  },
);
type Config = Static<typeof schema>;

/** What fills places beyond a row's words. */
const NO_WORD = -1;

/**
 * Words to ids of pieces `[pieces]` and the place of each word's first piece `[tokens]`. In a graph it gives
 * `ids [batch, pieces]`, `mask [batch, pieces]` (bool), `segments [batch, pieces]` (int64), `first [batch, tokens]` (int64; 0
 * at padding) and `word_mask [batch, tokens]` (bool).
 */
class WordPieces extends PieceReader implements PieceTensorizer, TextTensorizer {
  readonly columns: readonly string[];
  readonly role = "input";
  readonly #cutter: TokenCutter;
  #shortenedRows = 0;

  constructor(
    readonly config: Config,
    context: Context,
    name: string,
  ) {
    super(config, name);
    this.columns = [config.column];
    this.#cutter = new TokenCutter({ ...config, tokenizer: config.word_tokenizer }, context);
  }

  get most(): number {
    return this.config.max_pieces;
  }

  get fields(): readonly FieldSpec[] {
    const { piece_axis, axis: words } = this.config;
    return [
      this.idsField(piece_axis),
      { name: `${this.name}_first`, dtype: "int32", dims: [words], pad: NO_WORD },
    ];
  }

  async finish(): Promise<void> {
    await this.source.read();
    segmentRule(this.tokenizer, 1, this.name);
    const { max_seq_len, max_pieces } = this.config;
    requireRoom(this.tokenizer, 1, max_pieces, this.name);
    const special = this.tokenizer.specialCount(1);
    if (max_seq_len + special <= max_pieces) return;
    const message = `max_pieces (${max_pieces}) has no room for a piece of each of max_seq_len (${max_seq_len}) words and ${special} special pieces`;
    throw ptxError("PTX_CONFIG_VALUE", `inputs.${this.name}.max_pieces`, message);
  }

  numberize(row: Row): FieldValue[] {
    const words = this.#cutter.wordsCounted(row);
    const { ids, texts, first, truncated } = this.tokenizer.encodeWords(words, this.config.max_pieces);
    if (truncated) this.#shortenedRows += 1;
    this.countRow(ids.filter((_, i) => texts[i] !== -1));
    return [
      { data: ids, sizes: [ids.length] },
      { data: first, sizes: [first.length] },
    ];
  }

  tokenized(row: Row): Tokenized {
    return this.#cutter.cut(row);
  }

  textOf(row: Row): string {
    return this.#cutter.textOf(row);
  }

  cutIn(graph: Graph): CutTexts | undefined {
    return this.#cutter.cutIn(graph);
  }

  build(scope: Scope, form: InputForm): InputTensors {
    const rule = segmentRule(this.tokenizer, 1, this.name);
    if (form !== "ids") {
      const { wordPiece } = this.source;
      const words = this.#cutter.strings(scope, form);
      const { ids, first, isWord } = encodeWords(words, wordPiece, this.config.max_pieces);
      return { ...pieceInputs(ids, this.tokenizer, rule), first, word_mask: isWord };
    }
    const { piece_axis, axis: words } = this.config;
    const ids = scope.graph.input(this.name, "int32", ["batch", piece_axis]);
    const first = scope.graph.input(`${this.name}_first`, "int32", ["batch", words]);
    return {
      ...pieceInputs(ids, this.tokenizer, rule),
      first: cast(maximum(first, 0), "int64"),
      word_mask: greaterOrEqual(first, 0),
    };
  }

  serve(rows: readonly Row[], form: StringForm): Readonly<Record<string, HostTensor>> {
    return this.#cutter.feeds(rows, form);
  }

  override counts(): Readonly<Record<string, number>> {
    return {
      ...this.#cutter.counts(),
      ...super.counts(),
      rows_with_shortened_words: this.#shortenedRows,
    };
  }
}

/** Ids of the pieces of words, and where words begin. */
export const WordPiecesTensorizer = component({
  kind: "tensorizer",
  name: "WordPiecesTensorizer",
  schema,
  check: checkPieceOptions,
  create: (config, context, name) => new WordPieces(config, context, name),
});
