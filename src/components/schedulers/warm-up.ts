import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { closedForm, relative } from "./closed-form.js";

/**
 * The linear rise that all warm-ups share: the first of `steps` updates has 1/steps of the rate, the last one all of it.
 * `completed` is the number of updates done before.
 */
function rise(completed: number, steps: number): number {
  return (completed + 1) / steps;
}

/** For update s, counted from 1: `s / w` up to `w = warmup_steps`, then 1, or `sqrt(w / s)` with `inverse_sqrt_decay`. */
export const WarmupScheduler = component({
  kind: "scheduler",
  name: "WarmupScheduler",
  schema: Type.Object(
    {
      warmup_steps: Type.Integer({
        minimum: 1,
        default: 10000,
        description: "Optimizer steps in which the learning rate rises to its full height.",
      }),
      inverse_sqrt_decay: Type.Boolean({
        default: false,
        description: "Afterwards let the rate fall with the root of the step number (Vaswani et al., 2017).",
      }),
    },
    { description: "A linear rise of the learning rate, then a constant one or inverse square root decay." },
  ),
  create: ({ warmup_steps, inverse_sqrt_decay }) =>
    closedForm("batch", (n) => {
      if (n < warmup_steps) return rise(n, warmup_steps);
      return inverse_sqrt_decay ? Math.sqrt(warmup_steps / (n + 1)) : 1;
    }),
});

/**
 * With n updates done, w = warmup_steps and T = total_steps: `(n + 1) / w` for n < w; then
 * `end + (lr - end) (1 - (n - w) / (T - w))^power` for n < T; then `end`. No update is made with rate 0.
 */
export const PolynomialDecayScheduler = component({
  kind: "scheduler",
  name: "PolynomialDecayScheduler",
  schema: Type.Object(
    {
      warmup_steps: Type.Integer({
        minimum: 0,
        default: 0,
        description: "Optimizer steps in which the learning rate rises to its full height.",
      }),
      total_steps: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
        default: null,
        description:
          "Optimizer steps after which the decay has ended, warm-up included; null for the whole run.",
      }),
      end_learning_rate: Type.Number({
        minimum: 0,
        default: 0,
        description: "The learning rate at the end.",
      }),
      power: Type.Number({
        exclusiveMinimum: 0,
        default: 1,
        description: "Exponent of the decay; 1 is linear.",
      }),
    },
    {
      description:
        "A linear rise, then polynomial (by default linear) decay to the end of the run: the usual schedule for transformers.",
    },
  ),
  create({ warmup_steps, total_steps, end_learning_rate, power }, info) {
    const place = "scheduler PolynomialDecayScheduler";
    const total = total_steps ?? info.totalSteps;
    if (warmup_steps >= total) {
      const message = `${warmup_steps} steps of warm-up leave nothing of ${total} total steps; choose fewer`;
      throw ptxError("PTX_CONFIG_VALUE", `${place}  warmup_steps`, message);
    }
    const end =
      end_learning_rate === 0 ? 0 : relative(end_learning_rate, info.lr, `${place}  end_learning_rate`);
    return closedForm("batch", (n) => {
      if (n < warmup_steps) return rise(n, warmup_steps);
      if (n >= total) return end;
      return end + (1 - end) * (1 - (n - warmup_steps) / (total - warmup_steps)) ** power;
    });
  },
});

/** A linear rise in front of another schedule, which starts counting (steps and epochs) when the rise has ended. */
export const SchedulerWithWarmup = component({
  kind: "scheduler",
  name: "SchedulerWithWarmup",
  schema: Type.Object(
    {
      warmup_steps: Type.Integer({
        minimum: 1,
        default: 10000,
        description: "Optimizer steps in which the learning rate rises to its full height.",
      }),
      scheduler: Slot("scheduler", {
        default: "ExponentialLR",
        description: "The schedule after the warm-up.",
      }),
    },
    { description: "A linear rise of the learning rate, then another schedule." },
  ),
  create({ warmup_steps, scheduler }, info, context) {
    const place = "scheduler SchedulerWithWarmup  warmup_steps";
    if (warmup_steps >= info.totalSteps) {
      const message = `${warmup_steps} steps of warm-up leave nothing of the run's ${info.totalSteps} steps; choose fewer`;
      throw ptxError("PTX_CONFIG_VALUE", place, message);
    }
    const { component: inner, config } = context.part("scheduler", scheduler);
    const warmEpochs = Math.ceil(warmup_steps / info.stepsPerEpoch);
    const rest = {
      ...info,
      totalSteps: info.totalSteps - warmup_steps,
      epochs: Math.max(1, info.epochs - warmEpochs),
    };
    const schedule = inner.create(config, rest, context);
    return {
      unit: "batch",
      factor({ step, epoch }) {
        if (step < warmup_steps) return rise(step, warmup_steps);
        return schedule.factor({ step: step - warmup_steps, epoch: Math.max(0, epoch - warmEpochs) });
      },
      observe: (metric) => schedule.observe(metric),
      state: () => schedule.state(),
      load: (state) => schedule.load(state),
    };
  },
});
