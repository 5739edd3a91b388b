import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { type NGramOptions, ngrams } from "../../../text/ngrams.js";
import { smoothIdf, tfidfWeights } from "../../../text/tfidf.js";
import { PAD_ID, UNK_ID, Vocabulary, VocabularyBuilder } from "../../../text/vocabulary.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, StringForm } from "../contracts.js";
import { badState } from "./cells.js";
import { ngramInputs, ngramsFromTokens } from "./ngram-graph.js";
import { TokenCutter, tokenOptions } from "./token-cutter.js";
import { buildVocabulary, vocabSchema } from "./vocab-config.js";
import type { VocabularyHolder } from "./vocabulary-holder.js";

const schema = Type.Object(
  {
    ...tokenOptions,
    ngrams: Type.Integer({
      default: 2,
      minimum: 1,
      maximum: 8,
      description: "Take runs of 1 to so many words.",
    }),
    char_ngrams: Type.Union(
      [
        Type.Object({
          min: Type.Integer({ default: 3, minimum: 1, description: "Characters of the shortest runs." }),
          max: Type.Integer({ default: 5, minimum: 1, description: "Characters of the longest runs." }),
        }),
        Type.Null(),
      ],
      {
        default: null,
        description: "Also take runs of characters inside each word, its ends marked < and >; null: none.",
      },
    ),
    weighting: Type.Union([Type.Literal("count"), Type.Literal("tfidf")], {
      default: "count",
      description:
        '"count": every occurrence weighs 1. "tfidf": occurrences weigh by how rare the n-gram is in the training rows, each row scaled to length 1.',
    }),
    sublinear_tf: Type.Boolean({
      default: false,
      description: "With tfidf: an n-gram that occurs n times counts 1 + ln n instead of n.",
    }),
    vocab: vocabSchema,
  },
  {
    description: "A bag of n-grams: ids and weights of the runs of words (and characters) that a text holds.",
  },
);

/** Text to n-gram ids and weights `[ngrams]`. In a graph it gives `ids`, `weights` and `mask`, each `[batch, ngrams]`. */
class NGramIds implements VocabularyHolder {
  readonly columns: readonly string[];
  readonly role = "input";
  readonly fields: readonly FieldSpec[];
  readonly #cutter: TokenCutter;
  readonly #options: NGramOptions;
  readonly #builder = new VocabularyBuilder();
  /** In how many training rows an n-gram occurs. */
  readonly #rowsWith = new Map<string, number>();
  #rows = 0;
  #vocabulary = new Vocabulary([]);
  /** By id; empty when weights are counts. */
  #idf = new Float64Array(0);
  #ngrams = 0;
  #unknown = 0;

  constructor(
    readonly config: Static<typeof schema>,
    context: Context,
    readonly name: string,
  ) {
    this.#cutter = new TokenCutter(config, context);
    this.#options = { words: config.ngrams, characters: config.char_ngrams };
    this.columns = [config.column];
    this.fields = [
      { name, dtype: "int32", dims: [name], pad: PAD_ID },
      { name: `${name}_weights`, dtype: "float32", dims: [name], pad: 0 },
    ];
  }

  get vocabulary(): Vocabulary {
    return this.#vocabulary;
  }

  observe(row: Row): void {
    const found = ngrams(this.#cutter.words(row), this.#options);
    if (this.config.vocab.build_from_data) for (const gram of found) this.#builder.add(gram);
    this.#rows += 1;
    if (this.config.weighting === "count") return;
    for (const gram of new Set(found)) this.#rowsWith.set(gram, (this.#rowsWith.get(gram) ?? 0) + 1);
  }

  async finish(): Promise<void> {
    this.#vocabulary = await buildVocabulary(this.#builder, this.config.vocab, `inputs.${this.name}.vocab`);
    if (this.config.weighting === "count") return;
    const { specials, words } = this.#vocabulary;
    const idf = words.map((gram) => smoothIdf(this.#rows, this.#rowsWith.get(gram) ?? 0));
    this.#idf = Float64Array.from([...specials.map(() => 0), ...idf]);
    this.#rowsWith.clear();
  }

  numberize(row: Row): FieldValue[] {
    const found = ngrams(this.#cutter.wordsCounted(row), this.#options);
    const ids = Int32Array.from(found, (gram) => this.#vocabulary.id(gram)).filter((id) => id !== UNK_ID);
    this.#ngrams += found.length;
    this.#unknown += found.length - ids.length;
    const counted = this.config.weighting === "count";
    const weights = counted
      ? new Float32Array(ids.length).fill(1)
      : tfidfWeights(ids, this.#idf, this.config.sublinear_tf);
    const sizes = [ids.length];
    return [
      { data: ids, sizes },
      { data: weights, sizes },
    ];
  }

  length([ids]: readonly FieldValue[]): number {
    return ids!.sizes[0]!;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    if (form === "ids") return ngramInputs(scope, this.name);
    return ngramsFromTokens(this.#cutter.strings(scope, form), {
      ...this.config,
      vocabulary: this.#vocabulary,
      idf: this.config.weighting === "count" ? null : this.#idf,
    });
  }

  serve(rows: readonly Row[], form: StringForm): Readonly<Record<string, HostTensor>> {
    return this.#cutter.feeds(rows, form);
  }

  state(): unknown {
    return { vocabulary: this.#vocabulary.toJSON(), idf: [...this.#idf] };
  }

  load(state: unknown): void {
    const { vocabulary, idf } = (state ?? {}) as { vocabulary?: unknown; idf?: unknown };
    if (vocabulary === undefined) throw badState(this.name, "a vocabulary");
    this.#vocabulary = Vocabulary.fromJSON(vocabulary, `inputs.${this.name}`);
    const size = this.config.weighting === "count" ? 0 : this.#vocabulary.size;
    if (!Array.isArray(idf) || idf.length !== size || !idf.every(Number.isFinite)) {
      throw badState(this.name, `${size} idf weights, one for each entry of the vocabulary`);
    }
    this.#idf = Float64Array.from(idf as number[]);
  }

  facts(): Readonly<Record<string, number>> {
    return { vocabulary: this.#vocabulary.size };
  }

  counts(): Readonly<Record<string, number>> {
    const { rows, truncated_rows } = this.#cutter.counts();
    return { rows, truncated_rows, ngrams: this.#ngrams, unknown_ngrams: this.#unknown };
  }
}

/** N-gram ids and weights of a text. */
export const NGramTensorizer = component({
  kind: "tensorizer",
  name: "NGramTensorizer",
  schema,
  check: ({ char_ngrams: characters, weighting, sublinear_tf }) => [
    ...(characters !== null && characters.min > characters.max
      ? [
          {
            path: "char_ngrams.max",
            message: `max (${characters.max}) must be at least min (${characters.min})`,
          },
        ]
      : []),
    ...(sublinear_tf && weighting === "count"
      ? [
          {
            path: "sublinear_tf",
            message: 'sublinear_tf has no effect with weighting "count": set weighting to "tfidf"',
          },
        ]
      : []),
  ],
  create: (config, context, name) => new NGramIds(config, context, name),
});
