/** @file The LSTM that writes, its attention, copying and beam search once more: plain numbers, one sequence and one token at a time. */
import type { ParameterStore } from "../../../src/graph/parameters.js";

type Vector = readonly number[];

/** A source: the vectors of its tokens and what each is as a token of the target. */
export interface PlainSource {
  readonly vectors: readonly Vector[];
  readonly copied: readonly number[] | null;
}

/** What a plain model is told. */
export interface PlainOptions {
  readonly vocab: number;
  readonly hidden: number;
  readonly layers: number;
  readonly attention: "dot" | "multiply" | "concat";
  readonly feeds: boolean;
}

interface Memory {
  readonly states: readonly { readonly h: Vector; readonly c: Vector }[];
  readonly given: Vector;
}

/** A sequence with its `log p` (`sum`), and the same by the length penalty. */
export interface PlainSequence {
  readonly ids: readonly number[];
  readonly sum: number;
  readonly score: number;
  readonly done: boolean;
  readonly memory: Memory;
}

const [UNK, PAD, END, BEGIN] = [0, 1, 2, 3] as const;

const sum = (list: readonly number[]): number => list.reduce((total, x) => total + x, 0);
const dot = (a: Vector, b: Vector): number => sum(a.map((x, i) => x * b[i]!));
const plus = (a: Vector, b: Vector): Vector => a.map((x, i) => x + b[i]!);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softmax = (x: Vector): Vector => {
  const total = sum(x.map(Math.exp));
  return x.map((one) => Math.exp(one) / total);
};

/** A writer over one source, by the parameters that the graph has. */
export class PlainWriter {
  constructor(
    readonly store: ParameterStore,
    readonly options: PlainOptions,
    readonly source: PlainSource,
  ) {}

  #times(x: Vector, name: string): Vector {
    const { data, shape } = this.store.get(name)!;
    const [inputs, outputs] = shape as [number, number];
    if (inputs !== x.length) throw new Error(`${name} takes ${inputs} numbers, not ${x.length}`);
    return Array.from({ length: outputs }, (_, j) =>
      sum(x.map((value, i) => value * data[i * outputs + j]!)),
    );
  }

  #layer(x: Vector, name: string): Vector {
    return plus(this.#times(x, `${name}.weight`), Array.from(this.store.get(`${name}.bias`)!.data));
  }

  start(): Memory {
    const { hidden, layers } = this.options;
    const { vectors } = this.source;
    const dim = this.store.get("decoder.start.weight")!.shape[0]!;
    const mean = Array.from(
      { length: dim },
      (_, k) => sum(vectors.map((x) => x[k]!)) / Math.max(1, vectors.length),
    );
    const first = this.#layer(mean, "decoder.start").map(Math.tanh);
    return {
      states: Array.from({ length: layers }, (_, i) => ({
        h: first.slice(2 * i * hidden, (2 * i + 1) * hidden),
        c: first.slice((2 * i + 1) * hidden, (2 * i + 2) * hidden),
      })),
      given: Array<number>(hidden).fill(0),
    };
  }

  #vector(id: number): Vector {
    const { data, shape } = this.store.get("target_embedding.weight")!;
    const at = (id < this.options.vocab ? id : UNK) * shape[1]!;
    return Array.from(data.slice(at, at + shape[1]!));
  }

  #scores(state: Vector): Vector {
    const { attention } = this.options;
    const { vectors } = this.source;
    const at = "decoder.attention";
    if (attention === "dot") return vectors.map((x) => dot(state, x));
    const keys = vectors.map((x) => this.#times(x, `${at}.key.weight`));
    if (attention === "multiply") return keys.map((key) => dot(state, key));
    const query = this.#times(state, `${at}.query.weight`);
    return keys.map((key) => this.#times(plus(query, key).map(Math.tanh), `${at}.score.weight`)[0]!);
  }

  /** What follows a token: `log p` of every choice. */
  step(before: Memory, id: number): { readonly memory: Memory; readonly logs: Vector } {
    const { hidden, feeds, vocab } = this.options;
    const { vectors, copied } = this.source;
    const vector = this.#vector(id);
    let below = vector;
    const states = before.states.map(({ h, c }, i) => {
      const at = `decoder.lstm.layer${i}.forward`;
      const bias = Array.from(this.store.get(`${at}.bias`)!.data);
      const own = plus(plus(this.#times(below, `${at}.weight_ih`), this.#times(h, `${at}.weight_hh`)), bias);
      const sums = i === 0 && feeds ? plus(own, this.#times(before.given, "decoder.feed.weight")) : own;
      const gate = (k: number) => sums.slice(k * hidden, (k + 1) * hidden);
      const [enter, leave, keep] = [0, 1, 2].map((k) => gate(k).map(sigmoid)) as [
        number[],
        number[],
        number[],
      ];
      const candidate = gate(3).map(Math.tanh);
      const cell = c.map((x, k) => keep[k]! * x + enter[k]! * candidate[k]!);
      below = cell.map((x, k) => leave[k]! * Math.tanh(x));
      return { h: below, c: cell };
    });
    const weights = softmax(this.#scores(below));
    const dim = this.store.get("decoder.start.weight")!.shape[0]!;
    const context = Array.from({ length: dim }, (_, k) => sum(vectors.map((x, i) => weights[i]! * x[k]!)));
    const given = this.#layer([...context, ...below], "decoder.output").map(Math.tanh);
    const memory = { states, given };
    const written = softmax(this.#layer(given, "head.vocabulary"));
    if (copied === null) return { memory, logs: written.map(Math.log) };
    const generates =
      vectors.length === 0 ? 1 : sigmoid(this.#layer([...given, ...vector], "head.generates")[0]!);
    const choices = Array.from({ length: vocab + vectors.length }, (_, choice) => {
      const copies = sum(copied.map((other, i) => (other === choice ? weights[i]! : 0)));
      return generates * (written[choice] ?? 0) + (1 - generates) * copies;
    });
    return { memory, logs: choices.map((p) => Math.log(Math.max(p, 1e-30))) };
  }

  /** `-log p` of each token of a sequence, the end among them. */
  surprisals(ids: readonly number[]): number[] {
    let memory = this.start();
    return ids.map((id, i) => {
      const { logs, memory: after } = this.step(memory, ids[i - 1] ?? BEGIN);
      memory = after;
      return -logs[id]!;
    });
  }

  /** Mean over the vocabulary of `-log p` by step, where nothing is copied. */
  spread(ids: readonly number[]): number[] {
    const plain = new PlainWriter(this.store, this.options, { ...this.source, copied: null });
    let memory = plain.start();
    return ids.map((_, i) => {
      const { logs, memory: after } = plain.step(memory, ids[i - 1] ?? BEGIN);
      memory = after;
      return -sum(logs) / logs.length;
    });
  }

  /** A beam search: among beginnings and ended sequences alike the best by score stay. */
  beam(width: number, limit: number, alpha: number, fits: Fits = () => true): PlainSequence[] {
    let found: PlainSequence[] = [{ ids: [], sum: 0, score: 0, done: false, memory: this.start() }];
    while (found.some(({ done }) => !done)) {
      const next = found.flatMap((one) => (one.done ? [one] : this.#goneOn(one, limit, alpha, fits)));
      found = next.sort((a, b) => b.score - a.score).slice(0, width);
    }
    return found;
  }

  #goneOn(
    { ids, sum: before, memory }: PlainSequence,
    limit: number,
    alpha: number,
    fits: Fits,
  ): PlainSequence[] {
    const step = this.step(memory, ids.at(-1) ?? BEGIN);
    return step.logs.flatMap((log, id) => {
      if (id === UNK || id === PAD || id === BEGIN || (ids.length + 1 >= limit && id !== END)) return [];
      if (!fits(ids, id)) return [];
      const total = before + log;
      const own = id === END ? ids : [...ids, id];
      const score = total / ((5 + ids.length + 1) / 6) ** alpha;
      return [{ ids: own, sum: total, score, done: id === END, memory: step.memory }];
    });
  }
}

/** Whether a token may follow others. */
export type Fits = (ids: readonly number[], id: number) => boolean;
