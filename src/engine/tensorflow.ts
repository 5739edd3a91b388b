/**
 * @file The second engine: interprets a graph on TensorFlow.js, operator by operator. Slow, but an independent reading
 * of every operator, and a way on where ONNX Runtime is not to be had.
 *
 * It runs float32, all integers that there are, bool and string. Floats are computed by TensorFlow; everything else by plain JavaScript,
 * int64 as whole numbers below 2^53; a number beyond is an error, never rounded.
 */
import { type Static, Type } from "typebox";
import type { HostTensor } from "../graph/dtype.js";
import type { Graph, Node, Tensor } from "../graph/graph.js";
import { bodiesOf } from "../graph/passes/liveness.js";
import { component } from "../registry/component.js";
import { ptxError } from "../registry/errors.js";
import type { CompileOptions, Engine, Program, Values } from "./engine.js";
import { checkOutputs, FeedChecker } from "./run-checks.js";
import { Executor } from "./tensorflow/executor.js";
import { loadTensorFlow, type TensorFlow } from "./tensorflow/load.js";
import { type Plan, planRun } from "./tensorflow/plan.js";
import { isSupported, supportedTypes, Value } from "./tensorflow/value.js";

const schema = Type.Object(
  {
    backend: Type.Union([Type.Literal("auto"), Type.Literal("native"), Type.Literal("cpu")], {
      default: "auto",
      description:
        "native: @tensorflow/tfjs-node; cpu: plain JavaScript, @tensorflow/tfjs; auto: native when it is installed, else cpu.",
    }),
  },
  { description: "Interprets programs on TensorFlow.js: an independent check of the default engine." },
);

type Config = Static<typeof schema>;

/** TensorFlow.js; the library is an optional peer, loaded when an engine is made. */
export const tensorflow = component({
  kind: "engine",
  name: "tensorflow",
  schema,
  async create({ backend }: Config): Promise<Engine> {
    const { tf } = await loadTensorFlow(backend);
    return new TensorFlowEngine(tf);
  },
});

class TensorFlowEngine implements Engine {
  readonly name = "tensorflow";

  constructor(readonly tf: TensorFlow) {}

  async compile(graph: Graph, { frozen = {} }: CompileOptions = {}): Promise<Program> {
    requireSupported(graph);
    return new TensorFlowProgram(this.tf, graph, frozen);
  }
}

class TensorFlowProgram implements Program {
  readonly #checker: FeedChecker;
  readonly #lasting = new Map<Tensor, Value>();
  readonly #executor: Executor;
  readonly #plans = new Map<string, Plan>();
  readonly #fed: readonly Tensor[];
  #released = false;

  constructor(
    readonly tf: TensorFlow,
    readonly graph: Graph,
    frozen: Values,
  ) {
    this.#checker = new FeedChecker(graph);
    this.#executor = new Executor(tf, this.#lasting);
    this.#fed = [...graph.inputs, ...graph.parameters].filter((tensor) => frozen[tensor.name] === undefined);
    for (const tensor of graph.constants) {
      if (tensor.origin.kind !== "constant") continue;
      this.#last(tensor, { dtype: tensor.dtype, dims: tensor.shape as number[], data: tensor.origin.data });
    }
    const built = graph.parameters.filter((tensor) => frozen[tensor.name] !== undefined);
    this.#checker.check(
      frozen,
      built.map((tensor) => tensor.name),
    );
    for (const tensor of built) {
      const { data, ...type } = frozen[tensor.name]!;
      this.#last(tensor, { ...type, data: data.slice() });
    }
  }

  async run(
    feeds: Values,
    outputs?: readonly string[],
    into: Values = {},
  ): Promise<Record<string, HostTensor>> {
    if (this.#released) throw ptxError("PTX_ENGINE", "engine tensorflow", "the program was released");
    const names = outputs ?? [...this.graph.outputs.keys()];
    checkOutputs(names, into, this.graph.outputs);
    const plan = this.#plan(names);
    const needed = this.#fed.filter((tensor) => plan.sources.has(tensor));
    this.#checker.check(
      feeds,
      needed.map((tensor) => tensor.name),
    );
    const given = new Map(
      needed.map((tensor) => [tensor, received(`input ${tensor.name}`, feeds[tensor.name]!)]),
    );
    return this.#executor.run(plan, given, (results) =>
      Object.fromEntries(names.map((name, i) => [name, this.#export(name, results[i]!, into[name])])),
    );
  }

  async release(): Promise<void> {
    this.#released = true;
    for (const value of this.#lasting.values()) value.dispose();
    this.#lasting.clear();
  }

  #last(tensor: Tensor, value: HostTensor): void {
    this.#lasting.set(tensor, received(tensor.name, value).own(this.tf));
  }

  #plan(names: readonly string[]): Plan {
    const key = names.join("\n");
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const plan = planRun(
      this.graph,
      names.map((name) => this.graph.outputs.get(name)!),
    );
    this.#plans.set(key, plan);
    return plan;
  }

  #export(name: string, value: Value, target: HostTensor | undefined): HostTensor {
    if (target === undefined) return { dtype: value.dtype, dims: value.dims, data: value.export() };
    const fits =
      target.dims.length === value.rank && value.dims.every((size, axis) => size === target.dims[axis]);
    if (!fits || target.data.length !== value.size) {
      const got = `[${target.dims.join(",")}] with ${target.data.length} elements`;
      throw ptxError(
        "PTX_ENGINE",
        `output ${name}`,
        `it has the sizes [${value.dims.join(",")}], the given array ${got}`,
      );
    }
    value.export(target.data);
    return target;
  }
}

function received(where: string, value: HostTensor): Value {
  try {
    return Value.from(value);
  } catch (error) {
    throw ptxError("PTX_ENGINE", where, (error as Error).message);
  }
}

/** Refuses a graph with an element type that TensorFlow.js does not have, before anything runs. */
function requireSupported(graph: Graph): void {
  for (const tensor of [...graph.inputs, ...graph.parameters]) check(tensor, graph.place || "graph");
  for (const node of graph.nodes) {
    for (const tensor of [...node.inputs, ...node.outputs]) if (tensor !== null) check(tensor, placeOf(node));
    for (const body of bodiesOf(node)) requireSupported(body);
  }
}

function placeOf(node: Node): string {
  return `${node.place || "graph"} (${node.name})`;
}

function check(tensor: Tensor, where: string): void {
  if (isSupported(tensor.dtype)) return;
  const known = supportedTypes.join(", ");
  throw ptxError(
    "PTX_ENGINE",
    where,
    `${tensor.name} is ${tensor}; the tensorflow engine runs ${known}: use the engine onnxruntime`,
  );
}
