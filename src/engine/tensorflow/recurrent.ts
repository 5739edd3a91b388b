/** @file Kernels of ONNX's fused recurrent operators, step by step from the formulas of the ONNX specification. */
import type { Tensor as DeviceTensor } from "@tensorflow/tfjs";
import { float, type Kernels } from "./kernel.js";
import type { TensorFlow } from "./load.js";
import type { Value } from "./value.js";

/** The weights of one direction: `input [dim, gates * hidden]`, `state [hidden, gates * hidden]`, two biases `[gates * hidden]`. */
interface Weights {
  readonly input: DeviceTensor;
  readonly state: DeviceTensor;
  readonly inputBias: DeviceTensor;
  readonly stateBias: DeviceTensor;
}

/** From a step's input `[batch, dim]` and the states `[batch, hidden]` to the new states; the first is the output. */
type Cell = (x: DeviceTensor, states: readonly DeviceTensor[], weights: Weights) => readonly DeviceTensor[];

/** What a recurrence runs over and with. */
interface Recurrence {
  readonly x: Value;
  readonly weight: Value;
  readonly recurrence: Value;
  readonly bias: Value;
  readonly lengths: Value | null;
  readonly initial: readonly (Value | null)[];
  readonly direction: "forward" | "reverse" | "bidirectional";
}

/** Runs a cell along axis 0. Beyond a sequence's length the states are held and the outputs are 0. */
function run(tf: TensorFlow, given: Recurrence, cell: Cell): Value[] {
  const steps = tf.unstack(given.x.tensor(tf), 0);
  const lengths = given.lengths === null ? null : tf.reshape(given.lengths.tensor(tf), [-1, 1]);
  const directions = given.direction === "bidirectional" ? [false, true] : [given.direction === "reverse"];
  const hidden = given.recurrence.dims[2]!;
  const each = directions.map((reverse, d) => {
    const weights = weightsOf(tf, given, d);
    let states: readonly DeviceTensor[] = given.initial.map((value) =>
      value === null ? tf.zeros([given.x.dims[1]!, hidden]) : row(tf, value, d),
    );
    const outputs: DeviceTensor[] = [];
    for (let i = 0; i < steps.length; i++) {
      const at = reverse ? steps.length - 1 - i : i;
      const next = cell(steps[at]!, states, weights);
      const inside = lengths === null ? null : tf.greater(lengths, at);
      outputs[at] = inside === null ? next[0]! : tf.where(inside, next[0]!, 0);
      states = inside === null ? next : next.map((state, k) => tf.where(inside, state, states[k]!));
    }
    return { outputs: tf.stack(outputs, 0), states };
  });
  const all = tf.stack(
    each.map(({ outputs }) => outputs),
    1,
  );
  const last = given.initial.map((_, k) => tf.stack(each.map(({ states }) => states[k]!)));
  return [all, ...last].map(float);
}

/** The part of one direction. */
function row(tf: TensorFlow, value: Value, direction: number): DeviceTensor {
  return tf.gather(value.tensor(tf), direction);
}

function weightsOf(tf: TensorFlow, { weight, recurrence, bias }: Recurrence, direction: number): Weights {
  const [inputBias, stateBias] = tf.split(row(tf, bias, direction), 2) as [DeviceTensor, DeviceTensor];
  return {
    input: tf.transpose(row(tf, weight, direction)),
    state: tf.transpose(row(tf, recurrence, direction)),
    inputBias,
    stateBias,
  };
}

function lstmCell(tf: TensorFlow): Cell {
  return (x, [h, c], { input, state, inputBias, stateBias }) => {
    const sums = tf.add(tf.add(tf.matMul(x, input), inputBias), tf.add(tf.matMul(h!, state), stateBias));
    const [i, o, f, g] = tf.split(sums, 4, 1) as [DeviceTensor, DeviceTensor, DeviceTensor, DeviceTensor];
    const cell = tf.add(tf.mul(tf.sigmoid(f), c!), tf.mul(tf.sigmoid(i), tf.tanh(g)));
    return [tf.mul(tf.sigmoid(o), tf.tanh(cell)), cell];
  };
}

function gruCell(tf: TensorFlow, linearBeforeReset: boolean): Cell {
  return (x, [h], { input, state, inputBias, stateBias }) => {
    const [xz, xr, xh] = tf.split(tf.add(tf.matMul(x, input), inputBias), 3, 1) as [
      DeviceTensor,
      DeviceTensor,
      DeviceTensor,
    ];
    const [hz, hr, hh] = tf.split(tf.add(tf.matMul(h!, state), stateBias), 3, 1) as [
      DeviceTensor,
      DeviceTensor,
      DeviceTensor,
    ];
    const [z, r] = [tf.sigmoid(tf.add(xz, hz)), tf.sigmoid(tf.add(xr, hr))];
    const hidden = h!.shape[1]!;
    const afterReset = (): DeviceTensor =>
      tf.add(
        tf.matMul(tf.mul(r, h!), tf.slice(state, [0, 2 * hidden], [hidden, hidden])),
        tf.slice(stateBias, 2 * hidden, hidden),
      );
    const candidate = tf.tanh(tf.add(xh, linearBeforeReset ? tf.mul(r, hh) : afterReset()));
    return [tf.add(tf.mul(tf.sub(1, z), candidate), tf.mul(z, h!))];
  };
}

/** An LSTM over a batch of sequences. */
export function runLstm(tf: TensorFlow, given: Recurrence): Value[] {
  return run(tf, given, lstmCell(tf));
}

/** Kernels of the fused recurrent operators. */
export const recurrentKernels: Kernels<"LSTM" | "GRU"> = {
  LSTM: ({ tf, inputs: [x, weight, recurrence, bias, lengths, h, c], attributes: { direction } }) =>
    runLstm(tf, { x, weight, recurrence, bias, lengths, initial: [h, c], direction }),
  GRU: ({ tf, inputs: [x, weight, recurrence, bias, lengths, h], attributes }) => {
    const { direction, linear_before_reset } = attributes;
    const given = { x, weight, recurrence, bias, lengths, initial: [h], direction };
    return run(tf, given, gruCell(tf, linear_before_reset === 1));
  },
};
