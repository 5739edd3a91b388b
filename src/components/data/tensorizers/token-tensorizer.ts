import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Graph } from "../../../graph/graph.js";
import { equal, not } from "../../../graph/ops/elementwise.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { PAD_ID, UNK_ID, Vocabulary, VocabularyBuilder } from "../../../text/vocabulary.js";
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
import { TokenCutter, tokenOptions } from "./token-cutter.js";
import { buildVocabulary, vocabSchema } from "./vocab-config.js";
import { savedVocabulary, type VocabularyHolder } from "./vocabulary-holder.js";
import { vocabularyIds } from "./vocabulary-ids.js";

const schema = Type.Object(
  { ...tokenOptions, vocab: vocabSchema },
  {
    description:
      "Word ids: cuts a text into tokens and looks them up in a vocabulary learnt from the training rows.",
  },
);

/** Text to word ids `[tokens]`. In a graph it gives `ids [batch, tokens]` and `mask [batch, tokens]` (bool). */
class TokenIds implements VocabularyHolder, TextTensorizer {
  readonly columns: readonly string[];
  readonly role = "input";
  readonly fields: readonly FieldSpec[];
  readonly #cutter: TokenCutter;
  readonly #builder = new VocabularyBuilder();
  #vocabulary = new Vocabulary([]);
  #unknown = 0;

  constructor(
    readonly config: Static<typeof schema>,
    context: Context,
    readonly name: string,
  ) {
    this.#cutter = new TokenCutter(config, context);
    this.columns = [config.column];
    this.fields = [{ name, dtype: "int32", dims: [config.axis], pad: PAD_ID }];
  }

  /** The words and their ids; empty before `finish` or `load`. */
  get vocabulary(): Vocabulary {
    return this.#vocabulary;
  }

  observe(row: Row): void {
    if (!this.config.vocab.build_from_data) return;
    for (const token of this.#cutter.words(row)) this.#builder.add(token);
  }

  async finish(): Promise<void> {
    this.#vocabulary = await buildVocabulary(this.#builder, this.config.vocab, `inputs.${this.name}.vocab`);
  }

  numberize(row: Row): FieldValue[] {
    const tokens = this.#cutter.wordsCounted(row);
    const data = new Int32Array(tokens.length);
    for (let i = 0; i < tokens.length; i++) {
      const id = this.#vocabulary.id(tokens[i]!);
      if (id === UNK_ID) this.#unknown += 1;
      data[i] = id;
    }
    return [{ data, sizes: [tokens.length] }];
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

  length([ids]: readonly FieldValue[]): number {
    return ids!.sizes[0]!;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    const { axis } = this.config;
    if (form === "ids") {
      const ids = scope.graph.input(this.name, "int32", ["batch", axis]);
      return { ids, mask: not(equal(ids, PAD_ID)) };
    }
    return vocabularyIds(this.#cutter.strings(scope, form), this.#vocabulary);
  }

  serve(rows: readonly Row[], form: StringForm): Readonly<Record<string, HostTensor>> {
    return this.#cutter.feeds(rows, form);
  }

  state(): unknown {
    return { vocabulary: this.#vocabulary.toJSON() };
  }

  load(state: unknown): void {
    this.#vocabulary = savedVocabulary(state, this.name);
  }

  facts(): Readonly<Record<string, number>> {
    return { vocabulary: this.#vocabulary.size };
  }

  counts(): Readonly<Record<string, number>> {
    return { ...this.#cutter.counts(), unknown_tokens: this.#unknown };
  }
}

/** Word ids of a text. */
export const TokenTensorizer = component({
  kind: "tensorizer",
  name: "TokenTensorizer",
  schema,
  create: (config, context, name) => new TokenIds(config, context, name),
});
