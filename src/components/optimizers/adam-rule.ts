import { add, div, elementwise, GRADIENT, mul, sqrt, sub, VALUE } from "./kernels/expression.js";
import { meanSquare, penalized, runningMean } from "./moments.js";
import type { UpdateRule } from "./rule-optimizer.js";
import { MOMENT_SLOTS, type MomentSettings } from "./settings.js";

/** The whole update in one pass: this is the hot loop of training. */
const kernel = elementwise(
  [VALUE, GRADIENT, "exp_avg", "exp_avg_sq"],
  ["scale", "penalty", "beta1", "gain1", "beta2", "gain2", "shrink", "stepSize", "rootFactor", "eps"],
  (x, c) => {
    const g = penalized(x, c);
    const mean = runningMean(x.exp_avg, c.beta1, c.gain1, g);
    const square = meanSquare(x.exp_avg_sq, c.beta2, c.gain2, g);
    const step = div(mul(c.stepSize, mean), add(mul(sqrt(square), c.rootFactor), c.eps));
    return { exp_avg: mean, exp_avg_sq: square, value: sub(x.value, add(mul(c.shrink, x.value), step)) };
  },
);

/** The update of Adam, or of AdamW when `decoupled`; formulas at these components. */
export function adamRule({ beta1, beta2, eps }: MomentSettings, decoupled: boolean): UpdateRule {
  return {
    slots: MOMENT_SLOTS,
    kernels: [kernel],
    update(job, [run]) {
      const { scale, weightDecay, lr, step } = job;
      const [penalty, shrink] = decoupled ? [0, lr * weightDecay] : [weightDecay, 0];
      const stepSize = lr / (1 - beta1 ** step);
      const rootFactor = 1 / Math.sqrt(1 - beta2 ** step);
      run!(job, [scale, penalty, beta1, 1 - beta1, beta2, 1 - beta2, shrink, stepSize, rootFactor, eps]);
    },
  };
}
