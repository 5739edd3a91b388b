/** @file Kernels of the operators of quantized models. */
import { broadcastDims, broadcastPositions, sizeOf } from "./arrays.js";
import type { Kernels } from "./kernel.js";
import { runLstm } from "./recurrent.js";
import { Value } from "./value.js";

type Quantized = "DynamicQuantizeLinear" | "MatMulInteger" | "DynamicQuantizeLSTM";

/** The nearest whole number, of two equally near ones the even: what ONNX rounds by. */
function nearest(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

const clamp = (x: number): number => Math.min(255, Math.max(0, x));

/** Weights of bytes as floats. `bytes [directions, rows, columns]`, `scale` and `zero [directions, columns]` -> `[directions, columns, rows]`. */
function floats(bytes: Value, scale: Value, zero: Value): Value {
  const [directions, rows, columns] = bytes.dims as [number, number, number];
  const result = new Float32Array(bytes.size);
  for (let d = 0; d < directions; d++)
    for (let column = 0; column < columns; column++) {
      const channel = d * columns + column;
      for (let row = 0; row < rows; row++)
        result[channel * rows + row] =
          (bytes.numbers[(d * rows + row) * columns + column]! - zero.numbers[channel]!) *
          scale.numbers[channel]!;
    }
  return Value.host("float32", [directions, columns, rows], result);
}

/** Kernels of the operators of quantized models. */
export const quantizedKernels: Kernels<Quantized> = {
  DynamicQuantizeLinear: ({ inputs: [x] }) => {
    const values = x.numbers as Float32Array;
    let [low, high] = [0, 0];
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const scale = high === low ? 1 : Math.fround(Math.fround(high - low) / 255);
    const zero = clamp(nearest(Math.fround(-low / scale)));
    const bytes = Uint8Array.from(values, (value) => clamp(nearest(Math.fround(value / scale)) + zero));
    return [
      Value.host("uint8", x.dims, bytes),
      Value.host("float32", [], Float32Array.of(scale)),
      Value.host("uint8", [], Uint8Array.of(zero)),
    ];
  },

  MatMulInteger: ({ inputs: [a, b, aZero, bZero] }) => {
    const [m, k, n] = [a.dims.at(-2)!, a.dims.at(-1)!, b.dims.at(-1)!];
    const batch = broadcastDims(a.dims.slice(0, -2), b.dims.slice(0, -2));
    const [left, right] = [a, b].map((x) => broadcastPositions(x.dims.slice(0, -2), batch));
    const shift = aZero?.numbers[0] ?? 0;
    const shifts = bZero?.numbers ?? [0];
    const sums = new Int32Array(sizeOf(batch) * m * n);
    for (let i = 0; i < sums.length; i++) {
      const [block, row, column] = [Math.floor(i / (m * n)), Math.floor(i / n) % m, i % n];
      const from = (left![block]! * m + row) * k;
      const to = right![block]! * k * n + column;
      const own = shifts[shifts.length === 1 ? 0 : column]!;
      for (let j = 0; j < k; j++) sums[i]! += (a.numbers[from + j]! - shift) * (b.numbers[to + j * n]! - own);
    }
    return Value.host("int32", [...batch, m, n], sums);
  },

  /** What weights are multiplied by is not rounded here: ONNX Runtime rounds it in pieces of its own choice. */
  DynamicQuantizeLSTM: ({ tf, inputs, attributes: { direction, hidden_size } }) => {
    const [x, weight, recurrence, bias, lengths, h, c, , ...scales] = inputs;
    const [weightScale, weightZero, recurrenceScale, recurrenceZero] = scales;
    const directions = weight.dims[0]!;
    const noBias = Value.host(
      "float32",
      [directions, 8 * hidden_size],
      new Float32Array(directions * 8 * hidden_size),
    );
    return runLstm(tf, {
      x,
      weight: floats(weight, weightScale, weightZero),
      recurrence: floats(recurrence, recurrenceScale, recurrenceZero),
      bias: bias ?? noBias,
      lengths,
      initial: [h, c],
      direction,
    });
  },
};
