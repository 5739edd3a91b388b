import fc from "fast-check";
import type { DType } from "../../../src/graph/dtype.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { apply } from "../../../src/graph/ops/define.js";
import * as ops from "../../../src/graph/ops/elementwise.js";
import { axes, type CaseGenerator, GRID, generator, operands } from "./arbitraries.js";

type Two = (a: Tensor, b: Tensor) => Tensor;

function unary(of: (x: Tensor) => Tensor, options: { positive?: boolean } = {}): CaseGenerator {
  return generator(axes({ empty: true }), (list, draw) => ({
    inputs: [draw.float(list, options)],
    build: ([x]) => [of(x!)],
  }));
}

const numeric = fc.constantFrom<"float32" | "int32" | "int64">("float32", "float32", "int32", "int64");

function arithmetic(
  of: Two,
  ranges: { a?: [number, number]; b?: [number, number]; positive?: [boolean, boolean] } = {},
): CaseGenerator {
  const { a: low = [-9, 9], b: high = [-9, 9], positive = [false, false] } = ranges;
  return generator(fc.tuple(operands(2), numeric), ([[a, b], dtype], draw) => ({
    inputs:
      dtype === "float32"
        ? [draw.float(a!, { positive: positive[0] }), draw.float(b!, { positive: positive[1] })]
        : [draw.int(dtype, a!, ...low), draw.int(dtype, b!, ...high)],
    build: ([x, y]) => [of(x!, y!)],
  }));
}

function comparison(of: Two, ...types: readonly DType[]): CaseGenerator {
  return generator(fc.tuple(operands(2), fc.constantFrom(...types)), ([[a, b], dtype], draw) => ({
    inputs: [draw.of(dtype, a!), draw.of(dtype, b!)],
    build: ([x, y]) => [of(x!, y!)],
  }));
}

const casts = fc.constantFrom<[DType, DType]>(
  ["float32", "int32"],
  ["float32", "int64"],
  ["float32", "bool"],
  ["int32", "float32"],
  ["int64", "float32"],
  ["int32", "int64"],
  ["int64", "int32"],
  ["bool", "float32"],
  ["bool", "int64"],
  ["int64", "bool"],
  ["int64", "string"],
);

/** Cases of the elementwise operators. */
export const elementwiseCases = {
  Add: arithmetic(ops.add),
  Sub: arithmetic(ops.sub),
  Mul: arithmetic(ops.mul),
  Div: arithmetic(ops.div, { b: [1, 4], positive: [false, true] }),
  Pow: arithmetic(ops.pow, { b: [0, 3], positive: [true, false] }),
  Max: arithmetic(ops.maximum),
  Min: arithmetic(ops.minimum),
  Neg: generator(fc.tuple(axes({ empty: true }), numeric), ([list, dtype], draw) => ({
    inputs: [draw.of(dtype, list)],
    build: ([x]) => [ops.neg(x!)],
  })),
  Exp: unary(ops.exp),
  Log: unary(ops.log, { positive: true }),
  Sqrt: unary(ops.sqrt, { positive: true }),
  Reciprocal: unary(ops.reciprocal, { positive: true }),
  Abs: unary(ops.abs),
  Sign: unary(ops.sign),
  Floor: unary((x) => ops.floor(ops.mul(x, 1 / (16 * GRID)))), // whole numbers fall midway between grid points
  Sin: unary(ops.sin),
  Cos: unary(ops.cos),
  Tanh: unary(ops.tanh),
  Sigmoid: unary(ops.sigmoid),
  Relu: unary(ops.relu),
  Softplus: unary(ops.softplus),
  Erf: unary(ops.erf),
  Equal: comparison(ops.equal, "float32", "int32", "int64", "bool", "string"),
  Greater: comparison(ops.greater, "float32", "int32", "int64"),
  GreaterOrEqual: comparison(ops.greaterOrEqual, "float32", "int32", "int64"),
  Less: comparison(ops.less, "float32", "int32", "int64"),
  LessOrEqual: comparison(ops.lessOrEqual, "float32", "int32", "int64"),
  And: comparison(ops.and, "bool"),
  Or: comparison(ops.or, "bool"),
  Not: generator(axes({ empty: true }), (list, draw) => ({
    inputs: [draw.bool(list)],
    build: ([x]) => [ops.not(x!)],
  })),
  Where: generator(
    fc.tuple(operands(3), fc.constantFrom<DType>("float32", "float32", "int32", "int64", "string")),
    ([[c, a, b], dtype], draw) => ({
      inputs: [draw.bool(c!), draw.of(dtype, a!), draw.of(dtype, b!)],
      build: ([condition, x, y]) => [ops.where(condition!, x!, y!)],
    }),
  ),
  Cast: generator(fc.tuple(axes({ empty: true }), casts), ([list, [from, to]], draw) => ({
    inputs: [draw.of(from, list)],
    build: ([x]) => [apply(ops.Cast, [x!], { to })],
  })),
  Identity: generator(
    fc.tuple(axes({ empty: true }), fc.constantFrom<DType>("float32", "int64", "bool", "string")),
    ([list, dtype], draw) => ({ inputs: [draw.of(dtype, list)], build: ([x]) => [ops.identity(x!)] }),
  ),
} satisfies Record<string, CaseGenerator>;
