import { isDeepStrictEqual } from "node:util";
import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Graph, Tensor } from "../../../graph/graph.js";
import { cast, greater } from "../../../graph/ops/elementwise.js";
import { reduceSum } from "../../../graph/ops/reduction.js";
import { concat, full, head } from "../../../graph/ops/shaping.js";
import type { Scope } from "../../../graph/scope.js";
import { type CheckProblem, component, Slot, type SlotValue } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import { sharedKeyOf } from "../../../registry/shared-module.js";
import { mended } from "../../../text/normalize.js";
import type { OffsetUnit } from "../../../text/offsets.js";
import { windowPlaces } from "../../../text/pieces/truncation.js";
import type { Vocabulary } from "../../../text/vocabulary.js";
import type {
  FieldSpec,
  FieldValue,
  InputForm,
  InputTensors,
  Row,
  StringForm,
  Tensorizer,
  TextTensorizer,
} from "../contracts.js";
import { badState } from "./cells.js";
import {
  type CutDocument,
  cutDocument,
  longestQuestion,
  noQuestions,
  type PlacedQuestions,
  type QuestionTensorizer,
  questionOptions,
  type ReadQuestion,
  RowQuestions,
} from "./question-windows.js";
import { type VocabularyHolder, vocabularyOf } from "./vocabulary-holder.js";

/** What may be read of each word; the names by which embeddings ask for them. */
const FEATURES = ["tokens", "chars", "caps"] as const;
type Feature = (typeof FEATURES)[number];

const schema = Type.Object(
  {
    ...questionOptions,
    tokens: Slot("tensorizer", {
      default: "TokenTensorizer",
      description: "How both texts are cut into words, and their ids: one vocabulary, learnt from both.",
    }),
    chars: Slot("tensorizer", {
      default: null,
      description: "The characters of the words, for CharacterEmbedding: a CharacterTokenTensorizer.",
    }),
    caps: Slot("tensorizer", {
      default: null,
      description: "How the words are written, for CapitalizationEmbedding: a CapitalizationTensorizer.",
    }),
    max_seq_len: Type.Integer({
      default: 384,
      minimum: 1,
      description:
        "Words of a window of the text. A longer text is read in several windows, and nothing of it is left out.",
    }),
    max_query_length: longestQuestion("words"),
    axis: Type.String({
      default: "tokens",
      minLength: 1,
      description: "Name of the axis of the text's words; that of the question's is \"question_\" and this.",
    }),
  },
  {
    description:
      "A question and the text that answers it, as words, in overlapping windows where the text is long.",
  },
);
type Config = Static<typeof schema>;

/** Keys of the parts that `SquadTensorizer` sets itself, and their values where nobody else did. */
const SET_HERE = { column: "text", axis: "tokens", max_seq_len: null };

/** One of the two texts, as what is read of each of its words. */
type Words = ReadonlyMap<Feature, TextTensorizer>;

/** What is read of a question and its text. */
export const QUESTION_TEXTS = ["doc", "question"] as const;
/** One of the two texts. */
export type QuestionText = (typeof QUESTION_TEXTS)[number];

/** The role of a tensor that is about one of the texts. */
export const questionRole = (text: QuestionText, feature: string, role: string): string =>
  `${text}.${feature}.${role}`;

/**
 * Question and text to windows of word ids `[tokens]` and `[question_tokens]`, and of what else is read of each word. In a
 * graph it gives the tensors of its parts by `questionRole`. In the form "text" there is one window, the first.
 */
export class QuestionWords implements QuestionTensorizer, VocabularyHolder {
  readonly columns: readonly string[];
  readonly role = "input";
  readonly added = 1;
  readonly texts: Readonly<Record<QuestionText, Words>>;
  readonly #truncated = new WeakMap<Graph, Tensor>();
  /** Questions about one text follow each other: what is kept of them has one copy of what is known of it. */
  #document: CutDocument | undefined;
  readonly #questions = new RowQuestions((row) => this.#windowed(row));

  constructor(
    readonly config: Config,
    context: Context,
    readonly name: string,
  ) {
    const { columns, axis, max_query_length } = config;
    this.columns = columns;
    this.texts = {
      question: partsOf(config, context, `${name}_question`, {
        ...{ column: columns[0]!, axis: `question_${axis}`, max_seq_len: max_query_length },
      }),
      doc: partsOf(config, context, name, { column: columns[1]!, axis, max_seq_len: null }),
    };
    for (const [feature, part] of this.texts.question)
      (part as Partial<VocabularyHolder>).learnWith?.(this.texts.doc.get(feature)!);
  }

  /** The words of both texts. */
  get vocabulary(): Vocabulary {
    return vocabularyOf(this.#words("doc"), `inputs.${this.name}`);
  }

  get fields(): readonly FieldSpec[] {
    return this.#parts().flatMap(({ fields }) => fields);
  }

  observe(row: Row): void {
    for (const part of this.#parts()) part.observe(row);
  }

  async finish(): Promise<void> {
    for (const part of this.#parts()) await part.finish();
  }

  read(row: Row): ReadQuestion {
    return this.#questions.of(row);
  }

  textOf(row: Row): string {
    return mended(this.#words("doc").textOf(row));
  }

  numberize(row: Row): FieldValue[] {
    return this.examples(row)[0]!;
  }

  examples(row: Row): FieldValue[][] {
    const { windows, starts } = this.#questions.counted(row);
    const values = (text: QuestionText): FieldValue[] =>
      [...this.texts[text].values()].flatMap((part) => part.numberize(row));
    const [doc, question] = [values("doc"), values("question")];
    const other = doc.find(({ sizes }) => sizes[0] !== starts.length);
    if (other !== undefined)
      throw ptxError(
        "PTX_DATA",
        row.origin,
        `the parts of inputs.${this.name} cut this text into ${starts.length} words and into ${other.sizes[0]}`,
        "give tokens, chars and caps tokenizers that cut alike",
      );
    return windows.map(({ from, count }) => [...doc.map((value) => part(value, from, count)), ...question]);
  }

  /** Words of the window, by which rows are batched. */
  length([ids]: readonly FieldValue[]): number {
    return ids!.sizes[0]!;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    if (form === "tokens") {
      throw ptxError(
        "PTX_EXPORT",
        `inputs.${this.name}`,
        "answers are told as places in a text, which tokens do not show",
      );
    }
    const { max_seq_len } = this.config;
    const tensors: Record<string, Tensor> = {};
    for (const text of QUESTION_TEXTS) {
      for (const [feature, part] of this.texts[text]) {
        const made = part.build(scope, form);
        if (form === "text" && text === "doc" && feature === "tokens") {
          const words = reduceSum(cast(made.mask!, "int32"), [1]);
          this.#truncated.set(scope.graph, greater(words, max_seq_len));
        }
        for (const [role, tensor] of Object.entries(made)) {
          const whole = form === "ids" || text === "question";
          tensors[questionRole(text, feature, role)] = whole ? tensor : head(tensor, 1, max_seq_len);
        }
      }
    }
    return tensors;
  }

  placedIn(graph: Graph, unit: OffsetUnit): PlacedQuestions | undefined {
    const truncated = this.#truncated.get(graph);
    if (truncated === undefined) return undefined;
    const { starts, ends } = this.#words("doc").cutIn(graph)!.places(unit);
    const behindNone = (places: Tensor): Tensor =>
      concat([full(graph, "int64", [places.dim(0), this.added], -1), places], 1);
    return { starts: behindNone(starts), ends: behindNone(ends), truncated };
  }

  serve(rows: readonly Row[], form: StringForm): Readonly<Record<string, HostTensor>> {
    return Object.assign({}, ...this.#parts().map((part) => part.serve!(rows, form))) as Record<
      string,
      HostTensor
    >;
  }

  state(): unknown {
    return Object.fromEntries([...this.texts.doc].map(([feature, part]) => [feature, part.state()]));
  }

  load(state: unknown): void {
    for (const text of QUESTION_TEXTS) {
      for (const [feature, part] of this.texts[text]) {
        const own = ((state ?? {}) as Readonly<Record<string, unknown>>)[feature];
        if (own === undefined) throw badState(this.name, `the state of "${feature}"`);
        part.load(own);
      }
    }
  }

  facts(): Readonly<Record<string, number | string>> {
    const facts = [...this.texts.doc].flatMap(([feature, part]) =>
      Object.entries(part.facts()).map(([key, fact]) => [
        feature === "tokens" ? key : `${feature}_${key}`,
        fact,
      ]),
    );
    return Object.fromEntries(facts) as Record<string, number | string>;
  }

  counts(): Readonly<Record<string, number>> {
    const sums: Record<string, number> = {};
    for (const text of QUESTION_TEXTS) {
      for (const [feature, part] of this.texts[text]) {
        const { rows: _, truncated_rows: __, tokens = 0, ...own } = part.counts();
        const all = feature === "tokens" ? { tokens, ...own } : own;
        for (const [key, count] of Object.entries(all)) sums[key] = (sums[key] ?? 0) + count;
      }
    }
    return {
      rows: this.#words("doc").counts().rows ?? 0,
      ...sums,
      ...this.#questions.counts(),
      questions_cut: this.#words("question").counts().truncated_rows ?? 0,
    };
  }

  #parts(): TextTensorizer[] {
    return QUESTION_TEXTS.flatMap((text) => [...this.texts[text].values()]);
  }

  #words(text: QuestionText): TextTensorizer {
    return this.texts[text].get("tokens")!;
  }

  #windowed(row: Row): ReadQuestion {
    const { max_seq_len, doc_stride } = this.config;
    const { tokens } = this.#words("doc").tokenized(row);
    const document = cutDocument(this.textOf(row), tokens);
    if (!isDeepStrictEqual(document, this.#document)) this.#document = document;
    const windows = windowPlaces(tokens.length, max_seq_len, max_seq_len - doc_stride);
    return {
      ...this.#document!,
      windows: windows.map(([from, to]) => ({ from, count: to - from, place: this.added })),
    };
  }
}

/** Some of the words of a field along its first axis. */
function part({ data, sizes }: FieldValue, from: number, count: number): FieldValue {
  const [words, ...inner] = sizes as [number, ...number[]];
  if (from === 0 && count === words) return { data, sizes };
  const width = inner.reduce((product, size) => product * size, 1);
  return { data: data.slice(from * width, (from + count) * width), sizes: [count, ...inner] };
}

/** What is read of one text's words. Throws `PTX_CONFIG_VALUE` for tensorizers that do not cut texts into words. */
function partsOf(config: Config, context: Context, name: string, set: object): Words {
  const parts = new Map<Feature, TextTensorizer>();
  for (const feature of FEATURES) {
    const slot = config[feature] as SlotValue<"tensorizer"> | null;
    if (slot === null) continue;
    const { component: made, config: options } = context.part("tensorizer", slot);
    const own = feature === "tokens" ? name : `${name}_${feature}`;
    const tensorizer = made.create({ ...(options as object), ...set } as typeof options, context, own);
    if (!("tokenized" in tensorizer))
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `inputs.${name}.${feature}`,
        `${Object.keys(slot)[0]} does not read words one by one`,
        "use TokenTensorizer for tokens, CharacterTokenTensorizer for chars, CapitalizationTensorizer for caps",
      );
    parts.set(feature, tensorizer as TextTensorizer);
  }
  return parts;
}

/** Keys of the parts that would do nothing, and windows that would leave words out. */
function checkParts(config: Config): readonly CheckProblem[] {
  const { doc_stride, max_seq_len } = config;
  const problems = FEATURES.flatMap((feature) => {
    const slot = config[feature] as SlotValue<"tensorizer"> | null;
    if (slot === null) return [];
    const [[name, options]] = Object.entries(slot) as [[string, Readonly<Record<string, unknown>>]];
    const idle = Object.entries(SET_HERE).flatMap(([key, value]) =>
      key in options && options[key] !== value ? [key] : [],
    );
    if (sharedKeyOf(options) !== null) idle.push("shared_module_key");
    return idle.map((key) => ({
      path: `${feature}.${name}.${key}`,
      message: `${key} does nothing here: SquadTensorizer's own keys say it for both texts`,
    }));
  });
  if (doc_stride <= max_seq_len) return problems;
  const message = `windows of ${max_seq_len} words (max_seq_len) that begin ${doc_stride} apart would leave some out`;
  return [...problems, { path: "doc_stride", message }];
}

/** The input that reads questions as words. Throws `PTX_CONFIG_VALUE` for another one. */
export function questionWordsOf(tensorizer: Tensorizer, reader: string): QuestionWords {
  if (tensorizer instanceof QuestionWords) return tensorizer;
  throw noQuestions(reader, "SquadTensorizer");
}

/** PyText's SquadTensorizer. */
export const SquadTensorizer = component({
  kind: "tensorizer",
  name: "SquadTensorizer",
  schema,
  check: checkParts,
  create: (config, context, name) => new QuestionWords(config, context, name),
});
