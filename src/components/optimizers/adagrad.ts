import { type Static, Type } from "typebox";
import { component } from "../../registry/component.js";
import { checkGroups } from "./parameter-groups.js";
import { blockStart, RuleOptimizer, type UpdateRule } from "./rule-optimizer.js";
import { COUPLED_DECAY, commonSettings } from "./settings.js";

const schema = Type.Object(
  {
    ...commonSettings({ lr: 0.01, weight_decay: 0.00001, decay: COUPLED_DECAY }),
    lr_decay: Type.Number({
      minimum: 0,
      default: 0,
      description: "The learning rate of update t is lr / (1 + (t - 1) * lr_decay).",
    }),
    initial_accumulator_value: Type.Number({
      minimum: 0,
      default: 0,
      description: "What the sums of squared gradients start with; above 0 it damps the first updates.",
    }),
    eps: Type.Number({
      exclusiveMinimum: 0,
      default: 1e-10,
      description: "Added to the root of the sum, so that the division is defined.",
    }),
  },
  {
    description:
      "Adagrad (Duchi, Hazan and Singer, 2011): each element's rate falls with its squared gradients so far.",
  },
);

/** Adagrad as in `torch.optim.Adagrad`: `s += g^2; p -= lr_t * g / (sqrt(s) + eps)`. Untouched rows of a table do not change. */
export const Adagrad = component({
  kind: "optimizer",
  name: "Adagrad",
  schema,
  check: checkGroups,
  create: (config) => new RuleOptimizer("Adagrad", config, adagradRule(config)),
});

function adagradRule(config: Static<typeof schema>): UpdateRule {
  const { lr_decay, eps, initial_accumulator_value } = config;
  return {
    slots: [{ name: "sum", initial: initial_accumulator_value }],
    update(job) {
      const { values, gradient, count, width, scale, weightDecay, step } = job;
      const sums = job.slots[0]!;
      const lr = job.lr / (1 + (step - 1) * lr_decay);
      for (let k = 0, from = 0; k < count; k++, from += width) {
        const start = blockStart(job, k);
        for (let i = 0; i < width; i++) {
          const value = values[start + i]!;
          const g = gradient[from + i]! * scale + weightDecay * value;
          const sum = sums[start + i]! + g * g;
          sums[start + i] = sum;
          values[start + i] = value - (lr * g) / (Math.sqrt(sum) + eps);
        }
      }
    },
  };
}
