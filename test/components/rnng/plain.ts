/** @file RNNGs as plain code over one text, with real stacks: what the graphs are compared with. Everything is 64-bit. */
import type { ParameterStore } from "../../../src/graph/parameters.js";
import type { MeanOf } from "../../../src/graph/scope.js";

/** A parser's sizes and rules, in its own words. */
export interface PlainOptions {
  readonly labels: readonly string[];
  readonly hidden: number;
  readonly layers: number;
  readonly mostOpen: number;
  readonly alternating: boolean;
  readonly noSlotsInUnsupported: boolean;
  readonly composition: "sum" | "blstm";
  readonly use: {
    readonly buffer: boolean;
    readonly stack: boolean;
    readonly action: boolean;
    readonly lastOpen: boolean;
  };
}

type Vector = readonly number[];
type LstmState = readonly { readonly h: Vector; readonly c: Vector }[];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const plus = (a: Vector, b: Vector): Vector => a.map((value, i) => value + b[i]!);

/** Something on the stack: its vector, and the state of the stack LSTM with it. */
interface Element {
  readonly vector: Vector;
  readonly state: LstmState;
  /** The action that opened it, as long as it is open. */
  readonly opened: number | null;
}

/** What a parser remembers of a parse that has got this far. */
interface PlainState {
  readonly actions: readonly number[];
  readonly shifted: number;
  readonly elements: readonly Element[];
  readonly action: LstmState;
}

/** A parser of one text of token vectors. */
export class PlainParser {
  readonly #buffer: readonly Vector[];

  constructor(
    readonly store: ParameterStore,
    readonly options: PlainOptions,
    readonly words: readonly Vector[],
    /** The place of its parameters. */
    readonly place: string,
  ) {
    const states: Vector[] = [];
    let state = this.#zero();
    for (const word of [...words].reverse()) {
      state = this.#lstm("buffer", "backward", word, state);
      states.unshift(state.at(-1)!.h);
    }
    this.#buffer = states;
  }

  start(): PlainState {
    return { actions: [], shifted: 0, elements: [], action: this.#zero() };
  }

  isDone({ elements, shifted }: PlainState): boolean {
    return shifted === this.words.length && elements.length === 1 && elements[0]!.opened === null;
  }

  /** The ids of valid actions: 0 shifts, 1 reduces, the others open nodes. */
  valid({ actions, elements, shifted }: PlainState): number[] {
    const { labels, mostOpen, alternating, noSlotsInUnsupported } = this.options;
    const open = elements.filter(({ opened }) => opened !== null);
    const left = this.words.length - shifted;
    const found: number[] = [];
    if (left > 0 && open.length > 0) found.push(0);
    const top = elements.at(-1);
    if (open.length > 0 && top!.opened === null && (open.length > 1 || left === 0)) found.push(1);
    const nodes = actions.filter((id) => id >= 2).length;
    if (left === 0 || open.length >= mostOpen || nodes >= this.words.length + mostOpen) return found;
    const last = open.at(-1);
    const lastIsIntent = last !== undefined && labels[last.opened! - 2]!.startsWith("IN:");
    const root = actions[0] === undefined ? "" : labels[actions[0] - 2]!;
    for (const [i, label] of labels.entries()) {
      const isSlot = label.startsWith("SL:");
      if (noSlotsInUnsupported && isSlot && /^IN:.*unsupported/i.test(root)) continue;
      if (alternating && isSlot !== lastIsIntent) continue;
      found.push(i + 2);
    }
    return found;
  }

  /** The logit of each action. */
  logits({ elements, shifted, action }: PlainState): Vector {
    const { hidden, labels, use } = this.options;
    const zeros = Array<number>(hidden).fill(0);
    const last = elements.findLast(({ opened }) => opened !== null);
    const input = [
      ...(use.buffer ? (this.#buffer[shifted] ?? zeros) : []),
      ...(use.stack ? (elements.at(-1)?.state.at(-1)?.h ?? zeros) : []),
      ...(use.action ? action.at(-1)!.h : []),
      ...(use.lastOpen
        ? Array.from({ length: labels.length + 2 }, (_, id) => Number(id === last?.opened))
        : []),
    ];
    const inner = this.#linear("scorer.hidden", input).map((x) => Math.max(x, 0));
    return this.#linear("scorer.output", inner);
  }

  /** The parse one action later. */
  take(state: PlainState, id: number): PlainState {
    const { elements, shifted } = state;
    const embedding = this.#row("actions", id);
    const next = {
      actions: [...state.actions, id],
      action: this.#lstm("action", "forward", embedding, state.action),
    };
    if (id === 0)
      return {
        ...next,
        shifted: shifted + 1,
        elements: this.#pushed(elements, this.#buffer[shifted]!, null),
      };
    if (id >= 2) return { ...next, shifted, elements: this.#pushed(elements, embedding, id) };
    const at = elements.findLastIndex(({ opened }) => opened !== null);
    const parts = elements.slice(at).map(({ state: own }) => own.at(-1)!.h);
    return { ...next, shifted, elements: this.#pushed(elements.slice(0, at), this.#composed(parts), null) };
  }

  #pushed(below: readonly Element[], vector: Vector, opened: number | null): Element[] {
    const state = this.#lstm("stack", "forward", vector, below.at(-1)?.state ?? this.#zero());
    return [...below, { vector, state, opened }];
  }

  #composed(parts: readonly Vector[]): Vector {
    if (!this.#has("composition.bias")) return parts[0]!;
    const [node, ...children] = parts as [Vector, ...Vector[]];
    if (this.options.composition === "sum")
      return this.#linear("composition", parts.reduce(plus)).map(Math.tanh);
    const run = (name: string, sequence: readonly Vector[]): Vector => {
      let state = this.#zero().slice(0, 1);
      for (const x of sequence) state = [this.#cell(`composition.${name}`, x, state[0]!)];
      return state[0]!.h;
    };
    const both = [...run("forward", parts), ...run("backward", [node, ...children.reverse()])];
    return this.#linear("composition", both).map(Math.tanh);
  }

  #zero(): LstmState {
    const zeros = Array<number>(this.options.hidden).fill(0);
    return Array.from({ length: this.options.layers }, () => ({ h: zeros, c: zeros }));
  }

  #lstm(name: string, direction: string, input: Vector, before: LstmState): LstmState {
    let x = input;
    return before.map((state, layer) => {
      const after = this.#cell(`${name}.layer${layer}.${direction}`, x, state);
      x = after.h;
      return after;
    });
  }

  #cell(name: string, x: Vector, { h, c }: LstmState[number]): LstmState[number] {
    if (!this.#has(`${name}.bias`)) return { h, c };
    const { hidden } = this.options;
    const sums = plus(
      plus(this.#product(`${name}.weight_ih`, x), this.#product(`${name}.weight_hh`, h)),
      this.#values(`${name}.bias`),
    );
    const gate = (i: number): Vector => sums.slice(i * hidden, (i + 1) * hidden);
    const [enter, leave, keep] = [0, 1, 2].map((i) => gate(i).map(sigmoid));
    const cell = gate(3).map((value, k) => keep![k]! * c[k]! + enter![k]! * Math.tanh(value));
    return { h: cell.map((value, k) => leave![k]! * Math.tanh(value)), c: cell };
  }

  #linear(name: string, x: Vector): Vector {
    return plus(this.#product(`${name}.weight`, x), this.#values(`${name}.bias`));
  }

  #product(name: string, x: Vector): Vector {
    const weight = this.#values(name);
    const width = weight.length / x.length;
    return Array.from({ length: width }, (_, k) =>
      x.reduce((sum, value, i) => sum + value * weight[i * width + k]!, 0),
    );
  }

  #row(name: string, row: number): Vector {
    const { hidden } = this.options;
    if (!this.#has(name)) return Array<number>(hidden).fill(0);
    return this.#values(name).slice(row * hidden, (row + 1) * hidden);
  }

  /** Whether the model has that parameter: what ablation leaves out has none, and counts nowhere. */
  #has(name: string): boolean {
    return this.store.get(`${this.place}.${name}`) !== undefined;
  }

  #values(name: string): Vector {
    return Array.from(this.store.get(`${this.place}.${name}`)!.data);
  }
}

/** A parse that has got this far, as each parser knows it. */
interface PlainParse {
  readonly score: number;
  readonly actions: readonly number[];
  readonly members: readonly PlainState[];
}

/** Parsers of one text that take each action together, or one that is alone. */
export class PlainCommittee {
  readonly #first: PlainParser;

  constructor(
    readonly parsers: readonly PlainParser[],
    readonly mean: MeanOf,
  ) {
    this.#first = parsers[0]!;
  }

  start(): PlainParse {
    return { score: 0, actions: [], members: this.parsers.map((parser) => parser.start()) };
  }

  isDone({ members }: PlainParse): boolean {
    return this.#first.isDone(members[0]!);
  }

  valid({ members }: PlainParse): number[] {
    return this.#first.valid(members[0]!);
  }

  /** `log p` of each allowed action. */
  scores({ members }: PlainParse, allowed: readonly number[]): Map<number, number> {
    const shares = (logits: Vector): Vector => {
      const powers = logits.map(Math.exp);
      const total = allowed.reduce((sum, id) => sum + powers[id]!, 0);
      return powers.map((power) => power / total);
    };
    const means = (all: readonly Vector[]): Vector => all.reduce(plus).map((sum) => sum / all.length);
    const logits = this.parsers.map((parser, i) => parser.logits(members[i]!));
    const p = this.mean === "logits" ? shares(means(logits)) : means(logits.map(shares));
    return new Map(allowed.map((id) => [id, Math.log(p[id]!)]));
  }

  take({ score, actions, members }: PlainParse, id: number, step: number): PlainParse {
    return {
      score: score + step,
      actions: [...actions, id],
      members: this.parsers.map((parser, i) => parser.take(members[i]!, id)),
    };
  }

  /** `-log p` of given actions, which count as valid where they are given. */
  loss(actions: readonly number[], counts: (step: number) => boolean = () => true): number {
    let state = this.start();
    let loss = 0;
    for (const [step, id] of actions.entries()) {
      const score = this.scores(state, [...new Set([...this.valid(state), id])]).get(id)!;
      if (counts(step)) loss -= score;
      state = this.take(state, id, score);
    }
    return loss;
  }

  /** Every parse there is. */
  *all(state = this.start()): Generator<PlainParse> {
    if (this.isDone(state)) yield state;
    else
      for (const [id, score] of this.scores(state, this.valid(state)))
        yield* this.all(this.take(state, id, score));
  }

  /** The best parses that a beam of this width finds, the best first. */
  beam(width: number): PlainParse[] {
    let beam = [this.start()];
    while (beam.some((state) => !this.isDone(state))) {
      const plans = beam.flatMap((state) => {
        if (this.isDone(state)) return [{ state, id: -1, step: 0 }];
        return [...this.scores(state, this.valid(state))].map(([id, step]) => ({ state, id, step }));
      });
      plans.sort((a, b) => b.state.score + b.step - (a.state.score + a.step));
      beam = plans
        .slice(0, width)
        .map(({ state, id, step }) => (id < 0 ? state : this.take(state, id, step)));
    }
    return beam.sort((a, b) => b.score - a.score);
  }
}
