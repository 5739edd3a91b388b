import fc from "fast-check";
import type { Tensor } from "../../../src/graph/graph.js";
import { apply, applyAll } from "../../../src/graph/ops/define.js";
import * as matrix from "../../../src/graph/ops/matrix.js";
import * as reduction from "../../../src/graph/ops/reduction.js";
import { type Axis, axes, axis, axisNumber, type CaseGenerator, generator, operands } from "./arbitraries.js";

const one: Axis = { size: 1, dim: 1 };
const coefficient = fc.constantFrom(1, 0.5, -2);
const bit = fc.constantFrom<0 | 1>(0, 1);

function reduced(
  of: typeof reduction.reduceSum,
  options: { floatOnly?: boolean; empty?: boolean; dtypes?: readonly ("float32" | "int32" | "int64")[] } = {},
): CaseGenerator {
  const { empty = false, dtypes = ["float32", "float32", "int32", "int64"] } = options;
  const structure = axes({ min: 1, empty }).chain((list) =>
    fc.record({
      list: fc.constant(list),
      chosen: fc.subarray([...list.keys()]),
      fromEnd: fc.boolean(),
      keepdims: fc.boolean(),
      dtype: fc.constantFrom(...dtypes),
    }),
  );
  return generator(structure, ({ list, chosen, fromEnd, keepdims, dtype }, draw) => ({
    inputs: [draw.of(dtype, list)],
    build: ([x]) => [
      of(
        x!,
        chosen.map((i) => (fromEnd ? i - list.length : i)),
        keepdims,
      ),
    ],
  }));
}

const withAxis = (options: { empty?: boolean } = {}) =>
  axes({ min: 1, ...options }).chain((list) =>
    fc.record({ list: fc.constant(list), at: axisNumber(list.length) }),
  );

/** A tensor that is not empty along the axis (there is no distribution over nothing). */
const alongAxis = withAxis({ empty: true }).filter(({ list, at }) => list.at(at)!.size > 0);

function normalised(of: (x: Tensor, axis: number) => Tensor): CaseGenerator {
  return generator(alongAxis, ({ list, at }, draw) => ({
    inputs: [draw.float(list)],
    build: ([x]) => [of(x!, at)],
  }));
}

/** Cases of matrix products and reductions. */
export const matrixCases = {
  MatMul: generator(
    fc.tuple(operands(2, { max: 2, empty: false }), axis("m"), axis("k"), axis("n")),
    ([[a, b], m, k, n], draw) => ({
      inputs: [draw.float([...a!, m, k]), draw.float([...b!, k, n])],
      build: ([x, y]) => [matrix.matmul(x!, y!)],
    }),
  ),
  Gemm: generator(
    fc.record({
      m: axis("m"),
      k: axis("k"),
      n: axis("n"),
      transA: fc.boolean(),
      transB: fc.boolean(),
      alpha: coefficient,
      beta: coefficient,
      bias: fc.constantFrom("none", "row", "matrix", "column", "wide", "scalar"),
    }),
    ({ m, k, n, transA, transB, alpha, beta, bias }, draw) => {
      const shapes = { none: [], row: [n], matrix: [m, n], column: [m, one], wide: [one, n], scalar: [] };
      return {
        inputs: [
          draw.float(transA ? [k, m] : [m, k]),
          draw.float(transB ? [n, k] : [k, n]),
          ...(bias === "none" ? [] : [draw.float(shapes[bias])]),
        ],
        build: ([a, b, c]) => [
          matrix.gemm(a!, b!, { transA, transB, alpha, beta, ...(c === undefined ? {} : { bias: c }) }),
        ],
      };
    },
  ),
  ReduceSum: reduced(reduction.reduceSum, { empty: true }),
  ReduceMean: reduced(reduction.reduceMean, { dtypes: ["float32"] }),
  ReduceMax: reduced(reduction.reduceMax),
  ReduceMin: reduced(reduction.reduceMin),
  Softmax: normalised(reduction.softmax),
  LogSoftmax: normalised(reduction.logSoftmax),
  ArgMax: generator(
    fc.tuple(withAxis(), fc.boolean(), fc.constantFrom<"float32" | "int32">("float32", "int32")),
    ([{ list, at }, keep, dtype], draw) => ({
      inputs: [draw.of(dtype, list)],
      build: ([x]) => [reduction.argMax(x!, at, keep)],
    }),
  ),
  CumSum: generator(
    fc.tuple(
      withAxis({ empty: true }),
      fc.record({ exclusive: bit, reverse: bit }),
      fc.constantFrom<"float32" | "int32" | "int64">("float32", "float32", "int32", "int64"),
    ),
    ([{ list, at }, attributes, dtype], draw) => ({
      inputs: [draw.of(dtype, list)],
      build: ([x]) => [apply(reduction.CumSum, [x!, x!.graph.constant("int64", [], [at])], attributes)],
    }),
  ),
  LayerNormalization: generator(
    fc.record({
      leading: axes({ max: 2, empty: true }),
      last: axis("d"),
      bias: fc.boolean(),
      epsilon: fc.constantFrom(1e-5, 1e-12, 0.1),
    }),
    ({ leading, last, bias, epsilon }, draw) => ({
      // Values far apart: near equal ones make a quotient whose higher derivatives no finite difference follows.
      inputs: [
        draw.float([...leading, last], { scale: 10 }),
        draw.float([last]),
        ...(bias ? [draw.float([last])] : []),
      ],
      build: ([x, scale, shift]) => [
        applyAll(reduction.LayerNormalization, [x!, scale!, shift ?? null], { axis: -1, epsilon })[0],
      ],
    }),
  ),
} satisfies Record<string, CaseGenerator>;
