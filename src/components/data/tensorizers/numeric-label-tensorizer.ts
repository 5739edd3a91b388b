import { type Static, Type } from "typebox";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, Tensorizer } from "../contracts.js";
import { badCell, badState, cell } from "./cells.js";
import { toNumber } from "./lists.js";
import { noTargetStrings } from "./target-form.js";

const schema = Type.Object(
  {
    column: Type.String({ default: "label", description: "The column that holds the number." }),
  },
  { description: "A number that is to be predicted, as it stands in the data." },
);

/** What the training rows' numbers are like. */
interface Spread {
  readonly lowest: number;
  readonly highest: number;
  readonly mean: number;
}

/** A tensorizer of numbers that knows where they lie. */
export interface NumberTensorizer extends Tensorizer {
  /** Of the training rows; undefined before they are read. */
  readonly spread: Spread | undefined;
}

export const isNumberTensorizer = (tensorizer: Tensorizer | undefined): tensorizer is NumberTensorizer =>
  tensorizer !== undefined && "spread" in tensorizer;

/** A number to itself. In a graph it gives `values [batch]` (float32). */
class NumericLabel implements NumberTensorizer {
  readonly columns: readonly string[];
  readonly role = "target";
  readonly fields: readonly FieldSpec[];
  spread: Spread | undefined;
  #rows = 0;

  constructor(
    readonly config: Static<typeof schema>,
    readonly name: string,
  ) {
    this.columns = [config.column];
    this.fields = [{ name, dtype: "float32", dims: [], pad: 0 }];
  }

  observe(row: Row): void {
    const value = this.#number(row);
    const { lowest, highest, mean } = this.spread ?? { lowest: value, highest: value, mean: 0 };
    this.#rows += 1;
    this.spread = {
      lowest: Math.min(lowest, value),
      highest: Math.max(highest, value),
      mean: mean + (value - mean) / this.#rows,
    };
  }

  async finish(): Promise<void> {}

  numberize(row: Row): FieldValue[] {
    return [{ data: Float32Array.of(this.#number(row)), sizes: [] }];
  }

  length(): number {
    return 1;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    noTargetStrings(form, this.name);
    return { values: scope.graph.input(this.name, "float32", ["batch"]) };
  }

  state(): unknown {
    return { spread: this.spread ?? null };
  }

  load(state: unknown): void {
    const { spread } = (state ?? {}) as { spread?: Partial<Spread> | null };
    const numbers = [spread?.lowest, spread?.highest, spread?.mean];
    if (!numbers.every(Number.isFinite)) throw badState(this.name, "lowest, highest and mean number");
    this.spread = spread as Spread;
  }

  facts(): Readonly<Record<string, number>> {
    return { ...this.spread };
  }

  counts(): Readonly<Record<string, number>> {
    return {};
  }

  #number(row: Row): number {
    const value = cell(row, this.config.column);
    const number = toNumber(value);
    if (!Number.isFinite(Math.fround(number)))
      throw badCell(row, this.config.column, "a finite number", value);
    return number;
  }
}

/** PyText's NumericLabelTensorizer. */
export const NumericLabelTensorizer = component({
  kind: "tensorizer",
  name: "NumericLabelTensorizer",
  schema,
  create: (config, _context, name) => new NumericLabel(config, name),
});
