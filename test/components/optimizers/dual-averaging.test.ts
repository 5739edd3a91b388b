/** @file AdaBelief and MADGRAD beside plain programs of their papers, in doubles. */
import { describe, expect, it } from "vitest";
import { largestError, makeOptimizer, type OptimizerName, randomParameter, randomStream } from "./tools.js";

const STEPS = 60;

/** The values of a parameter after some steps along given gradients, and what a plain program makes of the same. */
function both(
  name: OptimizerName,
  config: object,
  plain: (values: number[], gradient: readonly number[], step: number, lr: number) => void,
): [Float32Array, number[]] {
  const random = randomStream("plain", name);
  const parameter = randomParameter("p", [6], random);
  const values = [...parameter.data];
  const optimizer = makeOptimizer(name, { lr: 0.02, ...config });
  optimizer.bind([parameter]);
  for (let step = 1; step <= STEPS; step++) {
    // Gradients of very different sizes, one of them always zero.
    const gradient = Float32Array.from([1, 0.01, 30, 1e-4, 0, 2], (size) => size * (random.normal() + 0.5));
    const factor = 1 - step / 100;
    optimizer.step([{ parameter, gradient: { kind: "dense", data: gradient } }], factor, 0.5);
    plain(
      values,
      [...gradient].map((g) => g / 2),
      step,
      0.02 * factor,
    );
  }
  return [parameter.data, values];
}

describe("AdaBelief", () => {
  it.each([
    { weight_decay: 0 },
    { weight_decay: 0.01, weight_decouple: true, fixed_decay: true },
    { weight_decay: 0.1, weight_decouple: true, fixed_decay: false },
    { weight_decay: 0.1, weight_decouple: false },
    { rectify: true, beta2: 0.9 },
    { beta1: 0.8, beta2: 0.99, eps: 1e-6 },
  ])("moves as algorithm 2 of its paper says, with %o", (config) => {
    const all = { weight_decay: 0, weight_decouple: true, fixed_decay: true, rectify: false, ...config };
    const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = config as object as Record<string, number>;
    const [m, s] = [Array<number>(6).fill(0), Array<number>(6).fill(0)];
    const [got, expected] = both("AdaBelief", config, (values, gradient, t, lr) => {
      for (const i of values.keys()) {
        let g = gradient[i]!;
        if (all.weight_decouple) values[i]! *= 1 - all.weight_decay * (all.fixed_decay ? 1 : lr);
        else g += all.weight_decay * values[i]!;
        m[i] = beta1 * m[i]! + (1 - beta1) * g;
        s[i] = beta2 * s[i]! + (1 - beta2) * (g - m[i]!) ** 2 + eps;
        const mean = m[i]! / (1 - beta1 ** t);
        const deviation = Math.sqrt(s[i]! / (1 - beta2 ** t)) + eps;
        const rhoInfinity = 2 / (1 - beta2) - 1;
        const rho = rhoInfinity - (2 * t * beta2 ** t) / (1 - beta2 ** t);
        if (!all.rectify) values[i]! -= (lr * mean) / deviation;
        else if (rho > 4) {
          const r = Math.sqrt(
            ((rho - 4) * (rho - 2) * rhoInfinity) / ((rhoInfinity - 4) * (rhoInfinity - 2) * rho),
          );
          values[i]! -= (lr * r * mean) / deviation;
        } else values[i]! -= lr * m[i]!;
      }
    });
    expect(largestError(got, expected)).toBeLessThan(1e-4);
  });
});

describe("MADGRAD", () => {
  it.each([{}, { momentum: 0 }, { momentum: 0.5, weight_decay: 0.1, eps: 1e-4 }])(
    "moves as algorithm 1 of its paper says, with %o",
    (config) => {
      const { momentum = 0.9, weight_decay = 0, eps = 1e-6 } = config as object as Record<string, number>;
      const [s, v] = [Array<number>(6).fill(0), Array<number>(6).fill(0)];
      let first: number[] | undefined;
      const [got, expected] = both("MADGRAD", config, (values, gradient, t, lr) => {
        first ??= [...values];
        const lambda = (lr + eps) * Math.sqrt(t);
        for (const i of values.keys()) {
          const g = gradient[i]! + weight_decay * values[i]!;
          s[i]! += lambda * g;
          v[i]! += lambda * g * g;
          const z = first[i]! - s[i]! / (Math.cbrt(v[i]!) + eps);
          values[i] = momentum * values[i]! + (1 - momentum) * z;
        }
      });
      expect(largestError(got, expected)).toBeLessThan(1e-4);
    },
  );
});
