import { type PtxError, ptxError } from "../registry/errors.js";
import { type Dim, printShape, type Shape, unknownDim } from "./dims.js";
import { type DType, isFloat, type TensorData, toData } from "./dtype.js";
import type { Attributes, OpDefinition } from "./ops/define.js";

/** What a shape rule knows of a tensor. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
  /**
   * For integer scalars and vectors whose elements are known as dimensions (constants, results of `Shape`):
   * the elements, symbols allowed. This is how reshape targets and slice ends are understood at build time.
   */
  readonly content?: readonly Dim[];
}

/** Where a tensor's value comes from. */
export type Origin =
  | { readonly kind: "input" }
  | { readonly kind: "parameter" }
  | { readonly kind: "constant"; readonly data: TensorData }
  | { readonly kind: "node"; readonly node: Node; readonly index: number };

/** A value in a graph: a name with element type and shape. Ops are functions from tensors to tensors. */
export class Tensor implements TensorType {
  constructor(
    readonly graph: Graph,
    readonly name: string,
    readonly dtype: DType,
    readonly shape: Shape,
    readonly origin: Origin,
    readonly content?: readonly Dim[],
  ) {}

  get rank(): number {
    return this.shape.length;
  }

  /** The size of an axis; negative axes count from the end. */
  dim(axis: number): Dim {
    const size = this.shape.at(axis);
    if (size === undefined) throw this.graph.error(`${this} (${this.name}) has no axis ${axis}`);
    return size;
  }

  /** `float32[batch,tokens,100]`. */
  toString(): string {
    return `${this.dtype}${printShape(this.shape)}`;
  }
}

/** How many numbers of a constant shape rules may read: enough for the sizes of a tensor, or of the parts that one is split into. */
const MOST_CONTENT = 128;

/** Nodes that the backward pass computes once more from `from`: what they gave is not kept until then. */
export interface Segment {
  readonly from: Tensor;
}

/** One operator applied to tensors. */
export interface Node {
  readonly definition: OpDefinition;
  readonly name: string;
  /** Path of the component that built it, for messages and for drawing by module. */
  readonly place: string;
  inputs: (Tensor | null)[];
  outputs: Tensor[];
  readonly attributes: Attributes;
  readonly segment?: Segment;
}

/** A tensor program: inputs, parameters and nodes in an order in which they can run. */
export class Graph {
  readonly inputs: Tensor[] = [];
  readonly parameters: Tensor[] = [];
  readonly constants: Tensor[] = [];
  readonly outputs = new Map<string, Tensor>();
  /** The axes of inputs that a number of `sizes` stands for. */
  readonly sizedAxes = new Set<string>();
  nodes: Node[] = [];
  readonly depth: number;
  readonly #root: Graph;
  readonly #names = new Set<string>();
  readonly #interned = new Map<string, Tensor>();
  readonly #places: string[] = [];
  #segment: Segment | undefined;
  #counter = 0;

  /**
   * @param parent the graph whose tensors this one may read (a `Scan` body inside it)
   * @param sizes numbers that stand for symbols in the shapes of inputs
   */
  constructor(
    readonly parent: Graph | null = null,
    readonly sizes: ReadonlyMap<string, number> = new Map(),
  ) {
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.#root = parent === null ? this : parent.#root;
  }

  /** The path of the component that is building now. */
  get place(): string {
    return this.#root.#places.at(-1) ?? "";
  }

  /** Runs `build` with all nodes attributed to the component at `place`. */
  within<T>(place: string, build: () => T): T {
    this.#root.#places.push(place);
    try {
      return build();
    } finally {
      this.#root.#places.pop();
    }
  }

  /**
   * Runs `build`, whose nodes the backward pass computes once more from `from`, so that a run need not keep their results
   * (gradient checkpointing; Chen et al., 2016). Nothing else about them changes.
   */
  recomputed<T>(from: Tensor, build: () => T): T {
    if (this.#segment !== undefined)
      throw this.error("what is computed once more cannot hold another such part");
    this.#segment = { from };
    try {
      return build();
    } finally {
      this.#segment = undefined;
    }
  }

  /** Declares a value that each run feeds. Axes may be symbols. */
  input(name: string, dtype: DType, shape: Shape): Tensor {
    const sized = shape.map((dim) => {
      const size = this.sizes.get(String(dim));
      if (size !== undefined) this.sizedAxes.add(String(dim));
      return size ?? dim;
    });
    const tensor = new Tensor(this, this.#claim(name), dtype, sized, { kind: "input" });
    this.inputs.push(tensor);
    return tensor;
  }

  /** An input of a loop's body, under a name of its own that starts with `role`. */
  bodyInput(role: string, dtype: DType, shape: Shape): Tensor {
    const tensor = new Tensor(this, this.freshName(role), dtype, shape, { kind: "input" });
    this.inputs.push(tensor);
    return tensor;
  }

  /** Declares a parameter: fed by the trainer, an initialiser in an exported file. Its sizes are numbers. */
  parameter(name: string, shape: readonly number[], dtype: DType = "float32"): Tensor {
    const tensor = new Tensor(this, this.#claim(name), dtype, shape, { kind: "parameter" });
    this.parameters.push(tensor);
    return tensor;
  }

  /** A constant with the given sizes; small equal constants are one tensor. It lives in the outermost graph. */
  constant(
    dtype: DType,
    dims: readonly number[],
    values: TensorData | readonly (number | bigint | string)[],
  ): Tensor {
    if (this.parent !== null) return this.#root.constant(dtype, dims, values);
    const data = Array.isArray(values) ? this.#exact(dtype, values) : (values as TensorData);
    const size = dims.reduce((product, dim) => product * dim, 1);
    if (data.length !== size) {
      throw this.error(`a constant of sizes [${dims.join(",")}] needs ${size} elements, got ${data.length}`);
    }
    const key =
      data.length <= 16
        ? `${dtype}|${dims.join()}|${Array.from(data as Iterable<unknown>, print).join()}`
        : undefined;
    const known = key === undefined ? undefined : this.#interned.get(key);
    if (known !== undefined) return known;
    const integers = (dtype === "int64" || dtype === "int32") && dims.length <= 1;
    const content =
      integers && data.length <= MOST_CONTENT ? Array.from(data as Int32Array, Number) : undefined;
    const tensor = new Tensor(
      this,
      this.freshName("const"),
      dtype,
      dims,
      { kind: "constant", data },
      content,
    );
    this.constants.push(tensor);
    if (key !== undefined) this.#interned.set(key, tensor);
    return tensor;
  }

  /** Names a result; runs and exported files give it under this name. */
  output(name: string, tensor: Tensor): void {
    if (this.outputs.has(name)) throw this.error(`output "${name}" is declared twice`);
    this.outputs.set(name, tensor);
  }

  /** Adds a node whose result types are known; ops call it, components do not. */
  addNode(
    definition: OpDefinition,
    inputs: readonly (Tensor | null)[],
    attributes: Attributes,
    types: readonly TensorType[],
  ): Node {
    const place = this.place;
    const name = this.freshName(place === "" ? definition.name : `${place}/${definition.name}`);
    const node: Node = {
      ...{ definition, name, place, inputs: [...inputs], outputs: [], attributes },
      ...(this.#segment && { segment: this.#segment }),
    };
    node.outputs = types.map(
      (type, index) =>
        new Tensor(
          this,
          index === 0 ? name : `${name}:${index}`,
          type.dtype,
          type.shape,
          { kind: "node", node, index },
          type.content,
        ),
    );
    this.nodes.push(node);
    return node;
  }

  /** A name nobody else has in this program, bodies included. */
  freshName(stem: string): string {
    const root = this.#root;
    let name = `${stem}_${root.#counter++}`;
    while (root.#names.has(name)) name = `${stem}_${root.#counter++}`;
    root.#names.add(name);
    return name;
  }

  /** A dimension symbol that stands for an unknown size. */
  freshDim(): Dim {
    return unknownDim(String(this.#root.#counter++));
  }

  /** An input or parameter that has `symbol` as a whole axis, to read that size from at run time. */
  sourceOfSymbol(symbol: string): { readonly tensor: Tensor; readonly axis: number } | undefined {
    for (const tensor of [
      ...this.#root.inputs,
      ...this.inputs,
      ...this.nodes.flatMap((node) => node.outputs),
    ]) {
      const axis = tensor.shape.indexOf(symbol);
      if (axis >= 0) return { tensor, axis };
    }
    return this.parent?.sourceOfSymbol(symbol);
  }

  /** An error about the graph's rules, at the component that is building. */
  error(message: string): PtxError {
    return ptxError("PTX_GRAPH", this.place || "graph", message);
  }

  /** Values in a type that holds them: a fraction is not cut to an integer unasked. */
  #exact(dtype: DType, values: readonly (number | bigint | string)[]): TensorData {
    if (!isFloat(dtype) && dtype !== "string") {
      for (const value of values) {
        if (typeof value !== "bigint" && !Number.isSafeInteger(value)) {
          throw this.error(`the constant ${value} is not an ${dtype}`);
        }
      }
    }
    return toData(dtype, values);
  }

  #claim(name: string): string {
    const names = this.#root.#names;
    if (names.has(name))
      throw this.error(`the name "${name}" is taken: inputs and parameters need names of their own`);
    names.add(name);
    return name;
  }
}

function print(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "-0" : String(value);
}
