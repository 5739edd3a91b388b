/** @file The likeliest sequences for sources, looked for in the graph: a beam search, of which the greedy one is the narrowest. */
import { type Dim, mulDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import {
  add,
  and,
  cast,
  div,
  equal,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  mul,
  not,
  or,
  pow,
  sub,
  where,
} from "../../graph/ops/elementwise.js";
import { chooseAll } from "../../graph/ops/if.js";
import { gather, gatherElements, topK } from "../../graph/ops/lookup.js";
import { reduceMax } from "../../graph/ops/reduction.js";
import { scan } from "../../graph/ops/scan.js";
import { dimsTensor, expand, full, range, reshape, slice, unsqueeze } from "../../graph/ops/shaping.js";
import { PAD_ID, UNK_ID } from "../../text/vocabulary.js";
import { BEGIN_OF_TARGET, END_OF_TARGET } from "../data/tensorizers/target-tokens-tensorizer.js";
import { HIDDEN } from "../masking.js";
import type { Grammar, SequenceDecoder } from "./contracts.js";
import type { TokenHead } from "./token-head.js";

/** The score from which on downwards there is no sequence. */
export const NO_SEQUENCE = HIDDEN / 2;

/** What is searched with. Rows are `batch * beam`: each source as often as the beam is wide, next to each other. */
export interface SearchParts {
  readonly decoder: SequenceDecoder;
  readonly head: TokenHead;
  /** The vectors of tokens, `[vocab, dim]`. */
  readonly embedding: Tensor;
  readonly grammar: Grammar | null;
}

/** How is searched. */
export interface SearchOptions {
  readonly batch: Dim;
  readonly beam: number;
  /** How many are given, the best first. */
  readonly best: number;
  /** `alpha` of the length penalty `((5 + length) / 6) ** alpha` (Wu et al., 2016), the end counted. */
  readonly lengthPenalty: number;
  /** Steps of the longest sequence, the end counted. */
  readonly steps: Dim;
  /** int32 `[batch]`: the same of each source. */
  readonly limits: Tensor;
}

/** The sequences that were found, the best first. */
export interface Sequences {
  /** int32 `[batch, best, steps]`: tokens as `TargetTokens` numbers them, -1 behind the last. */
  readonly ids: Tensor;
  /** `[batch, best]`: `log p` by the length penalty; `NO_SEQUENCE` or less where there are fewer. */
  readonly scores: Tensor;
}

/** Sequences that are being written. Rows as in `SearchParts`. */
type Beam = {
  /** `log p` so far, `[rows]`. */
  readonly sums: Tensor;
  /** The same by the length penalty. */
  readonly scores: Tensor;
  /** int32 `[rows, steps]`. */
  readonly ids: Tensor;
  /** int32 `[rows]`: the last token. */
  readonly last: Tensor;
  /** int32 `[rows, width]`. */
  readonly grammar?: Tensor;
};

/**
 * Writes all sequences of the beam on together. Of all that go on the best by score stay; one that has ended stays as it is, and
 * takes part. Unknown tokens are not written, and at a source's limit nothing but the end is.
 */
export function search(parts: SearchParts, options: SearchOptions): Sequences {
  return new Search(parts, options).run();
}

/** Whether tokens are ever written: all but padding, unknown ones and the beginning. */
export const writable = (ids: Tensor): Tensor =>
  not([PAD_ID, UNK_ID, BEGIN_OF_TARGET].map((id) => equal(ids, id)).reduce(or));

class Search {
  readonly #rows: Dim;
  /** int32 `[rows]`. */
  readonly #limits: Tensor;
  /** bool `[1, choices]` each. */
  readonly #writable: Tensor;
  readonly #isEnd: Tensor;

  constructor(
    readonly parts: SearchParts,
    readonly options: SearchOptions,
  ) {
    const { batch, beam, limits } = options;
    this.#rows = mulDims(batch, beam);
    this.#limits = reshape(expand(unsqueeze(limits, [1]), [batch, beam]), [this.#rows]);
    const choices = unsqueeze(range(limits.graph, parts.head.choices), [0]);
    this.#writable = writable(choices);
    this.#isEnd = equal(choices, END_OF_TARGET);
  }

  run(): Sequences {
    const { batch, beam, best, steps, limits } = this.options;
    const start = this.#start();
    const names = Object.keys(start) as (keyof Beam)[];
    const memory = this.parts.decoder.start(steps);
    const beamOf = (tensors: readonly Tensor[]): Beam =>
      Object.fromEntries(names.map((name, i) => [name, tensors[i]!])) as unknown as Beam;
    const listed = (all: Beam): Tensor[] => names.map((name) => all[name]!);
    const scanned = [range(limits.graph, steps)];
    const { states } = scan({ states: [...listed(start), ...memory], scanned }, (before, [place]) => {
      const open = greater(reduceMax(cast(not(this.#isDone(beamOf(before))), "int32"), [0]), 0);
      const after = chooseAll(
        open,
        [...before, place!],
        (inputs) => {
          const step = this.#step(beamOf(inputs), inputs.slice(names.length, -1), inputs.at(-1)!);
          return [...listed(step.beam), ...step.memory];
        },
        (inputs) => inputs.slice(0, -1),
      );
      return { states: after, outputs: [] };
    });
    const { ids, scores } = beamOf(states);
    return {
      ids: slice(reshape(ids, [batch, beam, steps]), 1, 0, best),
      scores: slice(reshape(scores, [batch, beam]), 1, 0, best),
    };
  }

  /** Of each source one sequence without tokens, and others that are none. */
  #start(): Beam {
    const { batch, beam, steps, limits } = this.options;
    const { graph } = limits;
    const first = graph.constant(
      "float32",
      [1, beam],
      Array.from({ length: beam }, (_, i) => (i === 0 ? 0 : HIDDEN)),
    );
    const sums = reshape(expand(first, [batch, beam]), [this.#rows]);
    const { grammar } = this.parts;
    return {
      ...{ sums, scores: sums },
      ids: full(graph, "int32", [this.#rows, steps], -1),
      last: full(graph, "int32", [this.#rows], BEGIN_OF_TARGET),
      ...(grammar && { grammar: grammar.start() }),
    };
  }

  #isDone({ last, scores }: Beam): Tensor {
    return or(equal(last, END_OF_TARGET), lessOrEqual(scores, NO_SEQUENCE));
  }

  #step(before: Beam, memory: readonly Tensor[], place: Tensor): { beam: Beam; memory: readonly Tensor[] } {
    const { decoder, head, embedding, grammar } = this.parts;
    const { batch, beam, lengthPenalty } = this.options;
    const { graph } = place;
    const wide = (x: Tensor): Tensor => unsqueeze(x, [1]);
    const vector = gather(embedding, where(less(before.last, head.vocab), before.last, UNK_ID));
    const step = decoder.step(memory, vector, place);
    const gains = head.logProbabilities(step, vector);

    const done = this.#isDone(before);
    const atLimit = greaterOrEqual(add(cast(place, "int32"), 1), this.#limits);
    const fits = or(not(wide(atLimit)), this.#isEnd);
    const fitting = and(fits, grammar === null ? this.#writable : grammar.allowed(before.grammar!));
    // A sequence that has ended goes on in one way: it stays, which costs nothing.
    const goesOn = and(not(wide(done)), fitting);
    const stays = and(wide(done), this.#isEnd);
    const among = (open: Tensor, ended: Tensor): Tensor =>
      where(goesOn, open, where(stays, wide(ended), 2 * HIDDEN));
    const longer = add(wide(before.sums), gains);
    const sums = among(longer, before.sums);
    const penalty = pow(div(add(cast(place, "float32"), 6), 6), lengthPenalty);
    const scores = lengthPenalty === 0 ? sums : among(div(longer, penalty), before.scores);

    const size = dimsTensor(graph, [head.choices]);
    const all = mulDims(beam, head.choices);
    const best = topK(reshape(scores, [batch, all]), beam);
    const flat = (x: Tensor): Tensor => reshape(x, [this.#rows]);
    const parent = div(best.ids, size);
    const chosen = flat(cast(sub(best.ids, mul(parent, size)), "int32"));
    const first = wide(mul(range(graph, batch), beam));
    const from = flat(add(parent, first));
    const kept = (x: Tensor): Tensor => (beam === 1 ? x : gather(x, from));
    const wasDone = kept(done);
    const isHere = equal(cast(range(graph, before.ids.dim(1)), "int64"), place);
    const written = where(or(wasDone, equal(chosen, END_OF_TARGET)), -1, chosen);
    return {
      beam: {
        sums: flat(gatherElements(reshape(sums, [batch, all]), best.ids, 1)),
        scores: flat(best.values),
        ids: where(isHere, wide(written), kept(before.ids)),
        last: where(wasDone, kept(before.last), chosen),
        ...(grammar && { grammar: grammar.after(kept(before.grammar!), written) }),
      },
      memory: step.memory.map(kept),
    };
  }
}
