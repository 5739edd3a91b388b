import { type Static, Type } from "typebox";
import { component } from "../../registry/component.js";
import { add, div, elementwise, GRADIENT, mul, sqrt, sub, VALUE } from "./kernels/expression.js";
import { meanSquare, runningMean } from "./moments.js";
import { checkGroups } from "./parameter-groups.js";
import { RuleOptimizer, type UpdateJob, type UpdateRule } from "./rule-optimizer.js";
import { commonSettings, DECOUPLED_DECAY, MOMENT_SLOTS, momentSettings } from "./settings.js";
import { sumOfSquares } from "./sum-of-squares.js";

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

const ARRAYS = [VALUE, GRADIENT, "exp_avg", "exp_avg_sq", "direction"] as const;

/** Moves the running means and writes r into the scratch array. */
const directionKernel = elementwise(
  ARRAYS,
  ["scale", "beta1", "gain1", "beta2", "gain2", "meanFactor", "rootFactor", "eps", "decay"],
  (x, c) => {
    const g = mul(x.gradient, c.scale);
    const mean = runningMean(x.exp_avg, c.beta1, c.gain1, g);
    const square = meanSquare(x.exp_avg_sq, c.beta2, c.gain2, g);
    const adaptive = div(mul(c.meanFactor, mean), add(mul(sqrt(square), c.rootFactor), c.eps));
    return { exp_avg: mean, exp_avg_sq: square, direction: add(adaptive, mul(c.decay, x.value)) };
  },
);

const stepKernel = elementwise(ARRAYS, ["step"], (x, c) => ({
  value: sub(x.value, mul(c.step, x.direction)),
}));

function lambRule({ beta1, beta2, eps, max_weight_norm }: Static<typeof schema>): UpdateRule {
  const bound = max_weight_norm ?? Number.POSITIVE_INFINITY;
  return {
    slots: [...MOMENT_SLOTS, { name: "direction", initial: null }],
    kernels: [directionKernel, stepKernel],
    update(job, [findDirection, takeStep]) {
      const { scale, weightDecay, lr, step } = job;
      const meanFactor = 1 / (1 - beta1 ** step);
      const rootFactor = 1 / Math.sqrt(1 - beta2 ** step);
      findDirection!(job, [
        scale,
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        meanFactor,
        rootFactor,
        eps,
        weightDecay,
      ]);
      const [weightNorm, directionNorm] = [blockNorm(job.values, job), blockNorm(job.slots[2]!, job)];
      const ratio = weightNorm > 0 && directionNorm > 0 ? Math.min(weightNorm, bound) / directionNorm : 1;
      takeStep!(job, [lr * ratio]);
    },
  };
}

/** The norm of an array over the blocks of a job. */
function blockNorm(array: Float32Array, { rows, count, width }: UpdateJob): number {
  let sum = 0;
  for (let k = 0; k < count; k++) {
    const start = rows === null ? 0 : rows[k]! * width;
    sum += sumOfSquares(array, start, start + width);
  }
  return Math.sqrt(sum);
}
