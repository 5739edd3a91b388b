import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Graph, Tensor } from "../../../graph/graph.js";
import { MOST_JOINED } from "../../../graph/ops/strings.js";
import type { Scope } from "../../../graph/scope.js";
import { Slot } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import { CharacterCutter } from "../../../text/character-cutter.js";
import { mended } from "../../../text/normalize.js";
import { lengthIn } from "../../../text/offsets.js";
import type { Tokenizer } from "../../../text/tokenizer.js";
import type { CutTexts, Row, StringForm, Tokenized } from "../contracts.js";
import { badCell, textCell, textList } from "./cells.js";
import { cutTexts } from "./text-graph.js";

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
export type CutOptions = Omit<TokenOptions, "text_input"> & Partial<Pick<TokenOptions, "text_input">>;

/** Tokens that were cut already, as a text with single spaces between them. */
function joined(tokens: readonly string[], tokenizer: Tokenizer): Tokenized {
  let end = -1;
  const placed = tokens.map((token) => {
    const startUtf16 = end + 1;
    end = startUtf16 + token.length;
    const fit = mended(token);
    return { text: tokenizer.normalize?.(fit) ?? fit, startUtf16, endUtf16: end };
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
    return { text, tokens: truncated ? tokens.slice(0, limit) : tokens, truncated };
  }

  /** The row's text and all tokens of it, however many. */
  uncut(row: Row): Tokenized {
    const given = this.#given(row);
    if (given !== undefined) return joined(given, this.#tokenizer);
    const text = textCell(row, this.options.column);
    return { text, tokens: this.#tokenizer.tokenize(mended(text)) };
  }

  /** The row's text, without cutting it. */
  textOf(row: Row): string {
    return this.#given(row)?.join(" ") ?? textCell(row, this.options.column);
  }

  /** The tokens of a row that holds tokens, not a text. */
  #given(row: Row): readonly string[] | undefined {
    const { column } = this.options;
    const given = textList(row, column);
    if (given?.includes("")) throw badCell(row, column, "tokens that are not empty", given);
    return given;
  }

  /** The kept tokens of a row without their places. */
  words(row: Row): readonly string[] {
    return this.cut(row).tokens.map(({ text }) => text);
  }

  /**
   * The tokens in a graph, string `[batch, tokens]`: an input of this shape, or cut from the input `[batch]` called after the
   * column. Throws `PTX_EXPORT` when two inputs of the model would need different strings, or no operators cut so.
   */
  strings(scope: Scope, form: StringForm): Tensor {
    if (form === "text") return this.inGraph(textsOf(scope, this.options.column, ["batch"])).tokens;
    const key = this.#key;
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
    // The places beyond a text's end hold the empty string, which is never a token.
    return textsOf(scope, this.#name, ["batch", this.options.axis]);
  }

  /** Texts `[texts]` cut in their graph. Throws `PTX_EXPORT` for a tokenizer without operators. */
  inGraph(texts: Tensor): CutTexts {
    const known = this.cutIn(texts.graph);
    if (known !== undefined) return known;
    const why =
      this.#tokenizer instanceof CharacterCutter
        ? lacksOperators(this.#tokenizer)
        : "looks at more than single characters and what stands before them";
    if (why !== null) {
      const [name] = Object.keys(this.options.tokenizer);
      throw ptxError(
        "PTX_EXPORT",
        `inputs  ${name}`,
        `this tokenizer ${why}, for which ONNX Runtime has no operators`,
      );
    }
    const made = cutTexts(texts, this.#tokenizer as CharacterCutter, this.options.max_seq_len);
    cutsOf(texts.graph).set(this.#key, made);
    return made;
  }

  /** What `inGraph` made in a graph. */
  cutIn(graph: Graph): CutTexts | undefined {
    return cutsOf(graph).get(this.#key);
  }

  /** What decides which tokens there are. */
  get #key(): string {
    const { column, tokenizer, max_seq_len } = this.options;
    return JSON.stringify([column, tokenizer, max_seq_len]);
  }

  /** A row's text as a graph is given it. Throws `PTX_DATA` for tokens that are not what the text is cut into. */
  wholeText(row: Row): string {
    const text = mended(this.textOf(row));
    if (text.length > MOST_JOINED && lengthIn(text, "code_points") > MOST_JOINED) {
      const message = `the text has more than ${MOST_JOINED} characters, which a model file that cuts texts itself cannot read`;
      throw ptxError(
        "PTX_DATA",
        row.origin,
        message,
        "predict with the run's folder, or export with --input tokens",
      );
    }
    const given = this.#given(row)?.map(mended);
    if (given === undefined) return text;
    const cut = this.#tokenizer.tokenize(text);
    const same =
      cut.length === given.length &&
      cut.every((token, i) => token.text === (this.#tokenizer.normalize?.(given[i]!) ?? given[i]!));
    if (!same) {
      const message = `the row holds tokens, and the model file, which cuts texts itself, would not cut "${text.slice(0, 80)}" into them`;
      throw ptxError("PTX_DATA", row.origin, message, "use a file that was exported with --input tokens");
    }
    return text;
  }

  /** What `strings` is fed: the rows' tokens, padded with empty strings to the longest row (1 at least), or their texts. */
  feeds(rows: readonly Row[], form: StringForm): Readonly<Record<string, HostTensor>> {
    if (form === "text") {
      const data = rows.map((row) => this.wholeText(row));
      return { [this.options.column]: { dtype: "string", dims: [rows.length], data } };
    }
    const texts = rows.map((row) => this.words(row));
    const longest = Math.max(1, ...texts.map(({ length }) => length));
    const data = texts.flatMap((tokens) => [...tokens, ...Array<string>(longest - tokens.length).fill("")]);
    return { [this.#name]: { dtype: "string", dims: [rows.length, longest], data } };
  }

  /** The tokens of a text that is no row, such as a phrase of a dictionary. */
  wordsOf(text: string): readonly string[] {
    return this.#tokenizer.tokenize(mended(text)).map((token) => token.text);
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

/** Why no operators cut as a tokenizer does; null: they do. */
const lacksOperators = ({ options }: CharacterCutter): string | null =>
  options.nfc ? "composes characters (normalize_nfc)" : null;

/**
 * The string input of a name, shared by all tensorizers that read it: whole texts, called after their column, or tokens.
 * Throws `PTX_EXPORT` where it would have to be both.
 */
export function textsOf(scope: Scope, name: string, dims: readonly string[]): Tensor {
  const known = scope.graph.inputs.find((input) => input.name === name);
  if (known === undefined) return scope.graph.input(name, "string", dims);
  if (known.rank === dims.length) return known;
  throw ptxError(
    "PTX_EXPORT",
    `inputs  "${name}"`,
    `the file's input "${name}" would hold tokens and whole texts`,
    "give the tokens a text_input of another name, and train again",
  );
}

/** What has been cut in each graph. */
const cuts = new WeakMap<Graph, Map<string, CutTexts>>();

function cutsOf(graph: Graph): Map<string, CutTexts> {
  const known = cuts.get(graph) ?? new Map<string, CutTexts>();
  cuts.set(graph, known);
  return known;
}

/** How the tokens of each string input of a graph are made. */
const writers = new WeakMap<Graph, Map<string, string>>();

function writersOf(graph: Graph): Map<string, string> {
  const known = writers.get(graph) ?? new Map<string, string>();
  writers.set(graph, known);
  return known;
}
