import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { closedForm, rateSetting, relative } from "./closed-form.js";

/**
 * Triangles between two rates (Smith, 2017) as `torch.optim.lr_scheduler.CyclicLR`: in cycle c (from 0) the height above
 * the base is scaled by 1 (triangular), 1 / 2^c (triangular2) or gamma^n after n updates (exp_range).
 */
export const CyclicLR = component({
  kind: "scheduler",
  name: "CyclicLR",
  schema: Type.Object(
    {
      base_lr: rateSetting("The lowest learning rate"),
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
  check: ({ mode, gamma }) =>
    mode !== "exp_range" && gamma !== 1
      ? [
          {
            path: "gamma",
            message: `gamma shrinks the height in mode exp_range only; in mode ${mode} it does nothing`,
          },
        ]
      : [],
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
