import { type Static, Type } from "typebox";
import type { Scope } from "../../../graph/scope.js";
import { component, Slot } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import { mended } from "../../../text/normalize.js";
import type { Tokenizer } from "../../../text/tokenizer.js";
import { escaped, leavesOf, type ParseTree } from "../../../text/trees.js";
import { PAD_ID, SPECIALS, UNK_ID, Vocabulary, VocabularyBuilder } from "../../../text/vocabulary.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, Tensorizer } from "../contracts.js";
import { badState } from "./cells.js";
import type { CopiedTokens } from "./copied-tokens-tensorizer.js";
import { noTargetStrings } from "./target-form.js";
import { TokenCutter } from "./token-cutter.js";
import { requireTokens, treeCell } from "./tree-cells.js";
import { NO_TREES, savedTreeFacts, type TreeFacts, withTree } from "./tree-facts.js";
import { buildVocabulary, vocabSchema } from "./vocab-config.js";
import { savedVocabulary, type VocabularyHolder } from "./vocabulary-holder.js";
import { idsInput } from "./vocabulary-ids.js";

const schema = Type.Object(
  {
    column: Type.String({
      default: "target",
      description: "The column that holds the text to be written, or a list of tokens.",
    }),
    tokenizer: Slot("tokenizer", {
      default: "WhitespaceTokenizer",
      description: "How a text is cut. Of a tree it lower-cases and composes the words, nothing else.",
    }),
    form: Type.Union([Type.Literal("tokens"), Type.Literal("tree")], {
      default: "tokens",
      description:
        'What the column holds: "tokens" = a text, "tree" = a tree in brackets, [IN:GET_EVENT fairs in [SL:LOCATION Detroit ] ], over the tokens that can be copied.',
    }),
    vocab: vocabSchema,
  },
  {
    description:
      "The tokens that a sequence-to-sequence model is to write, and an end behind them, as ids of a vocabulary learnt from the training rows.",
  },
);
type Config = Static<typeof schema>;

/** The id of what stands behind a sequence's last token. */
export const END_OF_TARGET = SPECIALS.length;
/** The id of what stands before its first one; it is never written. */
export const BEGIN_OF_TARGET = SPECIALS.length + 1;
const TARGET_SPECIALS = [...SPECIALS, "__END_OF_TARGET__", "__BEGIN_OF_TARGET__"];

/** The token that closes a node of a tree, and how those begin that open one. */
export const CLOSES_NODE = "]";
const OPENS_NODE = "[";

/**
 * Texts to ids `[steps]`, `END_OF_TARGET` behind the last. A token that the vocabulary lacks is `vocabulary size + i` where the
 * source's token i, the first of its kind, can be copied. In a graph it gives int32 `ids [batch, steps]` and `mask` (bool).
 */
export class TargetTokens implements VocabularyHolder {
  readonly columns: readonly string[];
  readonly role = "target";
  readonly fields: readonly FieldSpec[];
  /** What stands between tokens when they are put together to a text. */
  readonly separator: string;
  readonly #cutter: TokenCutter;
  readonly #tokenizer: Tokenizer;
  readonly #builder = new VocabularyBuilder();
  #vocabulary = new Vocabulary([], TARGET_SPECIALS);
  #source: CopiedTokens | undefined;
  #trees = NO_TREES;
  readonly #met = { rows: 0, tokens: 0, unknown_tokens: 0 };

  constructor(
    readonly config: Config,
    context: Context,
    readonly name: string,
  ) {
    const { column, tokenizer } = config;
    this.#cutter = new TokenCutter({ column, tokenizer, max_seq_len: null, axis: name }, context);
    const { component: chosen, config: options } = context.part("tokenizer", tokenizer);
    this.#tokenizer = chosen.create(options, context);
    this.separator = this.isTree ? " " : this.#cutter.separator;
    this.columns = [column];
    this.fields = [{ name, dtype: "int32", dims: [`${name}_steps`], pad: PAD_ID }];
  }

  get vocabulary(): Vocabulary {
    return this.#vocabulary;
  }

  /** All entries of the vocabulary. */
  get labels(): readonly string[] {
    return [...this.#vocabulary.specials, ...this.#vocabulary.words];
  }

  /** Whether sequences are trees in brackets. */
  get isTree(): boolean {
    return this.config.form === "tree";
  }

  /** The words of the vocabulary as a source may hold them, in id order; null is what no source holds: brackets. */
  get sourceWords(): readonly (string | null)[] {
    const { words } = this.#vocabulary;
    return this.isTree ? words.map((word) => (isBracket(word) ? null : unescaped(word))) : words;
  }

  /** A source's word as it is written here. */
  written(word: string): string {
    return this.isTree ? escaped(word) : word;
  }

  /** Whose tokens can be copied; before any row is read. */
  copyFrom(source: CopiedTokens): void {
    this.#source = source;
  }

  /** What the training rows hold, where sequences are trees. */
  get trees(): TreeFacts {
    return this.#trees;
  }

  observe(row: Row): void {
    if (this.isTree) this.#trees = withTree(this.#trees, treeCell(row, this.config.column));
    if (!this.config.vocab.build_from_data) return;
    for (const token of this.#tokens(row)) this.#builder.add(token);
  }

  async finish(): Promise<void> {
    const where = `inputs.${this.name}.vocab`;
    this.#vocabulary = await buildVocabulary(this.#builder, this.config.vocab, where, TARGET_SPECIALS);
  }

  numberize(row: Row): FieldValue[] {
    const tokens = this.#tokens(row);
    const places = this.#source?.placesOf(row);
    const ids = tokens.map((token) => {
      const id = this.#vocabulary.id(token);
      const place = id === UNK_ID ? places?.get(token) : undefined;
      return place === undefined ? id : this.#vocabulary.size + place;
    });
    this.#met.rows += 1;
    this.#met.tokens += ids.length;
    this.#met.unknown_tokens += ids.filter((id) => id === UNK_ID).length;
    const data = Int32Array.of(...ids, END_OF_TARGET);
    return [{ data, sizes: [data.length] }];
  }

  /** The tokens of a row. */
  kept(row: Row): readonly string[] {
    return this.#tokens(row);
  }

  length([ids]: readonly FieldValue[]): number {
    return ids!.sizes[0]!;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    noTargetStrings(form, this.name);
    const [{ name, dims }] = this.fields as [FieldSpec];
    return idsInput(scope, name, dims);
  }

  state(): unknown {
    const trees = this.isTree ? { trees: this.#trees } : {};
    return { vocabulary: this.#vocabulary.toJSON(), ...trees };
  }

  load(state: unknown): void {
    if (this.isTree) this.#trees = savedTreeFacts(state, this.name);
    this.#vocabulary = savedVocabulary(state, this.name);
    if (this.#vocabulary.specials.length !== TARGET_SPECIALS.length)
      throw badState(this.name, "a vocabulary with a beginning and an end of sequences");
  }

  facts(): Readonly<Record<string, number>> {
    return { vocabulary: this.#vocabulary.size };
  }

  counts(): Readonly<Record<string, number>> {
    return { ...this.#met };
  }

  #tokens(row: Row): readonly string[] {
    if (!this.isTree) return this.#cutter.words(row);
    const tree = treeCell(row, this.config.column);
    this.#requireSource(row, tree);
    return this.#written(tree);
  }

  #written({ label, children }: ParseTree): string[] {
    const inside = children.flatMap((child) =>
      typeof child === "string" ? [escaped(this.#word(child))] : this.#written(child),
    );
    return [`${OPENS_NODE}${escaped(label)}`, ...inside, CLOSES_NODE];
  }

  #word(word: string): string {
    const fit = mended(word);
    return this.#tokenizer.normalize?.(fit) ?? fit;
  }

  /** Throws `PTX_DATA` for a tree whose words are not the tokens that can be copied. */
  #requireSource(row: Row, tree: ParseTree): void {
    const source = this.#source?.words(row);
    if (source === undefined) return;
    const words = leavesOf(tree).map((word) => this.#word(word));
    const hint =
      "the tokenizers of inputs.copied and inputs.target must write words alike, and cut where the tree does";
    requireTokens(row, this.config.column, words, source, hint);
  }
}

/** The label of the node that a token opens; null where it opens none. */
export const openedLabel = (token: string): string | null =>
  token.startsWith(OPENS_NODE) ? unescaped(token.slice(OPENS_NODE.length)) : null;

/** Whether a token of a tree opens or closes a node; words have their brackets escaped. */
const isBracket = (token: string): boolean => token === CLOSES_NODE || token.startsWith(OPENS_NODE);

const unescaped = (word: string): string => word.replace(/\\([[\]\\])/gu, "$1");

/** The sequences that a model learns to write. Throws `PTX_CONFIG_VALUE` for another tensorizer. */
export function targetTokensOf(tensorizer: Tensorizer | undefined, reader: string): TargetTokens {
  if (tensorizer instanceof TargetTokens) return tensorizer;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    "model.inputs.target",
    `${reader} needs sequences that begin and end, which this tensorizer does not make`,
    "use TargetTokenTensorizer",
  );
}

/** The tokens that a sequence-to-sequence model writes. */
export const TargetTokenTensorizer = component({
  kind: "tensorizer",
  name: "TargetTokenTensorizer",
  schema,
  create: (config, context, name) => new TargetTokens(config, context, name),
});
