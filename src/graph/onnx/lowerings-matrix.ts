/** @file Products that we have no operator of, and whole numbers that stand for others, in terms of our operators. */
import { type Dim, sizeOf } from "../dims.js";
import type { DType } from "../dtype.js";
import type { Tensor } from "../graph.js";
import { apply } from "../ops/define.js";
import { add, cast, div, maximum, minimum, mul, scalarLike, sub } from "../ops/elementwise.js";
import { matmul } from "../ops/matrix.js";
import { MatMulInteger } from "../ops/quantized.js";
import { reduceSum } from "../ops/reduction.js";
import { normalAxis } from "../ops/rules.js";
import { reshape, squeeze, transpose, unsqueeze } from "../ops/shaping.js";
import { ForeignAttributes } from "./foreign-attributes.js";
import { type ForeignCall, given, type Lowered, type Lowering } from "./foreign-call.js";
import { round } from "./lowerings-arithmetic.js";
import { dtypeOfCode } from "./tensor-proto.js";

/** A vector is a row in front and a column behind. */
function product(call: ForeignCall): Lowered {
  const [a, b] = [given(call.inputs[0], call.fail), given(call.inputs[1], call.fail)];
  if (a.rank > 1 && b.rank > 1) return call;
  if (a.rank === 0 || b.rank === 0) throw call.fail("a number is no factor of a matrix product");
  const whole = matmul(a.rank === 1 ? unsqueeze(a, [0]) : a, b.rank === 1 ? unsqueeze(b, [1]) : b);
  const gone = [...(a.rank === 1 ? [whole.rank - 2] : []), ...(b.rank === 1 ? [whole.rank - 1] : [])];
  return [squeeze(whole, gone)];
}

/** A tensor whose axes have letters. */
interface Lettered {
  readonly tensor: Tensor;
  readonly letters: string;
}

/** Sums over products of elements, by a text that names axes: `bij,bjk->bik`. */
function einsum(call: ForeignCall): Lowered {
  const text = new ForeignAttributes(call, "equation").text("equation", "").replace(/\s/g, "");
  const [left = "", right] = text.split("->");
  const terms = left.split(",");
  const inputs = call.inputs.map((input) => given(input, call.fail));
  if (terms.length !== inputs.length) throw call.fail(`"${text}" is for ${terms.length} inputs`);
  const open = Math.max(
    0,
    ...terms.map((term, i) => (term.includes("...") ? inputs[i]!.rank - term.length + 3 : 0)),
  );
  // Axes that "..." stands for get letters of their own, the last ones first.
  const dots = (count: number): string =>
    Array.from({ length: count }, (_, i) => String.fromCharCode(0x3b1 + open - count + i)).join("");
  const parts = terms.map((term, i): Lettered => {
    const tensor = inputs[i]!;
    const letters = term.replace("...", dots(tensor.rank - term.length + 3));
    if (letters.length !== tensor.rank || new Set(letters).size < letters.length)
      throw call.fail(
        `"${term}" of "${text}" does not name each axis of a tensor of rank ${tensor.rank} once`,
      );
    return { tensor, letters };
  });
  const result = right === undefined ? implicit(terms, dots(open)) : right.replace("...", dots(open));
  const [first, ...rest] = parts;
  const whole = rest.reduce((sum, part, i) => {
    const later = parts.slice(i + 2).map(({ letters }) => letters);
    return contracted(sum, part, [...later, result].join(""));
  }, first!);
  const summed = [...whole.letters].flatMap((letter, axis) => (result.includes(letter) ? [] : [axis]));
  const kept = [...whole.letters].filter((letter) => result.includes(letter)).join("");
  const small = summed.length === 0 ? whole.tensor : reduceSum(whole.tensor, summed);
  if (kept.length !== result.length) throw call.fail(`"${text}" asks for an axis that no input has`);
  return [
    transpose(
      small,
      [...result].map((letter) => kept.indexOf(letter)),
    ),
  ];
}

/** Without a result in the text: what occurs once, in alphabetic order. */
function implicit(terms: readonly string[], dots: string): string {
  const all = terms.join("").replaceAll("...", "");
  return (
    dots +
    [...new Set(all)]
      .filter((letter) => all.split(letter).length === 2)
      .sort()
      .join("")
  );
}

/** Two tensors as one matrix product: axes of both that are wanted later are its batch, the other common ones are summed over. */
function contracted(a: Lettered, b: Lettered, wanted: string): Lettered {
  const [x, y] = [lonelySummed(a, b.letters + wanted), lonelySummed(b, a.letters + wanted)];
  const common = [...x.letters].filter((letter) => y.letters.includes(letter));
  const batch = common.filter((letter) => wanted.includes(letter));
  const inner = common.filter((letter) => !wanted.includes(letter));
  const rows = [...x.letters].filter((letter) => !common.includes(letter));
  const columns = [...y.letters].filter((letter) => !common.includes(letter));
  const size = ({ tensor, letters }: Lettered, letter: string): Dim => tensor.dim(letters.indexOf(letter));
  const arranged = (of: Lettered, ...groups: (readonly string[])[]): Tensor => {
    const order = [...batch, ...groups.flat()].map((letter) => of.letters.indexOf(letter));
    const sizes = groups.map((group) => sizeOf(group.map((letter) => size(of, letter))));
    return reshape(transpose(of.tensor, order), [...batch.map((letter) => size(of, letter)), ...sizes]);
  };
  const product = matmul(arranged(x, rows, inner), arranged(y, inner, columns));
  const letters = [...batch, ...rows, ...columns].join("");
  const sizes = [
    ...batch.map((_, i) => product.dim(i)),
    ...rows.map((letter) => size(x, letter)),
    ...columns.map((letter) => size(y, letter)),
  ];
  return { tensor: reshape(product, sizes), letters };
}

/** Axes that nothing else has are summed over at once. */
function lonelySummed({ tensor, letters }: Lettered, others: string): Lettered {
  const lonely = [...letters].flatMap((letter, axis) => (others.includes(letter) ? [] : [axis]));
  if (lonely.length === 0) return { tensor, letters };
  return {
    tensor: reduceSum(tensor, lonely),
    letters: [...letters].filter((letter) => others.includes(letter)).join(""),
  };
}

/** Scales and zeros, one for all or one for each slice of an axis, in the shape that broadcasts over `x`. */
function along(x: Tensor, values: Tensor, axis: number, call: ForeignCall): Tensor {
  if (values.rank === 0) return values;
  if (values.rank > 1) throw call.fail("scales of blocks are not supported");
  const at = normalAxis(axis, x.rank);
  return reshape(
    values,
    x.shape.map((_, other) => (other === at ? values.dim(0) : 1)),
  );
}

/** `(x - zero) * scale`. */
function dequantized(x: Tensor, scale: Tensor, zero: Tensor | null | undefined): Tensor {
  const wide = zero ? sub(cast(x, "int32"), cast(zero, "int32")) : x;
  return mul(cast(wide, scale.dtype), scale);
}

function dequantizeLinear(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(call, "axis", "block_size", "output_dtype");
  attributes.only("block_size", 0);
  const [x, scale] = [given(call.inputs[0], call.fail), given(call.inputs[1], call.fail)];
  const axis = attributes.number("axis", 1);
  const zero = call.inputs[2];
  return [dequantized(x, along(x, scale, axis, call), zero && along(x, zero, axis, call))];
}

const RANGE: Partial<Record<DType, readonly [number, number]>> = { uint8: [0, 255], int8: [-128, 127] };

/** `x / scale + zero`, to the nearest byte. */
function quantized(x: Tensor, scale: Tensor, zero: Tensor | null, dtype: DType, call: ForeignCall): Tensor {
  const range = RANGE[dtype];
  if (range === undefined) throw call.fail(`numbers as ${dtype} are not supported`);
  const steps = round(div(x, scale));
  const moved = zero === null ? steps : add(steps, cast(zero, x.dtype));
  return cast(cast(minimum(maximum(moved, range[0]), range[1]), "int32"), dtype);
}

function quantizeLinear(call: ForeignCall): Lowered {
  const attributes = new ForeignAttributes(
    call,
    "axis",
    "block_size",
    "output_dtype",
    "precision",
    "saturate",
  );
  attributes.only("block_size", 0);
  const [x, scale] = [given(call.inputs[0], call.fail), given(call.inputs[1], call.fail)];
  const axis = attributes.number("axis", 1);
  const zero = call.inputs[2];
  const code = attributes.number("output_dtype", 0);
  const dtype = zero ? zero.dtype : code === 0 ? "uint8" : dtypeOfCode(code);
  if (dtype === undefined) throw call.fail("its element type is not supported");
  const wide = cast(x, "float32");
  const result = quantized(
    wide,
    cast(along(x, scale, axis, call), "float32"),
    zero ? along(x, zero, axis, call) : null,
    dtype,
    call,
  );
  return [result];
}

/** A product of bytes, as bytes again. */
function quantizedProduct(call: ForeignCall): Lowered {
  new ForeignAttributes(call);
  const [a, aScale, aZero, b, bScale, bZero, scale, zero] = Array.from({ length: 8 }, (_, i) =>
    given(call.inputs[i], call.fail),
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const one = (x: Tensor): Tensor => (x.rank === 1 && x.dim(0) === 1 ? reshape(x, []) : x);
  const sums = apply(MatMulInteger, [a, b, one(aZero), one(bZero)], {});
  const factor = div(
    mul(cast(one(aScale), "float32"), cast(one(bScale), "float32")),
    cast(one(scale), "float32"),
  );
  return [quantized(mul(cast(sums, "float32"), factor), scalarLike(factor, 1), one(zero), zero.dtype, call)];
}

/** By operator of ONNX's own domain. */
export const matrixLowerings: Readonly<Record<string, Lowering>> = {
  DequantizeLinear: dequantizeLinear,
  Einsum: einsum,
  MatMul: product,
  MatMulInteger: (call) => {
    const [a, b, aZero, bZero] = call.inputs;
    // One zero for all may be written as a list of one.
    const one = (zero: Tensor | null | undefined): Tensor | null =>
      zero && zero.rank === 1 && zero.dim(0) === 1 ? reshape(zero, []) : (zero ?? null);
    return { inputs: [given(a, call.fail), given(b, call.fail), one(aZero), one(bZero)], raw: call.raw };
  },
  QLinearMatMul: quantizedProduct,
  QuantizeLinear: quantizeLinear,
};
