import { Slot } from "../../registry/component.js";

/** The input "labels" of models that predict numbers. */
export const numberInput = Slot("tensorizer", {
  default: "NumericLabelTensorizer",
  description: "The right numbers.",
});
