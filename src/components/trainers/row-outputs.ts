import { dimSymbols, evaluateDim } from "../../graph/dims.js";
import type { HostTensor } from "../../graph/dtype.js";
import type { Tensor } from "../../graph/graph.js";
import { ptxError } from "../../registry/errors.js";
import type { Examples } from "./contracts.js";

type Elements = Float32Array | Int32Array;

/** One output's values: all rows end to end, without padding. */
interface OutputColumn {
  readonly data: Elements;
  /** Where each row starts, and the end of the last: `[rows + 1]`. */
  readonly starts: Float64Array;
  /** The size of each axis behind `batch`: a number, or one for each row. */
  readonly sizes: readonly (number | Int32Array)[];
}

/** A model's outputs for all rows of a split, gathered batch by batch. */
export class RowOutputs {
  readonly #columns = new Map<string, OutputColumn>();
  readonly #seen: Uint8Array;

  /** @param outputs the tensors of the graph that will be gathered, by name */
  constructor(
    readonly examples: Pick<Examples, "size" | "axisSizes">,
    outputs: Readonly<Record<string, Tensor>>,
  ) {
    this.#seen = new Uint8Array(examples.size);
    for (const [name, tensor] of Object.entries(outputs)) this.#columns.set(name, column(examples, tensor));
  }

  /** The outputs' names. */
  get names(): readonly string[] {
    return [...this.#columns.keys()];
  }

  /** Whether every row has been put in. */
  get complete(): boolean {
    return this.#seen.every((seen) => seen === 1);
  }

  has(name: string): boolean {
    return this.#columns.has(name);
  }

  /** All rows of an output end to end. */
  flat(name: string): Elements {
    return this.#column(name).data;
  }

  /** A row of an output, its axes row-major and without padding. */
  row(name: string, row: number): Elements {
    const { data, starts } = this.#column(name);
    return data.subarray(starts[row], starts[row + 1]);
  }

  /** Every row of an output. */
  rows(name: string): Elements[] {
    return Array.from({ length: this.examples.size }, (_, row) => this.row(name, row));
  }

  /** Takes the results of a batch of these rows. */
  put(rows: Uint32Array, results: Readonly<Record<string, HostTensor>>): void {
    for (const row of rows) this.#seen[row] = 1;
    for (const [name, into] of this.#columns) {
      const { dims, data } = results[name]!;
      for (const [i, row] of rows.entries()) copyRow(into, row, data as Elements, dims, i);
    }
  }

  /** The outputs whose names begin so, without that beginning. They hold the same values. */
  under(prefix: string): RowOutputs {
    const part = new RowOutputs(this.examples, {});
    part.#seen.set(this.#seen);
    for (const [name, own] of this.#columns)
      if (name.startsWith(prefix)) part.#columns.set(name.slice(prefix.length), own);
    return part;
  }

  /** Forgets which rows have been put in, not their values. */
  restart(): void {
    this.#seen.fill(0);
  }

  /** Live arrays for a checkpoint. */
  state(): [name: string, data: Float32Array][] {
    const columns = [...this.#columns].map(
      ([name, { data }]) => [name, data instanceof Float32Array ? data : Float32Array.from(data)] as const,
    );
    return [
      ["seen", Float32Array.from(this.#seen)],
      ...columns.map(([name, data]) => [`output/${name}`, data] as [string, Float32Array]),
    ];
  }

  /** Restores `state()`. */
  load(state: ReadonlyMap<string, Float32Array>): void {
    this.#seen.set(state.get("seen") ?? []);
    for (const [name, { data }] of this.#columns) data.set(state.get(`output/${name}`) ?? []);
  }

  #column(name: string): OutputColumn {
    const found = this.#columns.get(name);
    if (found === undefined) throw ptxError("PTX_TRAINING", name, "the model gives no such output here");
    return found;
  }
}

function column(examples: Pick<Examples, "size" | "axisSizes">, tensor: Tensor): OutputColumn {
  if (tensor.dtype !== "float32" && tensor.dtype !== "int32")
    throw tensor.graph.error(`an output must be float32 or int32, not ${tensor}`);
  const sizes = tensor.shape
    .slice(1)
    .map((dim) => (typeof dim === "number" ? dim : rowsSizes(examples, dim)));
  const { size } = examples;
  const starts = new Float64Array(size + 1);
  for (let row = 0; row < size; row++)
    starts[row + 1] = starts[row]! + rowSizes(sizes, row).reduce((a, b) => a * b, 1);
  const length = starts[size]!;
  return {
    sizes,
    starts,
    data: tensor.dtype === "float32" ? new Float32Array(length) : new Int32Array(length),
  };
}

/** What a dimension is in each row: an axis of the inputs, or computed from such axes. */
function rowsSizes(examples: Pick<Examples, "size" | "axisSizes">, dim: string): Int32Array {
  const symbols = dimSymbols(dim);
  const axes = symbols.map((symbol) => examples.axisSizes(symbol));
  return Int32Array.from({ length: examples.size }, (_, row) => {
    const bindings = new Map(symbols.map((symbol, i) => [symbol, axes[i]![row]!] as const));
    return evaluateDim(dim, bindings)!;
  });
}

const rowSizes = (sizes: OutputColumn["sizes"], row: number): number[] =>
  sizes.map((size) => (typeof size === "number" ? size : size[row]!));

/** Copies row `at` of a padded batch `[rows, ...dims]` to its place. */
function copyRow(
  { data, starts, sizes }: OutputColumn,
  row: number,
  batch: Elements,
  dims: readonly number[],
  at: number,
): void {
  const own = rowSizes(sizes, row);
  let to = starts[row]!;
  const copy = (from: number, axis: number): void => {
    const inner = dims.slice(axis + 2).reduce((a, b) => a * b, 1);
    // From here on nothing is padded: one piece.
    if (own.slice(axis + 1).every((size, i) => size === dims[axis + 2 + i])) {
      const count = (own[axis] ?? 1) * inner;
      data.set(batch.subarray(from, from + count), to);
      to += count;
      return;
    }
    for (let i = 0; i < own[axis]!; i++) copy(from + i * inner, axis + 1);
  };
  copy(at * dims.slice(1).reduce((a, b) => a * b, 1), 0);
}
