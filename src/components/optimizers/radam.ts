import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { add, div, elementwise, GRADIENT, mul, sqrt, sub, VALUE } from "./kernels/expression.js";
import { meanSquare, penalized, runningMean } from "./moments.js";
import { checkGroups } from "./parameter-groups.js";
import { RuleOptimizer, type UpdateRule } from "./rule-optimizer.js";
import {
  COUPLED_DECAY,
  commonSettings,
  MOMENT_SLOTS,
  type MomentSettings,
  momentSettings,
} from "./settings.js";

/**
 * Rectified Adam (Liu et al., 2020) as in `torch.optim.RAdam`: while the variance of the adaptive rate is not tractable
 * the step is plain momentum; afterwards the adaptive step is multiplied by the rectification term.
 * Row-sparse gradients touch their rows only, with t the number of updates of the table.
 */
export const RAdam = component({
  kind: "optimizer",
  name: "RAdam",
  schema: Type.Object(
    {
      ...commonSettings({ lr: 0.001, weight_decay: 0.00001, decay: COUPLED_DECAY }),
      ...momentSettings(1e-8),
    },
    {
      description:
        "Rectified Adam (Liu et al., 2020): Adam with a warm-up derived from the variance of its rate.",
    },
  ),
  check: checkGroups,
  create: (config) => new RuleOptimizer("RAdam", config, radamRule(config)),
});

/**
 * The rectification term for update t, or null while it is not tractable (section 3 of the paper):
 * rho_inf = 2 / (1 - beta2) - 1, rho_t = rho_inf - 2 t beta2^t / (1 - beta2^t), tractable when rho_t > 5.
 */
function rectification(beta2: number, step: number): number | null {
  const limit = 2 / (1 - beta2) - 1;
  const power = beta2 ** step;
  const rho = limit - (2 * step * power) / (1 - power);
  if (rho <= 5) return null;
  return Math.sqrt(((rho - 4) * (rho - 2) * limit) / ((limit - 4) * (limit - 2) * rho));
}

/** Two kernels: the plain step of the first updates, and the adaptive one. */
const kernels = [false, true].map((adaptive) =>
  elementwise(
    [VALUE, GRADIENT, "exp_avg", "exp_avg_sq"],
    ["scale", "penalty", "beta1", "gain1", "beta2", "gain2", "stepSize", "eps"],
    (x, c) => {
      const g = penalized(x, c);
      const mean = runningMean(x.exp_avg, c.beta1, c.gain1, g);
      const square = meanSquare(x.exp_avg_sq, c.beta2, c.gain2, g);
      const plain = mul(c.stepSize, mean);
      const step = adaptive ? div(plain, add(sqrt(square), c.eps)) : plain;
      return { exp_avg: mean, exp_avg_sq: square, value: sub(x.value, step) };
    },
  ),
);

function radamRule({ beta1, beta2, eps }: MomentSettings): UpdateRule {
  return {
    slots: MOMENT_SLOTS,
    kernels,
    update(job, [plain, adaptive]) {
      const { scale, weightDecay, lr, step } = job;
      const rectified = rectification(beta2, step);
      const correction = rectified === null ? 1 : rectified * Math.sqrt(1 - beta2 ** step);
      const stepSize = (lr * correction) / (1 - beta1 ** step);
      const run = rectified === null ? plain! : adaptive!;
      run(job, [scale, weightDecay, beta1, 1 - beta1, beta2, 1 - beta2, stepSize, eps]);
    },
  };
}
