import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { closedForm, rateSetting, relative } from "./closed-form.js";

/**
 * One cycle (Smith and Topin, 2019) as `torch.optim.lr_scheduler.OneCycleLR` with two phases: from max_lr / div_factor up to
 * max_lr over `pct_start` of the run, then down to the start divided by final_div_factor.
 */
export const OneCycleLR = component({
  kind: "scheduler",
  name: "OneCycleLR",
  schema: Type.Object(
    {
      max_lr: rateSetting("The highest learning rate"),
      total_steps: Type.Union([Type.Integer({ minimum: 2 }), Type.Null()], {
        default: null,
        description:
          "Optimizer steps in the cycle; null for the whole run. Afterwards the rate stays at its lowest.",
      }),
      pct_start: Type.Number({
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        default: 0.3,
        description: "Share of the cycle in which the rate rises.",
      }),
      anneal_strategy: Type.Union([Type.Literal("cos"), Type.Literal("linear")], {
        default: "cos",
        description: "Whether the rate moves along half a cosine or a line.",
      }),
      div_factor: Type.Number({
        minimum: 1,
        default: 25,
        description: "Highest rate divided by the first rate.",
      }),
      final_div_factor: Type.Number({
        minimum: 1,
        default: 10000,
        description: "First rate divided by the last rate.",
      }),
    },
    { description: "One rise and one long fall of the learning rate over the run (Smith and Topin, 2019)." },
  ),
  create({ max_lr, total_steps, pct_start, anneal_strategy, div_factor, final_div_factor }, info) {
    const place = "scheduler OneCycleLR";
    const last = (total_steps ?? info.totalSteps) - 1;
    const peak = pct_start * (last + 1) - 1;
    if (peak <= 0) {
      const message = `${pct_start} of ${last + 1} steps leaves no step to rise in; raise it above ${1 / (last + 1)}`;
      throw ptxError("PTX_CONFIG_VALUE", `${place}  pct_start`, message);
    }
    const highest = max_lr === null ? 1 : relative(max_lr, info.lr, `${place}  max_lr`);
    const first = highest / div_factor;
    const lowest = first / final_div_factor;
    const between = anneal_strategy === "cos" ? alongCosine : alongLine;
    return closedForm("batch", (n) => {
      if (n <= peak) return between(first, highest, n / peak);
      return between(highest, lowest, Math.min(1, (n - peak) / (last - peak)));
    });
  },
});

function alongLine(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function alongCosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}
