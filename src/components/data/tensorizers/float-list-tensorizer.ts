import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import { div, sub } from "../../../graph/ops/elementwise.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, Tensorizer } from "../contracts.js";
import { badCell, badState } from "./cells.js";
import { listCell, toNumber } from "./lists.js";

const schema = Type.Object(
  {
    column: Type.String({ default: "dense", description: "The column that holds the numbers." }),
    separator: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
      default: null,
      description: "What stands between numbers in a cell; null: the cell is a JSON list ([0.5, 1]).",
    }),
    dim: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description: "How many numbers each row has; null: as many as the first training row.",
    }),
    normalize: Type.Boolean({
      default: false,
      description: "Subtract each number's mean over the training rows and divide by its standard deviation.",
    }),
  },
  { description: "A fixed number of numbers that stand beside a text (dense features)." },
);

interface Statistics {
  readonly mean: readonly number[];
  /** Population standard deviation; 1 for a number that is the same in all rows. */
  readonly deviation: readonly number[];
}

/** Numbers to a vector. In a graph it gives `values [batch, dim]`. */
class FloatList implements Tensorizer {
  readonly columns: readonly string[];
  readonly role = "input";
  #dim: number | null;
  #statistics: Statistics | undefined;
  #rows = 0;
  #mean = new Float64Array(0);
  #squares = new Float64Array(0);

  constructor(
    readonly config: Static<typeof schema>,
    readonly name: string,
  ) {
    this.columns = [config.column];
    this.#dim = config.dim;
  }

  get fields(): readonly FieldSpec[] {
    return [{ name: this.name, dtype: "float32", dims: [this.#size()], pad: 0 }];
  }

  observe(row: Row): void {
    const values = this.#numbers(row);
    if (this.#rows === 0)
      [this.#mean, this.#squares] = [new Float64Array(values.length), new Float64Array(values.length)];
    this.#rows += 1;
    // Welford's running mean and sum of squared deviations: exact where sums of squares would cancel.
    for (const [i, value] of values.entries()) {
      const delta = value - this.#mean[i]!;
      this.#mean[i]! += delta / this.#rows;
      this.#squares[i]! += delta * (value - this.#mean[i]!);
    }
  }

  async finish(): Promise<void> {
    if (!this.config.normalize) return;
    const deviation = Array.from(this.#squares, (sum) => Math.sqrt(sum / this.#rows) || 1);
    this.#statistics = { mean: [...this.#mean], deviation };
  }

  numberize(row: Row): FieldValue[] {
    const values = this.#numbers(row);
    const { mean, deviation } = this.#statistics ?? {};
    const data = Float32Array.from(values, (value, i) =>
      mean === undefined ? value : (value - mean[i]!) / deviation![i]!,
    );
    return [{ data, sizes: [data.length] }];
  }

  length(): number {
    return 1;
  }

  /** Form "tokens" takes the numbers as they stand in the data and normalises them in the graph. */
  build(scope: Scope, form: InputForm): InputTensors {
    const size = this.#size();
    const values = scope.graph.input(this.name, "float32", ["batch", size]);
    if (form === "ids" || this.#statistics === undefined) return { values };
    const constant = (numbers: readonly number[]) => scope.graph.constant("float32", [size], numbers);
    return {
      values: div(sub(values, constant(this.#statistics.mean)), constant(this.#statistics.deviation)),
    };
  }

  serve(rows: readonly Row[]): Readonly<Record<string, HostTensor>> {
    const data = Float32Array.from(rows.flatMap((row) => this.#numbers(row)));
    return { [this.name]: { dtype: "float32", dims: [rows.length, this.#size()], data } };
  }

  state(): unknown {
    return { dim: this.#dim, statistics: this.#statistics ?? null };
  }

  load(state: unknown): void {
    const { dim, statistics } = (state ?? {}) as { dim?: unknown; statistics?: Partial<Statistics> | null };
    const fits = (list: unknown): boolean =>
      Array.isArray(list) && list.length === dim && list.every(Number.isFinite);
    if (
      !Number.isInteger(dim) ||
      (this.config.normalize && !(fits(statistics?.mean) && fits(statistics?.deviation)))
    ) {
      throw badState(
        this.name,
        "the number of features, and their means and deviations if they are normalised",
      );
    }
    this.#dim = dim as number;
    this.#statistics = this.config.normalize ? (statistics as Statistics) : undefined;
  }

  facts(): Readonly<Record<string, number>> {
    return { features: this.#size() };
  }

  counts(): Readonly<Record<string, number>> {
    return {};
  }

  #size(): number {
    if (this.#dim !== null) return this.#dim;
    throw ptxError(
      "PTX_DATA",
      `inputs.${this.name}`,
      "the number of features is not known before the training rows are read: set dim",
    );
  }

  #numbers(row: Row): number[] {
    const { column, separator } = this.config;
    const items = listCell(row, column, separator);
    const values = items.map(toNumber);
    if (!values.every((value) => Number.isFinite(Math.fround(value))))
      throw badCell(row, column, "finite numbers", items);
    this.#dim ??= values.length;
    if (values.length !== this.#dim) throw badCell(row, column, `${this.#dim} numbers`, items);
    return values;
  }
}

/** Dense features. */
export const FloatListTensorizer = component({
  kind: "tensorizer",
  name: "FloatListTensorizer",
  schema,
  create: (config, _context, name) => new FloatList(config, name),
});
