import { type Static, Type } from "typebox";
import { mulDims } from "../../../graph/dims.js";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Tensor } from "../../../graph/graph.js";
import { add, equal, maximum, minimum, sub, where } from "../../../graph/ops/elementwise.js";
import { gatherElements } from "../../../graph/ops/lookup.js";
import { reduceMax } from "../../../graph/ops/reduction.js";
import { concat, dimsTensor, expand, range, reshape } from "../../../graph/ops/shaping.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { PAD_ID, UNK_ID, Vocabulary, VocabularyBuilder } from "../../../text/vocabulary.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, StringForm } from "../contracts.js";
import { listCell } from "./lists.js";
import { TokenCutter, textsOf, tokenOptions } from "./token-cutter.js";
import { buildVocabulary, vocabSchema } from "./vocab-config.js";
import { savedVocabulary, type VocabularyHolder } from "./vocabulary-holder.js";
import { idsInput, vocabularyIds } from "./vocabulary-ids.js";

const schema = Type.Object(
  {
    ...tokenOptions,
    column: Type.String({
      default: "text_seq",
      description: 'The column with a JSON list of texts: ["where shall we meet?", "at home"].',
    }),
    max_utterances: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description:
        "Keep so many of the last texts of a row; what that drops is counted and printed; null: all.",
    }),
    utterance_axis: Type.String({
      default: "utterances",
      minLength: 1,
      description: "Name of the axis of texts.",
    }),
    vocab: vocabSchema,
  },
  { description: "Word ids of several texts in each row, such as the utterances of a dialogue." },
);

/** Texts to word ids `[utterances, tokens]`. In a graph it gives `ids` and `mask` (bool), each `[batch, utterances, tokens]`. */
class SeqTokenIds implements VocabularyHolder {
  readonly columns: readonly string[];
  readonly role = "input";
  readonly fields: readonly FieldSpec[];
  readonly #cutter: TokenCutter;
  readonly #builder = new VocabularyBuilder();
  readonly #dims: readonly [string, string];
  #vocabulary = new Vocabulary([]);
  #unknown = 0;
  #utterances = 0;
  #dropped = 0;

  constructor(
    readonly config: Static<typeof schema>,
    context: Context,
    readonly name: string,
  ) {
    this.#cutter = new TokenCutter(config, context);
    this.#dims = [config.utterance_axis, config.axis];
    this.columns = [config.column];
    this.fields = [{ name, dtype: "int32", dims: this.#dims, pad: PAD_ID }];
  }

  /** The words and their ids; empty before `finish` or `load`. */
  get vocabulary(): Vocabulary {
    return this.#vocabulary;
  }

  observe(row: Row): void {
    if (!this.config.vocab.build_from_data) return;
    for (const utterance of this.#kept(row))
      for (const token of this.#cutter.words(utterance)) this.#builder.add(token);
  }

  async finish(): Promise<void> {
    this.#vocabulary = await buildVocabulary(this.#builder, this.config.vocab, `inputs.${this.name}.vocab`);
  }

  numberize(row: Row): FieldValue[] {
    const kept = this.#kept(row);
    const texts = kept.map((utterance) => this.#cutter.wordsCounted(utterance));
    this.#utterances += kept.length;
    this.#dropped += this.#all(row).length - kept.length;
    const width = longest(texts, 0);
    const data = new Int32Array(texts.length * width).fill(PAD_ID);
    for (const [row, tokens] of texts.entries()) {
      for (const [i, token] of tokens.entries()) {
        const id = this.#vocabulary.id(token);
        if (id === UNK_ID) this.#unknown += 1;
        data[row * width + i] = id;
      }
    }
    return [{ data, sizes: [texts.length, width] }];
  }

  /** Words of all utterances, the padding between them included. */
  length([ids]: readonly FieldValue[]): number {
    return Math.max(1, ids!.data.length);
  }

  build(scope: Scope, form: InputForm): InputTensors {
    if (form === "ids") return idsInput(scope, this.name, this.#dims);
    if (form === "tokens") {
      const strings = scope.graph.input(this.#textInput, "string", ["batch", ...this.#dims]);
      return vocabularyIds(strings, this.#vocabulary);
    }
    const { column, utterance_axis, max_utterances } = this.config;
    const all = textsOf(scope, column, ["batch", utterance_axis]);
    const texts = max_utterances === null ? all : lastOf(all, max_utterances);
    const [batch, utterances] = [texts.dim(0), texts.dim(1)];
    const { tokens } = this.#cutter.inGraph(reshape(texts, [mulDims(batch, utterances)]));
    return vocabularyIds(reshape(tokens, [batch, utterances, tokens.dim(1)]), this.#vocabulary);
  }

  /** As texts: the empty string stands behind a row's last text. */
  serve(rows: readonly Row[], form: StringForm): Readonly<Record<string, HostTensor>> {
    if (form === "text") {
      const lists = rows.map((row) => this.#kept(row).map((utterance) => this.#cutter.wholeText(utterance)));
      const most = longest(lists, 1);
      const data = lists.flatMap((list) => [...list, ...Array<string>(most - list.length).fill("")]);
      return { [this.config.column]: { dtype: "string", dims: [rows.length, most], data } };
    }
    const texts = rows.map((row) => this.#kept(row).map((utterance) => this.#cutter.words(utterance)));
    const [most, width] = [
      longest(texts, 1),
      texts.reduce((size, list) => Math.max(size, longest(list, 1)), 1),
    ];
    const data = Array<string>(rows.length * most * width).fill("");
    for (const [row, list] of texts.entries())
      for (const [at, tokens] of list.entries())
        for (const [i, token] of tokens.entries()) data[(row * most + at) * width + i] = token;
    return { [this.#textInput]: { dtype: "string", dims: [rows.length, most, width], data } };
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
    const { tokens, truncated_rows } = this.#cutter.counts();
    return {
      utterances: this.#utterances,
      dropped_utterances: this.#dropped,
      truncated_utterances: truncated_rows,
      tokens,
      unknown_tokens: this.#unknown,
    };
  }

  get #textInput(): string {
    return this.config.text_input ?? this.config.axis;
  }

  /** Each text as a row that the cutter reads. */
  #all(row: Row): readonly Row[] {
    const { column } = this.config;
    const texts = listCell(row, column, null, 'a JSON list of texts, such as ["where to?", "home"]');
    return texts.map((text) => ({ values: { [column]: text }, origin: row.origin }));
  }

  #kept(row: Row): readonly Row[] {
    const all = this.#all(row);
    return all.slice(Math.max(0, all.length - (this.config.max_utterances ?? all.length)));
  }
}

/** The last `most` of each row's texts, behind which stand empty ones; string `[batch, texts]`. */
function lastOf(texts: Tensor, most: number): Tensor {
  const { graph } = texts;
  const [batch, size] = [texts.dim(0), texts.dim(1)];
  const nothing = graph.constant("string", [], [""]);
  const places = add(range(graph, size), 1);
  const count = reduceMax(where(equal(texts, nothing), 0, places), [1], true);
  const from = maximum(sub(count, most), 0);
  const taken = minimum(add(from, range(graph, most)), dimsTensor(graph, [size]));
  return gatherElements(
    concat([texts, expand(graph.constant("string", [1, 1], [""]), [batch, 1])], 1),
    taken,
    1,
  );
}

function longest(lists: readonly { readonly length: number }[], least: number): number {
  return lists.reduce((most, { length }) => Math.max(most, length), least);
}

/** Word ids of several texts. */
export const SeqTokenTensorizer = component({
  kind: "tensorizer",
  name: "SeqTokenTensorizer",
  schema,
  check: ({ axis, utterance_axis }) =>
    axis === utterance_axis
      ? [
          {
            path: "utterance_axis",
            message: `axis and utterance_axis are both "${axis}", but texts are not as many as words: give them different names`,
          },
        ]
      : [],
  create: (config, context, name) => new SeqTokenIds(config, context, name),
});
