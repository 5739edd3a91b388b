/** @file An engine without workers: models that are functions, behind the interface that servers know. */
import type {
  ModelDescription,
  ServeAnswer,
  ServedModel,
  ServeInput,
  ServeRequest,
  ServeResponse,
  Serving,
} from "../../src/serving/contracts.js";
import { ServeError } from "../../src/serving/contracts.js";
import type { Embedded } from "../../src/tasks/embed/contracts.js";
import type { Prediction } from "../../src/tasks/prediction.js";

/** A model that is a function of one row and of the request. */
export interface FunctionModel {
  readonly name: string;
  readonly version?: string;
  readonly labels?: readonly string[];
  readonly description: Partial<ModelDescription> & Pick<ModelDescription, "kind" | "columns">;
  answer(row: Readonly<Record<string, unknown>>, request: ServeRequest): ServeAnswer;
}

/** Models behind the door. What was asked is kept in `asked`; `before` runs, and may throw, ahead of each answer. */
export class FunctionServing implements Serving {
  readonly asked: ServeRequest[] = [];
  before: (request: ServeRequest) => Promise<void> | void = () => {};
  ready = true;
  drained = false;
  /** Whether there is no room for anything. */
  full = false;

  constructor(readonly functions: readonly FunctionModel[]) {}

  models(): ServedModel[] {
    return this.functions.map((model) => this.#served(model));
  }

  find(name?: string, version?: string) {
    const named = this.functions.filter((model) => name === undefined || model.name === name);
    if (named.length === 0)
      throw new ServeError("not_found", `there is no such model  known: letters`, { place: "model" });
    const found = named.find(
      (model) =>
        version === undefined || (model.version ?? "1") === version || (model.labels ?? []).includes(version),
    );
    if (found === undefined)
      throw new ServeError("not_found", `${named[0]!.name} has no version ${version}`, { place: "version" });
    return this.#served(found);
  }

  has(name: string): boolean {
    return this.functions.some((model) => model.name === name);
  }

  requireRoom(): void {
    if (this.full) throw new ServeError("overloaded", "the queue is full", { retryAfter: 2 });
  }

  async submit(request: ServeRequest): Promise<ServeResponse> {
    this.asked.push(request);
    const { name, version, description } = this.find(request.model, request.version);
    const model = this.functions.find((one) => one.name === name && (one.version ?? "1") === version)!;
    if (request.embed !== undefined && description.kind === "predictor")
      throw new ServeError("invalid", "the model is no encoder", { place: "embed" });
    await this.before(request);
    if (request.signal?.aborted) throw new ServeError("cancelled", "the client has gone");
    if (performance.now() > (request.deadline ?? Number.POSITIVE_INFINITY))
      throw new ServeError("deadline", "no answer within the time");
    const answers = request.inputs.map((input, i) =>
      model.answer(rowOf(input, description.columns, i), request),
    );
    const timings = { queue: 0.1, inference: 1.25, total: 1.5, batches: 1 };
    const head = { model: name, version, timings };
    return description.kind === "encoder"
      ? { ...head, kind: "encoder", answers: answers as Embedded[] }
      : { ...head, kind: "predictor", answers: answers as Prediction[] };
  }

  async drain(): Promise<void> {
    this.ready = false;
    this.drained = true;
  }

  #served({ name, version = "1", labels = ["default"], description }: FunctionModel) {
    return {
      ...{ name, version, labels, state: "ready" as const, since: Date.UTC(2026, 0, 1) },
      description: { task: "Function", labels: {}, metadata: {}, selfTest: 0, ...description },
    };
  }
}

function rowOf(input: ServeInput, columns: readonly string[], i: number): Record<string, unknown> {
  const row =
    typeof input === "string"
      ? { [columns[0]!]: input }
      : Array.isArray(input)
        ? Object.fromEntries(columns.map((column, at) => [column, (input as readonly string[])[at]]))
        : (input as Record<string, unknown>);
  for (const column of columns)
    if (typeof row[column] !== "string")
      throw new ServeError("invalid", `expected a text in the column "${column}"`, {
        place: `inputs[${i}].${column}`,
      });
  return row;
}

const VOWELS = /[aeiou]/gi;

/** "vowels" or "consonants", whichever a text has more of, with scores. */
export const letters: FunctionModel = {
  name: "letters",
  version: "3",
  labels: ["production"],
  description: {
    kind: "predictor",
    columns: ["text"],
    labels: { label: ["vowels", "consonants"] },
    example: {
      input: { text: "a" },
      answer: { label: "vowels", scores: { vowels: 1, consonants: 0 } },
    },
  },
  answer({ text }) {
    const vowels = ((text as string).match(VOWELS) ?? []).length;
    const share = vowels / Math.max(1, (text as string).length);
    return {
      label: share >= 0.5 ? "vowels" : "consonants",
      scores: { vowels: share, consonants: 1 - share },
    };
  },
};

/** A vector of 4 numbers for each text, or for each of its words. */
const lengths: FunctionModel = {
  name: "lengths",
  description: { kind: "encoder", columns: ["text"], dim: 4, maxTokens: 8 },
  answer({ text }, { embed = {} }): Embedded {
    const words = (text as string).split(" ");
    const kept = words.slice(0, embed.maxSeqLen ?? 8);
    const one = (word: string): number[] => [word.length, kept.length, 1 / 3, embed.normalize ? 1 : -1.5];
    const perToken = embed.pooling === "none";
    return {
      vector: Float32Array.from(perToken ? kept.flatMap(one) : one(text as string)),
      dims: perToken ? [kept.length, 4] : [4],
      tokens: kept,
      truncated: kept.length < words.length,
      unknown: 0,
      empty: false,
    };
  },
};

/** How many characters two texts share in their beginning. */
const pairs: FunctionModel = {
  name: "pairs",
  description: {
    kind: "predictor",
    columns: ["text1", "text2"],
    example: { input: { text1: "a", text2: "b" }, answer: { score: 0 } },
  },
  answer({ text1, text2 }) {
    const [a, b] = [text1 as string, text2 as string];
    let score = 0;
    while (score < a.length && a[score] === b[score]) score++;
    return { score };
  },
};

/** A predictor whose answers are parts of the text. */
const capitals: FunctionModel = {
  name: "capitals",
  description: { kind: "predictor", columns: ["text"] },
  answer({ text }) {
    const slots = [...(text as string).matchAll(/[A-Z]/g)].map(({ 0: letter, index }) => ({
      ...{ start: index, end: index + 1, label: "capital", text: letter, score: 1 },
    }));
    return { text: text as string, slots };
  },
};

/** All of them. */
export const functionModels: readonly FunctionModel[] = [letters, lengths, pairs, capitals];
