import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { closedForm, unitSetting } from "./closed-form.js";

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
