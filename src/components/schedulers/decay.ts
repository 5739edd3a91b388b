import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { closedForm, relative, unitSetting } from "./closed-form.js";

/** No schedule: the factor is always 1. */
export const ConstantLR = component({
  kind: "scheduler",
  name: "ConstantLR",
  schema: Type.Object({}, { description: "The learning rate stays as the optimizer gives it." }),
  create: () => closedForm("epoch", () => 1),
});

/** `gamma ^ floor(n / step_size)`. */
export const StepLR = component({
  kind: "scheduler",
  name: "StepLR",
  schema: Type.Object(
    {
      step_size: Type.Integer({
        minimum: 1,
        default: 30,
        description: "Epochs (or steps, by `unit`) between two decays.",
      }),
      gamma: Type.Number({
        exclusiveMinimum: 0,
        default: 0.1,
        description: "What each decay multiplies the rate by.",
      }),
      unit: unitSetting("epoch"),
    },
    { description: "Multiplies the learning rate by gamma every step_size epochs." },
  ),
  create: ({ step_size, gamma, unit }) => closedForm(unit, (n) => gamma ** Math.floor(n / step_size)),
});

/** `gamma ^ n`. */
export const ExponentialLR = component({
  kind: "scheduler",
  name: "ExponentialLR",
  schema: Type.Object(
    {
      gamma: Type.Number({
        exclusiveMinimum: 0,
        default: 0.1,
        description: "What the rate is multiplied by after every epoch (or step, by `unit`).",
      }),
      unit: unitSetting("epoch"),
    },
    { description: "Multiplies the learning rate by gamma after every epoch." },
  ),
  create: ({ gamma, unit }) => closedForm(unit, (n) => gamma ** n),
});

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
