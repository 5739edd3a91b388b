import { type Static, Type } from "typebox";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import { isObject } from "../../../registry/json.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, Tensorizer } from "../contracts.js";
import { badCell, jsonCell } from "./cells.js";
import { checkLabelOptions } from "./label-list.js";
import { LabelId, labelSchema } from "./label-tensorizer.js";

const schema = Type.Object(
  {
    ...labelSchema.properties,
    logits_column: Type.String({
      default: "logits",
      description: "The column that holds a teacher's logits: a JSON object with a number for each label.",
    }),
  },
  { description: "One label of a fixed list, and beside it a teacher's logits (`pytext-ts get-logits`)." },
);

/** A label to its id, and a teacher's logits in the order of the ids. In a graph: `ids [batch]` (int32), `logits [batch, labels]`. */
class SoftLabel extends LabelId implements Tensorizer {
  constructor(
    readonly soft: Static<typeof schema>,
    name: string,
  ) {
    super(soft, name);
    this.columns = [soft.column, soft.logits_column];
  }

  override get fields(): readonly FieldSpec[] {
    const logits = { name: this.#logits, dtype: "float32", dims: [this.labels.length], pad: 0 } as const;
    return [...super.fields, logits];
  }

  override numberize(row: Row): FieldValue[] {
    const { labels } = this;
    const numbers = this.#numbers(row);
    const data = Float32Array.from(labels, (label) => numbers.get(label) ?? Number.NaN);
    if (numbers.size !== labels.length || !data.every(Number.isFinite))
      throw badCell(
        row,
        this.soft.logits_column,
        `a number for each label (${labels.join(", ")})`,
        row.values[this.soft.logits_column],
      );
    return [...super.numberize(row), { data, sizes: [data.length] }];
  }

  override build(scope: Scope, form: InputForm): InputTensors {
    const size = this.labels.length;
    return {
      ...super.build(scope, form),
      logits: scope.graph.input(this.#logits, "float32", ["batch", size]),
    };
  }

  get #logits(): string {
    return `${this.name}.logits`;
  }

  #numbers(row: Row): Map<string, number> {
    const column = this.soft.logits_column;
    const object = jsonCell(row, column);
    if (!isObject(object))
      throw badCell(row, column, "a JSON object with a number for each label", row.values[column]);
    const entries = Object.entries(object);
    return new Map(entries.map(([label, x]) => [label, typeof x === "number" ? x : Number.NaN] as const));
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
