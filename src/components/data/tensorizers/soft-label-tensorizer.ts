import { type Static, Type } from "typebox";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, Tensorizer } from "../contracts.js";
import { checkLabelOptions } from "./label-list.js";
import { LabelId, labelSchema } from "./label-tensorizer.js";
import { logitsColumn, TeacherLogits } from "./teacher-logits.js";

const schema = Type.Object(
  { ...labelSchema.properties, logits_column: logitsColumn },
  { description: "One label of a fixed list, and beside it a teacher's logits (`pytext-ts get-logits`)." },
);

/** A label to its id, and a teacher's logits in the order of the ids. In a graph: `ids [batch]` (int32), `logits [batch, labels]`. */
class SoftLabel extends LabelId implements Tensorizer {
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

/** The target of a student: a label's id and a teacher's logits. */
export const SoftLabelTensorizer = component({
  kind: "tensorizer",
  name: "SoftLabelTensorizer",
  schema,
  check: checkLabelOptions,
  create: (config, _context, name) => new SoftLabel(config, name),
});
