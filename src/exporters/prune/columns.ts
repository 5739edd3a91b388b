/** @file What is known of the columns of a finished model's tensors, and the same tensors with fewer of them. */
import type { HostTensor } from "../../graph/dtype.js";
import type { Graph, Node, Tensor } from "../../graph/graph.js";
import { apply, type Op } from "../../graph/ops/define.js";
import { add } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { gemm, matmul } from "../../graph/ops/matrix.js";
import { reshape } from "../../graph/ops/shaping.js";

/** The columns (places along the last axis) of a tensor. */
interface Columns {
  /** What stands in a column whatever goes in; NaN where that varies. */
  readonly fixed: Float64Array;
  /** Columns of one group go or stay together; those of -1 stay. */
  readonly groups: Int32Array;
}

/** What the columns are found and taken out with. */
export interface ColumnContext {
  readonly graph: Graph;
  /** The tensors that are computed from parameters alone. */
  isStored(tensor: Tensor): boolean;
  /** The value of a stored tensor. */
  value(tensor: Tensor): HostTensor;
  /** Stores a tensor in place of another one. */
  store(from: Tensor, dims: readonly number[], data: Float32Array, key: string): Tensor;
  /** How many readers a tensor has. */
  readers(tensor: Tensor): number;
  /** Whether columns of tables that rows are looked up in may go. */
  readonly tables: boolean;
}

/** A product with a stored matrix, `alpha x W + beta bias`. */
interface Product {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly transposed: boolean;
  readonly alpha: number;
  /** `[columns]`, times beta. */
  readonly bias: Float64Array;
}

/** Operators that change each number by itself, where what they make of a number is needed. */
const UNARY: Readonly<Record<string, (value: number) => number>> = {
  Relu: (value) => Math.max(value, 0),
  Tanh: Math.tanh,
  Sigmoid: (value) => 1 / (1 + Math.exp(-value)),
};

/** Operators of two tensors, one of them stored. */
const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};

/** Finds columns that are the same whatever goes in, or that nobody reads, and builds the model without them. */
export class ColumnPruner {
  /** The products whose columns were asked for: they are built anew with those who read them. */
  readonly reached = new Set<Node>();
  readonly #columns = new Map<Tensor, Columns>();

  constructor(readonly context: ColumnContext) {}

  /** The product that a node is; undefined for any other. */
  product({ definition, inputs, attributes }: Node): Product | undefined {
    const { context } = this;
    const [x, weight, bias] = inputs;
    if (!x || !weight || context.isStored(x) || !context.isStored(weight) || weight.rank !== 2)
      return undefined;
    if (context.readers(weight) !== 1 || typeof x.dim(-1) !== "number") return undefined;
    if (definition.name === "MatMul")
      return { x, weight, transposed: false, alpha: 1, bias: new Float64Array(weight.dim(1) as number) };
    if (definition.name !== "Gemm" || attributes.transA === 1) return undefined;
    const { alpha = 1, beta = 1, transB = 0 } = attributes as Record<string, number>;
    const size = weight.dim(transB === 1 ? 0 : 1) as number;
    if (bias && (!context.isStored(bias) || bias.rank !== 1 || bias.dim(0) !== size)) return undefined;
    const added = bias ? this.#numbers(bias) : new Float32Array(size);
    return {
      x,
      weight,
      transposed: transB === 1,
      alpha,
      bias: Float64Array.from(added, (one) => beta * one),
    };
  }

  /** The product over fewer numbers, with some of its columns; the tensor itself where nothing can go. */
  narrowProduct(
    output: Tensor,
    { x, weight, transposed, alpha, bias }: Product,
    keep: readonly number[],
  ): Tensor {
    const [inner, size] = [x.dim(-1) as number, bias.length];
    const matrix = this.#numbers(weight);
    const at = (row: number, column: number): number =>
      matrix[transposed ? column * inner + row : row * size + column]!;
    const { fixed, groups } = this.columns(x);
    const needed = new Set<number>();
    for (let row = 0; row < inner; row++)
      if (Number.isNaN(fixed[row]) && keep.some((column) => at(row, column) !== 0)) needed.add(groups[row]!);
    const rows = [...Array(inner).keys()].filter((row) => groups[row] === -1 || needed.has(groups[row]!));
    // Nothing that varies is read: one number stays, since a product needs one.
    if (rows.length === 0) rows.push(...[...groups.keys()].filter((row) => groups[row] === groups[0]));
    const narrow = this.narrow(x, rows);
    if (rows.length === inner && keep.length === size && narrow === x) return output;
    const stay = new Set(rows);
    const added = Float32Array.from(keep, (column) => {
      let sum = bias[column]!;
      for (let row = 0; row < inner; row++)
        if (!stay.has(row) && !Number.isNaN(fixed[row])) sum += alpha * fixed[row]! * at(row, column);
      return sum;
    });
    const key = `${keep.join()}/${rows.join()}`;
    const kept = Float32Array.from(rows.flatMap((row) => keep.map((column) => at(row, column))));
    const stored = this.context.store(weight, [rows.length, keep.length], kept, key);
    const vector = added.some((value) => value !== 0)
      ? this.context.graph.constant("float32", [keep.length], added)
      : null;
    if (narrow.rank === 2) return gemm(narrow, stored, { alpha, ...(vector && { bias: vector }) });
    const made = matmul(narrow, stored);
    return vector === null ? made : add(made, vector);
  }

  columns(tensor: Tensor): Columns {
    const known = this.#columns.get(tensor) ?? this.#analysed(tensor);
    this.#columns.set(tensor, known);
    return known;
  }

  /** The tensor with some of its columns. */
  narrow(tensor: Tensor, keep: readonly number[]): Tensor {
    const node = this.#ownNode(tensor);
    if (node === undefined || this.columns(tensor).groups.every((group) => group === -1)) return tensor;
    const product = this.product(node);
    if (product !== undefined) return this.narrowProduct(tensor, product, keep);
    const all = keep.length === tensor.dim(-1);
    const [x] = node.inputs as Tensor[];
    const again = (first: Tensor, ...rest: Tensor[]): Tensor =>
      apply(node.definition as Op<Tensor[], Node["attributes"]>, [first, ...rest], node.attributes);
    switch (node.definition.name) {
      case "Gather": {
        if (all) return tensor;
        const [rows, columns] = x!.shape as [number, number];
        const data = this.#numbers(x!);
        const kept = new Float32Array(rows * keep.length);
        for (let row = 0; row < rows; row++)
          for (const [i, column] of keep.entries())
            kept[row * keep.length + i] = data[row * columns + column]!;
        return gather(this.context.store(x!, [rows, keep.length], kept, keep.join()), node.inputs[1]!);
      }
      case "Reshape": {
        const dim = x!.dim(-1) as number;
        const inner = keep.filter((column) => column < dim);
        const narrow = this.narrow(x!, inner);
        return narrow === x ? tensor : reshape(narrow, [...tensor.shape.slice(0, -1), keep.length]);
      }
      case "Concat": {
        let start = 0;
        const parts = (node.inputs as Tensor[]).flatMap((input) => {
          const end = start + (input.dim(-1) as number);
          const own = keep
            .filter((column) => column >= start && column < end)
            .map((column) => column - start);
          start = end;
          return own.length === 0 ? [] : [this.narrow(input, own)];
        });
        if (parts.every((part, i) => part === node.inputs[i]) && parts.length === node.inputs.length)
          return tensor;
        return parts.length === 1 ? parts[0]! : again(...(parts as [Tensor, ...Tensor[]]));
      }
      case "ReduceMax":
      case "ReduceMean": {
        const narrow = this.narrow(x!, keep);
        return narrow === x ? tensor : again(narrow, node.inputs[1]!);
      }
      default: {
        const inputs = (node.inputs as Tensor[]).map((input) => {
          if (!this.context.isStored(input)) return this.narrow(input, keep);
          return all || input.dim(-1) === 1 || input.rank === 0 ? input : this.#vector(input, keep);
        });
        return inputs.every((input, i) => input === node.inputs[i])
          ? tensor
          : again(...(inputs as [Tensor, ...Tensor[]]));
      }
    }
  }

  /** Some columns of a stored tensor of one row. */
  #vector(tensor: Tensor, keep: readonly number[]): Tensor {
    const data = this.#numbers(tensor);
    const dims = [...(tensor.shape.slice(0, -1) as number[]), keep.length];
    return this.context.store(
      tensor,
      dims,
      Float32Array.from(keep, (column) => data[column]!),
      keep.join(),
    );
  }

  /** The node that makes a tensor for one reader; such a node can be built anew. */
  #ownNode(tensor: Tensor): Node | undefined {
    const { origin, graph } = tensor;
    if (origin.kind !== "node" || graph !== this.context.graph || this.context.readers(tensor) !== 1)
      return undefined;
    return origin.node;
  }

  #analysed(tensor: Tensor): Columns {
    const size = tensor.dim(-1);
    if (typeof size !== "number") throw new RangeError(`${tensor.name} has no columns that can be counted`);
    const opaque = { fixed: new Float64Array(size).fill(Number.NaN), groups: new Int32Array(size).fill(-1) };
    const node = this.#ownNode(tensor);
    if (node === undefined) return opaque;
    const product = this.product(node);
    if (product !== undefined) {
      this.reached.add(node);
      return this.#ofProduct(product);
    }
    const [x, y] = node.inputs;
    switch (node.definition.name) {
      case "Gather":
        return node.attributes.axis === 0 && this.context.tables && this.context.isStored(x!) && x!.rank === 2
          ? this.#ofTable(x!)
          : opaque;
      case "Reshape":
        return this.#ofReshape(x!, size) ?? opaque;
      case "Concat":
        return node.attributes.axis === tensor.rank - 1 || node.attributes.axis === -1
          ? this.#ofConcat(node.inputs as Tensor[])
          : opaque;
      case "ReduceMax":
      case "ReduceMean": {
        const axes = y?.content as number[] | undefined;
        return axes?.every((axis) => (axis < 0 ? axis + x!.rank : axis) < x!.rank - 1)
          ? this.columns(x!)
          : opaque;
      }
      default:
        return this.#ofElementwise(node, size) ?? opaque;
    }
  }

  #ofProduct({ x, weight, transposed, alpha, bias }: Product): Columns {
    const [inner, size] = [x.dim(-1) as number, bias.length];
    const matrix = this.#numbers(weight);
    const { fixed } = this.columns(x);
    const columns = Float64Array.from(bias, (added, column) => {
      let sum = added;
      for (let row = 0; row < inner; row++) {
        const factor = matrix[transposed ? column * inner + row : row * size + column]!;
        if (factor !== 0) sum += alpha * fixed[row]! * factor;
      }
      return sum;
    });
    return { fixed: columns, groups: Int32Array.from(columns.keys()) };
  }

  /** Columns of a table that are the same in all rows can go; the others are read by others too. */
  #ofTable(table: Tensor): Columns {
    const [rows, size] = table.shape as [number, number];
    const data = this.#numbers(table);
    const fixed = Float64Array.from(data.subarray(0, size));
    for (let at = size; at < rows * size; at++)
      if (data[at] !== fixed[at % size]) fixed[at % size] = Number.NaN;
    return { fixed, groups: Int32Array.from(fixed, (value, column) => (Number.isNaN(value) ? -1 : column)) };
  }

  /** Several places side by side: a column goes in all of them or in none. */
  #ofReshape(x: Tensor, size: number): Columns | undefined {
    const [places, dim] = [x.shape.at(-2), x.shape.at(-1)];
    if (typeof places !== "number" || typeof dim !== "number" || places * dim !== size) return undefined;
    const own = this.columns(x);
    const repeat = (i: number): number => i % dim;
    return {
      fixed: Float64Array.from({ length: size }, (_, i) => own.fixed[repeat(i)]!),
      groups: Int32Array.from({ length: size }, (_, i) => own.groups[repeat(i)]!),
    };
  }

  #ofConcat(inputs: readonly Tensor[]): Columns {
    const parts = inputs.map((input) => this.columns(input));
    let start = 0;
    const groups = parts.flatMap(({ groups: own }) => {
      const moved = [...own].map((group) => (group === -1 ? -1 : group + start));
      start += own.length;
      return moved;
    });
    return {
      fixed: Float64Array.from(parts.flatMap(({ fixed }) => [...fixed])),
      groups: Int32Array.from(groups),
    };
  }

  #ofElementwise({ definition, inputs }: Node, size: number): Columns | undefined {
    const unary = UNARY[definition.name];
    if (unary !== undefined) {
      const { fixed, groups } = this.columns(inputs[0]!);
      return { fixed: fixed.map((value) => unary(value)), groups };
    }
    const binary = BINARY[definition.name];
    const [a, b] = inputs as [Tensor, Tensor];
    if (binary === undefined || this.context.isStored(a) === this.context.isStored(b)) return undefined;
    const [varying, stored] = this.context.isStored(a) ? [b, a] : [a, b];
    const count = (stored.shape as readonly number[]).reduce((product, dim) => product * dim, 1);
    if (varying.dim(-1) !== size || (count !== 1 && (count !== size || stored.dim(-1) !== size)))
      return undefined;
    if (stored.rank > varying.rank) return undefined;
    const data = this.#numbers(stored);
    const { fixed, groups } = this.columns(varying);
    const combined = fixed.map((value, i) => {
      const other = data[count === 1 ? 0 : i]!;
      return varying === a ? binary(value, other) : binary(other, value);
    });
    return { fixed: combined, groups };
  }

  readonly #numbers = (tensor: Tensor): Float32Array => this.context.value(tensor).data as Float32Array;
}
