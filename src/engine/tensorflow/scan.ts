/** @file The kernels of the loop and of the choice. */
import type { Tensor as DeviceTensor } from "@tensorflow/tfjs";
import { type Dims, sizeOf } from "./arrays.js";
import { filled, float, type Kernels } from "./kernel.js";
import type { TensorFlow } from "./load.js";
import { Value } from "./value.js";

/** The slices of a value along axis 0. */
function slices(tf: TensorFlow, x: Value): Value[] {
  const [length, ...dims] = x.dims as [number, ...number[]];
  if (length === 0) return [];
  if (x.dtype === "float32") return tf.unstack(x.tensor(tf), 0).map(float);
  const width = sizeOf(dims);
  return Array.from({ length }, (_, i) =>
    Value.host(x.dtype, dims, x.data.slice(i * width, (i + 1) * width)),
  );
}

/** Slices joined along a new axis 0. */
function stacked(tf: TensorFlow, parts: readonly Value[], type: Value["dtype"], dims: Dims): Value {
  const first = parts[0];
  if (first?.dtype === "float32" && first.size > 0) {
    return float(tf.stack(parts.map((part) => part.tensor(tf)) as DeviceTensor[], 0));
  }
  const width = sizeOf(dims);
  const all = [parts.length, ...dims];
  return filled(type, all, sizeOf(all), (i) => parts[Math.floor(i / width)]!.data[i % width]!);
}

/** The kernels of operators that have graphs inside. */
export const bodyKernels: Kernels<"If" | "Scan"> = {
  If: ({ inputs: [condition], attributes: { then_branch, else_branch }, run }) =>
    run(condition!.numbers[0] ? then_branch : else_branch, []),

  Scan: ({ tf, inputs, attributes: { body, states: count, scanned, reverse }, run, sizes }) => {
    const given = inputs as readonly Value[];
    const sequences = given.slice(count, count + scanned).map((x) => slices(tf, x));
    const length = given[count]!.dims[0]!;
    let states = given.slice(0, count);
    const outputs: Value[][] = [];
    for (let step = 0; step < length; step++) {
      const at = reverse ? length - 1 - step : step;
      const results = run(body, [...states, ...sequences.map((sequence) => sequence[at]!)]);
      states = results.slice(0, count);
      outputs[at] = results.slice(count) as Value[];
    }
    const declared = [...body.outputs.values()].slice(count);
    const stacks = declared.map((output, k) => {
      const parts = outputs.map((step) => step[k]!);
      const type = output.dtype as Value["dtype"];
      return stacked(tf, parts, type, parts[0]?.dims ?? sizes(output));
    });
    return [...states, ...stacks];
  },
};
