import { type Static, Type } from "typebox";
import { component } from "../../registry/component.js";
import { add, div, elementwise, GRADIENT, mul, sqrt, sub, VALUE } from "./kernels/expression.js";
import { meanSquare, penalized, runningMean } from "./moments.js";
import { checkGroups } from "./parameter-groups.js";
import { RuleOptimizer, type UpdateRule } from "./rule-optimizer.js";
import { commonSettings, momentSettings } from "./settings.js";

const schema = Type.Object(
  {
    ...commonSettings({
      lr: 0.001,
      weight_decay: 0,
      decay: "How much parameters shrink; weight_decouple and fixed_decay say how.",
    }),
    ...momentSettings(1e-8),
    weight_decouple: Type.Boolean({
      default: true,
      description:
        "Whether parameters shrink by themselves, as in AdamW; otherwise the decay is part of the gradient.",
    }),
    fixed_decay: Type.Boolean({
      default: true,
      description:
        "Whether decoupled decay is the same at any learning rate; otherwise it is multiplied by it.",
    }),
    rectify: Type.Boolean({
      default: false,
      description: "Whether the first steps are plain momentum, and later ones rectified, as in RAdam.",
    }),
  },
  {
    description:
      "AdaBelief (Zhuang et al., 2020): as Adam, with steps that are large where gradients are as expected.",
  },
);

/**
 * AdaBelief: `m` is the running mean of g, `s` that of `(g - m)^2`, to which `eps` is added in each update;
 * `p -= lr * (m / (1 - beta1^t)) / (sqrt(s / (1 - beta2^t)) + eps)`. Row-sparse gradients touch their rows only, with t the
 * number of updates of the table.
 */
export const AdaBelief = component({
  kind: "optimizer",
  name: "AdaBelief",
  schema,
  check: checkGroups,
  create: (config) => new RuleOptimizer("AdaBelief", config, rule(config)),
});

/** Two kernels: the plain step of the first updates of the rectified form, and the adaptive one. */
const kernels = [false, true].map((adaptive) =>
  elementwise(
    [VALUE, GRADIENT, "exp_avg", "exp_avg_var"],
    ["scale", "penalty", "beta1", "gain1", "beta2", "gain2", "shrink", "stepSize", "rootFactor", "eps"],
    (x, c) => {
      const g = penalized(x, c);
      const mean = runningMean(x.exp_avg, c.beta1, c.gain1, g);
      const variance = add(meanSquare(x.exp_avg_var, c.beta2, c.gain2, sub(g, mean)), c.eps);
      const plain = mul(c.stepSize, mean);
      const step = adaptive ? div(plain, add(mul(sqrt(variance), c.rootFactor), c.eps)) : plain;
      return {
        exp_avg: mean,
        exp_avg_var: variance,
        value: sub(x.value, add(mul(c.shrink, x.value), step)),
      };
    },
  ),
);

/** The rectification term for update t, or null where the step is plain (Liu et al., 2020, section 3; the bound is AdaBelief's). */
function rectification(beta2: number, step: number): number | null {
  const limit = 2 / (1 - beta2) - 1;
  const power = beta2 ** step;
  const rho = limit - (2 * step * power) / (1 - power);
  if (rho <= 4) return null;
  return Math.sqrt(((rho - 4) * (rho - 2) * limit) / ((limit - 4) * (limit - 2) * rho));
}

function rule(config: Static<typeof schema>): UpdateRule {
  const { beta1, beta2, eps, weight_decouple: decoupled, fixed_decay, rectify } = config;
  return {
    slots: [
      { name: "exp_avg", initial: 0 },
      { name: "exp_avg_var", initial: 0 },
    ],
    kernels,
    update(job, [plain, adaptive]) {
      const { scale, weightDecay, lr, step } = job;
      const rectified = rectify ? rectification(beta2, step) : 1;
      const penalty = decoupled ? 0 : weightDecay;
      const shrink = decoupled ? weightDecay * (fixed_decay ? 1 : lr) : 0;
      const stepSize = rectified === null ? lr : (lr * rectified) / (1 - beta1 ** step);
      const rootFactor = 1 / Math.sqrt(1 - beta2 ** step);
      const constants = [
        scale,
        penalty,
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        shrink,
        stepSize,
        rootFactor,
        eps,
      ];
      (rectified === null ? plain! : adaptive!)(job, constants);
    },
  };
}
