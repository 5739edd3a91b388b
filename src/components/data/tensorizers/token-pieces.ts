import type { HostTensor } from "../../../graph/dtype.js";
import type { Graph, Tensor } from "../../../graph/graph.js";
import { equal, not } from "../../../graph/ops/elementwise.js";
import type { Scope } from "../../../graph/scope.js";
import type { Context } from "../../../registry/context.js";
import { PAD_ID, UNK_ID, type Vocabulary } from "../../../text/vocabulary.js";
import type {
  CutTexts,
  FieldSpec,
  FieldValue,
  InputForm,
  InputTensors,
  Row,
  StringForm,
  TextTensorizer,
  Tokenized,
} from "../contracts.js";
import { TokenCutter, type TokenOptions } from "./token-cutter.js";
import type { VocabularyHolder } from "./vocabulary-holder.js";

/**
 * What the tensorizers that look inside tokens (characters, bytes) have in common: ids `[tokens, pieces]`, padded to the
 * row's longest token. In a graph they give `ids [batch, tokens, pieces]` and `mask [batch, tokens, pieces]` (bool).
 */
export abstract class TokenPieces implements VocabularyHolder, TextTensorizer {
  readonly columns: readonly string[];
  readonly role = "input";
  readonly fields: readonly FieldSpec[];
  protected readonly cutter: TokenCutter;
  readonly #dims: readonly [string, string];
  #truncatedTokens = 0;
  #pieces = 0;
  #unknown = 0;

  constructor(
    readonly options: TokenOptions,
    context: Context,
    readonly name: string,
    readonly maxPieces: number,
  ) {
    this.cutter = new TokenCutter(options, context);
    this.columns = [options.column];
    this.#dims = [options.axis, name === options.axis ? `${name}_pieces` : name];
    this.fields = [{ name, dtype: "int32", dims: this.#dims, pad: PAD_ID }];
  }

  abstract readonly vocabulary: Vocabulary;
  abstract observe(row: Row): void;
  abstract finish(): Promise<void>;
  abstract state(): unknown;
  abstract load(state: unknown): void;

  /** The ids of a token's pieces, all of them. */
  protected abstract pieces(token: string): ArrayLike<number>;

  /** Ids and mask from the strings of the token axis, `[batch, tokens]`; throws `PTX_EXPORT` when operators cannot make them. */
  protected abstract fromStrings(strings: Tensor): InputTensors;

  numberize(row: Row): FieldValue[] {
    const ids = this.cutter.wordsCounted(row).map((token) => this.pieces(token));
    const width = ids.reduce((most, { length }) => Math.max(most, Math.min(length, this.maxPieces)), 0);
    const data = new Int32Array(ids.length * width).fill(PAD_ID);
    for (const [token, pieces] of ids.entries()) {
      if (pieces.length > this.maxPieces) this.#truncatedTokens += 1;
      const kept = Math.min(pieces.length, width);
      this.#pieces += kept;
      for (let i = 0; i < kept; i++) {
        data[token * width + i] = pieces[i]!;
        if (pieces[i] === UNK_ID) this.#unknown += 1;
      }
    }
    return [{ data, sizes: [ids.length, width] }];
  }

  tokenized(row: Row): Tokenized {
    return this.cutter.cut(row);
  }

  textOf(row: Row): string {
    return this.cutter.textOf(row);
  }

  cutIn(graph: Graph): CutTexts | undefined {
    return this.cutter.cutIn(graph);
  }

  length([ids]: readonly FieldValue[]): number {
    return ids!.sizes[0]!;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    if (form !== "ids") return this.fromStrings(this.cutter.strings(scope, form));
    const ids: Tensor = scope.graph.input(this.name, "int32", ["batch", ...this.#dims]);
    return { ids, mask: not(equal(ids, PAD_ID)) };
  }

  serve(rows: readonly Row[], form: StringForm): Readonly<Record<string, HostTensor>> {
    return this.cutter.feeds(rows, form);
  }

  facts(): Readonly<Record<string, number>> {
    return { vocabulary: this.vocabulary.size };
  }

  counts(): Readonly<Record<string, number>> {
    const { rows, truncated_rows } = this.cutter.counts();
    return {
      rows,
      truncated_rows,
      truncated_tokens: this.#truncatedTokens,
      characters: this.#pieces,
      unknown_characters: this.#unknown,
    };
  }
}
