import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { checkGroups } from "./parameter-groups.js";
import { blockStart, RuleOptimizer, type UpdateJob, type UpdateRule } from "./rule-optimizer.js";
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

function radamRule({ beta1, beta2, eps }: MomentSettings): UpdateRule {
  return {
    slots: MOMENT_SLOTS,
    update(job) {
      advanceMoments(job, beta1, beta2);
      const { values, count, width, lr, step } = job;
      const [mean, square] = [job.slots[0]!, job.slots[1]!];
      const rectified = rectification(beta2, step);
      const plainStep = lr / (1 - beta1 ** step);
      const adaptiveStep = plainStep * (rectified ?? 0) * Math.sqrt(1 - beta2 ** step);
      for (let k = 0; k < count; k++) {
        const start = blockStart(job, k);
        const end = start + width;
        if (rectified === null) {
          for (let at = start; at < end; at++) values[at] = values[at]! - plainStep * mean[at]!;
        } else {
          for (let at = start; at < end; at++) {
            values[at] = values[at]! - (adaptiveStep * mean[at]!) / (Math.sqrt(square[at]!) + eps);
          }
        }
      }
    },
  };
}

/** Moves the running means of gradient and squared gradient, the L2 penalty included in the gradient. */
function advanceMoments(job: UpdateJob, beta1: number, beta2: number): void {
  const { values, gradient, count, width, scale, weightDecay } = job;
  const [mean, square] = [job.slots[0]!, job.slots[1]!];
  for (let k = 0, from = 0; k < count; k++, from += width) {
    const start = blockStart(job, k);
    for (let i = 0; i < width; i++) {
      const g = gradient[from + i]! * scale + weightDecay * values[start + i]!;
      mean[start + i] = beta1 * mean[start + i]! + (1 - beta1) * g;
      square[start + i] = beta2 * square[start + i]! + (1 - beta2) * g * g;
    }
  }
}
