/** @file What a parser remembers of beginnings of parses: the states of its LSTMs. */
import { addDims, type Dim, mulDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import {
  and,
  cast,
  equal,
  greater,
  greaterOrEqual,
  less,
  maximum,
  sub,
  where,
} from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { matmul } from "../../graph/ops/matrix.js";
import { reduceMax } from "../../graph/ops/reduction.js";
import { scan } from "../../graph/ops/scan.js";
import { full, range, reshape, squeeze, unsqueeze, upTo } from "../../graph/ops/shaping.js";
import { OPEN_ID, REDUCE_ID, SHIFT_ID } from "../data/tensorizers/tree-actions.js";
import { SteppedLstm } from "../recurrent/stepped-lstm.js";
import type { Parser } from "./parser.js";
import type { Summaries } from "./scorer.js";

/** What is remembered of each hypothesis; rows are `batch * beam`. What the parser has no use for is left out. */
export type Memory = {
  /** The stack, see `StackMemory`. */
  readonly top?: Tensor;
  readonly frames?: Tensor;
  /** What the LSTM over the actions remembers, `[rows, width]`. */
  readonly action?: Tensor;
  /** For a reader from the right: the vectors of what is on the stack, `[rows, places, hidden]`. */
  readonly elements?: Tensor;
};

/** An action of each hypothesis, and how far it was before. int32 `[rows]` each. */
export interface Taken {
  /** -1 where none is taken. */
  readonly ids: Tensor;
  readonly shifted: Tensor;
  readonly open: Tensor;
  /** Things on the stack. */
  readonly height: Tensor;
  /** Where on the stack the innermost open node stands, where the places of nodes are known. */
  readonly node: Tensor | undefined;
  /** Where what is pushed will stand. */
  readonly place: Tensor;
}

const wide = (x: Tensor): Tensor => unsqueeze(x, [1]);

/** bool `[rows, size]`: the place, where that happens. */
export const atPlace = (place: Tensor, size: Dim, happens: Tensor): Tensor =>
  and(equal(wide(place), cast(range(place.graph, size), "int32")), wide(happens));

/** A parser's memory of hypotheses. */
export class ParserMemory {
  readonly #rows: Dim;
  readonly #action: SteppedLstm | null;

  constructor(
    readonly parser: Parser,
    readonly beam: number,
  ) {
    const { use_action } = parser.options.ablation;
    this.#action = use_action ? new SteppedLstm(parser.scope.child("action"), parser.options) : null;
    this.#rows = mulDims(parser.batch, beam);
  }

  /** Before any action. */
  start(): Memory {
    const { stack, options, mask } = this.parser;
    const { graph } = mask;
    const { mostOpen } = options.rules;
    return {
      // A frame for each node that may be open, the root aside, and one at least.
      ...stack?.empty(graph, this.#rows, Math.max(1, mostOpen - 1)),
      ...(this.#action && { action: full(graph, "float32", [this.#rows, this.#action.width], 0) }),
      ...(stack?.composer.back && {
        elements: full(graph, "float32", [this.#rows, addDims(mask.dim(1), mostOpen), options.hidden], 0),
      }),
    };
  }

  /** What is known before an action, `[rows, hidden]` each. `shifted` and `lastOpen` int32 `[rows]`. */
  summaries({ top, action }: Memory, shifted: Tensor, lastOpen: Tensor | null): Summaries {
    const { options, stack } = this.parser;
    const { use_buffer, use_last_open_NT_feature } = options.ablation;
    return {
      buffer: use_buffer ? this.#fromBuffer(shifted) : null,
      stack: top === undefined ? null : stack!.summary(top),
      action: action === undefined ? null : this.#action!.summary(action),
      lastOpen: use_last_open_NT_feature ? lastOpen : null,
    };
  }

  /** Behind an action. */
  after(before: Memory, taken: Taken): Memory {
    const { parser } = this;
    const { ids } = taken;
    const { top, action } = before;
    const embedded = parser.embedding && gather(parser.embedding, where(less(ids, 0), 0, ids));
    return {
      ...(top && this.#stack(before, taken, embedded!)),
      ...(action && { action: this.#action!.step(action, this.#action!.projected(embedded!)) }),
    };
  }

  #stack({ top, frames, elements }: Memory, taken: Taken, embedded: Tensor): Memory {
    const { ids, shifted, open, height, node, place } = taken;
    const { stack } = this.parser;
    const [shifts, reduces] = [equal(ids, SHIFT_ID), equal(ids, REDUCE_ID)];
    const opens = greaterOrEqual(ids, OPEN_ID);
    const size = frames!.dim(1);
    const pushed = where(wide(shifts), this.#fromBuffer(shifted), where(wide(opens), embedded, 0));
    const back = elements === undefined ? null : this.#readBack(elements, node!, height, reduces);
    const after = stack!.step(
      { top: top!, frames: frames! },
      {
        sums: stack!.projected(pushed),
        opens: wide(opens),
        reduces: wide(reduces),
        reads: wide(cast(atPlace(sub(open, 2), size, reduces), "float32")),
        writes: unsqueeze(atPlace(sub(open, 1), size, opens), [2]),
      },
      back,
    );
    if (elements === undefined) return { ...after };
    const written = unsqueeze(atPlace(place, elements.dim(1), greaterOrEqual(ids, 0)), [2]);
    return { ...after, elements: where(written, wide(stack!.summary(after.top)), elements) };
  }

  /** The states of the reader from the right, behind the parts of the nodes that are closed now. */
  #readBack(elements: Tensor, node: Tensor, height: Tensor, reduces: Tensor): Tensor {
    const reader = this.parser.stack!.composer.back!;
    // The node and its parts; other rows look on.
    const count = where(reduces, sub(height, node), 0);
    const most = cast(reduceMax(count, [0]), "int64");
    const start = full(elements.graph, "float32", [this.#rows, reader.width], 0);
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
    const { buffer, batch, options } = this.parser;
    const next = unsqueeze(reshape(shifted, [batch, this.beam]), [2]);
    const places = cast(range(buffer!.graph, buffer!.dim(1)), "int32");
    const found = matmul(cast(equal(next, places), "float32"), buffer!);
    return reshape(found, [this.#rows, options.hidden]);
  }
}
