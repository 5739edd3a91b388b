/** @file Matrix products and LSTMs over whole numbers. */
import type { HostTensor } from "../../graph/dtype.js";
import type { Graph, Node, Tensor } from "../../graph/graph.js";
import { applyAll } from "../../graph/ops/define.js";
import { add, mul } from "../../graph/ops/elementwise.js";
import { DynamicQuantizeLSTM, type QuantizedWeight, quantizedMatmul } from "../../graph/ops/quantized.js";
import { squeeze, transpose } from "../../graph/ops/shaping.js";
import { LARGEST_FACTOR, scaled } from "./numbers.js";
import { isLarge, type Store, type StoredWeight, scaledBy, storeWeight } from "./stored-weight.js";

/** What the rewriter is given of the whole. */
export interface IntegerContext {
  readonly store: Store;
  /** What is computed from parameters alone, and from which; see `storedTensors`. */
  readonly stored: ReadonlyMap<Tensor, ReadonlySet<Tensor>>;
  /** The parameters that rows are looked up in. */
  readonly tables: ReadonlySet<Tensor>;
  /** A table as it is stored. */
  table(parameter: Tensor): StoredWeight;
  /** The value of a tensor that `wanted` named. */
  value(tensor: Tensor): HostTensor;
  /** Notes what the parameters behind a tensor have become. */
  note(tensor: Tensor, form: string): void;
}

type Replaced = ReadonlyMap<Tensor, Tensor>;

/** Weights of an LSTM's gates in whole numbers: `data [directions, dim, gates]`, `scale` and `zero [directions, gates]`. */
interface GateWeights {
  readonly data: Tensor;
  readonly scale: Tensor;
  readonly zero: Tensor;
}

/** Rewrites nodes whose weights are stored. */
export class IntegerRewriter {
  readonly #factors = new Map<Tensor, QuantizedWeight>();
  /** By weight, as several LSTMs may read one: a module that is built over two texts. */
  readonly #gateWeights = new Map<Tensor, GateWeights>();

  constructor(readonly context: IntegerContext) {}

  /** The tensors whose values it needs. */
  wanted(graph: Graph): Tensor[] {
    return graph.nodes.flatMap((node) => this.#weights(node));
  }

  /** What stands for a node's outputs; undefined where it stays. */
  rewrite(node: Node): Replaced | undefined {
    const weights = this.#weights(node);
    if (weights.length === 0) return undefined;
    return node.definition.name === "LSTM"
      ? this.#lstm(node, weights as [Tensor, Tensor])
      : this.#product(node, weights[0]!);
  }

  /** The weights that a node can have in whole numbers; none for a node that stays as it is. */
  #weights({ definition, inputs, attributes }: Node): Tensor[] {
    const { stored } = this.context;
    const [x, weight, recurrence] = inputs;
    if (!x || !weight || stored.has(x) || !stored.has(weight)) return [];
    switch (definition.name) {
      case "MatMul":
        return weight.rank === 2 && isLarge(weight) ? [weight] : [];
      case "Gemm":
        return attributes.transA === 0 && isLarge(weight) ? [weight] : [];
      case "LSTM":
        return recurrence && stored.has(recurrence) && (isLarge(weight) || isLarge(recurrence))
          ? [weight, recurrence]
          : [];
      default:
        return [];
    }
  }

  #product({ inputs, outputs, attributes }: Node, weight: Tensor): Replaced {
    const [x, , bias] = inputs;
    const {
      alpha = 1,
      beta = 1,
      transB = 0,
    } = attributes as { alpha?: number; beta?: number; transB?: number };
    const product = quantizedMatmul(x!, this.#factor(weight, transB === 1), alpha);
    const sum = bias ? add(product, beta === 1 ? bias : mul(bias, beta)) : product;
    return new Map([[outputs[0]!, sum]]);
  }

  /** A factor `[k, n]`, or `[n, k]` to be transposed, with a scale for each of its n columns. */
  #factor(weight: Tensor, transposed: boolean): QuantizedWeight {
    const { context } = this;
    const isTable = context.tables.has(weight);
    const columns = weight.dim(1) as number;
    if (isTable && transposed && scaledBy(columns) === "rows") {
      const { data, scale } = context.table(weight);
      return { data: transpose(data, [1, 0]), scale: squeeze(scale!, [1]) };
    }
    const known = this.#factors.get(weight);
    if (known !== undefined) return known;
    const { dims, data } = context.value(weight);
    const value = transposed ? transposedMatrix(dims, data as Float32Array) : { dims, data };
    const name = isTable ? `${weight.name}.factor` : weight.name;
    const stored = storeWeight(context.store, name, { ...value, dtype: "float32" }, "int8", "columns", true);
    const factor = { data: stored.data, scale: stored.scale! };
    context.note(weight, `${stored.form}, multiplied in whole numbers`);
    this.#factors.set(weight, factor);
    return factor;
  }

  #lstm({ inputs, outputs, attributes }: Node, [weight, recurrence]: [Tensor, Tensor]): Replaced {
    const [x, , , bias = null, lengths = null, h = null, c = null] = inputs;
    const [w, r] = [this.#gates(weight), this.#gates(recurrence)];
    const made = applyAll(
      DynamicQuantizeLSTM,
      [x!, w.data, r.data, bias, lengths, h, c, null, w.scale, w.zero, r.scale, r.zero],
      attributes as { hidden_size: number; direction: "forward" | "reverse" | "bidirectional" },
    );
    return new Map(outputs.map((output, i) => [output, made[i]!]));
  }

  /** Weights of gates. `[directions, 4 * hidden, dim]` -> `[directions, dim, 4 * hidden]`, scales and zeros for the columns. */
  #gates(weight: Tensor): GateWeights {
    const known = this.#gateWeights.get(weight);
    if (known !== undefined) return known;
    const { store, note, value } = this.context;
    const { dims, data } = value(weight);
    const [directions, gates, dim] = dims as [number, number, number];
    const { data: whole, scales } = scaled(data as Float32Array, dim, "rows", LARGEST_FACTOR);
    const turned = new Int8Array(whole.length);
    for (let i = 0; i < whole.length; i++) {
      const [row, column] = [Math.floor(i / dim), i % dim];
      turned[(Math.floor(row / gates) * dim + column) * gates + (row % gates)] = whole[i]!;
    }
    note(weight, "int8, a scale for each column, multiplied in whole numbers");
    const channels = [directions, gates];
    const made = {
      data: store(`${weight.name}.int8`, { dtype: "int8", dims: [directions, dim, gates], data: turned }),
      scale: store(`${weight.name}.scale`, { dtype: "float32", dims: channels, data: scales }),
      zero: weight.graph.constant("int8", channels, new Int8Array(scales.length)),
    };
    this.#gateWeights.set(weight, made);
    return made;
  }
}

function transposedMatrix(
  dims: readonly number[],
  data: Float32Array,
): { readonly dims: readonly number[]; readonly data: Float32Array } {
  const [rows, columns] = dims as [number, number];
  const turned = Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
  return { dims: [columns, rows], data: turned };
}
