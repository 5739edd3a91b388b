import { type Static, Type } from "typebox";
import type { Tensor } from "../../../graph/graph.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { FieldSpec, FieldValue, Row, Tensorizer } from "../contracts.js";
import { badCell } from "./cells.js";
import { checkLabelOptions, labelOptions } from "./label-list.js";
import { type LabelColumns, LabelReader } from "./label-reader.js";
import { listCell } from "./lists.js";

export const labelListSchema = Type.Object(
  {
    column: Type.String({ default: "label", description: "The column that holds the labels." }),
    separator: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
      default: null,
      description: 'What stands between labels in a cell; null: the cell is a JSON list (["a", "b"]).',
    }),
    ...labelOptions,
  },
  {
    description:
      "Any number of labels of a fixed list, as a 1 for each that holds and a 0 for each that does not.",
  },
);

/** Labels to a 0/1 vector. In a graph it gives `values [batch, labels]` (float32). */
export class LabelSet extends LabelReader implements Tensorizer {
  constructor(
    readonly config: Static<typeof labelListSchema> & LabelColumns,
    name: string,
  ) {
    super(config, name, 1);
  }

  protected labelField(): FieldSpec {
    return { name: this.name, dtype: "float32", dims: [this.labels.length], pad: 0 };
  }

  protected labelValue(row: Row): FieldValue {
    const data = new Float32Array(this.labels.length);
    for (const label of this.labelsOf(row)) data[this.list.id(label, row)] = 1;
    return { data, sizes: [data.length] };
  }

  protected labelTensors({ graph }: Scope): { readonly values: Tensor } {
    return { values: graph.input(this.name, "float32", ["batch", this.labels.length]) };
  }

  protected labelsOf(row: Row): readonly string[] {
    const { column, separator } = this.config;
    const items = listCell(row, column, separator);
    return items.map((item) => {
      const label = typeof item === "string" ? item.trim() : "";
      if (label === "") throw badCell(row, column, "labels that are texts and not empty", items);
      return label;
    });
  }
}

/** A 0/1 vector of labels. */
export const LabelListTensorizer = component({
  kind: "tensorizer",
  name: "LabelListTensorizer",
  schema: labelListSchema,
  check: checkLabelOptions,
  create: (config, _context, name) => new LabelSet(config, name),
});
