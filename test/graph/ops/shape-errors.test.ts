import { describe, expect, it } from "vitest";
import { Graph, type Tensor } from "../../../src/graph/graph.js";
import { apply } from "../../../src/graph/ops/define.js";
import * as e from "../../../src/graph/ops/elementwise.js";
import { choose } from "../../../src/graph/ops/if.js";
import * as lookup from "../../../src/graph/ops/lookup.js";
import * as matrix from "../../../src/graph/ops/matrix.js";
import { LSTM, lstmFused } from "../../../src/graph/ops/recurrent.js";
import * as reduction from "../../../src/graph/ops/reduction.js";
import { scan } from "../../../src/graph/ops/scan.js";
import * as s from "../../../src/graph/ops/shaping.js";
import { fullMatch, splitCharacters, Tokenizer } from "../../../src/graph/ops/text.js";
import { PtxError } from "../../../src/registry/errors.js";

/** What a build says, at the component `model/decoder`. */
function messageOf(build: (graph: Graph) => unknown): string {
  const graph = new Graph();
  try {
    graph.within("model/decoder", () => build(graph));
  } catch (error) {
    if (error instanceof PtxError) return error.message;
    throw error;
  }
  return "no error";
}

const cutting = { mark: 0, mincharnum: 1, pad_value: "" } as const;
const float = (graph: Graph, ...shape: (number | string)[]): Tensor =>
  graph.input(`x${graph.inputs.length}`, "float32", shape);
const int = (graph: Graph, ...shape: (number | string)[]): Tensor =>
  graph.input(`i${graph.inputs.length}`, "int64", shape);
const text = (graph: Graph, ...shape: (number | string)[]): Tensor =>
  graph.input(`t${graph.inputs.length}`, "string", shape);

describe("an operator that cannot take its inputs says which, what they are and who builds", () => {
  const cases: readonly { build: (g: Graph) => unknown; says: string }[] = [
    {
      build: (g) => e.add(float(g, 2, 3), float(g, 4, 3)),
      says: "Add: shapes [2,3] and [4,3] do not broadcast, got float32[2,3] and float32[4,3]",
    },
    {
      build: (g) => e.mul(float(g, "batch", 3), float(g, "tokens", 3)),
      says: "Mul: shapes [batch,3] and [tokens,3] do not broadcast, got float32[batch,3] and float32[tokens,3]",
    },
    {
      build: (g) => e.sub(float(g, 2), int(g, 2)),
      says: "Sub: inputs must have one element type, got float32[2] and int64[2]",
    },
    {
      build: (g) => e.add(text(g, 2), text(g, 2)),
      says: "Add: operands must be float32 or float64 or float16 or int32 or int64, got string[2] and string[2]",
    },
    {
      build: (g) => e.greater(text(g, 2), text(g, 2)),
      says: "Greater: operands must be float32 or float64 or int32 or int64, got string[2] and string[2]",
    },
    { build: (g) => e.exp(int(g, 2)), says: "Exp: the input must be a floating-point tensor, got int64[2]" },
    { build: (g) => e.not(float(g, 2)), says: "Not: the input must be bool, got float32[2]" },
    {
      build: (g) => e.and(float(g, 2), float(g, 2)),
      says: "And: operands must be bool, got float32[2] and float32[2]",
    },
    {
      build: (g) => e.where(float(g, 2), float(g, 2), 0),
      says: "Where: the condition must be bool, got float32[2] and float32[2] and float32[]",
    },
    {
      build: (g) => e.where(e.equal(int(g, 2), 0), float(g, 2), int(g, 2)),
      says: "Where: both branches must have one element type, got bool[2] and float32[2] and int64[2]",
    },
    {
      build: (g) => e.where(e.equal(int(g, 2), 0), e.equal(int(g, 2), 0), e.equal(int(g, 2), 1)),
      says: "Where: there is no choice between bools: combine them by and, or, not, got bool[2] and bool[2] and bool[2]",
    },
    {
      build: (g) => matrix.matmul(float(g, "batch", 3), float(g, 4, 5)),
      says: "MatMul: inner sizes 3 and 4 differ, got float32[batch,3] and float32[4,5]",
    },
    {
      build: (g) => matrix.matmul(float(g, 3), float(g, 3, 5)),
      says: "MatMul: both inputs need two axes or more, got float32[3] and float32[3,5]",
    },
    {
      build: (g) => matrix.matmul(float(g, 2, 4, 3), float(g, 5, 3, 4)),
      says: "MatMul: shapes [2] and [5] do not broadcast, got float32[2,4,3] and float32[5,3,4]",
    },
    {
      build: (g) => matrix.gemm(float(g, 2, 3), float(g, 2, 3), { transB: false }),
      says: "Gemm: inner sizes 3 and 2 differ, got float32[2,3] and float32[2,3] and none",
    },
    {
      build: (g) => matrix.gemm(float(g, 2, 3), float(g, 3, 4), { bias: float(g, 5) }),
      says: "Gemm: shapes [2,4] and [5] do not broadcast, got float32[2,3] and float32[3,4] and float32[5]",
    },
    {
      build: (g) => matrix.gemm(float(g, 2, 2, 3), float(g, 3, 4)),
      says: "Gemm: both factors need two axes, got float32[2,2,3] and float32[3,4] and none",
    },
    {
      build: (g) => s.concat([float(g, 32, 100), float(g, 16, 100)], 1),
      says: "Concat: inputs must match except on axis 1, got float32[32,100] and float32[16,100]",
    },
    {
      build: (g) => s.concat([float(g, 2), int(g, 2)], 0),
      says: "Concat: inputs must match except on axis 0, got float32[2] and int64[2]",
    },
    {
      build: (g) => s.transpose(float(g, 2, 3), [0, 2]),
      says: "Transpose: [0,2] is not an order of 2 axes, got float32[2,3]",
    },
    {
      build: (g) => s.swapAxes(float(g, 2, 3), 0, 2),
      says: "Transpose: axis 2 is outside a tensor of rank 2, got float32[2,3]",
    },
    {
      build: (g) => s.squeeze(float(g, 2, 3), [1]),
      says: "Squeeze: axis 1 is not of size 1, got float32[2,3] and int64[1]",
    },
    {
      build: (g) => s.unsqueeze(float(g, 2), [3]),
      says: "Unsqueeze: axis 3 is outside a tensor of rank 2, got float32[2] and int64[1]",
    },
    {
      build: (g) => s.slice(float(g, 2), 1, 0, 1),
      says: "Slice: axis 1 is outside a tensor of rank 1, got float32[2]",
    },
    {
      build: (g) => s.reshape(float(g, 2, 3), [4, -1]),
      says: "Reshape: cannot reshape to [4,-1], got float32[2,3]",
    },
    {
      build: (g) => s.reshape(float(g, 2, 3), [4]),
      says: "Reshape: cannot reshape to [4], got float32[2,3]",
    },
    {
      build: (g) => s.reshape(float(g, "batch", 3), ["tokens", 3]),
      says: "Reshape: cannot reshape to [tokens,3], got float32[batch,3]",
    },
    {
      build: (g) => apply(s.Reshape, [float(g, 2, 3), s.ints(float(g, 1), [7])], {}),
      says: "Reshape: cannot reshape to [7], got float32[2,3] and int64[1]",
    },
    {
      build: (g) => s.expand(float(g, 2), [3, 4]),
      says: "Expand: shapes [2] and [3,4] do not broadcast, got float32[2] and int64[2]",
    },
    {
      build: (g) => apply(s.Expand, [float(g, 2), int(g, 2)], {}),
      says: "Expand: the target shape must be known while the graph is built, got float32[2] and int64[2]",
    },
    {
      build: (g) => apply(s.Squeeze, [float(g, 1), int(g, 1)], {}),
      says: "Squeeze: the axes must be known while the graph is built, got float32[1] and int64[1]",
    },
    {
      build: (g) => lookup.gather(float(g, 5, 3), float(g, 2)),
      says: "Gather: the positions must be int32 or int64, got float32[5,3] and float32[2]",
    },
    {
      build: (g) => lookup.gather(text(g, 5, 3), int(g, 2)),
      says: "Gather: strings are gathered along the last axis only, got string[5,3] and int64[2]",
    },
    {
      build: (g) => lookup.gatherElements(float(g, 5, 3), int(g, 2), 0),
      says: "GatherElements: the positions must have the rank of the data, got float32[5,3] and int64[2]",
    },
    {
      build: (g) => lookup.scatterAdd(float(g, 5), int(g, 2), int(g, 2), 0),
      says: "ScatterElements: inputs must have one element type, got float32[5] and int64[2] and int64[2]",
    },
    {
      build: (g) => lookup.oneHot(int(g), 3),
      says: "OneHot: the positions need an axis or more, got int64[] and int64[] and float32[2]",
    },
    {
      build: (g) => apply(lookup.TopK, [float(g, 5), int(g, 1)], { axis: 0, largest: 1, sorted: 1 }),
      says: "TopK: k must be known while the graph is built, got float32[5] and int64[1]",
    },
    {
      build: (g) => lookup.encodeStrings(int(g, 2), ["a"], [1], 0),
      says: "LabelEncoder: the keys must be string, got int64[2]",
    },
    {
      build: (g) => lookup.stringConcat(text(g, 2), int(g, 2)),
      says: "StringConcat: both must be string, got string[2] and int64[2]",
    },
    {
      build: (g) => apply(Tokenizer, [int(g, 2)], { ...cutting, separators: [""] }),
      says: "Tokenizer: the input must be string, got int64[2]",
    },
    {
      build: (g) => apply(Tokenizer, [text(g, 2, 3, 4)], { ...cutting, separators: [""] }),
      says: "Tokenizer: the input must have one or two axes, got string[2,3,4]",
    },
    {
      build: (g) => apply(Tokenizer, [text(g, 2)], cutting),
      says: "Tokenizer: it cuts either at separators or by an expression, got string[2]",
    },
    {
      build: (g) => fullMatch(int(g, 2), "a"),
      says: "RegexFullMatch: the input must be string, got int64[2]",
    },
    {
      build: (g) => splitCharacters(text(g, 2), 1001),
      says: "Tokenizer: 1 to 1000 characters of a string can be kept, not 1001, got string[2]",
    },
    {
      build: (g) => reduction.reduceSum(float(g, 2), [1]),
      says: "ReduceSum: axis 1 is outside a tensor of rank 1, got float32[2] and int64[1]",
    },
    {
      build: (g) => reduction.softmax(int(g, 2)),
      says: "Softmax: the input must be a floating-point tensor, got int64[2]",
    },
    {
      build: (g) => reduction.layerNorm(float(g, 2, 3), float(g, 2), float(g, 3)),
      says: "LayerNormalization: the scale must match the last axis, got float32[2,3] and float32[2] and float32[3]",
    },
    {
      build: (g) =>
        lstmFused({
          x: float(g, "tokens", "batch", 4),
          weight: float(g, 1, 12, 4),
          recurrence: float(g, 1, 12, 3),
          bias: float(g, 1, 24),
          lengths: null,
          initial: null,
          hidden: 3,
          direction: "bidirectional",
        }),
      says: "LSTM: the weight must be [2,12,4], got float32[tokens,batch,4] and float32[1,12,4] and float32[1,12,3] and float32[1,24] and none and none and none",
    },
    {
      build: (g) =>
        apply(
          LSTM,
          [float(g, 2, 4), float(g, 1, 12, 4), float(g, 1, 12, 3), float(g, 1, 24), null, null, null],
          { hidden_size: 3, direction: "forward" },
        ),
      says: "LSTM: the input must be [tokens, batch, dim], got float32[2,4] and float32[1,12,4] and float32[1,12,3] and float32[1,24] and none and none and none",
    },
    {
      build: (g) =>
        scan({ states: [float(g, "batch", 2)], scanned: [float(g, "tokens", 2)] }, ([h], [x]) => ({
          states: [e.add(x!, reduction.reduceSum(h!, [0]))],
          outputs: [],
        })),
      says: "Scan: state 0 goes in as float32[batch,2] and comes out as float32[2], got float32[batch,2] and float32[tokens,2]",
    },
    {
      build: (g) =>
        scan({ states: [], scanned: [float(g, "tokens", 2), float(g, 5, 2)] }, (_, [x, y]) => ({
          states: [],
          outputs: [e.add(x!, y!)],
        })),
      says: "Scan: scanned inputs must have one length (axis 0), got float32[tokens,2] and float32[5,2]",
    },
    {
      build: (g) => s.pad(float(g, 2), [1], [0], reduction.reduceSum(float(g, 3), [0])),
      says: "Pad: a computed value must be an integer scalar of the input's type, got float32[2] and float32[]",
    },
    {
      build: (g) => s.pad(int(g, 2), [1], [0], int(g, 1)),
      says: "Pad: a computed value must be an integer scalar of the input's type, got int64[2] and int64[1]",
    },
    {
      build: (g) =>
        choose(
          int(g, 1),
          [float(g, 2)],
          ([x]) => x!,
          ([x]) => x!,
        ),
      says: "If: the condition must be one bool, got int64[1] and float32[2]",
    },
    {
      build: (g) =>
        choose(
          e.equal(int(g, 1), 0),
          [float(g, 2), float(g, 3)],
          ([x]) => x!,
          ([, y]) => y!,
        ),
      says: "If: one branch gives float32[2], the other float32[3], got bool[1] and float32[2] and float32[3]",
    },
    {
      build: (g) => scan({ states: [float(g, 2)], scanned: [] }, (states) => ({ states, outputs: [] })),
      says: "Scan: a loop needs a scanned input, whose axis 0 is its length",
    },
  ];

  it.each(cases)("$says", ({ build, says }) => {
    expect(messageOf(build)).toBe(`PTX_SHAPE  model/decoder\n  ${says}`);
  });

  it("says so of two plain numbers, where no tensor tells the place", () => {
    const says = (name: string): string =>
      `PTX_SHAPE  graph\n  ${name}: one of the operands must be a tensor, got two numbers`;
    expect(messageOf(() => e.add(1, 2))).toBe(says("Add"));
    expect(messageOf((g) => e.where(e.equal(int(g, 2), 0), 1, 2))).toBe(says("Where"));
  });
});

describe("unknown sizes", () => {
  it("fit anything while the graph is built", () => {
    const graph = new Graph();
    const unknown = s.range(graph, 3);
    const loose = apply(s.Range, [int(graph), int(graph), int(graph)], {});
    expect(loose.shape[0]).toMatch(/^\?/);
    expect(e.add(loose, unknown).shape).toEqual([3]);
    expect(e.add(loose, int(graph, "batch")).shape).toEqual(["batch"]);
    expect(s.concat([s.unsqueeze(loose, [0]), s.unsqueeze(unknown, [0])], 0).shape).toEqual([
      2,
      loose.dim(0),
    ]);
  });
});
