import { Type } from "typebox";
import type { Tensor } from "../../../graph/graph.js";
import type { Scope } from "../../../graph/scope.js";
import { isObject } from "../../../registry/json.js";
import type { FieldSpec, FieldValue, Row } from "../contracts.js";
import { badCell, jsonCell } from "./cells.js";

/** The config key of targets that have a teacher's logits beside their labels. */
export const logitsColumn = Type.String({
  default: "logits",
  description: "The column that holds a teacher's logits: a JSON object with a number for each label.",
});

/** A teacher's logits of a row, in the order of the labels. In a graph `[batch, labels]`. */
export class TeacherLogits {
  readonly #name: string;

  /** @param target the input whose labels these are logits of */
  constructor(
    readonly column: string,
    target: string,
  ) {
    this.#name = `${target}.logits`;
  }

  field(labels: readonly string[]): FieldSpec {
    return { name: this.#name, dtype: "float32", dims: [labels.length], pad: 0 };
  }

  /** Throws `PTX_DATA` for a cell that is not an object with a number for each label. */
  numberize(row: Row, labels: readonly string[]): FieldValue {
    const object = jsonCell(row, this.column);
    if (!isObject(object))
      throw badCell(row, this.column, "a JSON object with a number for each label", row.values[this.column]);
    const data = Float32Array.from(labels, (label) => {
      const number = Object.hasOwn(object, label) ? object[label] : undefined;
      return typeof number === "number" ? number : Number.NaN;
    });
    const others = Object.keys(object).filter((name) => !labels.includes(name));
    if (others.length > 0 || !data.every(Number.isFinite)) {
      const known = `a number for each label (${labels.join(", ")})`;
      const wanted =
        others.length === 0
          ? known
          : `${known} and none for others (${others.slice(0, 3).join(", ")}), which no row has: name all of the teacher's labels in "labels"`;
      throw badCell(row, this.column, wanted, row.values[this.column]);
    }
    return { data, sizes: [data.length] };
  }

  input({ graph }: Scope, labels: readonly string[]): Tensor {
    return graph.input(this.#name, "float32", ["batch", labels.length]);
  }
}
