import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { closedForm, unitSetting } from "./closed-form.js";

/** `gamma ^ max(0, n + 1 - hold)`. */
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
      hold: Type.Integer({
        minimum: 1,
        default: 1,
        description:
          "Epochs (or steps, by `unit`) at the full rate, before it is multiplied for the first time.",
      }),
      unit: unitSetting("epoch"),
    },
    { description: "Multiplies the learning rate by gamma after every epoch." },
  ),
  create: ({ gamma, hold, unit }) => closedForm(unit, (n) => gamma ** Math.max(0, n + 1 - hold)),
});
