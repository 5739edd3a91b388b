/** @file A finished model in a smaller form: graph and values in, graph and values out. */
import type { Engine, Values } from "../../engine/engine.js";
import type { HostTensor } from "../../graph/dtype.js";
import type { Graph, Node, Tensor } from "../../graph/graph.js";
import { decodeModel } from "../../graph/onnx/decode.js";
import { encodeModel } from "../../graph/onnx/encode.js";
import { bodiesOf, liveReads } from "../../graph/passes/liveness.js";
import { substitute } from "../../graph/passes/rewrite.js";
import { optimize } from "../../graph/passes.js";
import { storedTensors, storedValues } from "./fold.js";
import type { QuantizedForm } from "./forms.js";
import { type IntegerContext, IntegerRewriter } from "./integer-rewriter.js";
import { LARGEST_HALF } from "./numbers.js";
import { type ParameterForm, parameterForms } from "./parameter-forms.js";
import { factorsIn, tableOf, tablesIn } from "./readers.js";
import { type StoredType, type StoredWeight, scaledBy, storeWeight } from "./stored-weight.js";

/** A model in a smaller form. */
export interface QuantizedModel {
  readonly graph: Graph;
  readonly values: Values;
  /** Every parameter of the model that it was made from. */
  readonly parameters: readonly ParameterForm[];
}

/**
 * Makes a model smaller. The given graph stays as it is; outputs keep their names.
 * @param values of all its parameters
 * @param engine computes the weights that parameters are put together to
 */
export async function quantizedModel(
  source: Graph,
  values: Values,
  form: QuantizedForm,
  engine: Engine,
): Promise<QuantizedModel> {
  const { graph } = decodeModel(encodeModel(source).model, { where: "the model to quantize" });
  const before = readParameters(graph);
  const quantizer = new Quantizer(graph, values, form);
  await quantizer.run(engine);
  const left = readParameters(graph);
  graph.parameters.splice(0, graph.parameters.length, ...left);
  return {
    graph,
    values: Object.fromEntries(left.map(({ name }) => [name, quantizer.values[name]!])),
    parameters: parameterForms(before, graph, quantizer.made),
  };
}

function readParameters(graph: Graph): Tensor[] {
  const reads = liveReads(graph);
  return graph.parameters.filter((tensor) => reads.has(tensor));
}

class Quantizer implements IntegerContext {
  /** The values of the parameters, of those too that are made here. */
  readonly values: Record<string, HostTensor>;
  /** What parameters have become. */
  readonly made = new Map<Tensor, Set<string>>();
  readonly tables: ReadonlySet<Tensor>;
  readonly stored: ReadonlyMap<Tensor, ReadonlySet<Tensor>>;
  readonly #factors: ReadonlySet<Tensor>;
  readonly #weights = new Map<Tensor, StoredWeight>();
  readonly #integers: IntegerRewriter | null;
  /** What is multiplied by. */
  #wanted: ReadonlySet<Tensor> = new Set();
  #known: ReadonlyMap<Tensor, HostTensor> = new Map();

  constructor(
    readonly graph: Graph,
    values: Values,
    readonly form: QuantizedForm,
  ) {
    this.values = { ...values };
    this.tables = tablesIn(graph);
    this.#factors = factorsIn(graph);
    this.stored = storedTensors(graph);
    this.#integers = form === "int8" ? new IntegerRewriter(this) : null;
  }

  async run(engine: Engine): Promise<void> {
    const { graph } = this;
    this.#wanted = new Set(this.#integers?.wanted(graph) ?? this.#factors);
    this.#known = await storedValues(new Set([...this.tables, ...this.#wanted]), this.values, engine);
    substitute(graph, (node) => {
      const found = node.outputs[0]!.graph.within(node.place, () => this.#rewrite(node));
      for (const [name, tensor] of graph.outputs) graph.outputs.set(name, found?.get(tensor) ?? tensor);
      return found;
    });
    optimize(graph);
  }

  readonly store = (name: string, value: HostTensor): Tensor => {
    this.values[name] = value;
    return this.graph.parameter(name, value.dims, value.dtype);
  };

  readonly value = (tensor: Tensor): HostTensor => this.#known.get(tensor)!;

  readonly note = (tensor: Tensor, form: string): void => {
    for (const source of this.stored.get(tensor)!)
      this.made.set(source, (this.made.get(source) ?? new Set()).add(form));
  };

  /** Weights that rows are looked up in are stored by row, others by column. */
  readonly table = (parameter: Tensor): StoredWeight => {
    const known = this.#weights.get(parameter);
    if (known !== undefined) return known;
    const isTable = this.tables.has(parameter);
    const by = isTable ? scaledBy(parameter.dim(-1) as number) : "columns";
    const type = storedType(this.form, isTable);
    const isFactor = this.#integers !== null && this.#wanted.has(parameter);
    const weight = storeWeight(this.store, parameter.name, this.value(parameter), type, by, isFactor);
    this.note(parameter, weight.form);
    this.#weights.set(parameter, weight);
    return weight;
  };

  #rewrite(node: Node): ReadonlyMap<Tensor, Tensor> | undefined {
    const table = tableOf(node);
    if (table !== undefined && this.#fits(table))
      return new Map([[node.outputs[0]!, this.table(table).rows(node.inputs[1]!)]]);
    if (this.#integers !== null)
      return node.outputs[0]!.graph === this.graph ? this.#integers.rewrite(node) : undefined;
    // A loop's own inputs follow from what its body reads.
    if (bodiesOf(node).length > 0) return undefined;
    node.inputs = node.inputs.map((input) =>
      input !== null && this.#factors.has(input) && this.#fits(input) ? this.table(input).whole() : input,
    );
    return undefined;
  }

  /** Whether the form can hold a parameter. */
  #fits(parameter: Tensor): boolean {
    if (this.form !== "float16") return true;
    const { data } = this.values[parameter.name]!;
    return (data as Float32Array).every((value) => Math.abs(value) <= LARGEST_HALF);
  }
}

function storedType(form: QuantizedForm, isTable: boolean): StoredType {
  switch (form) {
    case "float16":
      return "float16";
    case "int4-weights":
      return isTable ? "int4" : "int8";
    case "int8":
    case "int8-weights":
      return "int8";
    default:
      return form satisfies never;
  }
}
