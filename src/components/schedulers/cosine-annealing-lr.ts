import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { closedForm, relative, unitSetting } from "./closed-form.js";

/** `eta_min + (lr - eta_min) (1 + cos(pi n / t_max)) / 2` (Loshchilov and Hutter, 2017, without restarts). */
export const CosineAnnealingLR = component({
  kind: "scheduler",
  name: "CosineAnnealingLR",
  schema: Type.Object(
    {
      t_max: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
        default: null,
        description:
          "Steps (or epochs, by `unit`) from the highest to the lowest rate; null for the whole run. Beyond it the rate rises again.",
      }),
      eta_min: Type.Number({ minimum: 0, default: 0, description: "The lowest learning rate." }),
      unit: unitSetting("batch"),
    },
    { description: "Lowers the learning rate along half a cosine." },
  ),
  create({ t_max, eta_min, unit }, info) {
    const period = t_max ?? (unit === "batch" ? info.totalSteps : info.epochs);
    const lowest = eta_min === 0 ? 0 : relative(eta_min, info.lr, "scheduler CosineAnnealingLR  eta_min");
    return closedForm(unit, (n) => lowest + ((1 - lowest) * (1 + Math.cos((Math.PI * n) / period))) / 2);
  },
});
