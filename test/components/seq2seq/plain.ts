/** @file What writes, an LSTM or a Transformer, with copying and beam search once more: plain numbers, one sequence and one token at a time. */
import type { ParameterStore } from "../../../src/graph/parameters.js";

type Vector = readonly number[];

/** A source: the vectors of its tokens and what each is as a token of the target. */
export interface PlainSource {
  readonly vectors: readonly Vector[];
  readonly copied: readonly number[] | null;
}

/** What a decoder remembers of a sequence. */
type Memory = unknown;

/** What a decoder says behind a token. */
interface PlainStep {
  readonly memory: Memory;
  readonly state: Vector;
  /** By token of the source. */
  readonly weights: Vector;
}

/** A decoder over one source. */
interface PlainDecoder {
  start(): Memory;
  step(memory: Memory, vector: Vector): PlainStep;
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

export const sum = (list: readonly number[]): number => list.reduce((total, x) => total + x, 0);
const dot = (a: Vector, b: Vector): number => sum(a.map((x, i) => x * b[i]!));
const plus = (a: Vector, b: Vector): number[] => a.map((x, i) => x + b[i]!);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
export const softmax = (x: Vector): Vector => {
  const total = sum(x.map(Math.exp));
  return x.map((one) => Math.exp(one) / total);
};

/** Products with the parameters that the graph has. */
export class PlainLayers {
  constructor(readonly store: ParameterStore) {}

  times(x: Vector, name: string): Vector {
    const { data, shape } = this.store.get(name)!;
    const [inputs, outputs] = shape as [number, number];
    if (inputs !== x.length) throw new Error(`${name} takes ${inputs} numbers, not ${x.length}`);
    return Array.from({ length: outputs }, (_, j) =>
      sum(x.map((value, i) => value * data[i * outputs + j]!)),
    );
  }

  vector(name: string): Vector {
    return Array.from(this.store.get(name)!.data);
  }

  layer(x: Vector, name: string): Vector {
    return plus(this.times(x, `${name}.weight`), this.vector(`${name}.bias`));
  }

  norm(x: Vector, name: string): Vector {
    const mean = sum(x) / x.length;
    const variance = sum(x.map((value) => (value - mean) ** 2)) / x.length;
    const [scale, shift] = [this.vector(`${name}.weight`), this.vector(`${name}.bias`)];
    return x.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * scale[i]! + shift[i]!);
  }
}

/** The weighted sum of vectors. */
export const mixed = (weights: Vector, vectors: readonly Vector[], dim: number): Vector =>
  Array.from({ length: dim }, (_, k) => sum(vectors.map((x, i) => weights[i]! * x[k]!)));

/** What a plain LSTM is told. */
export interface PlainOptions {
  readonly hidden: number;
  readonly layers: number;
  readonly attention: "dot" | "multiply" | "concat";
  readonly feeds: boolean;
}

interface LstmMemory {
  readonly states: readonly { readonly h: Vector; readonly c: Vector }[];
  readonly given: Vector;
}

/** `RNNDecoder`. */
export class PlainRecurrent extends PlainLayers implements PlainDecoder {
  constructor(
    store: ParameterStore,
    readonly options: PlainOptions,
    readonly source: readonly Vector[],
  ) {
    super(store);
  }

  get #dim(): number {
    return this.store.get("decoder.start.weight")!.shape[0]!;
  }

  start(): LstmMemory {
    const { hidden, layers } = this.options;
    const count = Math.max(1, this.source.length);
    const mean = mixed(
      this.source.map(() => 1 / count),
      this.source,
      this.#dim,
    );
    const first = this.layer(mean, "decoder.start").map(Math.tanh);
    return {
      states: Array.from({ length: layers }, (_, i) => ({
        h: first.slice(2 * i * hidden, (2 * i + 1) * hidden),
        c: first.slice((2 * i + 1) * hidden, (2 * i + 2) * hidden),
      })),
      given: Array<number>(hidden).fill(0),
    };
  }

  #scores(state: Vector): Vector {
    const { attention } = this.options;
    const at = "decoder.attention";
    if (attention === "dot") return this.source.map((x) => dot(state, x));
    const keys = this.source.map((x) => this.times(x, `${at}.key.weight`));
    if (attention === "multiply") return keys.map((key) => dot(state, key));
    const query = this.times(state, `${at}.query.weight`);
    return keys.map((key) => this.times(plus(query, key).map(Math.tanh), `${at}.score.weight`)[0]!);
  }

  step(memory: Memory, vector: Vector): PlainStep {
    const before = memory as LstmMemory;
    const { hidden, feeds } = this.options;
    let below = vector;
    const states = before.states.map(({ h, c }, i) => {
      const at = `decoder.lstm.layer${i}.forward`;
      const entering = plus(this.times(below, `${at}.weight_ih`), this.times(h, `${at}.weight_hh`));
      const own = plus(entering, this.vector(`${at}.bias`));
      const sums = i === 0 && feeds ? plus(own, this.times(before.given, "decoder.feed.weight")) : own;
      const gate = (k: number) => sums.slice(k * hidden, (k + 1) * hidden);
      const [enter, leave, keep] = [gate(0).map(sigmoid), gate(1).map(sigmoid), gate(2).map(sigmoid)];
      const candidate = gate(3).map(Math.tanh);
      const cell = c.map((x, k) => keep[k]! * x + enter[k]! * candidate[k]!);
      below = cell.map((x, k) => leave[k]! * Math.tanh(x));
      return { h: below, c: cell };
    });
    const weights = softmax(this.#scores(below));
    const context = mixed(weights, this.source, this.#dim);
    const given = this.layer([...context, ...below], "decoder.output").map(Math.tanh);
    return { memory: { states, given }, state: given, weights };
  }
}

/** `TransformerDecoder` with tanh in its hidden layers. */
export class PlainTransformer extends PlainLayers implements PlainDecoder {
  constructor(
    store: ParameterStore,
    readonly options: { readonly layers: number; readonly heads: number; readonly before: boolean },
    readonly source: readonly Vector[],
  ) {
    super(store);
  }

  start(): readonly Vector[] {
    return [];
  }

  step(memory: Memory, vector: Vector): PlainStep {
    const written = [...(memory as readonly Vector[]), vector];
    const { states, weights } = this.#through(written, (t) => t + 1);
    return { memory: written, state: states.at(-1)!, weights };
  }

  /** The states of places that all see each other. */
  together(vectors: readonly Vector[]): readonly Vector[] {
    return this.#through(vectors, () => vectors.length).states;
  }

  /** States, and the last one's weights. @param sees how many places, the first ones, a place looks at */
  #through(vectors: readonly Vector[], sees: (t: number) => number) {
    const { layers, before } = this.options;
    let weights: Vector = [];
    let x: readonly Vector[] = vectors.map((one, t) =>
      one.map((value, i) => {
        const angle = t / 10000 ** ((i - (i % 2)) / one.length);
        return value * Math.sqrt(one.length) + (i % 2 === 0 ? Math.sin(angle) : Math.cos(angle));
      }),
    );
    const half = (name: string, of: (rows: readonly Vector[]) => readonly Vector[]): void => {
      const added = of(before ? x.map((row) => this.norm(row, name)) : x);
      const sums = x.map((row, i) => plus(row, added[i]!));
      x = before ? sums : sums.map((row) => this.norm(row, name));
    };
    for (let i = 0; i < layers; i++) {
      const at = `decoder.layer${i}`;
      half(`${at}.norm1`, (rows) => {
        const all = rows.map((row) => this.layer(row, `${at}.attention.in_proj`));
        const part = (k: number) =>
          all.map((row) => row.slice((k * row.length) / 3, ((k + 1) * row.length) / 3));
        const [queries, keys, values] = [part(0), part(1), part(2)];
        return queries.map((query, t) => {
          const { taken } = this.#attended(query, keys.slice(0, sees(t)), values.slice(0, sees(t)));
          return this.layer(taken, `${at}.attention.out_proj`);
        });
      });
      half(`${at}.norm2`, (rows) => {
        const cross = `${at}.cross_attention`;
        const both = this.source.map((one) => this.layer(one, `${cross}.source`));
        const [keys, values] = [
          both.map((row) => row.slice(0, row.length / 2)),
          both.map((row) => row.slice(row.length / 2)),
        ];
        return rows.map((row) => {
          const looked = this.#attended(this.layer(row, `${cross}.query`), keys, values);
          weights = looked.weights;
          return this.layer(looked.taken, `${cross}.out_proj`);
        });
      });
      half(`${at}.norm3`, (rows) =>
        rows.map((row) => this.layer(this.layer(row, `${at}.linear1`).map(Math.tanh), `${at}.linear2`)),
      );
    }
    return { states: before ? x.map((row) => this.norm(row, "decoder.norm")) : x, weights };
  }

  /** The weights are the mean over heads. */
  #attended(query: Vector, keys: readonly Vector[], values: readonly Vector[]) {
    const { heads } = this.options;
    const size = query.length / heads;
    const each = Array.from({ length: heads }, (_, head) => {
      const part = (x: Vector): Vector => x.slice(head * size, (head + 1) * size);
      const own = softmax(keys.map((key) => dot(part(query), part(key)) / Math.sqrt(size)));
      return { own, taken: mixed(own, values.map(part), size) };
    });
    const mean = keys.map((_, i) => sum(each.map(({ own }) => own[i]!)) / heads);
    return { taken: each.flatMap(({ taken }) => taken), weights: mean };
  }
}

/** A writer over one source, by the parameters that the graph has. */
export class PlainWriter extends PlainLayers {
  constructor(
    store: ParameterStore,
    readonly vocab: number,
    readonly decoderOver: (source: readonly Vector[]) => PlainDecoder,
    readonly source: PlainSource,
  ) {
    super(store);
  }

  get #decoder(): PlainDecoder {
    return this.decoderOver(this.source.vectors);
  }

  #vector(id: number): Vector {
    const { data, shape } = this.store.get("target_embedding.weight")!;
    const at = (id < this.vocab ? id : UNK) * shape[1]!;
    return Array.from(data.slice(at, at + shape[1]!));
  }

  start(): Memory {
    return this.#decoder.start();
  }

  /** What follows a token: `log p` of every choice. */
  step(before: Memory, id: number): { readonly memory: Memory; readonly logs: Vector } {
    const { vectors, copied } = this.source;
    const vector = this.#vector(id);
    const { memory, state, weights } = this.#decoder.step(before, vector);
    const written = softmax(this.layer(state, "head.vocabulary"));
    if (copied === null) return { memory, logs: written.map(Math.log) };
    const generates =
      vectors.length === 0 ? 1 : sigmoid(this.layer([...state, ...vector], "head.generates")[0]!);
    const choices = Array.from({ length: this.vocab + vectors.length }, (_, choice) => {
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
    const plain = new PlainWriter(this.store, this.vocab, this.decoderOver, { ...this.source, copied: null });
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
