import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { closedForm } from "./closed-form.js";

/** No schedule: the factor is always 1. */
export const ConstantLR = component({
  kind: "scheduler",
  name: "ConstantLR",
  schema: Type.Object({}, { description: "The learning rate stays as the optimizer gives it." }),
  create: () => closedForm("epoch", () => 1),
});
