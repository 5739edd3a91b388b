import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { closedForm, relative, rise, warmupSteps } from "./closed-form.js";

/**
 * With n updates done, w = warmup_steps and T = total_steps: `(n + 1) / w` for n < w; then
 * `end + (lr - end) (1 - (n - w) / (T - w))^power` for n < T; then `end`. No update is made with rate 0.
 */
export const PolynomialDecayScheduler = component({
  kind: "scheduler",
  name: "PolynomialDecayScheduler",
  schema: Type.Object(
    {
      warmup_steps: warmupSteps(0, 0),
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
