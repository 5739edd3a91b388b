/** @file The default engine: ONNX Runtime's native library, on the processor or an accelerator. */
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { type Static, Type } from "typebox";
import type { HostTensor } from "../graph/dtype.js";
import type { Graph } from "../graph/graph.js";
import { encodeModel, INLINE_LIMIT, storedBytes } from "../graph/onnx/encode.js";
import { liveNodes } from "../graph/passes/liveness.js";
import { component } from "../registry/component.js";
import { ptxError } from "../registry/errors.js";
import { requireFileTarget } from "../registry/output-file.js";
import type { CompileOptions, Engine, Program, Values } from "./engine.js";
import { plansMemory } from "./memory-plan.js";
import { engineError } from "./ort-errors.js";
import { collectProfile, profilePrefix } from "./ort-profile.js";
import { messageOf, STOP, signOfSuccess } from "./ort-results.js";
import { fetchesFor, unwrap, Wrappers } from "./ort-values.js";
import { checkOutputs, FeedChecker } from "./run-checks.js";

type Runtime = typeof import("onnxruntime-node");

const schema = Type.Object(
  {
    threads: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description: "Threads that one operator may use; null takes the run's setting.",
    }),
    execution_providers: Type.Array(Type.String(), {
      default: ["cpu"],
      minItems: 1,
      description:
        "Where operators run, in order of preference: cpu, cuda, webgpu, coreml, dml, as the platform offers.",
    }),
    graph_optimization: Type.Union(
      [Type.Literal("disabled"), Type.Literal("basic"), Type.Literal("extended"), Type.Literal("all")],
      { default: "all", description: "How far the graph is rewritten for speed before it runs." },
    ),
    allow_spinning: Type.Boolean({
      default: true,
      description:
        "Threads wait busily between operators: faster in training, wasteful in a mostly idle server.",
    }),
    memory_arena: Type.Boolean({ default: true, description: "Keep freed memory for the next run." }),
    memory_pattern: Type.Union([Type.Boolean(), Type.Null()], {
      default: null,
      description:
        "Plan memory ahead for sizes seen before; null: for small models, whose steps get shorter. Large ones only need more memory.",
    }),
    profile: Type.Union([Type.String(), Type.Null()], {
      default: null,
      description: "File that gets the time of every operator as a Chrome trace when a program is released.",
    }),
  },
  { description: "Runs programs with ONNX Runtime." },
);

type Config = Static<typeof schema>;

/** ONNX Runtime; the native library is loaded when an engine is made, not before. */
export const onnxruntime = component({
  kind: "engine",
  name: "onnxruntime",
  schema,
  async create(config, context) {
    const runtime = await loadRuntime();
    requireProviders(config.execution_providers, runtime);
    if (config.profile !== null) requireFileTarget(config.profile, "engine onnxruntime.profile");
    const sign = config.execution_providers.join() === "cpu" ? await signOfSuccess(runtime) : null;
    return new OnnxRuntimeEngine(runtime, config, config.threads ?? context.settings.threads, sign);
  },
});

/** The native library, loaded on the first call. Throws `PTX_ENGINE` where it does not run. */
export async function loadRuntime(): Promise<Runtime> {
  try {
    const module = (await import("onnxruntime-node")) as Runtime & { default?: Runtime };
    return module.default ?? module;
  } catch (error) {
    throw engineError("onnxruntime-node does not load on this platform", error);
  }
}

function requireProviders(wanted: readonly string[], runtime: Runtime): void {
  const available = runtime.listSupportedBackends();
  for (const name of wanted) {
    if (available.some((backend) => backend.name === name)) continue;
    const known = available.map((backend) =>
      backend.bundled ? backend.name : `${backend.name} (needs its library installed)`,
    );
    throw ptxError(
      "PTX_ENGINE",
      "engine onnxruntime",
      `no execution provider "${name}" here  known: ${known.join(", ")}`,
    );
  }
}

/**
 * A graph as a session takes it: one model, with large weights beside it once it grows beyond `limit` bytes.
 * @param stop the name of an output that ends a run; see `ort-results.ts`
 */
export function sessionModel(
  graph: Graph,
  frozen: Values,
  { outputs, stop, limit = INLINE_LIMIT }: SessionModelOptions = {},
): { readonly model: Uint8Array; readonly options: InferenceSession.SessionOptions } {
  const options = { values: frozen, ...(outputs && { outputs }), ...(stop !== undefined && { stop }) };
  if (storedBytes(graph, frozen) <= limit) return { model: encodeModel(graph, options).model, options: {} };
  const location = "weights";
  const { model, external } = encodeModel(graph, { ...options, external: { location } });
  return { model, options: { externalData: [{ path: location, data: Buffer.concat(external) }] } };
}

interface SessionModelOptions {
  readonly outputs?: readonly string[];
  readonly stop?: string;
  readonly limit?: number;
}

/** A session with the inputs that it wants and what is to be done once it is released. */
interface OpenSession {
  readonly session: InferenceSession;
  readonly needed: readonly string[];
  readonly afterRelease: () => Promise<void>;
}

class OnnxRuntimeEngine implements Engine {
  readonly name = "onnxruntime";
  readonly wrappers: Wrappers;
  #sessions = 0;

  constructor(
    readonly runtime: Runtime,
    readonly config: Config,
    readonly threads: number,
    /** How a run ends that copies no results; null: it always does. */
    readonly sign: string | null,
  ) {
    this.wrappers = new Wrappers(runtime.Tensor);
  }

  async compile(graph: Graph, { frozen = {} }: CompileOptions = {}): Promise<Program> {
    const planned = plansMemory(this.config.memory_pattern, graph);
    const ending = this.sign === null ? {} : { stop: STOP };
    const open = (outputs?: readonly string[]) =>
      this.#open(sessionModel(graph, frozen, { ...(outputs && { outputs }), ...ending }), planned);
    return new OnnxRuntimeProgram(graph, this.wrappers, open, await open(), this.sign);
  }

  async #open({ model, options }: ReturnType<typeof sessionModel>, planned: boolean): Promise<OpenSession> {
    const { profile } = this.config;
    const prefix = profile === null ? undefined : profilePrefix(profile, this.#sessions++);
    try {
      const settings = { ...this.#options(prefix), enableMemPattern: planned, ...options };
      const session = await this.runtime.InferenceSession.create(model, settings);
      return { session, needed: session.inputNames, afterRelease: () => collectProfile(prefix, profile) };
    } catch (error) {
      throw engineError("the graph does not compile", error);
    }
  }

  #options(prefix: string | undefined): InferenceSession.SessionOptions {
    const { config } = this;
    return {
      executionProviders: config.execution_providers,
      intraOpNumThreads: this.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: config.graph_optimization,
      enableCpuMemArena: config.memory_arena,
      logSeverityLevel: 4, // failures come back as errors; printing them as well would say them twice
      extra: { "session.intra_op.allow_spinning": config.allow_spinning ? "1" : "0" },
      ...(prefix !== undefined && { enableProfiling: true, profileFilePrefix: prefix }),
    };
  }
}

/**
 * A session computes all of its graph whatever it is asked for. So a choice of outputs that needs fewer nodes gets a
 * session of its own on its first run (evaluation does not pay for gradients).
 */
class OnnxRuntimeProgram implements Program {
  readonly #checker: FeedChecker;
  readonly #all: readonly string[];
  readonly #nodes: number;
  readonly #whole: Promise<OpenSession>;
  /** By the names of the outputs asked for. */
  readonly #sessions = new Map<string, Promise<OpenSession>>();
  #released = false;

  constructor(
    readonly graph: Graph,
    readonly wrappers: Wrappers,
    readonly open: (outputs: readonly string[]) => Promise<OpenSession>,
    whole: OpenSession,
    readonly sign: string | null,
  ) {
    this.#checker = new FeedChecker(graph);
    this.#all = [...graph.outputs.keys()];
    this.#nodes = liveNodes(graph).length;
    this.#whole = Promise.resolve(whole);
    this.#sessions.set(keyOf(this.#all), this.#whole);
  }

  async run(feeds: Values, outputs = this.#all, into: Values = {}): Promise<Record<string, HostTensor>> {
    if (this.#released) throw ptxError("PTX_ENGINE", "engine onnxruntime", "the program was released");
    checkOutputs(outputs, into, this.graph.outputs);
    const { session, needed } = await this.#sessionFor(outputs);
    this.#checker.check(feeds, needed);
    if (outputs.length === 0) return {};
    const wrapped: Record<string, OrtTensor> = {};
    for (const name of needed) wrapped[name] = this.wrappers.wrap(feeds[name]!);
    const uncopied = this.sign !== null && outputs.every((name) => into[name] !== undefined);
    const fetches = fetchesFor(outputs, into, this.wrappers);
    let results: InferenceSession.ReturnType = {};
    try {
      results = await session.run(wrapped, uncopied ? { [STOP]: null, ...fetches } : fetches);
    } catch (error) {
      if (!uncopied || messageOf(error) !== this.sign) throw engineError("the program failed", error);
    }
    // A given array is where ONNX Runtime wrote; what it may return for that output is a copy.
    const values: Record<string, HostTensor> = {};
    for (const name of outputs) values[name] = into[name] ?? unwrap(results[name]!);
    for (const name of Object.keys(into)) if (name in wrapped) handOn(feeds[name]!, into[name]!);
    return values;
  }

  #sessionFor(outputs: readonly string[]): Promise<OpenSession> {
    if (outputs === this.#all) return this.#whole;
    const key = keyOf(outputs);
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    const tensors = outputs.map((name) => this.graph.outputs.get(name)!);
    const partial = outputs.length > 0 && liveNodes(this.graph, tensors).length < this.#nodes;
    const session = partial ? this.open(outputs) : this.#whole;
    this.#sessions.set(key, session);
    return session;
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    for (const { session, afterRelease } of new Set(await Promise.all(this.#sessions.values()))) {
      session.endProfiling();
      await session.release();
      await afterRelease();
    }
  }
}

/** What is an input and an output at once ONNX Runtime does not write. */
function handOn(from: HostTensor, into: HostTensor): void {
  (into.data as Float32Array).set(from.data as Float32Array);
}

function keyOf(outputs: readonly string[]): string {
  return [...outputs].sort().join("\n");
}
