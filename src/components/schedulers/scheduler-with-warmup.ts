import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { rise, warmupSteps } from "./closed-form.js";

/** A linear rise in front of another schedule, which starts counting (steps and epochs) when the rise has ended. */
export const SchedulerWithWarmup = component({
  kind: "scheduler",
  name: "SchedulerWithWarmup",
  schema: Type.Object(
    {
      warmup_steps: warmupSteps(1, 10000),
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
    let warmEpochs = 1;
    while (info.stepsBefore(warmEpochs) < warmup_steps) warmEpochs++;
    const rest = {
      ...info,
      stepsBefore: (epoch: number) => info.stepsBefore(epoch + warmEpochs) - warmup_steps,
      totalSteps: info.totalSteps - warmup_steps,
      epochs: Math.max(1, info.epochs - warmEpochs),
    };
    const schedule = inner.create(config, rest, context);
    let warm = false;
    return {
      unit: "batch",
      factor({ step, epoch }) {
        warm = step >= warmup_steps;
        if (!warm) return rise(step, warmup_steps);
        return schedule.factor({ step: step - warmup_steps, epoch: Math.max(0, epoch - warmEpochs) });
      },
      observe(metric) {
        if (warm) schedule.observe(metric);
      },
      state: () => schedule.state(),
      load: (state) => schedule.load(state),
    };
  },
});
