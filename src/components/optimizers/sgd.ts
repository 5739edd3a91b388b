import { type Static, Type } from "typebox";
import { component } from "../../registry/component.js";
import { add, elementwise, GRADIENT, mul, sub, VALUE } from "./kernels/expression.js";
import { penalized } from "./moments.js";
import { checkGroups } from "./parameter-groups.js";
import { RuleOptimizer, type UpdateRule } from "./rule-optimizer.js";
import { COUPLED_DECAY, commonSettings } from "./settings.js";

const schema = Type.Object(
  {
    ...commonSettings({ lr: 0.001, weight_decay: 0, decay: COUPLED_DECAY }),
    momentum: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Share of the last update's direction that is kept; 0 is plain gradient descent.",
    }),
    nesterov: Type.Boolean({
      default: false,
      description: "Nesterov's form: look ahead by one momentum step. Needs momentum.",
    }),
  },
  { description: "Stochastic gradient descent, with momentum and Nesterov's form of it." },
);

/** Gradient descent as in `torch.optim.SGD` (dampening 0). The velocity of a table's row moves only when the row is touched. */
export const SGD = component({
  kind: "optimizer",
  name: "SGD",
  schema,
  check: (config) => [
    ...checkGroups(config),
    ...(config.nesterov && config.momentum === 0
      ? [{ path: "nesterov", message: "Nesterov's form needs a momentum above 0, for example 0.9" }]
      : []),
  ],
  create: (config) =>
    new RuleOptimizer("SGD", config, config.momentum === 0 ? plainRule : momentumRule(config)),
});

const plainKernel = elementwise([VALUE, GRADIENT], ["scale", "penalty", "lr"], (x, c) => ({
  value: sub(x.value, mul(c.lr, penalized(x, c))),
}));

const plainRule: UpdateRule = {
  slots: [],
  kernels: [plainKernel],
  update: (job, [run]) => run!(job, [job.scale, job.weightDecay, job.lr]),
};

/** velocity = momentum * velocity + g; the step is lr * velocity, or lr * (g + momentum * velocity) with Nesterov. */
const momentumKernel = elementwise(
  [VALUE, GRADIENT, "momentum_buffer"],
  ["scale", "penalty", "momentum", "ofGradient", "ofVelocity"],
  (x, c) => {
    const g = penalized(x, c);
    const velocity = add(mul(c.momentum, x.momentum_buffer), g);
    const step = add(mul(c.ofGradient, g), mul(c.ofVelocity, velocity));
    return { momentum_buffer: velocity, value: sub(x.value, step) };
  },
);

function momentumRule({ momentum, nesterov }: Static<typeof schema>): UpdateRule {
  return {
    slots: [{ name: "momentum_buffer", initial: 0 }],
    kernels: [momentumKernel],
    update(job, [run]) {
      const [ofGradient, ofVelocity] = nesterov ? [job.lr, job.lr * momentum] : [0, job.lr];
      run!(job, [job.scale, job.weightDecay, momentum, ofGradient, ofVelocity]);
    },
  };
}
