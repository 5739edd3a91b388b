/** @file Kernels of matrix products. */
import { broadcastDims, sizeOf } from "./arrays.js";
import { float, type Kernels } from "./kernel.js";

/** Kernels of matrix products. */
export const matrixKernels: Kernels<"MatMul" | "Gemm"> = {
  MatMul: ({ tf, inputs: [a, b] }) => {
    // TensorFlow.js repeats only whole operands rightly; where single batch axes are repeated, it is done before.
    const batch = broadcastDims(a.dims.slice(0, -2), b.dims.slice(0, -2));
    const [left, right] = [a, b].map((x) => {
      const whole = sizeOf(x.dims.slice(0, -2)) === 1 || sizeOf(x.dims) === 0;
      return whole ? x.tensor(tf) : tf.broadcastTo(x.tensor(tf), [...batch, ...x.dims.slice(-2)]);
    });
    return float(tf.matMul(left!, right!));
  },
  Gemm: ({ tf, inputs: [a, b, c], attributes: { transA, transB, alpha, beta } }) => {
    const product = tf.matMul(a.tensor(tf), b.tensor(tf), transA === 1, transB === 1);
    const scaled = alpha === 1 ? product : tf.mul(product, alpha);
    return float(
      c === null ? scaled : tf.add(scaled, beta === 1 ? c.tensor(tf) : tf.mul(c.tensor(tf), beta)),
    );
  },
};
