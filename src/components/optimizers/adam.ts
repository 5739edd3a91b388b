import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { checkGroups } from "./parameter-groups.js";
import { blockStart, RuleOptimizer, type UpdateRule } from "./rule-optimizer.js";
import {
  COUPLED_DECAY,
  commonSettings,
  DECOUPLED_DECAY,
  MOMENT_SLOTS,
  type MomentSettings,
  momentSettings,
} from "./settings.js";

/**
 * Adam (Kingma and Ba, 2015) as in `torch.optim.Adam`: m and v are running means of g and g^2, and
 * `p -= lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)`.
 * A row-sparse gradient moves m, v and p of the touched rows only, with t the number of updates of the table, as in
 * `torch.optim.SparseAdam`; unlike there, eps stands where it does in the dense form, so that both forms are one.
 */
export const Adam = component({
  kind: "optimizer",
  name: "Adam",
  schema: Type.Object(
    {
      ...commonSettings({ lr: 0.001, weight_decay: 0.00001, decay: COUPLED_DECAY }),
      ...momentSettings(1e-8),
    },
    { description: "Adam (Kingma and Ba, 2015), with the L2 penalty inside the gradient." },
  ),
  check: checkGroups,
  create: (config) => new RuleOptimizer("Adam", config, adamRule(config, false)),
});

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019) as in `torch.optim.AdamW`: `p *= 1 - lr * weight_decay` first. */
export const AdamW = component({
  kind: "optimizer",
  name: "AdamW",
  schema: Type.Object(
    { ...commonSettings({ lr: 0.001, weight_decay: 0.01, decay: DECOUPLED_DECAY }), ...momentSettings(1e-8) },
    {
      description:
        "Adam with decoupled weight decay (Loshchilov and Hutter, 2019): the usual choice for transformers.",
    },
  ),
  check: checkGroups,
  create: (config) => new RuleOptimizer("AdamW", config, adamRule(config, true)),
});

function adamRule({ beta1, beta2, eps }: MomentSettings, decoupled: boolean): UpdateRule {
  return {
    slots: MOMENT_SLOTS,
    update(job) {
      const { values, gradient, count, width, scale, weightDecay, lr, step } = job;
      const [mean, square] = [job.slots[0]!, job.slots[1]!];
      const stepSize = lr / (1 - beta1 ** step);
      const rootFactor = 1 / Math.sqrt(1 - beta2 ** step);
      const penalty = decoupled ? 0 : weightDecay;
      const keep = decoupled ? 1 - lr * weightDecay : 1;
      for (let k = 0; k < count; k++) {
        const [start, from] = [blockStart(job, k), k * width];
        adamBlock(
          values,
          start,
          gradient,
          from,
          width,
          mean,
          square,
          scale,
          penalty,
          keep,
          beta1,
          beta2,
          stepSize,
          rootFactor,
          eps,
        );
      }
    },
  };
}

/** The hot loop of training: one pass, every constant an argument so that it stays in a register. */
function adamBlock(
  values: Float32Array,
  start: number,
  gradient: Float32Array,
  from: number,
  length: number,
  mean: Float32Array,
  square: Float32Array,
  scale: number,
  penalty: number,
  keep: number,
  beta1: number,
  beta2: number,
  stepSize: number,
  rootFactor: number,
  eps: number,
): void {
  const [gain1, gain2] = [1 - beta1, 1 - beta2];
  const offset = from - start;
  for (let at = start, end = start + length; at < end; at++) {
    const value = values[at]!;
    const g = gradient[at + offset]! * scale + penalty * value;
    const m = beta1 * mean[at]! + gain1 * g;
    const v = beta2 * square[at]! + gain2 * g * g;
    mean[at] = m;
    square[at] = v;
    values[at] = keep * value - (stepSize * m) / (Math.sqrt(v) * rootFactor + eps);
  }
}
