import { type Static, Type } from "typebox";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, Tensorizer } from "../contracts.js";
import { checkLabelOptions } from "./label-list.js";
import { LabelSet, labelListSchema } from "./label-list-tensorizer.js";
import { logitsColumn, TeacherLogits } from "./teacher-logits.js";

const schema = Type.Object(
  { ...labelListSchema.properties, logits_column: logitsColumn },
  {
    description:
      "Any number of labels of a fixed list, and beside them a teacher's logits (`pytext-ts get-logits`).",
  },
);

/** Labels to a 0/1 vector, and a teacher's logits in the same order. In a graph: `values` and `logits`, `[batch, labels]` each (float32). */
class SoftLabelSet extends LabelSet implements Tensorizer {
  readonly #logits: TeacherLogits;

  constructor(config: Static<typeof schema>, name: string) {
    super(config, name);
    this.columns = [config.column, config.logits_column];
    this.#logits = new TeacherLogits(config.logits_column, name);
  }

  override get fields(): readonly FieldSpec[] {
    return [...super.fields, this.#logits.field(this.labels)];
  }

  override numberize(row: Row): FieldValue[] {
    return [...super.numberize(row), this.#logits.numberize(row, this.labels)];
  }

  override build(scope: Scope, form: InputForm): InputTensors {
    return { ...super.build(scope, form), logits: this.#logits.input(scope, this.labels) };
  }
}

/** The target of a student of several labels: which hold, and a teacher's logits. */
export const SoftLabelListTensorizer = component({
  kind: "tensorizer",
  name: "SoftLabelListTensorizer",
  schema,
  check: checkLabelOptions,
  create: (config, _context, name) => new SoftLabelSet(config, name),
});
