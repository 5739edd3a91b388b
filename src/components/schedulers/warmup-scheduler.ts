import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { closedForm, rise, warmupSteps } from "./closed-form.js";

/** For update s, counted from 1: `s / w` up to `w = warmup_steps`, then 1, or `sqrt(w / s)` with `inverse_sqrt_decay`. */
export const WarmupScheduler = component({
  kind: "scheduler",
  name: "WarmupScheduler",
  schema: Type.Object(
    {
      warmup_steps: warmupSteps(1, 10000),
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
