import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Graph, Tensor } from "../../../graph/graph.js";
import type { Scope } from "../../../graph/scope.js";
import { Slot } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import type { Token, Tokenizer } from "../../../text/tokenizer.js";
import type { Row, Tokenized } from "../contracts.js";
import { badCell, textCell, textList } from "./cells.js";

/** Config keys of the tensorizers that cut a text into tokens. */
export const tokenOptions = {
  column: Type.String({
    default: "text",
    description: "The column that holds the text, or a list of tokens.",
  }),
  tokenizer: Slot("tokenizer", {
    default: "Tokenizer",
    description:
      "How a text is cut. Lists of tokens are not cut, but lower-cased and composed as the tokenizer does.",
  }),
  max_seq_len: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
    default: null,
    description:
      "Keep so many tokens of a text and drop the rest, which is counted and printed; null: keep all.",
  }),
  axis: Type.String({
    default: "tokens",
    minLength: 1,
    description: "Name of the token axis. Inputs that share it must have the same tokens in each row.",
  }),
  text_input: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
    default: null,
    description:
      "What the exported file calls its input of tokens; null: as the axis. Inputs of one axis whose tokenizers write tokens differently (lower-cased or not) need different names.",
  }),
};

const optionsSchema = () => Type.Object(tokenOptions);
/** The resolved value of `tokenOptions`. */
export type TokenOptions = Static<ReturnType<typeof optionsSchema>>;
/** What cutting needs of them. */
type CutOptions = Omit<TokenOptions, "text_input"> & Partial<Pick<TokenOptions, "text_input">>;

/** NUL characters, at which strings end on their way into ONNX Runtime, and halves of surrogate pairs, which UTF-8 lacks. */
const UNFIT = /[\0\p{Cs}]/u;
const ALL_UNFIT = /[\0\p{Cs}]/gu;

/** A token that is the same to this program and to an exported file: U+FFFD stands for what the latter could not get. Its place stays. */
function mended(token: Token): Token {
  return UNFIT.test(token.text) ? { ...token, text: token.text.replace(ALL_UNFIT, "\ufffd") } : token;
}

/** Tokens that were cut already, as a text with single spaces between them. */
function joined(tokens: readonly string[], tokenizer: Tokenizer): Tokenized {
  let end = -1;
  const placed = tokens.map((token) => {
    const startUtf16 = end + 1;
    end = startUtf16 + token.length;
    return { text: tokenizer.normalize?.(token) ?? token, startUtf16, endUtf16: end };
  });
  return { text: tokens.join(" "), tokens: placed };
}

/** What is kept of a row's text. */
export interface Cut extends Tokenized {
  /** Whether there were more tokens. */
  readonly truncated: boolean;
}

/** Cuts the text of a row into at most `max_seq_len` tokens and counts what that drops. */
export class TokenCutter {
  readonly #tokenizer: Tokenizer;
  #rows = 0;
  #tokens = 0;
  #truncatedRows = 0;

  constructor(
    readonly options: CutOptions,
    context: Context,
  ) {
    const { component, config } = context.part("tokenizer", options.tokenizer);
    this.#tokenizer = component.create(config, context);
  }

  /** The name of the string input. */
  get #name(): string {
    return this.options.text_input ?? this.options.axis;
  }

  /** What stands between tokens that are put together to a text. */
  get separator(): string {
    return this.#tokenizer.separator ?? " ";
  }

  /** The row's text and the kept tokens of it. */
  cut(row: Row): Cut {
    const { max_seq_len: limit } = this.options;
    const { text, tokens } = this.uncut(row);
    const truncated = limit !== null && tokens.length > limit;
    return { text, tokens: (truncated ? tokens.slice(0, limit) : tokens).map(mended), truncated };
  }

  /** The row's text and all tokens of it, however many. */
  uncut(row: Row): Tokenized {
    const { column } = this.options;
    const given = textList(row, column);
    if (given === undefined) {
      const text = textCell(row, column);
      return { text, tokens: this.#tokenizer.tokenize(text) };
    }
    if (given.includes("")) throw badCell(row, column, "tokens that are not empty", given);
    return joined(given, this.#tokenizer);
  }

  /** The kept tokens of a row without their places. */
  words(row: Row): readonly string[] {
    return this.cut(row).tokens.map(({ text }) => text);
  }

  /** The string input of the tokens in a graph, `[batch, tokens]`. Throws `PTX_EXPORT` when another input gives it other strings. */
  input(scope: Scope): Tensor {
    const { column, tokenizer, max_seq_len } = this.options;
    const key = JSON.stringify([column, tokenizer, max_seq_len]);
    const made = writersOf(scope.graph);
    if ((made.get(this.#name) ?? key) !== key) {
      const message = `two inputs of the model cut the texts of "${this.#name}" in different ways, but are exported as one`;
      throw ptxError(
        "PTX_EXPORT",
        `inputs  text_input "${this.#name}"`,
        message,
        "give one of them a text_input of its own name, and train again",
      );
    }
    made.set(this.#name, key);
    return tokenStrings(scope, this.options.axis, this.#name);
  }

  /** The tokens of rows as the string input of their axis, `[rows, tokens]`, padded with empty strings to the longest row (1 at least). */
  strings(rows: readonly Row[]): Readonly<Record<string, HostTensor>> {
    const texts = rows.map((row) => this.words(row));
    const longest = Math.max(1, ...texts.map(({ length }) => length));
    const data = texts.flatMap((tokens) => [...tokens, ...Array<string>(longest - tokens.length).fill("")]);
    return { [this.#name]: { dtype: "string", dims: [rows.length, longest], data } };
  }

  /** The tokens of a text that is no row, such as a phrase of a dictionary. */
  wordsOf(text: string): readonly string[] {
    return this.#tokenizer.tokenize(text).map((token) => mended(token).text);
  }

  /** The kept tokens of a row that is being numberized, without their places. */
  wordsCounted(row: Row): readonly string[] {
    const { tokens, truncated } = this.cut(row);
    this.#rows += 1;
    this.#tokens += tokens.length;
    if (truncated) this.#truncatedRows += 1;
    return tokens.map(({ text }) => text);
  }

  counts(): { rows: number; tokens: number; truncated_rows: number } {
    return { rows: this.#rows, tokens: this.#tokens, truncated_rows: this.#truncatedRows };
  }
}

/**
 * A string input of a token axis, `[batch, tokens]`, shared by all tensorizers that read it. The places beyond a text's
 * end hold the empty string, which is never a token.
 */
export function tokenStrings(scope: Scope, axis: string, input = axis): Tensor {
  return (
    scope.graph.inputs.find(({ name }) => name === input) ??
    scope.graph.input(input, "string", ["batch", axis])
  );
}

/** How the tokens of each string input of a graph are made. */
const writers = new WeakMap<Graph, Map<string, string>>();

function writersOf(graph: Graph): Map<string, string> {
  const known = writers.get(graph) ?? new Map<string, string>();
  writers.set(graph, known);
  return known;
}
