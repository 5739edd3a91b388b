/** @file The nodes, values and loops of a model's graph, read in order. */
import { PtxError } from "../../registry/errors.js";
import { printable } from "../../registry/printable.js";
import { addDims, type Dim, type Shape } from "../dims.js";
import { type DType, type HostTensor, isFloat } from "../dtype.js";
import { Graph, type Tensor } from "../graph.js";
import { type Attributes, type OpDefinition, ShapeError } from "../ops/define.js";
import { capturesOf } from "../ops/scan.js";
import { opTable } from "../ops/table.js";
import { marks } from "./encode.js";
import type { ExternalReader } from "./external-data.js";
import { inputCounts, lowerings } from "./lowerings.js";
import { damaged, domainOf } from "./model-file.js";
import type { onnx } from "./proto/onnx.js";
import { type NodeFail, type RawValue, rawAttributes, readAttributes } from "./read-attributes.js";
import { declaredSize, dtypeOfCode, tensorValue, typeName } from "./tensor-proto.js";
import { isNarrow, widenedCode, widenedValue } from "./widen.js";

/** How a model is read. */
export interface DecodeOptions {
  /** The file, for messages. */
  readonly where?: string;
  readonly external?: ExternalReader;
  /**
   * Which stored tensors become parameters; the others become constants. Files written by this library say it
   * themselves; of others, floating-point tensors with an axis are taken.
   */
  readonly parameters?: (name: string, value: HostTensor) => boolean;
  /** Whether gradients are to pass through the graph: recurrent layers are read as loops then, not as fused operators. */
  readonly trained?: boolean;
  /** Whether all floating-point numbers become float32: those of 16 and of 64 bits as well. */
  readonly widen?: boolean;
}

/** Names that nodes of a graph, or of a body in it, can read. */
class Names {
  readonly #own = new Map<string, Tensor>();

  /** Those of this graph alone. */
  get own(): ReadonlyMap<string, Tensor> {
    return this.#own;
  }

  constructor(readonly outer: Names | null = null) {}

  find(name: string): Tensor | undefined {
    return this.#own.get(name) ?? this.outer?.find(name);
  }

  /** False when the name is taken in this graph. */
  add(name: string, tensor: Tensor): boolean {
    if (this.#own.has(name)) return false;
    this.#own.set(name, tensor);
    return true;
  }
}

/** Operators by domain and name. */
const operators: ReadonlyMap<string, OpDefinition> = new Map(
  Object.values(opTable).map((op: OpDefinition) => [`${op.domain ?? ""}/${op.name}`, op]),
);

/** Builds a graph from a model's; `main` reads it. */
export class GraphReader {
  readonly graph = new Graph();
  readonly values = new Map<string, HostTensor>();
  named: ReadonlyMap<string, Tensor> = new Map();
  widened = 0;

  constructor(
    readonly where: string,
    readonly opset: number,
    readonly options: DecodeOptions,
  ) {}

  main(proto: onnx.GraphProto.$Properties): void {
    const names = new Names();
    this.named = names.own;
    const stored = new Set((proto.initializer ?? []).map(({ name }) => name));
    this.#attempt("its inputs", () => {
      for (const input of proto.input ?? []) {
        if (stored.has(input.name)) continue; // before version 4 of the format, stored tensors were inputs as well
        const { dtype, shape } = this.#declared(input);
        this.#define(names, input.name ?? "", this.#input(input, dtype, shape));
      }
    });
    this.#initializers(proto, names, this.graph);
    for (const node of proto.node ?? []) this.#node(node, names, this.graph);
    for (const { name } of proto.output ?? []) {
      const tensor = names.find(name ?? "");
      if (tensor === undefined) throw damaged(this.where, `no node makes the output "${name}"`);
      this.#attempt(`the output "${name}"`, () => this.graph.output(name ?? "", tensor));
    }
  }

  #input({ name, docString }: onnx.ValueInfoProto.$Properties, dtype: DType, shape: Shape): Tensor {
    if (docString !== marks.parameter) return this.graph.input(name ?? "", dtype, shape);
    if (!shape.every((dim) => typeof dim === "number"))
      throw damaged(this.where, `the parameter "${name}" has open sizes`);
    return this.graph.parameter(name ?? "", shape, dtype);
  }

  #declared({ name, type }: onnx.ValueInfoProto.$Properties): { dtype: DType; shape: Shape } {
    const tensor = type?.tensorType;
    const dtype = this.#dtypeOf(tensor?.elemType ?? 0);
    if (!tensor || dtype === undefined) {
      throw damaged(
        this.where,
        `the input "${name}" is of type ${typeName(tensor?.elemType ?? 0)}, which is not supported`,
      );
    }
    if (!tensor.shape) throw damaged(this.where, `the input "${name}" has no shape`);
    return { dtype, shape: (tensor.shape.dim ?? []).map((dim) => this.#dim(dim, name ?? "")) };
  }

  #dtypeOf(code: number): DType | undefined {
    return dtypeOfCode(this.options.widen ? widenedCode(code) : code);
  }

  #stored(proto: onnx.TensorProto.$Properties): HostTensor {
    const { widen, external } = this.options;
    if (!widen || !isNarrow(proto.dataType)) return tensorValue(proto, this.where, external);
    this.widened++;
    return widenedValue(proto, this.where, external);
  }

  #dim(dim: onnx.TensorShapeProto.Dimension.$Properties, name: string): Dim {
    const size = declaredSize(dim, (message) => damaged(this.where, `the input "${name}" ${message}`));
    if (typeof size !== "string") return size ?? this.graph.freshDim();
    return addDims(size.replace(/\s+/g, ""), 0);
  }

  #initializers(
    { initializer, sparseInitializer }: onnx.GraphProto.$Properties,
    names: Names,
    graph: Graph,
  ): void {
    if (sparseInitializer && sparseInitializer.length > 0)
      throw damaged(this.where, "sparse tensors are not supported");
    const { parameters = isWeight } = this.options;
    for (const proto of initializer ?? []) {
      const name = proto.name ?? "";
      const value = this.#attempt(`the tensor "${name}"`, () => this.#stored(proto));
      const marked = proto.docString === marks.parameter || proto.docString === marks.constant;
      const chosen = marked ? proto.docString === marks.parameter : parameters(name, value);
      const parameter = chosen && graph === this.graph;
      this.#attempt(`the tensor "${name}"`, () => {
        if (parameter) this.values.set(name, value);
        const { dtype, dims, data } = value;
        this.#define(
          names,
          name,
          parameter ? graph.parameter(name, dims, dtype) : graph.constant(dtype, dims, data),
        );
      });
    }
  }

  #define(names: Names, name: string, tensor: Tensor): void {
    if (!names.add(name, tensor)) throw damaged(this.where, `"${name}" is defined twice`);
  }

  #node(proto: onnx.NodeProto.$Properties, names: Names, graph: Graph): void {
    const { name = "", opType = "" } = proto;
    const label = `node "${name || proto.output?.[0]}" (${opType})`;
    const fail: NodeFail = (message) => damaged(this.where, `${label}: ${message}`);
    const inputs = (proto.input ?? []).map((input) => {
      const tensor = input === "" ? null : names.find(input);
      if (tensor === undefined) throw fail(`it reads "${input}", which is not defined before it`);
      return tensor;
    });
    const end = (name ?? "").lastIndexOf("/");
    const place = (name ?? "").slice(0, Math.max(end, 0)).replace(/^\//, "");
    const outputs = this.#attempt(label, () =>
      graph.within(place, () =>
        this.#apply(proto, inputs, this.#attributes(proto, fail), names, graph, fail),
      ),
    );
    for (const [i, output] of (proto.output ?? []).entries()) {
      if (output === "") continue;
      const tensor = outputs[i]; // an output that our operator lacks is missed by who reads it, if anybody does
      if (tensor !== undefined) this.#define(names, output, tensor);
    }
  }

  #attributes(proto: onnx.NodeProto.$Properties, fail: NodeFail): ReadonlyMap<string, RawValue> {
    if (!this.options.widen) return rawAttributes(proto, fail);
    const attribute = (proto.attribute ?? []).map((each) =>
      each.name === "to" || each.name === "dtype" ? { ...each, i: widenedCode(Number(each.i ?? 0)) } : each,
    );
    return rawAttributes({ ...proto, attribute }, fail, (tensor) => this.#stored(tensor));
  }

  #apply(
    { domain, opType, output }: onnx.NodeProto.$Properties,
    inputs: readonly (Tensor | null)[],
    raw: ReadonlyMap<string, RawValue>,
    names: Names,
    graph: Graph,
    fail: NodeFail,
  ): readonly Tensor[] {
    const space = domainOf(domain);
    if (space === "" && opType === "Scan") return this.#scan(inputs, raw, names, graph, fail);
    if (space === "" && opType === "If") return this.#if(inputs, raw, names, graph, fail);
    const table = lowerings.get(space) ?? {};
    const lower = opType && Object.hasOwn(table, opType) ? table[opType] : undefined;
    const { trained = false } = this.options;
    const foreign = { graph, inputs, raw, outputs: output?.length ?? 0, opset: this.opset, trained, fail };
    const call = lower === undefined ? foreign : lower(foreign);
    if (!("raw" in call)) return call;
    const definition = operators.get(`${space}/${opType}`);
    if (definition === undefined)
      throw fail(`the operator ${space === "" ? opType : `${space}.${opType}`} is not supported`);
    const padding = Math.max(0, (inputCounts[definition.name] ?? 0) - call.inputs.length);
    const given = [...call.inputs, ...Array<null>(padding).fill(null)];
    return this.#add(definition, given, readAttributes(definition.name, call.raw, fail), graph);
  }

  #add(
    definition: OpDefinition,
    inputs: readonly (Tensor | null)[],
    attributes: Attributes,
    graph: Graph,
  ): readonly Tensor[] {
    const types = definition.infer(inputs, attributes, () => graph.freshDim());
    return graph.addNode(definition, inputs, attributes, types).outputs;
  }

  #scan(
    inputs: readonly (Tensor | null)[],
    raw: ReadonlyMap<string, RawValue>,
    names: Names,
    graph: Graph,
    fail: NodeFail,
  ): readonly Tensor[] {
    const proto = raw.get("body") as onnx.GraphProto.$Properties | undefined;
    const scanned = raw.get("num_scan_inputs");
    if (!proto || typeof scanned !== "number")
      throw fail("a loop needs a body and the number of its scanned inputs");
    const directions = ["scan_input_directions", "scan_output_directions"].flatMap(
      (key) => (raw.get(key) ?? []) as number[],
    );
    const axes = ["scan_input_axes", "scan_output_axes"].flatMap((key) => (raw.get(key) ?? []) as number[]);
    const reverse = directions.includes(1) ? 1 : 0;
    const stacked = (proto.output ?? []).length - (inputs.length - scanned);
    if (reverse && (directions.includes(0) || directions.length !== scanned + stacked)) {
      throw fail("all its inputs and outputs must run in one direction");
    }
    if (axes.some((axis) => axis !== 0)) throw fail("only axis 0 can be scanned");
    const states = inputs.length - scanned;
    const body = this.#body(proto, inputs, states, names, graph, fail);
    const all = [...inputs, ...capturesOf(body)];
    return this.#add(opTable.Scan, all, { body, states, scanned, reverse }, graph);
  }

  #if(
    inputs: readonly (Tensor | null)[],
    raw: ReadonlyMap<string, RawValue>,
    names: Names,
    graph: Graph,
    fail: NodeFail,
  ): readonly Tensor[] {
    if (inputs.length !== 1) throw fail("a choice has one input, its condition");
    const [then_branch, else_branch] = ["then_branch", "else_branch"].map((key) => {
      const proto = raw.get(key) as onnx.GraphProto.$Properties | undefined;
      if (!proto) throw fail(`a choice needs the attribute "${key}"`);
      return this.#body(proto, [], 0, names, graph, fail);
    }) as [Graph, Graph];
    const captures = new Set([then_branch, else_branch].flatMap(capturesOf));
    return this.#add(opTable.If, [...inputs, ...captures], { then_branch, else_branch }, graph);
  }

  #body(
    proto: onnx.GraphProto.$Properties,
    inputs: readonly (Tensor | null)[],
    states: number,
    names: Names,
    graph: Graph,
    fail: NodeFail,
  ): Graph {
    const body = new Graph(graph);
    const inner = new Names(names);
    if (proto.input?.length !== inputs.length)
      throw fail(`its body has ${proto.input?.length ?? 0} inputs, it gives ${inputs.length}`);
    for (const [i, { name }] of (proto.input ?? []).entries()) {
      const from = inputs[i];
      if (!from) throw fail("every input of a loop must be given");
      const role = (name ?? "").replace(/_\d+$/, "");
      this.#define(
        inner,
        name ?? "",
        body.bodyInput(role, from.dtype, i < states ? from.shape : from.shape.slice(1)),
      );
    }
    this.#initializers(proto, inner, body);
    for (const node of proto.node ?? []) this.#node(node, inner, body);
    const given = new Set<Tensor>();
    for (const { name } of proto.output ?? []) {
      const tensor = inner.find(name ?? "");
      if (tensor === undefined) throw fail(`no node makes the output "${name}" of its body`);
      const own = tensor.graph === body && tensor.origin.kind === "node" && !given.has(tensor);
      const output = own ? tensor : this.#add(opTable.Identity, [tensor], {}, body)[0]!;
      given.add(output);
      body.output(output.name, output);
    }
    return body;
  }

  /** Tells what a rule of graphs or of an operator says against the file as an error of the file. */
  #attempt<T>(what: string, act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (error instanceof PtxError && error.code === "PTX_MODEL_FILE") throw error;
      const message =
        error instanceof PtxError
          ? error.problems[0].message
          : error instanceof ShapeError
            ? error.message
            : `its inputs or attributes do not fit (${(error as Error).message})`;
      const text = printable(`${what}: ${message}`);
      throw new PtxError([{ code: "PTX_MODEL_FILE", where: this.where, message: text }], { cause: error });
    }
  }
}

function isWeight(_: string, { dtype, dims }: HostTensor): boolean {
  return isFloat(dtype) && dims.length > 0;
}
