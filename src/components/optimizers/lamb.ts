import { type Static, Type } from "typebox";
import { component } from "../../registry/component.js";
import { checkGroups } from "./parameter-groups.js";
import { blockStart, RuleOptimizer, type UpdateJob, type UpdateRule } from "./rule-optimizer.js";
import { commonSettings, DECOUPLED_DECAY, MOMENT_SLOTS, momentSettings } from "./settings.js";

const schema = Type.Object(
  {
    ...commonSettings({ lr: 0.001, weight_decay: 0.00001, decay: DECOUPLED_DECAY }),
    ...momentSettings(1e-6),
    max_weight_norm: Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Null()], {
      default: 10,
      description: "Upper bound on the norm of a parameter in its trust ratio; null for none.",
    }),
  },
  {
    description:
      "LAMB (You et al., 2020): Adam whose step is scaled, parameter by parameter, to the parameter's norm.",
  },
);

/**
 * LAMB, algorithm 2 of the paper (bias correction included): with `r = m^ / (sqrt(v^) + eps) + weight_decay * p`,
 * `p -= lr * min(|p|, max_weight_norm) / |r| * r`; the ratio is 1 where either norm is 0.
 * For a row-sparse gradient both norms are those of the touched rows together.
 */
export const Lamb = component({
  kind: "optimizer",
  name: "Lamb",
  schema,
  check: checkGroups,
  create: (config) => new RuleOptimizer("Lamb", config, lambRule(config)),
});

function lambRule({ beta1, beta2, eps, max_weight_norm }: Static<typeof schema>): UpdateRule {
  const bound = max_weight_norm ?? Number.POSITIVE_INFINITY;
  let direction = new Float32Array(0);
  return {
    slots: MOMENT_SLOTS,
    update(job) {
      const { values, count, width, lr } = job;
      if (direction.length < count * width) direction = new Float32Array(count * width);
      const [weightNorm, directionNorm] = findDirection(job, direction, beta1, beta2, eps);
      const ratio = weightNorm > 0 && directionNorm > 0 ? Math.min(weightNorm, bound) / directionNorm : 1;
      const step = lr * ratio;
      for (let k = 0, from = 0; k < count; k++, from += width) {
        const start = blockStart(job, k);
        for (let i = 0; i < width; i++) values[start + i] = values[start + i]! - step * direction[from + i]!;
      }
    },
  };
}

/** Moves the running means and writes r into `direction`; returns the norms of the parameter and of r. */
function findDirection(
  job: UpdateJob,
  direction: Float32Array,
  beta1: number,
  beta2: number,
  eps: number,
): [weightNorm: number, directionNorm: number] {
  const { values, gradient, count, width, scale, weightDecay, step } = job;
  const [mean, square] = [job.slots[0]!, job.slots[1]!];
  const meanFactor = 1 / (1 - beta1 ** step);
  const rootFactor = 1 / Math.sqrt(1 - beta2 ** step);
  let [weights, directions] = [0, 0];
  for (let k = 0, from = 0; k < count; k++, from += width) {
    const start = blockStart(job, k);
    for (let i = 0; i < width; i++) {
      const value = values[start + i]!;
      const g = gradient[from + i]! * scale;
      const m = beta1 * mean[start + i]! + (1 - beta1) * g;
      const v = beta2 * square[start + i]! + (1 - beta2) * g * g;
      const r = (meanFactor * m) / (Math.sqrt(v) * rootFactor + eps) + weightDecay * value;
      mean[start + i] = m;
      square[start + i] = v;
      direction[from + i] = r;
      weights += value * value;
      directions += r * r;
    }
  }
  return [Math.sqrt(weights), Math.sqrt(directions)];
}
