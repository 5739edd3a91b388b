/** @file Loops of the shapes that models use, each written once and run as `Scan` or unrolled. */
import { divDims, type Shape } from "../../src/graph/dims.js";
import { type DType, toData } from "../../src/graph/dtype.js";
import { Graph, type Tensor } from "../../src/graph/graph.js";
import * as e from "../../src/graph/ops/elementwise.js";
import { gather } from "../../src/graph/ops/lookup.js";
import { gemm, matmul } from "../../src/graph/ops/matrix.js";
import { reduceMean, reduceSum, softmax } from "../../src/graph/ops/reduction.js";
import { type ScanOptions, type ScanStep, scan } from "../../src/graph/ops/scan.js";
import { concat, reshape, slice, squeeze, swapAxes, unsqueeze } from "../../src/graph/ops/shaping.js";
import { stream } from "../../src/registry/random.js";
import type { Built } from "./ops/check.js";

/** How a program runs its loop: `scan`, or the same steps one after the other. */
export type Loop = typeof scan;

/** The loop written out: what `Scan` must be equal to. */
export function unrolled(length: number): Loop {
  return ({ states, scanned, reverse = false }: ScanOptions, step) => {
    let current = states;
    const outputs: (readonly Tensor[])[] = [];
    for (let i = 0; i < length; i++) {
      const at = reverse ? length - 1 - i : i;
      const result: ScanStep = step(
        current,
        scanned.map((x) => squeeze(slice(x, 0, at, at + 1), [0])),
      );
      current = result.states;
      outputs[at] = result.outputs;
    }
    return {
      states: current,
      outputs: (outputs[0] ?? []).map((_, k) =>
        concat(
          outputs.map((list) => unsqueeze(list[k]!, [0])),
          0,
        ),
      ),
    };
  };
}

/** Sizes by symbol; programs are declared with symbols and bound to these. */
const SIZES: Readonly<Record<string, number>> = { batch: 2, memory: 3 };

interface InputSpec {
  readonly shape: Shape;
  readonly dtype?: DType;
  /** Integers below this. */
  readonly below?: number;
}

/** A program with a loop along the symbol `time`. */
export interface LoopProgram {
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly build: (tensors: Record<string, Tensor>, loop: Loop, reverse: boolean) => readonly Tensor[];
}

/** Builds a program as a graph with random feeds; equal lengths get equal feeds. */
export function buildProgram(
  program: LoopProgram,
  options: { length: number; loop: Loop; reverse?: boolean; symbolicTime?: boolean },
): Built {
  const { length, loop, reverse = false, symbolicTime = true } = options;
  const graph = new Graph();
  const random = stream(7, "loops", length);
  const sizeOf = (dim: number | string): number => (dim === "time" ? length : (SIZES[dim] ?? Number(dim)));
  const tensors: Record<string, Tensor> = {};
  const feeds: Record<string, Built["feeds"][string]> = {};
  for (const [name, { shape, dtype = "float32", below = 0 }] of Object.entries(program.inputs)) {
    const declared = shape.map((dim) => (dim === "time" && !symbolicTime ? length : dim));
    tensors[name] = graph.input(name, dtype, declared);
    const dims = shape.map(sizeOf);
    const size = dims.reduce((a, b) => a * b, 1);
    const values = Array.from({ length: size }, () =>
      below > 0 ? random.int(below) : random.uniform() * 2 - 1,
    );
    feeds[name] = { dtype, dims, data: toData(dtype, values) };
  }
  const results = program.build(tensors, loop, reverse);
  for (const [i, result] of results.entries()) graph.output(`y${i}`, result);
  return { graph, inputs: Object.values(tensors), results, feeds };
}

const E = 3;
const H = 2;

function lstmStep(x: Tensor, h: Tensor, c: Tensor, t: Record<string, Tensor>): { h: Tensor; c: Tensor } {
  const gates = e.add(e.add(matmul(x, t.wx!), matmul(h, t.wh!)), t.bias!);
  const gate = (i: number): Tensor => slice(gates, -1, i * H, (i + 1) * H);
  const next = e.add(e.mul(e.sigmoid(gate(1)), c), e.mul(e.sigmoid(gate(0)), e.tanh(gate(2))));
  return { h: e.mul(e.sigmoid(gate(3)), e.tanh(next)), c: next };
}

/** The programs, by what they show. */
export const programs: Readonly<Record<string, LoopProgram>> = {
  "an LSTM whose mask holds the state over padding": {
    inputs: {
      xs: { shape: ["time", "batch", E] },
      mask: { shape: ["time", "batch", 1], dtype: "int32", below: 2 },
      h: { shape: ["batch", H] },
      c: { shape: ["batch", H] },
      wx: { shape: [E, 4 * H] },
      wh: { shape: [H, 4 * H] },
      bias: { shape: [4 * H] },
    },
    build: (t, loop, reverse) => {
      const { states, outputs } = loop(
        { states: [t.h!, t.c!], scanned: [t.xs!, t.mask!], reverse },
        ([h, c], [x, m]) => {
          const next = lstmStep(x!, h!, c!, t);
          const held = e.equal(m!, 0);
          const kept = e.where(held, h!, next.h);
          return { states: [kept, e.where(held, c!, next.c)], outputs: [kept] };
        },
      );
      return [...states, ...outputs];
    },
  },
  "only the last state is used, the outputs are not": {
    inputs: { xs: { shape: ["time", "batch", H] }, h: { shape: ["batch", H] }, w: { shape: [H, H] } },
    build: (t, loop, reverse) => [
      loop({ states: [t.h!], scanned: [t.xs!], reverse }, ([h], [x]) => {
        const next = e.tanh(e.add(matmul(h!, t.w!), x!));
        return { states: [next], outputs: [e.mul(next, x!), next] };
      }).states[0]!,
    ],
  },
  "only one of several outputs is used, the states are not": {
    inputs: { xs: { shape: ["time", "batch", H] }, h: { shape: ["batch", H] }, w: { shape: [H, H] } },
    build: (t, loop, reverse) => [
      loop({ states: [t.h!, t.h!], scanned: [t.xs!], reverse }, ([h, k], [x]) => {
        const next = e.tanh(e.add(matmul(h!, t.w!), e.mul(k!, x!)));
        return { states: [next, e.sub(k!, next)], outputs: [e.exp(next), e.mul(next, k!)] };
      }).outputs[1]!,
    ],
  },
  "captured operands of lower rank are broadcast": {
    inputs: {
      xs: { shape: ["time", "batch", H] },
      h: { shape: ["batch", H] },
      scalar: { shape: [] },
      row: { shape: [H] },
      column: { shape: ["batch", 1] },
    },
    build: (t, loop, reverse) => {
      const { states, outputs } = loop({ states: [t.h!], scanned: [t.xs!], reverse }, ([h], [x]) => {
        const next = e.tanh(e.add(e.mul(h!, t.row!), e.mul(e.sub(x!, t.column!), t.scalar!)));
        return { states: [next], outputs: [e.div(next, e.exp(t.column!))] };
      });
      return [...states, ...outputs];
    },
  },
  "a captured operand of higher rank is accumulated": {
    inputs: { xs: { shape: ["time", H] }, h: { shape: [H] }, w: { shape: ["memory", H] } },
    build: (t, loop, reverse) => {
      const { states, outputs } = loop({ states: [t.h!], scanned: [t.xs!], reverse }, ([h], [x]) => {
        const wide = e.tanh(e.mul(t.w!, e.add(h!, x!)));
        return { states: [reduceSum(wide, [0])], outputs: [wide] };
      });
      return [...states, ...outputs];
    },
  },
  "a captured operand of an operator that does not stack is accumulated": {
    inputs: {
      xs: { shape: ["time", "batch", H] },
      h: { shape: ["batch", H] },
      w: { shape: [2 * H, H] },
      b: { shape: [H] },
      r: { shape: ["batch", H] },
    },
    build: (t, loop, reverse) => {
      const { states, outputs } = loop({ states: [t.h!], scanned: [t.xs!], reverse }, ([h], [x]) => {
        const joined = concat([e.mul(h!, t.r!), t.r!], -1);
        const next = e.tanh(e.add(gemm(joined, t.w!, { bias: t.b! }), x!));
        return { states: [next], outputs: [joined] };
      });
      return [...states, ...outputs];
    },
  },
  "an intermediate of the outside is captured": {
    inputs: { xs: { shape: ["time", "batch", H] }, h: { shape: ["batch", H] }, w: { shape: [H, H] } },
    build: (t, loop, reverse) => {
      const inner = e.tanh(matmul(t.w!, t.w!));
      const { states, outputs } = loop(
        { states: [e.exp(t.h!)], scanned: [e.sigmoid(t.xs!)], reverse },
        ([h], [x]) => {
          const next = e.tanh(e.add(matmul(h!, inner), matmul(x!, t.w!)));
          return { states: [next], outputs: [next] };
        },
      );
      return [e.mul(states[0]!, states[0]!), e.tanh(outputs[0]!), inner];
    },
  },
  "the left factor of a product is captured": {
    inputs: { xs: { shape: ["time", H, "batch"] }, h: { shape: [H, "batch"] }, w: { shape: [H, H] } },
    build: (t, loop, reverse) => {
      const { states, outputs } = loop({ states: [t.h!], scanned: [t.xs!], reverse }, ([h], [x]) => {
        const next = e.tanh(e.add(matmul(t.w!, h!), x!));
        return { states: [next], outputs: [next] };
      });
      return [...states, ...outputs];
    },
  },
  "attention over a captured memory": {
    inputs: {
      xs: { shape: ["time", "batch", H] },
      h: { shape: ["batch", H] },
      memory: { shape: ["batch", "memory", H] },
      w: { shape: [H, H] },
    },
    build: (t, loop, reverse) => {
      const keys = swapAxes(matmul(t.memory!, t.w!));
      const { states, outputs } = loop({ states: [t.h!], scanned: [t.xs!], reverse }, ([h], [x]) => {
        const weights = softmax(matmul(unsqueeze(h!, [1]), keys));
        const read = squeeze(matmul(weights, t.memory!), [1]);
        const next = e.tanh(e.add(read, x!));
        return { states: [next], outputs: [weights] };
      });
      return [...states, ...outputs];
    },
  },
  "a counter of integers travels along": {
    inputs: {
      xs: { shape: ["time", "batch", H] },
      h: { shape: ["batch", H] },
      n: { shape: [], dtype: "int64", below: 3 },
    },
    build: (t, loop, reverse) => {
      const { states, outputs } = loop({ states: [t.n!, t.h!], scanned: [t.xs!], reverse }, ([n, h], [x]) => {
        const next = e.div(e.add(h!, x!), e.add(e.cast(n!, "float32"), 1));
        return { states: [e.add(n!, 1), next], outputs: [e.mul(next, e.cast(n!, "float32")), n!] };
      });
      return [states[1]!, outputs[0]!];
    },
  },
  "a table is looked up in the body": {
    inputs: {
      ids: { shape: ["time", "batch"], dtype: "int32", below: 4 },
      h: { shape: ["batch", H] },
      table: { shape: [4, H] },
    },
    build: (t, loop, reverse) => {
      const { states, outputs } = loop({ states: [t.h!], scanned: [t.ids!], reverse }, ([h], [ids]) => {
        const next = e.tanh(e.mul(h!, gather(t.table!, ids!)));
        return { states: [next], outputs: [next] };
      });
      return [...states, ...outputs];
    },
  },
  "a table is looked up twice, computed with, and read outside": {
    inputs: {
      ids: { shape: ["time", "batch"], dtype: "int32", below: 3 },
      h: { shape: ["batch", H] },
      table: { shape: [3, H] },
    },
    build: (t, loop, reverse) => {
      const { states, outputs } = loop({ states: [t.h!], scanned: [t.ids!], reverse }, ([h], [ids]) => {
        const row = e.mul(gather(t.table!, ids!), gather(t.table!, e.sub(2, ids!)));
        const next = e.tanh(e.mul(e.add(h!, row), reduceMean(e.mul(t.table!, slice(h!, 0, 0, 1)), [0])));
        return { states: [next], outputs: [matmul(next, swapAxes(t.table!))] };
      });
      return [...states, ...outputs, e.exp(t.table!)];
    },
  },
  "a table is looked up and is an operand of a product": {
    inputs: {
      ids: { shape: ["time", "batch"], dtype: "int64", below: H },
      h: { shape: ["batch", H] },
      table: { shape: [H, H] },
    },
    build: (t, loop, reverse) => {
      const { states, outputs } = loop({ states: [t.h!], scanned: [t.ids!], reverse }, ([h], [ids]) => {
        const next = e.tanh(e.add(matmul(h!, t.table!), gather(t.table!, ids!)));
        return { states: [next], outputs: [next] };
      });
      return [...states, ...outputs];
    },
  },
  "rows of the state and of the slice are looked up": {
    inputs: {
      xs: { shape: ["time", "batch", H] },
      ids: { shape: ["time", "memory"], dtype: "int64", below: 2 },
      h: { shape: ["batch", H] },
    },
    build: (t, loop, reverse) => {
      const { states, outputs } = loop(
        { states: [t.h!], scanned: [t.xs!, t.ids!], reverse },
        ([h], [x, ids]) => {
          const rows = e.mul(gather(h!, ids!), gather(x!, ids!));
          return { states: [e.tanh(e.add(h!, reduceSum(rows, [0], true)))], outputs: [rows] };
        },
      );
      return [...states, ...outputs];
    },
  },
  "an output is the captured tensor itself, another the slice, another the old state": {
    inputs: { xs: { shape: ["time", H] }, h: { shape: [H] }, scalar: { shape: [] }, row: { shape: [H] } },
    build: (t, loop, reverse) => {
      const { states, outputs } = loop(
        { states: [t.h!, t.row!], scanned: [t.xs!], reverse },
        ([h, r], [x]) => ({
          states: [e.mul(h!, x!), r!],
          outputs: [t.scalar!, t.row!, x!, h!],
        }),
      );
      return [...states, ...outputs];
    },
  },
  "sizes of the run are needed in the body": {
    inputs: { xs: { shape: ["time", "batch", H] }, h: { shape: ["batch", H] }, w: { shape: [H] } },
    build: (t, loop, reverse) => {
      const { states, outputs } = loop({ states: [t.h!], scanned: [t.xs!], reverse }, ([h], [x]) => {
        const mean = reduceMean(e.mul(e.add(h!, x!), t.w!), [0, 1], true);
        const flat = reshape(e.tanh(e.add(h!, mean)), [divDims(h!.shape.length, h!.shape.length)!, -1]);
        return { states: [e.sub(h!, mean)], outputs: [flat] };
      });
      return [...states, ...outputs];
    },
  },
  "a linear recurrence, whose gradient reads nothing of the forward steps": {
    inputs: { xs: { shape: ["time", H] }, h: { shape: [H] }, w: { shape: [H] } },
    build: (t, loop, reverse) => [
      loop({ states: [t.h!], scanned: [t.xs!], reverse }, ([h], [x]) => ({
        states: [e.mul(e.add(h!, x!), t.w!)],
        outputs: [],
      })).states[0]!,
    ],
  },
  "a loop inside the body": {
    inputs: { xs: { shape: ["time", "memory", H] }, h: { shape: [H] }, w: { shape: [H] } },
    build: (t, loop, reverse) => {
      const { states, outputs } = loop({ states: [t.h!], scanned: [t.xs!], reverse }, ([h], [x]) => {
        const scaled = e.mul(h!, 2);
        const inner = scan({ states: [h!], scanned: [x!] }, ([k], [row]) => {
          const next = e.tanh(e.add(e.mul(k!, t.w!), e.mul(row!, scaled)));
          return { states: [next], outputs: [e.mul(next, row!)] };
        });
        return { states: inner.states, outputs: [inner.outputs[0]!, e.mul(inner.states[0]!, scaled)] };
      });
      return [...states, ...outputs];
    },
  },
};
