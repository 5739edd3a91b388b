import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import { and, cast, equal, not } from "../../../graph/ops/elementwise.js";
import { reduceMax } from "../../../graph/ops/reduction.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import { InputFile } from "../../../registry/input-file.js";
import { PhraseFinder } from "../../../text/phrases.js";
import { PAD_ID, UNK_ID, Vocabulary, VocabularyBuilder } from "../../../text/vocabulary.js";
import type {
  FieldSpec,
  FieldValue,
  InputForm,
  InputTensors,
  Row,
  StringForm,
  TextTensorizer,
} from "../contracts.js";
import { badState } from "./cells.js";
import { type DictionaryEntry, readDictionary } from "./dictionary-file.js";
import { featureCell, featureNames, type TokenFeatures } from "./feature-cells.js";
import { dictionaryFeatures } from "./gazetteer-graph.js";
import { tokenOptions } from "./token-cutter.js";
import { TokenReader } from "./token-reader.js";
import type { VocabularyHolder } from "./vocabulary-holder.js";
import { idsInput, vocabularyIds } from "./vocabulary-ids.js";

const schema = Type.Object(
  {
    ...tokenOptions,
    dictionary: InputFile({
      default: null,
      description:
        "A file with a phrase, a tab and its feature on each line (and a tab and a weight, if it is not 1). Each token of the longest phrase found has the phrase's features.",
    }),
    dict_column: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
      default: null,
      description:
        'The column that holds features found by others, in PyText\'s form: [{"tokenIdx": 1, "features": {"city": 0.8}}].',
    }),
  },
  { description: "What dictionaries say of each token: features and weights (gazetteers)." },
);
type Config = Static<typeof schema>;

/**
 * Text to ids and weights of features `[tokens, features]`. In a graph it gives `ids`, `weights` and `mask` (bool), each
 * `[batch, tokens, features]`, and `token_mask [batch, tokens]` (bool): where there are tokens, with features or not.
 */
class Gazetteer extends TokenReader implements VocabularyHolder, TextTensorizer {
  readonly role = "input";
  readonly fields: readonly FieldSpec[];
  readonly #builder = new VocabularyBuilder();
  readonly #dims: readonly [string, string];
  #vocabulary = new Vocabulary([]);
  #entries: readonly DictionaryEntry[] = [];
  #finder = new PhraseFinder();
  /** By phrase. */
  #meanings: Map<string, number>[] = [];
  #found = 0;
  #unknown = 0;

  constructor(
    readonly config: Config,
    context: Context,
    name: string,
  ) {
    super(config, context, name);
    this.#dims = [config.axis, `${name}_features`];
    this.fields = [
      { name, dtype: "int32", dims: this.#dims, pad: PAD_ID },
      { name: `${name}_weights`, dtype: "float32", dims: this.#dims, pad: 0 },
    ];
  }

  override get columns(): readonly string[] {
    const { column, dict_column } = this.config;
    return [...new Set([column, ...(dict_column === null ? [] : [dict_column])])];
  }

  /** The features and their ids; empty before `finish` or `load`. */
  get vocabulary(): Vocabulary {
    return this.#vocabulary;
  }

  observe(row: Row): void {
    if (this.config.dict_column === null) return;
    for (const features of this.#features(row)) for (const name of features.keys()) this.#builder.add(name);
  }

  async finish(): Promise<void> {
    const { dictionary } = this.config;
    if (dictionary !== null)
      this.#take(await readDictionary(dictionary, (phrase) => this.cutter.wordsOf(phrase)));
    else this.#vocabulary = this.#builder.build({ minCount: 1, maxSize: 0 });
    if (this.#vocabulary.words.length > 0) return;
    const message = `no training row has a feature in "${this.config.dict_column}"`;
    throw ptxError("PTX_VOCABULARY", `inputs.${this.name}`, message);
  }

  numberize(row: Row): FieldValue[] {
    const tokens = this.#features(row).map((features) => this.#known(features));
    // A token without features has the unknown one with weight 0, which tells it from padding.
    const width = tokens.reduce((most, features) => Math.max(most, features.length), 1);
    const ids = new Int32Array(tokens.length * width).fill(PAD_ID);
    const weights = new Float32Array(ids.length);
    for (const [token, features] of tokens.entries()) {
      if (features.length === 0) ids[token * width] = UNK_ID;
      else this.#found += 1;
      for (const [i, [id, weight]] of features.entries()) {
        ids[token * width + i] = id;
        weights[token * width + i] = weight;
      }
    }
    this.cutter.wordsCounted(row);
    const sizes = [tokens.length, width];
    return [
      { data: ids, sizes },
      { data: weights, sizes },
    ];
  }

  /**
   * Form "tokens" finds the phrases of a dictionary file in the tokens; features found by others it takes as names and
   * weights.
   */
  build(scope: Scope, form: InputForm): InputTensors {
    const dims = ["batch", ...this.#dims];
    if (form === "ids") {
      const weights = scope.graph.input(`${this.name}_weights`, "float32", dims);
      const { ids, mask: filled } = idsInput(scope, this.name, this.#dims);
      const token_mask = equal(reduceMax(cast(filled, "int32"), [2]), 1);
      return { ids, weights, mask: and(filled, not(equal(ids, UNK_ID))), token_mask };
    }
    const strings = this.cutter.strings(scope, form);
    const token_mask = not(equal(strings, scope.graph.constant("string", [], [""])));
    if (this.config.dict_column === null) {
      const meanings = this.#meanings.map((features) => this.#known(features));
      return { ...dictionaryFeatures(strings, this.#finder, meanings), token_mask };
    }
    const weights = scope.graph.input(`${this.name}_weights`, "float32", dims);
    const { ids } = vocabularyIds(scope.graph.input(this.name, "string", dims), this.#vocabulary);
    return { ids: ids!, weights, mask: and(not(equal(ids!, PAD_ID)), not(equal(ids!, UNK_ID))), token_mask };
  }

  override serve(rows: readonly Row[], form: StringForm): Readonly<Record<string, HostTensor>> {
    const strings = super.serve(rows, form);
    if (this.config.dict_column === null) return strings;
    const { dims, names, weights } = featureNames(rows.map((row) => this.#features(row)));
    return {
      ...strings,
      [this.name]: { dtype: "string", dims, data: names },
      [`${this.name}_weights`]: { dtype: "float32", dims, data: weights },
    };
  }

  state(): unknown {
    return { vocabulary: this.#vocabulary.toJSON(), entries: this.#entries };
  }

  load(state: unknown): void {
    const { vocabulary, entries } = (state ?? {}) as { vocabulary?: unknown; entries?: unknown };
    if (!Array.isArray(entries)) throw badState(this.name, "a vocabulary and the phrases of a dictionary");
    if (entries.length > 0) this.#take(entries as DictionaryEntry[]);
    else this.#vocabulary = Vocabulary.fromJSON(vocabulary, `inputs.${this.name}`);
  }

  facts(): Readonly<Record<string, number>> {
    const features = this.#vocabulary.words.length;
    return this.config.dictionary === null ? { features } : { features, phrases: this.#meanings.length };
  }

  override counts(): Readonly<Record<string, number>> {
    return { ...super.counts(), tokens_with_features: this.#found, unknown_features: this.#unknown };
  }

  #take(entries: readonly DictionaryEntry[]): void {
    this.#entries = entries;
    this.#finder = new PhraseFinder();
    this.#meanings = [];
    for (const { tokens, feature, weight } of entries) {
      const phrase = this.#finder.add(tokens);
      const meaning = this.#meanings[phrase] ?? new Map<string, number>();
      this.#meanings[phrase] = meaning.set(feature, weight);
    }
    this.#vocabulary = new Vocabulary([...new Set(entries.map(({ feature }) => feature))]);
  }

  /** The features of each kept token. */
  #features(row: Row): readonly TokenFeatures[] {
    const { dict_column, max_seq_len } = this.config;
    if (dict_column !== null) {
      const all = featureCell(row, dict_column, this.cutter.uncut(row).tokens.length);
      return all.slice(0, max_seq_len ?? all.length);
    }
    const words = this.cutter.words(row);
    const none: TokenFeatures = new Map();
    const features = words.map(() => none);
    for (const { phrase, start, end } of this.#finder.find(words))
      features.fill(this.#meanings[phrase]!, start, end);
    return features;
  }

  /** Ids and weights of the features that have an id; the others are counted. */
  #known(features: TokenFeatures): [number, number][] {
    const pairs = [...features].map(([name, weight]): [number, number] => [
      this.#vocabulary.id(name),
      weight,
    ]);
    const known = pairs.filter(([id]) => id !== UNK_ID);
    this.#unknown += pairs.length - known.length;
    return known;
  }
}

/** Features of a text's tokens from dictionaries. */
export const GazetteerTensorizer = component({
  kind: "tensorizer",
  name: "GazetteerTensorizer",
  schema,
  check: ({ dictionary, dict_column }) =>
    (dictionary === null) === (dict_column === null)
      ? [
          {
            path: "dictionary",
            message: "give either dictionary, a file, or dict_column, a column of features",
          },
        ]
      : [],
  create: (config, context, name) => new Gazetteer(config, context, name),
});
