import { Type } from "typebox";
import { component } from "../../../registry/component.js";
import { checkLabelOptions } from "./label-list.js";
import { LabelId, labelSchema } from "./label-tensorizer.js";
import { logitsColumn } from "./teacher-logits.js";

/** The target of a student: a label's id and a teacher's logits. */
export const SoftLabelTensorizer = component({
  kind: "tensorizer",
  name: "SoftLabelTensorizer",
  schema: Type.Object(
    { ...labelSchema.properties, logits_column: logitsColumn },
    { description: "One label of a fixed list, and beside it a teacher's logits (`pytext-ts get-logits`)." },
  ),
  check: checkLabelOptions,
  create: (config, _context, name) => new LabelId(config, name),
});
