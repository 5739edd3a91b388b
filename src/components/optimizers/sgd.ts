import { type Static, Type } from "typebox";
import { component } from "../../registry/component.js";
import { checkGroups } from "./parameter-groups.js";
import { blockStart, RuleOptimizer, type UpdateRule } from "./rule-optimizer.js";
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

const plainRule: UpdateRule = {
  slots: [],
  update(job) {
    const { values, gradient, count, width, scale, weightDecay, lr } = job;
    for (let k = 0, from = 0; k < count; k++, from += width) {
      const start = blockStart(job, k);
      for (let i = 0; i < width; i++) {
        const value = values[start + i]!;
        values[start + i] = value - lr * (gradient[from + i]! * scale + weightDecay * value);
      }
    }
  },
};

/** velocity = momentum * velocity + g; the step is velocity, or g + momentum * velocity with Nesterov. */
function momentumRule({ momentum, nesterov }: Static<typeof schema>): UpdateRule {
  const [ofGradient, ofVelocity] = nesterov ? [1, momentum] : [0, 1];
  return {
    slots: [{ name: "momentum_buffer", initial: 0 }],
    update(job) {
      const { values, gradient, count, width, scale, weightDecay, lr } = job;
      const velocities = job.slots[0]!;
      for (let k = 0, from = 0; k < count; k++, from += width) {
        const start = blockStart(job, k);
        for (let i = 0; i < width; i++) {
          const value = values[start + i]!;
          const g = gradient[from + i]! * scale + weightDecay * value;
          const velocity = momentum * velocities[start + i]! + g;
          velocities[start + i] = velocity;
          values[start + i] = value - lr * (ofGradient * g + ofVelocity * velocity);
        }
      }
    },
  };
}
