import { type Static, Type } from "typebox";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, Tensorizer } from "../contracts.js";
import { badCell, textCell } from "./cells.js";
import { checkLabelOptions, labelOptions } from "./label-list.js";
import { LabelReader } from "./label-reader.js";
import { noTargetStrings } from "./target-form.js";

/** The config of a label. */
export const labelSchema = Type.Object(
  {
    column: Type.String({ default: "label", description: "The column that holds the label." }),
    ...labelOptions,
  },
  { description: "One label of a fixed list, as its id." },
);

/** A label to its id. In a graph it gives `ids [batch]` (int32). */
export class LabelId extends LabelReader implements Tensorizer {
  constructor(
    readonly config: Static<typeof labelSchema>,
    name: string,
  ) {
    super(config, name, 2);
  }

  get fields(): readonly FieldSpec[] {
    return [{ name: this.name, dtype: "int32", dims: [], pad: 0 }];
  }

  numberize(row: Row): FieldValue[] {
    const [label] = this.labelsOf(row);
    return [{ data: Int32Array.of(this.list.id(label, row)), sizes: [] }];
  }

  build(scope: Scope, form: InputForm): InputTensors {
    noTargetStrings(form, this.name);
    return { ids: scope.graph.input(this.name, "int32", ["batch"]) };
  }

  protected labelsOf(row: Row): readonly [string] {
    const label = textCell(row, this.config.column).trim();
    if (label === "") throw badCell(row, this.config.column, "a label", "");
    return [label];
  }
}

/** The id of a label. */
export const LabelTensorizer = component({
  kind: "tensorizer",
  name: "LabelTensorizer",
  schema: labelSchema,
  check: checkLabelOptions,
  create: (config, _context, name) => new LabelId(config, name),
});
