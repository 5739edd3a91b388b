import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { closedForm, relative } from "./closed-form.js";

const rate = (what: string) =>
  Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Null()], {
    default: null,
    description: `${what}; null for the optimizer's lr.`,
  });

/**
 * One cycle (Smith and Topin, 2019) as `torch.optim.lr_scheduler.OneCycleLR` with two phases: from max_lr / div_factor up to
 * max_lr over `pct_start` of the run, then down to the start divided by final_div_factor.
 */
export const OneCycleLR = component({
  kind: "scheduler",
  name: "OneCycleLR",
  schema: Type.Object(
    {
      max_lr: rate("The highest learning rate"),
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

/**
 * Triangles between two rates (Smith, 2017) as `torch.optim.lr_scheduler.CyclicLR`: in cycle c (from 0) the height above
 * the base is scaled by 1 (triangular), 1 / 2^c (triangular2) or gamma^n after n updates (exp_range).
 */
export const CyclicLR = component({
  kind: "scheduler",
  name: "CyclicLR",
  schema: Type.Object(
    {
      base_lr: rate("The lowest learning rate"),
      max_lr: Type.Number({
        exclusiveMinimum: 0,
        default: 0.002,
        description: "The highest learning rate of the first cycle.",
      }),
      step_size_up: Type.Integer({
        minimum: 1,
        default: 2000,
        description: "Optimizer steps from the lowest to the highest rate.",
      }),
      step_size_down: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
        default: null,
        description: "Optimizer steps from the highest to the lowest rate; null for as many as up.",
      }),
      mode: Type.Union([Type.Literal("triangular"), Type.Literal("triangular2"), Type.Literal("exp_range")], {
        default: "triangular",
        description:
          "Whether the height stays, halves with every cycle, or shrinks by gamma with every step.",
      }),
      gamma: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 1,
        description: "What the height is multiplied by at each step in mode exp_range.",
      }),
    },
    { description: "The learning rate rises and falls in triangles (Smith, 2017)." },
  ),
  create({ base_lr, max_lr, step_size_up, step_size_down, mode, gamma }, info) {
    const place = "scheduler CyclicLR  max_lr";
    const base = base_lr ?? info.lr;
    if (max_lr <= base) {
      const message = `the highest rate, ${max_lr}, must be above the lowest, ${base}`;
      throw ptxError("PTX_CONFIG_VALUE", place, message);
    }
    const [lowest, height] = [relative(base, info.lr, place), relative(max_lr - base, info.lr, place)];
    const period = step_size_up + (step_size_down ?? step_size_up);
    const shrink = {
      triangular: () => 1,
      triangular2: (_: number, cycle: number) => 2 ** -cycle,
      exp_range: (n: number) => gamma ** n,
    };
    return closedForm("batch", (n) => {
      const cycle = Math.floor(n / period);
      const within = n - cycle * period;
      const share =
        within <= step_size_up ? within / step_size_up : (period - within) / (period - step_size_up);
      return lowest + height * share * shrink[mode](n, cycle);
    });
  },
});

function alongLine(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function alongCosine(from: number, to: number, share: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
}
