/** @file Graphs as ONNX models. Operators carry ONNX's names, so this is transcription, not conversion. */
import { ptxError } from "../../registry/errors.js";
import type { Shape } from "../dims.js";
import { type DType, dtypeCodes, type HostTensor, type TypedData } from "../dtype.js";
import type { Graph, Node, Tensor } from "../graph.js";
import { isUnknown } from "../ops/rules.js";
import { liveNodes, liveReads } from "../passes/liveness.js";
import { attributeProtos } from "./attributes.js";
import { irVersion, opsets, optionalOutputs } from "./operators.js";
import { onnx } from "./proto/onnx.js";
import { bytesOf, tensorProto, type ValueProto } from "./tensor-proto.js";

/** What goes into a model besides the graph. */
export interface EncodeOptions {
  /** Values of parameters, by name: these are stored in the model. Other parameters become inputs. */
  readonly values?: Readonly<Record<string, HostTensor>>;
  /** Which of the graph's outputs the model gives, and so which inputs it has; all by default. */
  readonly outputs?: readonly string[];
  readonly producer?: { readonly name: string; readonly version: string };
  readonly description?: string;
  /** Facts for the reader, such as labels or the version of the config. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Keeps large tensors outside of the model, in the file `location` beside it. */
  readonly external?: ExternalData;
  /** The name of one more output, the first of all: an empty sequence. See `engine/ort-results.ts`. */
  readonly stop?: string;
}

/** Where large tensors go. */
export interface ExternalData {
  readonly location: string;
  /** Tensors of this many bytes and more are kept outside; 1,024 by default. */
  readonly threshold?: number;
}

/** A model's bytes, and the bytes of the file of external data, in pieces. */
export interface EncodedModel {
  readonly model: Uint8Array;
  readonly external: readonly Uint8Array[];
}

/** How stored tensors are marked, so that reading a file gives them back as what they were. */
export const marks = { parameter: "parameter", constant: "constant" } as const;

/** Models that hold more bytes than this keep tensors outside: the format ends at 2 GB. */
export const INLINE_LIMIT = 2 ** 30;

/** External tensors start at multiples of this, so that a run time can map them into memory. */
const EXTERNAL_ALIGNMENT = 4096;

/**
 * Writes a graph as an ONNX model. Only nodes that an output needs are written; constants become initialisers.
 * Throws `PTX_GRAPH` for a name that stands for two things.
 */
export function encodeModel(graph: Graph, options: EncodeOptions = {}): EncodedModel {
  const encoder = new Encoder(graph, options);
  const model: onnx.ModelProto.$Properties = {
    irVersion,
    producerName: options.producer?.name ?? "pytext-ts",
    producerVersion: options.producer?.version ?? "",
    docString: options.description ?? "",
    graph: encoder.main(),
    opsetImport: Object.entries(opsets)
      .filter(([domain]) => domain === "" || encoder.domains.has(domain))
      .map(([domain, version]) => ({ domain, version })),
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
  };
  return { model: onnx.ModelProto.encode(model).finish(), external: encoder.external };
}

class Encoder {
  readonly domains = new Set<string>();
  readonly external: Uint8Array[] = [];
  #externalSize = 0;
  readonly #names = new Map<Tensor, string>();
  /** Names that stand for one value already, in the graph or in a body. */
  readonly #taken = new Set<string>();
  readonly #outputs: ReadonlyMap<string, Tensor>;
  readonly #reads: Set<Tensor>;

  constructor(
    readonly graph: Graph,
    readonly options: EncodeOptions,
  ) {
    const { outputs } = options;
    this.#outputs = new Map([...graph.outputs].filter(([name]) => outputs?.includes(name) ?? true));
    this.#reads = liveReads(graph, this.#outputs.values());
    for (const tensor of [...graph.inputs, ...graph.parameters, ...graph.constants]) {
      this.#names.set(tensor, tensor.name);
      this.#taken.add(tensor.name);
    }
    for (const [copy, first] of this.#copies()) this.#names.set(copy, first.name);
  }

  /** Constants that hold what another one does, which is written for both. */
  #copies(): Map<Tensor, Tensor> {
    const first = new Map<string, Tensor>();
    const copies = new Map<Tensor, Tensor>();
    for (const tensor of this.graph.constants) {
      if (tensor.origin.kind !== "constant" || tensor.dtype === "string" || !this.#reads.has(tensor))
        continue;
      const bytes = Buffer.from(bytesOf(tensor.origin.data as TypedData)).toString("latin1");
      const key = `${tensor.dtype}|${tensor.shape.join()}|${bytes}`;
      const known = first.get(key);
      if (known === undefined) first.set(key, tensor);
      else copies.set(tensor, known);
    }
    return copies;
  }

  main(): onnx.GraphProto.$Properties {
    const aliases = this.#nameOutputs();
    const node = liveNodes(this.graph, this.#outputs.values()).map((live) => this.#node(live));
    for (const { from, name } of aliases) {
      node.push({ name: `${name}/Identity`, opType: "Identity", input: [this.#name(from)], output: [name] });
    }
    const { initializers, inputs } = this.#values();
    const output = [...this.#outputs].map(([name, tensor]) => valueProto(name, tensor.dtype, tensor.shape));
    const { stop } = this.options;
    if (stop !== undefined) {
      node.unshift({ name: stop, opType: "SequenceEmpty", input: [], output: [stop] });
      const elemType = { tensorType: { elemType: dtypeCodes.float32 } };
      output.unshift({ name: stop, type: { sequenceType: { elemType } } });
    }
    return { name: "main", node, input: inputs, output, initializer: initializers };
  }

  /** Gives results their declared names. Those that have another name already are named through an Identity. */
  #nameOutputs(): { from: Tensor; name: string }[] {
    const aliases: { from: Tensor; name: string }[] = [];
    for (const [name, tensor] of this.#outputs) {
      const taken = [...this.graph.inputs, ...this.graph.parameters].find((other) => other.name === name);
      if (taken === tensor) continue;
      if (taken !== undefined) {
        throw ptxError(
          "PTX_GRAPH",
          name,
          `the output "${name}" has the name of another input or parameter; rename one`,
        );
      }
      const computed =
        tensor.origin.kind === "node" && tensor.graph === this.graph && !this.#names.has(tensor);
      if (computed) this.#names.set(tensor, name);
      else aliases.push({ from: tensor, name });
    }
    return aliases;
  }

  #name(tensor: Tensor): string {
    const known = this.#names.get(tensor);
    if (known !== undefined) return known;
    // The node says where it stands; its values need not say it again.
    let name =
      tensor.origin.kind === "node" ? tensor.name.slice(tensor.name.lastIndexOf("/") + 1) : tensor.name;
    while (this.#taken.has(name) || (this.#outputs.has(name) && this.#outputs.get(name) !== tensor))
      name = `${name}_`;
    this.#taken.add(name);
    this.#names.set(tensor, name);
    return name;
  }

  #node(node: Node): onnx.NodeProto.$Properties {
    const { definition, attributes } = node;
    const domain = definition.domain ?? "";
    this.domains.add(domain);
    const input = node.inputs
      .slice(0, definition.written?.(attributes))
      .map((tensor) => (tensor === null ? "" : this.#name(tensor)));
    while (input.at(-1) === "") input.pop();
    return {
      name: node.name,
      opType: definition.name,
      domain,
      input,
      output: this.#outputNames(node),
      attribute: attributeProtos(node, (body) => this.#body(body)),
    };
  }

  #outputNames(node: Node): string[] {
    const names = node.outputs.map((tensor) => this.#name(tensor));
    if (!optionalOutputs.has(node.definition.name)) return names;
    while (names.length > 1 && !this.#reads.has(node.outputs[names.length - 1]!)) names.pop();
    return names;
  }

  #body(body: Graph): onnx.GraphProto.$Properties {
    const declare = (tensor: Tensor): ValueProto =>
      valueProto(this.#name(tensor), tensor.dtype, tensor.shape);
    return {
      name: "body",
      node: liveNodes(body).map((live) => this.#node(live)),
      input: body.inputs.map(declare),
      output: [...body.outputs.values()].map(declare),
    };
  }

  #values(): { initializers: onnx.TensorProto.$Properties[]; inputs: ValueProto[] } {
    const { values = {}, outputs } = this.options;
    const inputs = this.graph.inputs
      .filter((input) => outputs === undefined || this.#reads.has(input))
      .map(({ name, dtype, shape }) => valueProto(name, dtype, shape));
    const initializers: onnx.TensorProto.$Properties[] = [];
    for (const parameter of this.graph.parameters.filter((tensor) => this.#reads.has(tensor))) {
      const value = values[parameter.name];
      if (value === undefined) {
        inputs.push({
          ...valueProto(parameter.name, parameter.dtype, parameter.shape),
          docString: marks.parameter,
        });
      } else {
        requireFit(parameter, value);
        initializers.push({ ...this.#initializer(parameter.name, value), docString: marks.parameter });
      }
    }
    for (const tensor of this.graph.constants.filter((one) => this.#reads.has(one))) {
      const { name, dtype, shape, origin } = tensor;
      if (origin.kind !== "constant" || this.#names.get(tensor) !== name) continue;
      const value = { dtype, dims: shape as readonly number[], data: origin.data };
      initializers.push({ ...this.#initializer(name, value), docString: marks.constant });
    }
    return { initializers, inputs };
  }

  #initializer(name: string, value: HostTensor): onnx.TensorProto.$Properties {
    const proto = tensorProto(name, value);
    const { external } = this.options;
    const size = value.dtype === "string" ? 0 : (value.data as TypedData).byteLength;
    if (external === undefined || size === 0 || size < (external.threshold ?? 1024)) return proto;
    const gap = -this.#externalSize & (EXTERNAL_ALIGNMENT - 1);
    if (gap > 0) this.external.push(new Uint8Array(gap));
    const entries = { location: external.location, offset: `${this.#externalSize + gap}`, length: `${size}` };
    this.external.push(bytesOf(value.data as TypedData));
    this.#externalSize += gap + size;
    return {
      ...proto,
      rawData: undefined,
      dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
      externalData: Object.entries(entries).map(([key, entry]) => ({ key, value: entry })),
    };
  }
}

function requireFit(parameter: Tensor, value: HostTensor): void {
  if (value.dtype !== parameter.dtype || value.dims.join() !== parameter.shape.join()) {
    const got = `${value.dtype}[${value.dims.join(",")}]`;
    throw ptxError(
      "PTX_GRAPH",
      parameter.name,
      `the parameter is ${parameter}, the value given for it is ${got}`,
    );
  }
}

/** A named value's type: symbols become named sizes, sizes that only the run will tell stay open. */
function valueProto(name: string, dtype: DType, shape: Shape): ValueProto {
  const dim = shape.map((size) =>
    typeof size === "number" ? { dimValue: size } : isUnknown(size) ? {} : { dimParam: size },
  );
  return { name, type: { tensorType: { elemType: dtypeCodes[dtype], shape: { dim } } } };
}

/** How many bytes the tensors take that a model with these values holds. */
export function storedBytes(graph: Graph, values: Readonly<Record<string, HostTensor>> = {}): number {
  const constants = graph.constants.map(({ origin }) => (origin.kind === "constant" ? origin.data : []));
  const stored = [...constants, ...Object.values(values).map(({ data }) => data)];
  return stored.reduce((total, data) => total + ("byteLength" in data ? data.byteLength : 0), 0);
}
