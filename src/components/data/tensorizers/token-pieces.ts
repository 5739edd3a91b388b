import type { Tensor } from "../../../graph/graph.js";
import type { Scope } from "../../../graph/scope.js";
import type { Context } from "../../../registry/context.js";
import { PAD_ID, UNK_ID, type Vocabulary } from "../../../text/vocabulary.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, TextTensorizer } from "../contracts.js";
import type { TokenOptions } from "./token-cutter.js";
import { TokenReader } from "./token-reader.js";
import type { VocabularyHolder } from "./vocabulary-holder.js";
import { idsInput } from "./vocabulary-ids.js";

/**
 * What the tensorizers that look inside tokens (characters, bytes) have in common: ids `[tokens, pieces]`, padded to the
 * row's longest token. In a graph they give `ids [batch, tokens, pieces]` and `mask [batch, tokens, pieces]` (bool).
 */
export abstract class TokenPieces extends TokenReader implements VocabularyHolder, TextTensorizer {
  readonly role = "input";
  readonly fields: readonly FieldSpec[];
  readonly #dims: readonly [string, string];
  #truncatedTokens = 0;
  #pieces = 0;
  #unknown = 0;

  constructor(
    readonly options: TokenOptions,
    context: Context,
    name: string,
    readonly maxPieces: number,
  ) {
    super(options, context, name);
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

  build(scope: Scope, form: InputForm): InputTensors {
    if (form !== "ids") return this.fromStrings(this.cutter.strings(scope, form));
    return idsInput(scope, this.name, this.#dims);
  }

  facts(): Readonly<Record<string, number>> {
    return { vocabulary: this.vocabulary.size };
  }

  override counts(): Readonly<Record<string, number>> {
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
