/**
 * @file What must hold of any model before it is shown, or handed to a run time: names, order, sizes, data. What the
 * operators mean is not looked at, so that models with operators of others pass.
 */
import { checkFunctions } from "./check-functions.js";
import { ExternalFiles } from "./external-data.js";
import { damaged, domainOf, opsetsOf, type ParsedModel, parseModel, readBytes } from "./model-file.js";
import { isOrtFormat } from "./ort-format.js";
import { bodiesOf, graphsOf, type Nodes, programsOf, tensorsOf } from "./parts.js";
import { onnx } from "./proto/onnx.js";
import { storedSize } from "./stored-tensor.js";
import { declaredSize, storedShape, tensorFail, tensorValue } from "./tensor-proto.js";

type GraphProto = onnx.GraphProto.$Properties;
type NodeProto = onnx.NodeProto.$Properties;
type TensorProto = onnx.TensorProto.$Properties;
const { DataType } = onnx.TensorProto;

/** A model that holds together, and the files beside it. */
export interface CheckedModel extends ParsedModel {
  readonly bytes: Uint8Array;
  readonly files: ExternalFiles;
}

/**
 * Reads a model and checks it, external data included. Throws `PTX_FILE_MISSING` where there is none, `PTX_MODEL_FILE`
 * for one that is damaged or made to do harm. A model is a program all the same: what it computes once it runs, and how
 * much memory that takes, no check of the file can tell.
 */
export async function readCheckedModel(path: string): Promise<CheckedModel> {
  return checkedModel(await readBytes(path), path);
}

/** The same for bytes that have been read from `path`. */
export function checkedModel(bytes: Uint8Array, path: string): CheckedModel {
  if (isOrtFormat(bytes))
    throw damaged(
      path,
      "it is of ONNX Runtime's own format: predict takes it, all else needs the .onnx file",
    );
  const parsed = parseModel(bytes, path);
  const files = new ExternalFiles(path);
  checkModel(parsed.model, path, files);
  return { ...parsed, bytes, files };
}

/** The largest tensor that a sparse one may stand for, in elements. */
const LARGEST_SPARSE = 2 ** 31;

/** Throws `PTX_MODEL_FILE` unless the model holds together. */
function checkModel(model: onnx.ModelProto.$Properties, where: string, files?: ExternalFiles): void {
  if (!model.graph || opsetsOf(model).size === 0)
    throw damaged(where, "it is not a whole ONNX model (no graph, or no operator set)");
  for (const program of programsOf(model)) {
    for (const tensor of tensorsOf(program)) storedSize(tensor, where, files);
    for (const graph of graphsOf(program)) checkSizes(graph, where);
  }
  checkFunctions(model, where);
  new NameCheck(where).graph(model.graph, null);
  for (const { name, input, output, node } of model.functions ?? []) {
    const values = (names: readonly string[] | null | undefined): { name: string }[] =>
      (names ?? []).map((each) => ({ name: each }));
    new NameCheck(`${where}  function ${name}`).graph(
      { input: values(input), output: values(output), node: node ?? [] },
      null,
    );
  }
}

/** The sizes that inputs, outputs and sparse tensors are declared with. */
function checkSizes(graph: Nodes & Pick<GraphProto, "input" | "output" | "valueInfo">, where: string): void {
  const declared = [graph.input, graph.output, graph.valueInfo].flatMap((values) => values ?? []);
  for (const { name, type } of declared) {
    // The inputs and outputs of a function are bare names.
    const fail = (message: string) => damaged(where, `the value "${name}" ${message}`);
    const sizes = (type?.tensorType?.shape?.dim ?? []).map((dim) => declaredSize(dim, fail));
    const product = sizes.reduce<number>(
      (total, size) => (typeof size === "number" ? total * size : total),
      1,
    );
    if (!Number.isSafeInteger(product))
      throw fail(`has the impossible shape [${sizes.map((size) => size ?? "?").join(",")}]`);
  }
  for (const { dims, values } of graph.sparseInitializer ?? []) {
    const fail = tensorFail(values ?? {}, where);
    const { size } = storedShape({ dims: dims ?? [] }, fail);
    if (size > LARGEST_SPARSE) throw fail(`stands for ${size} elements; ${LARGEST_SPARSE} are the most`);
  }
}

/** Names that nodes can read: those of a graph and of the graphs around it. */
interface Visible {
  readonly own: ReadonlyMap<string, Origin>;
  readonly outer: Visible | null;
}

/** What a name stands for: a stored tensor, a node's output, or an input. */
type Origin = { readonly tensor: TensorProto } | { readonly node: number } | "input";

/** Whether every name is defined once, and whether there is an order in which the nodes can run. */
class NameCheck {
  constructor(readonly where: string) {}

  /** @returns the names of outer graphs that this one reads */
  graph(graph: GraphProto, outer: Visible | null): Set<string> {
    const nodes = graph.node ?? [];
    const visible: Visible = { own: this.#defined(graph), outer };
    const free = new Set<string>();
    const needs = nodes.map((node) => {
      const own = new Set<number>();
      const read = (name: string): void => {
        const origin = visible.own.get(name);
        if (origin === undefined && !this.#isVisible(name, outer))
          throw damaged(this.where, `${label(node)} reads "${name}", which nothing defines`);
        if (origin === undefined) free.add(name);
        else if (origin !== "input" && "node" in origin) own.add(origin.node);
      };
      for (const name of node.input ?? []) if (name !== "") read(name);
      for (const body of bodiesOf(node)) for (const name of this.graph(body, visible)) read(name);
      this.#harmless(node, visible);
      return own;
    });
    for (const { name } of graph.output ?? []) {
      if (visible.own.has(name ?? "")) continue;
      if (!this.#isVisible(name ?? "", outer))
        throw damaged(this.where, `no node makes the output "${name}"`);
      free.add(name ?? "");
    }
    this.#order(nodes, needs);
    return free;
  }

  #defined({ input, initializer, sparseInitializer, node }: GraphProto): Map<string, Origin> {
    const own = new Map<string, Origin>();
    const define = (name: string, origin: Origin): void => {
      if (own.has(name)) throw damaged(this.where, `"${name}" is defined twice`);
      own.set(name, origin);
    };
    for (const tensor of initializer ?? []) define(tensor.name ?? "", { tensor });
    for (const { values } of sparseInitializer ?? []) define(values?.name ?? "", "input");
    const inputs = new Set<string>();
    for (const { name } of input ?? []) {
      // An input may have a stored tensor as its default.
      if (inputs.has(name ?? "")) throw damaged(this.where, `"${name}" is defined twice`);
      inputs.add(name ?? "");
      if (!own.has(name ?? "")) own.set(name ?? "", "input");
    }
    for (const [i, { output }] of (node ?? []).entries())
      for (const name of output ?? []) if (name !== "") define(name, { node: i });
    return own;
  }

  #isVisible(name: string, from: Visible | null): boolean {
    for (let scope = from; scope !== null; scope = scope.outer) if (scope.own.has(name)) return true;
    return false;
  }

  /** Throws where nodes wait for one another. */
  #order(nodes: readonly NodeProto[], needs: readonly ReadonlySet<number>[]): void {
    const readers: number[][] = nodes.map(() => []);
    for (const [i, sources] of needs.entries()) for (const source of sources) readers[source]!.push(i);
    const open = needs.map(({ size }) => size);
    const ready = [...nodes.keys()].filter((i) => open[i] === 0);
    for (let next = 0; next < ready.length; next++) {
      for (const reader of readers[ready[next]!]!) if (--open[reader]! === 0) ready.push(reader);
    }
    const stuck = open.findIndex((count) => count > 0);
    if (stuck >= 0)
      throw damaged(
        this.where,
        `its graph has a cycle: ${label(nodes[stuck]!)} waits for what is made after it`,
      );
  }

  /** Refuses what ends the whole process in a run time instead of giving an error. */
  #harmless(node: NodeProto, visible: Visible): void {
    if (domainOf(node.domain) !== "") return;
    if (node.opType === "Scan") {
      const scanned = Number(node.attribute?.find(({ name }) => name === "num_scan_inputs")?.i ?? 0);
      if (scanned < 0 || scanned > (node.input?.length ?? 0))
        throw damaged(
          this.where,
          `${label(node)} cannot scan ${scanned} of its ${node.input?.length ?? 0} inputs`,
        );
    }
    if (node.opType !== "Div" && node.opType !== "Mod") return;
    const [dividend, divisor] = (node.input ?? []).map((name) => storedIn(visible, name));
    const least = leastOf(divisor?.dataType ?? 0);
    if (dividend === undefined || divisor === undefined || least === undefined) return;
    if (this.#holds(divisor, -1n) && this.#holds(dividend, least))
      throw damaged(this.where, `${label(node)} divides ${least} by -1, which no processor can`);
  }

  #holds(tensor: TensorProto, value: bigint): boolean {
    if (tensor.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL) return false;
    const { data } = tensorValue(tensor, this.where);
    return data instanceof BigInt64Array
      ? data.includes(value)
      : (data as Int32Array).includes(Number(value));
  }
}

/** The tensor that a name stands for, if that is a stored one. */
function storedIn(visible: Visible, name: string): TensorProto | undefined {
  for (let scope: Visible | null = visible; scope !== null; scope = scope.outer) {
    const origin = scope.own.get(name);
    if (origin !== undefined) return origin !== "input" && "tensor" in origin ? origin.tensor : undefined;
  }
  return undefined;
}

/** The least number of the integers that processors divide as they are. */
function leastOf(type: number): bigint | undefined {
  if (type === DataType.INT32) return -(2n ** 31n);
  return type === DataType.INT64 ? -(2n ** 63n) : undefined;
}

function label({ name, output, opType }: NodeProto): string {
  return `the node "${name || output?.[0] || ""}" (${opType})`;
}
