import { type Static, Type } from "typebox";
import { full } from "../../../graph/ops/shaping.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import { PAD_ID, SPECIALS, UNK_ID, Vocabulary, VocabularyBuilder } from "../../../text/vocabulary.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, TextTensorizer } from "../contracts.js";
import { badState } from "./cells.js";
import { tokenOptions } from "./token-cutter.js";
import { TokenReader } from "./token-reader.js";
import { buildVocabulary, vocabSchema } from "./vocab-config.js";
import { savedVocabulary, type VocabularyHolder } from "./vocabulary-holder.js";
import { idsInput, vocabularyIds } from "./vocabulary-ids.js";

const { column, tokenizer, axis } = tokenOptions;
const schema = Type.Object(
  { column, tokenizer, axis, vocab: vocabSchema },
  {
    description:
      "Token ids for language models: each token with the one that stands before it. The vocabulary has an entry for the end of a line.",
  },
);

/** The id of the end of a line (a sentence, a paragraph), which stands before a text's first token, too. */
export const END_ID = SPECIALS.length;
const LANGUAGE_SPECIALS = [...SPECIALS, "__END_OF_LINE__"];

/**
 * Text to token ids `[tokens]` and the id of the token before them. In a graph it gives `ids [batch, tokens]`, `mask
 * [batch, tokens]` (bool) and `before [batch]`.
 */
export class RunningText extends TokenReader implements VocabularyHolder, TextTensorizer {
  readonly role = "input";
  readonly fields: readonly FieldSpec[];
  /** What stands between tokens when they are put together to a text. */
  readonly separator: string;
  readonly #builder = new VocabularyBuilder();
  #vocabulary = new Vocabulary([], LANGUAGE_SPECIALS);
  #unknown = 0;

  constructor(
    readonly config: Static<typeof schema>,
    context: Context,
    name: string,
  ) {
    super({ ...config, max_seq_len: null }, context, name);
    this.separator = this.cutter.separator;
    this.fields = [
      { name, dtype: "int32", dims: [config.axis], pad: PAD_ID },
      { name: `${name}_before`, dtype: "int32", dims: [], pad: END_ID },
    ];
  }

  get vocabulary(): Vocabulary {
    return this.#vocabulary;
  }

  observe(row: Row): void {
    if (!this.config.vocab.build_from_data) return;
    for (const token of this.cutter.words(row)) this.#builder.add(token);
  }

  async finish(): Promise<void> {
    const where = `inputs.${this.name}.vocab`;
    this.#vocabulary = await buildVocabulary(this.#builder, this.config.vocab, where, LANGUAGE_SPECIALS);
  }

  /** A text that stands alone: an end of line stands before it, none behind it. */
  numberize(row: Row): FieldValue[] {
    const ids = Int32Array.from(this.cutter.wordsCounted(row), (word) => this.#vocabulary.id(word));
    for (const id of ids) if (id === UNK_ID) this.#unknown += 1;
    return this.piece(ids, END_ID);
  }

  /** The values of a piece of text, given as ids, with the id of the token before it. */
  piece(ids: Int32Array, before: number): FieldValue[] {
    return [
      { data: ids, sizes: [ids.length] },
      { data: Int32Array.of(before), sizes: [] },
    ];
  }

  build(scope: Scope, form: InputForm): InputTensors {
    const { graph } = scope;
    if (form === "ids") {
      const inputs = idsInput(scope, this.name, [this.config.axis]);
      return { ...inputs, before: graph.input(`${this.name}_before`, "int32", ["batch"]) };
    }
    const looked = vocabularyIds(this.cutter.strings(scope, form), this.#vocabulary);
    return { ...looked, before: full(graph, looked.ids!.dtype, [looked.ids!.dim(0)], END_ID) };
  }

  state(): unknown {
    return { vocabulary: this.#vocabulary.toJSON() };
  }

  load(state: unknown): void {
    this.#vocabulary = savedVocabulary(state, this.name);
    if (this.#vocabulary.specials.length !== LANGUAGE_SPECIALS.length)
      throw badState(this.name, "a vocabulary with an end of line");
  }

  facts(): Readonly<Record<string, number>> {
    return { vocabulary: this.#vocabulary.size };
  }

  override counts(): Readonly<Record<string, number>> {
    const { rows, tokens } = this.cutter.counts();
    return { rows, tokens, unknown_tokens: this.#unknown };
  }
}

/** The running text behind a language model's input. Throws `PTX_CONFIG_VALUE` for another tensorizer. */
export function runningTextOf(tensorizer: unknown, reader: string): RunningText {
  if (tensorizer instanceof RunningText) return tensorizer;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    "model.inputs.tokens",
    `${reader} needs tokens that know what stands before them`,
    "use RunningTextTensorizer for inputs.tokens",
  );
}

/** Token ids of running text. */
export const RunningTextTensorizer = component({
  kind: "tensorizer",
  name: "RunningTextTensorizer",
  schema,
  create: (config, context, name) => new RunningText(config, context, name),
});
