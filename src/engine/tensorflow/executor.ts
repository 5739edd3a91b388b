/** @file Runs a planned graph node by node, and holds every value to what the graph declares. */
import { type Dim, dimSymbols, evaluateDim, printShape } from "../../graph/dims.js";
import type { Graph, Node, Tensor } from "../../graph/graph.js";
import type { OpName } from "../../graph/ops/table.js";
import { ptxError } from "../../registry/errors.js";
import type { Dims } from "./arrays.js";
import type { Kernel, KernelCall } from "./kernel.js";
import { kernels } from "./kernels.js";
import type { TensorFlow } from "./load.js";
import { type Plan, planRun } from "./plan.js";
import type { Value } from "./value.js";

/** Values that outlive runs: constants and frozen parameters. */
export type Lasting = ReadonlyMap<Tensor, Value>;

/** Runs the graphs of one program. */
export class Executor {
  readonly #bodies = new WeakMap<Graph, Plan>();

  constructor(
    readonly tf: TensorFlow,
    readonly lasting: Lasting,
  ) {}

  /** Runs a plan and passes its results to `read`; everything that TensorFlow held for the run is freed afterwards. */
  run<R>(plan: Plan, given: ReadonlyMap<Tensor, Value>, read: (results: readonly Value[]) => R): R {
    const frame = new Frame(this.tf, this.lasting, null);
    try {
      for (const [tensor, value] of given) frame.put(tensor, value);
      return read(this.#execute(plan, frame));
    } finally {
      frame.free();
    }
  }

  #execute(plan: Plan, frame: Frame): readonly Value[] {
    for (const { node, dead } of plan.steps) {
      this.#compute(node, frame);
      for (const tensor of dead) frame.drop(tensor);
    }
    return plan.results.map((tensor) => frame.get(tensor));
  }

  #compute(node: Node, frame: Frame): void {
    const inputs = node.inputs.map((input) => input && frame.get(input));
    try {
      this.tf.tidy(() => {
        const kernel = kernels[node.definition.name as OpName] as unknown as Kernel<OpName>;
        const call = {
          tf: this.tf,
          inputs,
          attributes: node.attributes,
          outputs: node.outputs,
          run: (body: Graph, values: readonly Value[]) => this.#body(body, values, frame),
          sizes: (tensor: Tensor) => frame.sizes(tensor),
        };
        const results = [kernel(call as unknown as KernelCall<OpName>)].flat();
        for (const [i, output] of node.outputs.entries()) {
          const result = results[i]!;
          frame.put(output, inputs.includes(result) ? result.reshaped(this.tf, result.dims) : result);
        }
      });
    } catch (error) {
      throw failure(node, inputs, error);
    }
  }

  /** Runs a loop's body once; the results live as long as the kernel that asked. */
  #body(body: Graph, values: readonly Value[], outer: Frame): readonly Value[] {
    const plan = this.#bodies.get(body) ?? planRun(body, [...body.outputs.values()]);
    this.#bodies.set(body, plan);
    const frame = new Frame(this.tf, this.lasting, outer);
    try {
      for (const [i, input] of body.inputs.entries())
        frame.put(input, values[i]!.reshaped(this.tf, values[i]!.dims));
      return this.#execute(plan, frame).map((result) => result.reshaped(this.tf, result.dims));
    } finally {
      frame.free();
    }
  }
}

/** The values and sizes known at one point of a run; a body's frame reads through to the one around it. */
class Frame {
  readonly #values = new Map<Tensor, Value>();
  readonly #bindings: Map<string, number>;

  constructor(
    readonly tf: TensorFlow,
    readonly lasting: Lasting,
    readonly outer: Frame | null,
  ) {
    this.#bindings = new Map(outer === null ? [] : outer.#bindings);
  }

  get(tensor: Tensor): Value {
    const value = this.lasting.get(tensor) ?? this.#values.get(tensor) ?? this.outer?.get(tensor);
    if (value === undefined)
      throw ptxError("PTX_ENGINE", "engine tensorflow", `${tensor.name} has no value when it is read`);
    return value;
  }

  /** Takes a value over, after checking it against the tensor's declaration. */
  put(tensor: Tensor, value: Value): void {
    const fits =
      value.dtype === tensor.dtype &&
      value.rank === tensor.rank &&
      tensor.shape.every((dim, axis) => this.#bind(dim, value.dims[axis]!));
    if (!fits) throw new Error(`${tensor.name} is declared as ${tensor} and came out as ${describe(value)}`);
    this.#checkContent(tensor, value);
    this.#values.set(tensor, value.own(this.tf));
  }

  drop(tensor: Tensor): void {
    this.#values.get(tensor)?.dispose();
    this.#values.delete(tensor);
  }

  free(): void {
    for (const tensor of this.#values.keys()) this.drop(tensor);
  }

  sizes(tensor: Tensor): Dims {
    return tensor.shape.map((dim) => {
      const size = evaluateDim(dim, this.#bindings);
      if (size === undefined)
        throw new Error(`the size ${dim} of ${tensor.name} is not known when no step runs`);
      return size;
    });
  }

  /** Holds a value to the elements that were worked out while the graph was built, as far as their symbols are bound. */
  #checkContent(tensor: Tensor, value: Value): void {
    if (tensor.content === undefined) return;
    for (const [i, dim] of tensor.content.entries()) {
      const known = evaluateDim(dim, this.#bindings);
      if (known === undefined || known === value.numbers[i]) continue;
      throw new Error(
        `${tensor.name}[${i}] was taken for ${dim} (${known}) and came out as ${value.numbers[i]}`,
      );
    }
  }

  /** Whether a declared size allows the actual one; a symbol that is met for the first time takes it. */
  #bind(dim: Dim, size: number): boolean {
    const expected = evaluateDim(dim, this.#bindings);
    if (expected !== undefined) return expected === size;
    const [symbol, ...others] = dimSymbols(dim);
    if (symbol === dim && others.length === 0) this.#bindings.set(symbol, size);
    return true;
  }
}

function describe(value: Value | null): string {
  return value === null ? "none" : `${value.dtype}${printShape(value.dims)}`;
}

function failure(node: Node, inputs: readonly (Value | null)[], error: unknown): Error {
  if (error instanceof Error && error.name === "PtxError") return error;
  const reason = error instanceof Error ? error.message : String(error);
  const got = inputs.map(describe).join(" and ");
  return ptxError(
    "PTX_ENGINE",
    node.place || "graph",
    `${node.definition.name} (${node.name}): ${reason}, got ${got}`,
  );
}
