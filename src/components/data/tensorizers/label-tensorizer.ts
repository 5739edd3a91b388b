import { type Static, Type } from "typebox";
import type { Tensor } from "../../../graph/graph.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { FieldSpec, FieldValue, Row, Tensorizer } from "../contracts.js";
import { badCell, textCell } from "./cells.js";
import { checkLabelOptions, labelOptions } from "./label-list.js";
import { type LabelColumns, LabelReader } from "./label-reader.js";

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
    readonly config: Static<typeof labelSchema> & LabelColumns,
    name: string,
  ) {
    super(config, name, 2);
  }

  protected labelField(): FieldSpec {
    return { name: this.name, dtype: "int32", dims: [], pad: 0 };
  }

  protected labelValue(row: Row): FieldValue {
    const [label] = this.labelsOf(row);
    return { data: Int32Array.of(this.list.id(label, row)), sizes: [] };
  }

  protected labelTensors({ graph }: Scope): { readonly ids: Tensor } {
    return { ids: graph.input(this.name, "int32", ["batch"]) };
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
