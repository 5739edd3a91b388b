import { Type } from "typebox";
import { component } from "../../../registry/component.js";
import { checkLabelOptions } from "./label-list.js";
import { LabelSet, labelListSchema } from "./label-list-tensorizer.js";
import { logitsColumn } from "./teacher-logits.js";

/** The target of a student of several labels: which hold, and a teacher's logits. */
export const SoftLabelListTensorizer = component({
  kind: "tensorizer",
  name: "SoftLabelListTensorizer",
  schema: Type.Object(
    { ...labelListSchema.properties, logits_column: logitsColumn },
    {
      description:
        "Any number of labels of a fixed list, and beside them a teacher's logits (`pytext-ts get-logits`).",
    },
  ),
  check: checkLabelOptions,
  create: (config, _context, name) => new LabelSet(config, name),
});
