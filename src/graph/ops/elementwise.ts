/** @file Operators that work element by element, with broadcasting. */
import { addDims, type Dim, divDims, mulDims, subDims } from "../dims.js";
import { type DType, isFloat } from "../dtype.js";
import type { Tensor, TensorType } from "../graph.js";
import {
  apply,
  define,
  explained,
  type GradientRule,
  type NoGradient,
  type Op,
  ShapeError,
} from "./define.js";
import { sumTo } from "./reduction.js";
import { broadcastShapes, like, requireFloat, requireSameType, requireType } from "./rules.js";

/** A tensor, or a number that becomes a scalar of the other operand's type. */
export type Operand = Tensor | number;

type Unary = readonly [Tensor];
type Binary = readonly [Tensor, Tensor];
type None = Record<never, never>;

const integerResult: NoGradient = { none: "its result is not continuous" };

function unary(name: string, gradient: GradientRule<Unary, None>): Op<Unary, None> {
  return define<Unary>(name, {
    stacks: true,
    infer: ([x]) => {
      requireFloat(x);
      return [like(x)];
    },
    gradient,
  });
}

function arithmetic(
  name: string,
  gradient: GradientRule<Binary, None>,
  onDims?: (a: Dim, b: Dim) => Dim | undefined,
): Op<Binary, None> {
  return define<Binary>(name, {
    stacks: true,
    infer: ([a, b]) => {
      requireSameType(a, b);
      requireType(a, "operands", "float32", "float64", "float16", "int32", "int64");
      return [
        {
          dtype: a.dtype,
          shape: broadcastShapes(a.shape, b.shape),
          content: onDims && combine(a, b, onDims),
        },
      ];
    },
    gradient,
  });
}

function combine(a: Tensor, b: Tensor, onDims: (a: Dim, b: Dim) => Dim | undefined): TensorType["content"] {
  if (a.content === undefined || b.content === undefined) return undefined;
  const size = Math.max(a.content.length, b.content.length);
  const result: Dim[] = [];
  for (let i = 0; i < size; i++) {
    const value = onDims(
      a.content[a.content.length === 1 ? 0 : i]!,
      b.content[b.content.length === 1 ? 0 : i]!,
    );
    if (value === undefined) return undefined;
    result.push(value);
  }
  return result;
}

function comparison(name: string, ...allowed: readonly DType[]): Op<Binary, None> {
  return define<Binary>(name, {
    stacks: true,
    infer: ([a, b]) => {
      requireSameType(a, b);
      if (allowed.length > 0) requireType(a, "operands", ...allowed);
      return [{ dtype: "bool", shape: broadcastShapes(a.shape, b.shape) }];
    },
    gradient: integerResult,
  });
}

export const Add = arithmetic("Add", ({ inputs: [a, b] }, [dy]) => [sumTo(dy, a), sumTo(dy, b)], addDims);
export const Sub = arithmetic(
  "Sub",
  ({ inputs: [a, b] }, [dy]) => [sumTo(dy, a), sumTo(neg(dy), b)],
  subDims,
);
export const Mul = arithmetic(
  "Mul",
  ({ inputs: [a, b], wants }, [dy]) => [
    wants[0] ? sumTo(mul(dy, b), a) : null,
    wants[1] ? sumTo(mul(dy, a), b) : null,
  ],
  mulDims,
);
export const Div = arithmetic(
  "Div",
  ({ inputs: [a, b], outputs: [y], wants }, [dy]) => [
    wants[0] ? sumTo(div(dy, b), a) : null,
    wants[1] ? sumTo(neg(mul(div(dy, b), y)), b) : null, // d(a/b)/db = -(a/b)/b
  ],
  divDims,
);
export const Pow = arithmetic("Pow", ({ inputs: [a, b], outputs: [y], wants }, [dy]) => [
  wants[0] ? sumTo(mul(dy, mul(b, pow(a, sub(b, 1)))), a) : null,
  // Where the power is 0 so is its slope, although the logarithm of a base of 0 has no bound.
  wants[1] ? sumTo(mul(dy, where(equal(y, 0), 0, mul(y, log(a)))), b) : null,
]);

export const Neg = define<Unary>("Neg", {
  stacks: true,
  infer: ([x]) => [{ ...like(x), content: x.content?.map((dim) => mulDims(-1, dim)) }],
  gradient: (_, [dy]) => [neg(dy)],
});
export const Exp = unary("Exp", ({ outputs: [y] }, [dy]) => [mul(dy, y)]);
export const Log = unary("Log", ({ inputs: [x] }, [dy]) => [div(dy, x)]);
export const Sqrt = unary("Sqrt", ({ outputs: [y] }, [dy]) => [div(mul(dy, 0.5), y)]);
export const Reciprocal = unary("Reciprocal", ({ outputs: [y] }, [dy]) => [neg(mul(dy, mul(y, y)))]);
export const Abs = unary("Abs", ({ inputs: [x] }, [dy]) => [mul(dy, sign(x))]);
export const Sign = unary("Sign", () => [null]); // piecewise constant
export const Floor = unary("Floor", () => [null]); // piecewise constant
export const Sin = unary("Sin", ({ inputs: [x] }, [dy]) => [mul(dy, cos(x))]);
export const Cos = unary("Cos", ({ inputs: [x] }, [dy]) => [neg(mul(dy, sin(x)))]);
export const Tanh = unary("Tanh", ({ outputs: [y] }, [dy]) => [mul(dy, sub(1, mul(y, y)))]);
export const Sigmoid = unary("Sigmoid", ({ outputs: [y] }, [dy]) => [mul(dy, mul(y, sub(1, y)))]);
export const Relu = unary("Relu", ({ outputs: [y] }, [dy]) => [where(greater(y, 0), dy, 0)]);
export const Softplus = unary("Softplus", ({ inputs: [x] }, [dy]) => [mul(dy, sigmoid(x))]);
export const Erf = unary("Erf", ({ inputs: [x] }, [dy]) => [
  mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
]);

export const Max = arithmetic("Max", ({ inputs: [a, b] }, [dy]) => [
  sumTo(where(greaterOrEqual(a, b), dy, 0), a),
  sumTo(where(greaterOrEqual(a, b), 0, dy), b),
]);
export const Min = arithmetic("Min", ({ inputs: [a, b] }, [dy]) => [
  sumTo(where(lessOrEqual(a, b), dy, 0), a),
  sumTo(where(lessOrEqual(a, b), 0, dy), b),
]);

export const Equal = comparison("Equal");
export const Greater = comparison("Greater", "float32", "float64", "int32", "int64");
export const GreaterOrEqual = comparison("GreaterOrEqual", "float32", "float64", "int32", "int64");
export const Less = comparison("Less", "float32", "float64", "int32", "int64");
export const LessOrEqual = comparison("LessOrEqual", "float32", "float64", "int32", "int64");
export const And = comparison("And", "bool");
export const Or = comparison("Or", "bool");
export const Not = define<Unary>("Not", {
  stacks: true,
  infer: ([x]) => {
    requireType(x, "the input", "bool");
    return [like(x)];
  },
  gradient: integerResult,
});

export const Where = define<readonly [Tensor, Tensor, Tensor]>("Where", {
  stacks: true,
  infer: ([condition, a, b]) => {
    requireType(condition, "the condition", "bool");
    if (a.dtype !== b.dtype) throw new ShapeError("both branches must have one element type");
    if (a.dtype === "bool")
      throw new ShapeError("there is no choice between bools: combine them by and, or, not");
    return [{ dtype: a.dtype, shape: broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape)) }];
  },
  gradient: ({ inputs: [condition, a, b], wants }, [dy]) => [
    null,
    wants[1] ? sumTo(where(condition, dy, 0), a) : null,
    wants[2] ? sumTo(where(condition, 0, dy), b) : null,
  ],
});

export const Cast = define<Unary, { to: DType }>("Cast", {
  stacks: true,
  infer: ([x], { to }) => [{ dtype: to, shape: x.shape, content: isFloat(to) ? undefined : x.content }],
  gradient: ({ inputs: [x] }, [dy]) => [isFloat(x.dtype) ? cast(dy, x.dtype) : null],
});

export const Identity = define<Unary>("Identity", {
  stacks: true,
  infer: ([x]) => [{ ...like(x), content: x.content }],
  gradient: (_, [dy]) => [dy],
});

function ofNumbers(name: string): never {
  return explained(name, [], () => {
    throw new ShapeError("one of the operands must be a tensor, got two numbers");
  });
}

function binary(op: Op<Binary, None>): (a: Operand, b: Operand) => Tensor {
  return (a, b) => {
    if (typeof a === "number") {
      if (typeof b === "number") return ofNumbers(op.name);
      return apply(op, [scalarLike(b, a), b], {});
    }
    return apply(op, [a, typeof b === "number" ? scalarLike(a, b) : b], {});
  };
}

/** A constant scalar of another tensor's element type. */
export function scalarLike(tensor: Tensor, value: number): Tensor {
  return tensor.graph.constant(tensor.dtype, [], [value]);
}

/** `a + b`, broadcast. */
export const add = binary(Add);
/** `a - b`, broadcast. */
export const sub = binary(Sub);
/** `a * b`, broadcast. */
export const mul = binary(Mul);
/** `a / b`, broadcast. */
export const div = binary(Div);
/** `a ** b`, broadcast. */
export const pow = binary(Pow);
/** The larger of both, element by element. */
export const maximum = binary(Max);
/** The smaller of both, element by element. */
export const minimum = binary(Min);
/** bool: `a == b`. */
export const equal = binary(Equal);
/** bool: `a > b`. */
export const greater = binary(Greater);
/** bool: `a >= b`. */
export const greaterOrEqual = binary(GreaterOrEqual);
/** bool: `a < b`. */
export const less = binary(Less);
/** bool: `a <= b`. */
export const lessOrEqual = binary(LessOrEqual);

/** bool: both hold. */
export const and = (a: Tensor, b: Tensor): Tensor => apply(And, [a, b], {});
/** bool: one of both holds. */
export const or = (a: Tensor, b: Tensor): Tensor => apply(Or, [a, b], {});
/** bool: does not hold. */
export const not = (x: Tensor): Tensor => apply(Not, [x], {});
/** `-x`. */
export const neg = (x: Tensor): Tensor => apply(Neg, [x], {});
/** `e ** x`. */
export const exp = (x: Tensor): Tensor => apply(Exp, [x], {});
/** The natural logarithm. */
export const log = (x: Tensor): Tensor => apply(Log, [x], {});
/** The square root. */
export const sqrt = (x: Tensor): Tensor => apply(Sqrt, [x], {});
/** `1 / x`. */
export const reciprocal = (x: Tensor): Tensor => apply(Reciprocal, [x], {});
/** `|x|`. */
export const abs = (x: Tensor): Tensor => apply(Abs, [x], {});
/** -1, 0 or 1. */
export const sign = (x: Tensor): Tensor => apply(Sign, [x], {});
/** The largest integer not above x. */
export const floor = (x: Tensor): Tensor => apply(Floor, [x], {});
/** The sine, of radians. */
export const sin = (x: Tensor): Tensor => apply(Sin, [x], {});
/** The cosine, of radians. */
export const cos = (x: Tensor): Tensor => apply(Cos, [x], {});
/** The hyperbolic tangent. */
export const tanh = (x: Tensor): Tensor => apply(Tanh, [x], {});
/** `1 / (1 + e ** -x)`. */
export const sigmoid = (x: Tensor): Tensor => apply(Sigmoid, [x], {});
/** `max(x, 0)`. */
export const relu = (x: Tensor): Tensor => apply(Relu, [x], {});
/** `log(1 + e ** x)`. */
export const softplus = (x: Tensor): Tensor => apply(Softplus, [x], {});
/** The error function. */
export const erf = (x: Tensor): Tensor => apply(Erf, [x], {});
/** `a` where the condition holds, else `b`. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const typed = typeof a !== "number" ? a : typeof b !== "number" ? b : undefined;
  if (typed === undefined) return ofNumbers("Where");
  return apply(
    Where,
    [
      condition,
      typeof a === "number" ? scalarLike(typed, a) : a,
      typeof b === "number" ? scalarLike(typed, b) : b,
    ],
    {},
  );
}
/** The same values in another element type. */
export const cast = (x: Tensor, to: DType): Tensor => (x.dtype === to ? x : apply(Cast, [x], { to }));
/** The same value under another name. */
export const identity = (x: Tensor): Tensor => apply(Identity, [x], {});
/** The mean of tensors of one shape, element by element; one alone is its own. */
export const average = (tensors: readonly Tensor[]): Tensor =>
  tensors.length === 1 ? tensors[0]! : mul(tensors.reduce(add), 1 / tensors.length);
