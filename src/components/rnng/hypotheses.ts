/** @file Beginnings of parses, and what one more action makes of them. */
import { addDims, type Dim, mulDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import {
  add,
  and,
  cast,
  equal,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  maximum,
  or,
  sub,
  where,
} from "../../graph/ops/elementwise.js";
import { gather, gatherElements } from "../../graph/ops/lookup.js";
import { matmul } from "../../graph/ops/matrix.js";
import { reduceMax } from "../../graph/ops/reduction.js";
import { scan } from "../../graph/ops/scan.js";
import {
  concat,
  expand,
  full,
  range,
  reshape,
  split,
  squeeze,
  unsqueeze,
  upTo,
} from "../../graph/ops/shaping.js";
import { OPEN_ID, REDUCE_ID, SHIFT_ID } from "../data/tensorizers/tree-actions.js";
import { HIDDEN, rowLengths } from "../masking.js";
import { SteppedLstm } from "../recurrent/stepped-lstm.js";
import { mostSteps, type ParserState, stateAfter } from "./actions.js";
import type { Parser } from "./parser.js";
import type { Summaries } from "./scorer.js";

/** The score from which on downwards there is no parse. */
export const NO_PARSE = HIDDEN / 2;

/** What hypotheses are made of; rows are `batch * beam`. What the parser has no use for is left out. */
export type Parts = {
  /** `[rows]`. */
  readonly scores: Tensor;
  /** int32 `[rows, steps]`. */
  readonly actions: Tensor;
  /** int32 `[rows, 6]`: tokens shifted, nodes opened, nodes open, whether the last action opened one, whether the root is unsupported, things on the stack. */
  readonly counts: Tensor;
  /** What the LSTMs remember, and int32 `[rows, open]` the labels of open nodes where they are looked at. */
  readonly top?: Tensor;
  readonly frames?: Tensor;
  readonly action?: Tensor;
  readonly labels?: Tensor;
  /** For a reader from the right: the vectors of what is on the stack, `[rows, places, hidden]`, and int32 `[rows, open]` where open nodes stand. */
  readonly elements?: Tensor;
  readonly places?: Tensor;
};

/** The hypotheses of all texts, `beam` for each. */
export class Hypotheses {
  readonly rows: Dim;
  /** int32 `[rows]`. */
  readonly #tokens: Tensor;
  readonly #action: SteppedLstm | null;

  constructor(
    readonly parser: Parser,
    readonly beam: number,
  ) {
    const { use_action } = parser.options.ablation;
    this.#action = use_action ? new SteppedLstm(parser.scope.child("action"), parser.options) : null;
    this.rows = mulDims(parser.batch, beam);
    const lengths = expand(unsqueeze(rowLengths(parser.mask), [1]), [parser.batch, beam]);
    this.#tokens = reshape(lengths, [this.rows]);
  }

  /** Steps that the longest parse takes at most, an int64 scalar. */
  get steps(): Tensor {
    return cast(reduceMax(mostSteps(this.#tokens, this.parser.options.rules), [0]), "int64");
  }

  /** Of each text one hypothesis without actions, and others that are none. */
  start(steps: Dim): Parts {
    const { stack, options, batch, mask } = this.parser;
    const { graph } = mask;
    const { mostOpen } = options.rules;
    const { use_last_open_NT_feature } = options.ablation;
    const first = graph.constant(
      "float32",
      [1, this.beam],
      Array.from({ length: this.beam }, (_, i) => (i === 0 ? 0 : HIDDEN)),
    );
    // A frame for each node that may be open, the root aside, and one at least.
    const memory = stack?.empty(graph, this.rows, Math.max(1, mostOpen - 1));
    return {
      scores: reshape(expand(first, [batch, this.beam]), [this.rows]),
      actions: full(graph, "int32", [this.rows, steps], -1),
      counts: full(graph, "int32", [this.rows, 6], 0),
      ...memory,
      ...(this.#action && { action: full(graph, "float32", [this.rows, this.#action.width], 0) }),
      ...(stack?.composer.back && {
        elements: full(graph, "float32", [this.rows, addDims(mask.dim(1), mostOpen), options.hidden], 0),
        places: full(graph, "int32", [this.rows, mostOpen], 0),
      }),
      ...(use_last_open_NT_feature && { labels: full(graph, "int32", [this.rows, mostOpen], 0) }),
    };
  }

  /** bool `[rows]`: whether a hypothesis is whole, or none. */
  isDone({ counts, scores }: Parts): Tensor {
    const [shifted, opened, open] = this.#columns(counts);
    const whole = and(greaterOrEqual(shifted!, this.#tokens), equal(open!, 0));
    const begun = or(greater(opened!, 0), equal(this.#tokens, 0));
    return or(and(whole, begun), lessOrEqual(scores, NO_PARSE));
  }

  /** How far they are. */
  state(counts: Tensor): ParserState {
    const [shifted, opened, open, justOpened, unsupported] = this.#columns(counts);
    return {
      tokens: this.#tokens,
      shifted: shifted!,
      opened: opened!,
      open: open!,
      justOpened: greater(justOpened!, 0),
      unsupported: greater(unsupported!, 0),
    };
  }

  /** What is known before an action. `[rows, hidden]` each. */
  summaries({ counts, top, action, labels }: Parts): Summaries {
    const { parser } = this;
    const { use_buffer } = parser.options.ablation;
    const [shifted, , open] = this.#columns(counts);
    const last = (): Tensor => {
      const at = unsqueeze(cast(where(greater(open!, 0), sub(open!, 1), 0), "int64"), [1]);
      return where(greater(open!, 0), squeeze(gatherElements(labels!, at, 1), [1]), parser.actions.size);
    };
    return {
      buffer: use_buffer ? this.#fromBuffer(shifted!) : null,
      stack: top === undefined ? null : parser.stack!.summary(top),
      action: action === undefined ? null : this.#action!.summary(action),
      lastOpen: labels === undefined ? null : last(),
    };
  }

  /** Where the innermost open node stands. int32 `[rows]`. */
  #nodePlace(places: Tensor, open: Tensor): Tensor {
    const at = cast(where(greater(open, 0), sub(open, 1), 0), "int64");
    return squeeze(gatherElements(places, unsqueeze(at, [1]), 1), [1]);
  }

  /** The states of the reader from the right, behind the parts of the nodes that are closed now. */
  #readBack(elements: Tensor, node: Tensor, height: Tensor, reduces: Tensor): Tensor {
    const reader = this.parser.stack!.composer.back!;
    // The node and its parts; other rows look on.
    const count = where(reduces, sub(height, node), 0);
    const most = cast(reduceMax(count, [0]), "int64");
    const start = full(elements.graph, "float32", [this.rows, reader.width], 0);
    const places = cast(range(elements.graph, elements.dim(1)), "int32");
    const { states } = scan(
      { states: [start], scanned: [cast(upTo(maximum(most, 1)), "int32")] },
      ([states], [k]) => {
        const first = equal(unsqueeze(k!, [0]), 0);
        const place = where(first, node, sub(height, k!));
        const found = cast(equal(unsqueeze(place, [1]), places), "float32");
        const part = squeeze(matmul(unsqueeze(found, [1]), elements), [1]);
        const after = reader.read(states!, part, unsqueeze(first, [1]));
        return { states: [where(unsqueeze(greater(count, k!), [1]), after, states!)], outputs: [] };
      },
    );
    return states[0]!;
  }

  /** What the texts say from the next token on. `shifted [rows] -> [rows, hidden]`, zero where no token is left. */
  #fromBuffer(shifted: Tensor): Tensor {
    const { buffer, batch } = this.parser;
    const next = unsqueeze(reshape(shifted, [batch, this.beam]), [2]);
    const places = cast(range(buffer!.graph, buffer!.dim(1)), "int32");
    const found = matmul(cast(equal(next, places), "float32"), buffer!);
    return reshape(found, [this.rows, this.parser.options.hidden]);
  }

  /** Hypotheses behind their actions, int32 `[rows]`; -1 where there is none. */
  taken(before: Parts, ids: Tensor, step: Tensor): Parts {
    const { counts, actions, top, frames, action, labels, elements, places } = before;
    const { parser } = this;
    const [shifted, , open, , , height] = this.#columns(counts);
    const [shifts, reduces] = [equal(ids, SHIFT_ID), equal(ids, REDUCE_ID)];
    const opens = greaterOrEqual(ids, OPEN_ID);
    const one = (happens: Tensor): Tensor => cast(happens, "int32");
    const wide = (x: Tensor): Tensor => unsqueeze(x, [1]);
    const progress = stateAfter(this.state(counts), ids, parser.actions);
    const node = places && this.#nodePlace(places, open!);
    // An open node's place is where the node goes once it is closed.
    const place = node === undefined ? height! : where(reduces, node, height!);
    const columns = [
      progress.shifted,
      progress.opened,
      progress.open,
      one(progress.justOpened),
      one(progress.unsupported),
      add(place, one(greaterOrEqual(ids, 0))),
    ];
    const isStep = equal(cast(range(actions.graph, actions.dim(1)), "int64"), step);
    const embedded = parser.embedding && gather(parser.embedding, where(less(ids, 0), 0, ids));
    const at = (place: Tensor, size: Dim, happens: Tensor): Tensor =>
      and(equal(wide(place), cast(range(actions.graph, size), "int32")), wide(happens));
    const stack = (): Partial<Parts> => {
      const { stack: lstm } = parser;
      const size = frames!.dim(1);
      const pushed = where(wide(shifts), this.#fromBuffer(shifted!), where(wide(opens), embedded!, 0));
      const back = node === undefined ? null : this.#readBack(elements!, node, height!, reduces);
      const after = lstm!.step(
        { top: top!, frames: frames! },
        {
          sums: lstm!.projected(pushed),
          opens: wide(opens),
          reduces: wide(reduces),
          reads: wide(cast(at(sub(open!, 2), size, reduces), "float32")),
          writes: unsqueeze(at(sub(open!, 1), size, opens), [2]),
        },
        back,
      );
      if (elements === undefined) return { ...after };
      const written = unsqueeze(at(place, elements.dim(1), greaterOrEqual(ids, 0)), [2]);
      return {
        ...after,
        elements: where(written, wide(lstm!.summary(after.top)), elements),
        places: where(at(open!, places!.dim(1), opens), wide(height!), places!),
      };
    };
    return {
      scores: before.scores,
      actions: where(isStep, wide(ids), actions),
      counts: concat(columns.map(wide), 1),
      ...(top && stack()),
      ...(action && { action: this.#action!.step(action, this.#action!.projected(embedded!)) }),
      ...(labels && { labels: where(at(open!, labels.dim(1), opens), wide(ids), labels) }),
    };
  }

  #columns(counts: Tensor): Tensor[] {
    return split(counts, 1, [1, 1, 1, 1, 1, 1]).map((column) => squeeze(column, [1]));
  }
}
