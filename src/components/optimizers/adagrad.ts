import { type Static, Type } from "typebox";
import { component } from "../../registry/component.js";
import { add, div, elementwise, GRADIENT, mul, sqrt, sub, VALUE } from "./kernels/expression.js";
import { penalized } from "./moments.js";
import { checkGroups } from "./parameter-groups.js";
import { RuleOptimizer, type UpdateRule } from "./rule-optimizer.js";
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

const kernel = elementwise([VALUE, GRADIENT, "sum"], ["scale", "penalty", "lr", "eps"], (x, c) => {
  const g = penalized(x, c);
  const sum = add(x.sum, mul(g, g));
  return { sum, value: sub(x.value, div(mul(c.lr, g), add(sqrt(sum), c.eps))) };
});

function adagradRule({ lr_decay, eps, initial_accumulator_value }: Static<typeof schema>): UpdateRule {
  return {
    slots: [{ name: "sum", initial: initial_accumulator_value }],
    kernels: [kernel],
    update(job, [run]) {
      const lr = job.lr / (1 + (job.step - 1) * lr_decay);
      run!(job, [job.scale, job.weightDecay, lr, eps]);
    },
  };
}
