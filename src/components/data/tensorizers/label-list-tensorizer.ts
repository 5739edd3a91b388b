import { type Static, Type } from "typebox";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, Tensorizer } from "../contracts.js";
import { badCell } from "./cells.js";
import { checkLabelOptions, LabelList, labelOptions } from "./label-list.js";
import { listCell } from "./lists.js";
import { noTargetStrings } from "./target-form.js";

const schema = Type.Object(
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
class LabelSet implements Tensorizer {
  readonly columns: readonly string[];
  readonly role = "target";
  readonly #list: LabelList;

  constructor(
    readonly config: Static<typeof schema>,
    readonly name: string,
  ) {
    this.columns = [config.column];
    this.#list = new LabelList(config, `inputs.${name}`, 1);
  }

  get labels(): readonly string[] {
    return this.#list.names;
  }

  get fields(): readonly FieldSpec[] {
    return [{ name: this.name, dtype: "float32", dims: [this.labels.length], pad: 0 }];
  }

  observe(row: Row): void {
    for (const label of this.#labelsOf(row)) this.#list.observe(label);
  }

  async finish(): Promise<void> {
    await this.#list.finish();
  }

  numberize(row: Row): FieldValue[] {
    const data = new Float32Array(this.labels.length);
    for (const label of this.#labelsOf(row)) data[this.#list.id(label, row)] = 1;
    return [{ data, sizes: [data.length] }];
  }

  length(): number {
    return 1;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    noTargetStrings(form, this.name);
    return { values: scope.graph.input(this.name, "float32", ["batch", this.labels.length]) };
  }

  labelCounts(): readonly number[] {
    return this.#list.counts;
  }

  state(): unknown {
    return this.#list.state();
  }

  load(state: unknown): void {
    this.#list.load(state);
  }

  facts(): Readonly<Record<string, number>> {
    return { labels: this.labels.length };
  }

  counts(): Readonly<Record<string, number>> {
    return this.#list.unknownCounts();
  }

  #labelsOf(row: Row): string[] {
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
  schema,
  check: checkLabelOptions,
  create: (config, _context, name) => new LabelSet(config, name),
});
