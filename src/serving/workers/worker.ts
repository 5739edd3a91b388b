/** @file The worker's side: owns a model, answers batches one after the other, and goes when it is told to. */
import { constants, getPriority, platform, setPriority } from "node:os";
import { isMainThread, parentPort } from "node:worker_threads";
import { readSelfTest, type SelfTest, selfTestFailure } from "../../exporters/self-test.js";
import type { Log } from "../../registry/context.js";
import { PtxError, ptxError } from "../../registry/errors.js";
import type { Registry } from "../../registry/registry.js";
import { RunFolder } from "../../tasks/run-folder.js";
import type { ModelDescription, ServeAnswer, ServeEmbedOptions } from "../contracts.js";
import type { Fault, FromWorker, ModelSpec, PackedVectors, RowValues, ToWorker } from "./messages.js";
import { modelPath, type OpenModel, openModel } from "./open-model.js";

/** A way to the front and back. */
interface Port {
  send(message: FromWorker, transfer?: readonly ArrayBuffer[]): void;
  /** Each message when it comes; null when the front has gone. */
  listen(handle: (message: ToWorker | null) => void): void;
  /** Lets the thread or process end. */
  close(): void;
  /** Bytes of the process, where it is one of its own. */
  resident(): number | undefined;
}

function portOfThread(): Port {
  const port = parentPort!;
  return {
    send: (message, transfer = []) => port.postMessage(message, transfer as ArrayBuffer[]),
    listen: (handle) => void port.on("message", handle),
    close: () => port.close(),
    resident: () => undefined,
  };
}

function portOfProcess(): Port {
  // A terminal's Ctrl-C and a supervisor's SIGTERM reach all processes of a group: the front decides what they mean.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
  return {
    send: (message) => {
      if (process.connected) process.send!(message);
    },
    listen: (handle) => {
      process.on("message", handle);
      process.on("disconnect", () => handle(null));
    },
    close: () => {
      if (process.connected) process.disconnect();
      // Whatever a user's component left running shall not keep a process without a front.
      process.exit();
    },
    resident: () => process.memoryUsage.rss(),
  };
}

/** How much a worker stands back (nice) where it and the front want the same core. */
const STANDS_BACK = 10;

/** A front that waits for a core refuses late and swaps late, while a batch hardly notices. Threads have a priority of their own on Linux alone. */
function yieldToFront(): void {
  if (!isMainThread && platform() !== "linux") return;
  try {
    setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + STANDS_BACK));
  } catch {
    // Some containers forbid it, and everything works without.
  }
}

/** Serves the front that started this thread or process, until it says that it is enough or goes away. */
export function runWorker(loadRegistry: (include: readonly string[]) => Promise<Registry>, log: Log): void {
  yieldToFront();
  const port = isMainThread ? portOfProcess() : portOfThread();
  const worker = new ModelWorker(port, loadRegistry, log);
  let last = Promise.resolve();
  port.listen((message) => {
    last = last.then(() => worker.handle(message ?? { type: "close" }));
  });
}

/** How often the size of a process is told, in milliseconds. */
const RESIDENT_EVERY = 1000;

class ModelWorker {
  #model: OpenModel | undefined;
  #residentAt = 0;

  constructor(
    readonly port: Port,
    readonly loadRegistry: (include: readonly string[]) => Promise<Registry>,
    readonly log: Log,
  ) {}

  async handle(message: ToWorker): Promise<void> {
    switch (message.type) {
      case "load":
        return this.#load(message.spec, message.selfTest);
      case "run":
        return this.#run(message);
      case "unload":
        await this.#unload();
        return this.port.send({ type: "unloaded" });
      case "close":
        await this.#unload();
        return this.port.close();
      default:
        message satisfies never;
    }
  }

  async #unload(): Promise<void> {
    await this.#model?.release();
    this.#model = undefined;
  }

  async #load(spec: ModelSpec, selfTest: boolean): Promise<void> {
    try {
      const model = await openModel(spec, await this.loadRegistry(spec.include), this.log);
      this.#model = model;
      const start = performance.now();
      const description = await prepared(model, spec, selfTest, this.log);
      this.port.send({ type: "loaded", description, warmUp: performance.now() - start });
    } catch (error) {
      const problems = error instanceof PtxError ? { problems: error.problems } : {};
      this.port.send({ type: "refused", message: told(error), ...problems });
    }
  }

  async #run({ id, key, rows }: Extract<ToWorker, { type: "run" }>): Promise<void> {
    const embed = key === "" ? {} : (JSON.parse(key) as ServeEmbedOptions);
    const start = performance.now();
    const answers = await answersOf(this.#model!, rows, embed);
    const milliseconds = performance.now() - start;
    const vectors = packed(answers);
    this.port.send(
      { type: "answers", id, milliseconds, answers: vectors ?? answers, ...this.#resident(start) },
      vectors === undefined ? [] : [vectors.data.buffer as ArrayBuffer],
    );
  }

  #resident(now: number): { resident?: number } {
    if (now - this.#residentAt < RESIDENT_EVERY) return {};
    this.#residentAt = now;
    const resident = this.port.resident();
    return resident === undefined ? {} : { resident };
  }
}

type Answer = ServeAnswer | { readonly failed: Fault };

/** Answers; if a row is wrong the others have theirs all the same: the batch is halved until the row stands alone. */
async function answersOf(
  model: OpenModel,
  rows: readonly RowValues[],
  embed: ServeEmbedOptions,
): Promise<readonly Answer[]> {
  try {
    return await model.answer(rows, embed);
  } catch (error) {
    const failed = faultOf(error);
    if (rows.length === 1 || isUsage(error)) return rows.map(() => ({ failed }));
    const half = rows.length >> 1;
    const first = await answersOf(model, rows.slice(0, half), embed);
    return [...first, ...(await answersOf(model, rows.slice(half), embed))];
  }
}

/** Options that the model does not have: that is so for every row. */
const isUsage = (error: unknown): error is PtxError =>
  error instanceof PtxError && error.code === "PTX_USAGE";

/** What a client may be told: of a wrong row what is wrong, of everything else nothing. */
function faultOf(error: unknown): Fault {
  if (error instanceof PtxError && (error.code === "PTX_DATA" || error.code === "PTX_USAGE")) {
    const { where, message, hint } = error.problems[0];
    const option = /^--(.*)$/.exec(where)?.[1]?.replaceAll("-", "_");
    const place = option === undefined ? "" : `${option}: `;
    return { fault: "invalid", message: `${place}${message}${hint === undefined ? "" : ` (${hint})`}` };
  }
  return { fault: "internal", message: "the model failed on this input", detail: told(error) };
}

function told(error: unknown): string {
  if (error instanceof PtxError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Vectors in one buffer, if that is what all answers are. */
function packed(answers: readonly Answer[]): PackedVectors | undefined {
  const size = answers.reduce((sum, one) => sum + ("vector" in one ? one.vector.length : Number.NaN), 0);
  if (Number.isNaN(size)) return undefined;
  const data = new Float32Array(size);
  let at = 0;
  const rows = answers.flatMap((one) => {
    if (!("vector" in one)) return [];
    const { vector, ...rest } = one;
    data.set(vector, at);
    at += vector.length;
    return rest;
  });
  return { data, rows };
}

/**
 * Runs the rows at hand, alone and as a full batch, so that the first client does not wait for what is done once; where they
 * have recorded answers and it is asked for, those must come again. Throws `PTX_MODEL_FILE` for others.
 */
async function prepared(
  model: OpenModel,
  spec: ModelSpec,
  selfTest: boolean,
  log: Log,
): Promise<ModelDescription> {
  const path = modelPath(spec.path);
  const recorded = await readSelfTest(path, model.metadata);
  const test = speaksOf(recorded, model, spec);
  const rows = test ? recorded.rows.map(({ row }) => row) : await warmUpRows(model, spec);
  if (rows.length === 0) return { ...model.about, selfTest: 0 };
  try {
    if (test && selfTest) requirePassed(recorded, await model.asMade(rows), model, path);
    const answers = await model.answer(rows, {});
    await model.answer(rows.slice(0, 1), {});
    await model.answer(
      Array.from({ length: spec.maxBatchRows }, (_, i) => rows[i % rows.length]!),
      {},
    );
    const example = { input: rows[0]!, answer: answers[0]! };
    return { ...model.about, example, selfTest: test ? recorded.rows.length : 0 };
  } catch (error) {
    if (test || !(error instanceof PtxError && error.code === "PTX_DATA")) throw error;
    log.warn(`${spec.name}: there is no row to warm up with: ${error.message}`);
    return { ...model.about, selfTest: 0 };
  }
}

/** Whether recorded answers are of what is served: not of the same files with an adapter, or of a run's task where its vectors are served. */
function speaksOf({ rows }: SelfTest, { about }: OpenModel, { adapter }: ModelSpec): boolean {
  const kinds = rows.map(({ answer }) => ("vector" in answer ? "encoder" : "predictor"));
  return rows.length > 0 && adapter === null && kinds.every((kind) => kind === about.kind);
}

function requirePassed(
  recorded: SelfTest,
  answers: readonly ServeAnswer[],
  model: OpenModel,
  path: string,
): void {
  const failure = selfTestFailure(recorded, answers, model.undecided);
  if (failure !== undefined)
    throw ptxError(
      "PTX_MODEL_FILE",
      path,
      `the model does not answer as it did when it was made: ${failure}`,
    );
}

/** Some rows to run: a run's held-out ones, else any text in each column. */
async function warmUpRows({ about }: OpenModel, spec: ModelSpec): Promise<RowValues[]> {
  const { columns, kind } = about;
  const folder = new RunFolder(spec.path);
  const part = spec.task ?? "";
  if (kind === "predictor" && folder.has("samples", part))
    return (await folder.samples(part)).slice(0, 4).map(({ values }) => ofColumns(values, columns));
  return [Object.fromEntries(columns.map((column) => [column, "a text to warm up with"]))];
}

const ofColumns = (values: RowValues, columns: readonly string[]): RowValues =>
  Object.fromEntries(columns.map((column) => [column, values[column]]));
