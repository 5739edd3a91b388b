import { type Static, Type } from "typebox";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, Tensorizer } from "../contracts.js";
import { badCell, textCell } from "./cells.js";
import { checkLabelOptions, LabelList, labelOptions } from "./label-list.js";
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
export class LabelId implements Tensorizer {
  columns: readonly string[];
  readonly role = "target";
  readonly #list: LabelList;

  constructor(
    readonly config: Static<typeof labelSchema>,
    readonly name: string,
  ) {
    this.columns = [config.column];
    this.#list = new LabelList(config, `inputs.${name}`);
  }

  get fields(): readonly FieldSpec[] {
    return [{ name: this.name, dtype: "int32", dims: [], pad: 0 }];
  }

  get labels(): readonly string[] {
    return this.#list.names;
  }

  observe(row: Row): void {
    this.#list.observe(this.#label(row));
  }

  async finish(): Promise<void> {
    await this.#list.finish();
  }

  numberize(row: Row): FieldValue[] {
    return [{ data: Int32Array.of(this.#list.id(this.#label(row), row)), sizes: [] }];
  }

  length(): number {
    return 1;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    noTargetStrings(form, this.name);
    return { ids: scope.graph.input(this.name, "int32", ["batch"]) };
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

  #label(row: Row): string {
    const label = textCell(row, this.config.column).trim();
    if (label === "") throw badCell(row, this.config.column, "a label", "");
    return label;
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
