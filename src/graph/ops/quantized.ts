/** @file Operators of quantized models. They stand in exported files alone: nothing is trained through them. */
import type { Dim } from "../dims.js";
import type { Tensor } from "../graph.js";
import { apply, applyAll, define, type NoGradient, ShapeError } from "./define.js";
import { cast, mul } from "./elementwise.js";
import { broadcastShapes, compatible, like, requireType } from "./rules.js";

const exportOnly: NoGradient = { none: "quantized operators are for exported files; train the model before" };

/** A tensor as bytes: `x` is about `(bytes - zero) * scale`, one scale and zero for the whole of it. Outputs: bytes, scale, zero. */
export const DynamicQuantizeLinear = define<readonly [Tensor]>("DynamicQuantizeLinear", {
  infer: ([x]) => {
    requireType(x, "the input", "float32");
    return [
      { dtype: "uint8", shape: x.shape },
      { dtype: "float32", shape: [] },
      { dtype: "uint8", shape: [] },
    ];
  },
  gradient: exportOnly,
});

type Integers = readonly [Tensor, Tensor, Tensor | null, Tensor | null];

/** `(a - aZero)(b - bZero)` in whole numbers over the last two axes. `aZero []`, `bZero []` or of a matrix one for each column. */
export const MatMulInteger = define<Integers>("MatMulInteger", {
  infer: ([a, b, aZero, bZero]) => {
    for (const [factor, zero] of [[a, aZero] as const, [b, bZero] as const]) {
      requireType(factor, "the factors", "uint8", "int8");
      if (zero !== null) requireType(zero, "the zero of a factor", factor.dtype);
    }
    if (a.rank < 2 || b.rank < 2) throw new ShapeError("both factors need two axes or more");
    if (aZero !== null && aZero.rank > 0) throw new ShapeError("the first factor has one zero for all of it");
    if (!compatible(a.dim(-1), b.dim(-2)))
      throw new ShapeError(`inner sizes ${a.dim(-1)} and ${b.dim(-2)} differ`);
    // ONNX Runtime wants more axes of it where the factor has more.
    if (bZero !== null && bZero.rank > 0 && b.rank > 2)
      throw new ShapeError("zeros for each column need a second factor of two axes");
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    return [{ dtype: "int32", shape: [...batch, a.dim(-2), b.dim(-1)] }];
  },
  gradient: exportOnly,
});

type Optional = Tensor | null;
type LstmInputs = readonly [
  ...[x: Tensor, weight: Tensor, recurrence: Tensor, bias: Optional, lengths: Optional],
  ...[h: Optional, c: Optional, peepholes: null],
  ...[weightScale: Tensor, weightZero: Tensor, recurrenceScale: Tensor, recurrenceZero: Tensor],
];
type LstmAttributes = { hidden_size: number; direction: "forward" | "reverse" | "bidirectional" };

/**
 * ONNX Runtime's LSTM over whole numbers. As `LSTM`, but `weight [directions, dim, 4 * hidden]` and
 * `recurrence [directions, hidden, 4 * hidden]` are int8, with a scale for each column, and zeros that are 0:
 * `[directions, 4 * hidden]`. What they are multiplied by is quantized as it comes.
 */
export const DynamicQuantizeLSTM = define<LstmInputs, LstmAttributes>("DynamicQuantizeLSTM", {
  domain: "com.microsoft",
  infer: (
    [x, weight, recurrence, , lengths, , , , weightScale, weightZero, recurrenceScale, recurrenceZero],
    { hidden_size, direction },
  ) => {
    requireType(x, "the input", "float32");
    if (lengths !== null) requireType(lengths, "the lengths", "int32");
    if (x.rank !== 3) throw new ShapeError("the input must be [tokens, batch, dim]");
    const directions = direction === "bidirectional" ? 2 : 1;
    const width = 4 * hidden_size;
    requireSizes(weight, "the weight", [directions, x.dim(2), width]);
    requireSizes(recurrence, "the recurrence", [directions, hidden_size, width]);
    for (const [matrix, scale, zero] of [
      [weight, weightScale, weightZero] as const,
      [recurrence, recurrenceScale, recurrenceZero] as const,
    ]) {
      requireType(matrix, "the weights", "int8");
      requireType(zero, "the zeros of weights", "int8");
      requireType(scale, "the scales of weights", "float32");
      requireSizes(scale, "the scales", [directions, width]);
      requireSizes(zero, "the zeros", [directions, width]);
    }
    const last = like(x, [directions, x.dim(1), hidden_size]);
    return [like(x, [x.dim(0), ...last.shape]), last, last];
  },
  gradient: exportOnly,
});

function requireSizes(tensor: Tensor, what: string, sizes: readonly Dim[]): void {
  if (tensor.rank === sizes.length && sizes.every((size, axis) => compatible(size, tensor.dim(axis)))) return;
  throw new ShapeError(`${what} must be [${sizes.join(",")}]`);
}

/** A weight as bytes: `int8 [k, n]`, and a scale for each column, `[n]`. */
export interface QuantizedWeight {
  readonly data: Tensor;
  readonly scale: Tensor;
}

/** `x weight`, multiplied in whole numbers. `x [..., m, k]` -> `[..., m, n]`; `factor` multiplies all of it. */
export function quantizedMatmul(x: Tensor, weight: QuantizedWeight, factor = 1): Tensor {
  const [bytes, scale, zero] = applyAll(DynamicQuantizeLinear, [x], {});
  const sums = apply<Integers, Record<never, never>>(MatMulInteger, [bytes, weight.data, zero!, null], {});
  // In this form ONNX Runtime makes one operator of it.
  const scales = mul(scale!, weight.scale);
  return mul(cast(sums, "float32"), factor === 1 ? scales : mul(scales, factor));
}
