import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { closedForm, unitSetting } from "./closed-form.js";

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
