import type { Logger } from "pino";
import { embedOptions, type ModelSettings } from "./config.js";
import {
  type ModelBundle,
  type ModelDescription,
  type ServeAnswer,
  ServeError,
  type ServeRequest,
  type ServeResponse,
  type VersionState,
} from "./contracts.js";
import { rowsOf } from "./inputs.js";
import type { ServingMetrics } from "./metrics.js";
import { Dispatcher } from "./scheduler/dispatcher.js";
import { sizeOf } from "./scheduler/lengths.js";
import type { QueueRoom } from "./scheduler/queue-room.js";
import type { ModelSpec, RowValues } from "./workers/messages.js";
import { WorkerPool } from "./workers/pool.js";
import type { WorkerShelf } from "./workers/shelf.js";

/** What every version of a model needs. */
export interface VersionHouse {
  readonly model: string;
  readonly settings: ModelSettings;
  readonly workers: number;
  readonly include: readonly string[];
  readonly shelf: WorkerShelf;
  readonly room: QueueRoom;
  readonly metrics: ServingMetrics;
  readonly log: Logger;
}

/** Around the text of a row: special pieces, or what an empty text is. */
const AROUND = 2;

/**
 * A version that is loaded: its workers, what waits for them, and how many hold on to it. Who has it acquired may give it
 * work; when the last one releases it, its workers close and its files are let go.
 */
export class ModelVersion {
  readonly since = Date.now();
  readonly #dispatcher: Dispatcher<RowValues, ServeAnswer>;
  readonly #pool: WorkerPool;
  #description: ModelDescription | undefined;
  #references = 0;
  #broken = false;
  #settleGone: () => void = () => {};
  /** When its workers and files are let go. */
  readonly gone = new Promise<void>((resolve) => {
    this.#settleGone = resolve;
  });

  constructor(
    readonly house: VersionHouse,
    readonly bundle: ModelBundle,
    /** Called when nobody holds on to it any more, before it closes. */
    readonly onRetired: () => void,
  ) {
    const { model, settings, shelf, metrics, room } = house;
    this.#pool = new WorkerPool({
      spec: this.#spec(),
      workers: house.workers,
      loadTimeout: settings.load_timeout_ms,
      runTimeout: settings.run_timeout_ms,
      shelf,
      watch: this.#watch(),
    });
    const rules = {
      rows: settings.max_batch_size,
      tokens: settings.max_batch_tokens,
      delay: settings.max_queue_delay_ms,
      smallRequest: settings.small_request_rows,
    };
    const observer = {
      began: ({ tokens, padded }: { tokens: number; padded: number }, waits: readonly number[]) => {
        metrics.batchRows.observe({ model }, waits.length);
        metrics.batchTokens.observe({ model }, padded);
        metrics.paddingRatio.observe({ model }, 1 - tokens / padded);
        for (const wait of waits) metrics.queueSeconds.observe({ model }, wait / 1000);
      },
      ended: (milliseconds: number) => metrics.inferenceSeconds.observe({ model }, milliseconds / 1000),
    };
    this.#dispatcher = new Dispatcher(rules, room, this.#pool, observer, () => performance.now());
  }

  get version(): string {
    return this.bundle.version;
  }

  /** Present once it is loaded. */
  get description(): ModelDescription | undefined {
    return this.#description;
  }

  /** Rejects, with everything closed, where it does not load or does not pass its test. */
  async load(): Promise<void> {
    const { model, metrics, log } = this.house;
    try {
      const { description, warmUp } = await this.#pool.load();
      this.#description = description;
      metrics.modelLoaded.set({ model, version: this.version }, 1);
      this.#countWorkers();
      const { selfTest, kind } = description;
      log.info(
        { model, version: this.version, kind, selfTest, warmUpMs: Math.round(warmUp) },
        "model loaded",
      );
    } catch (error) {
      await this.bundle.release();
      throw error;
    }
  }

  get state(): VersionState {
    if (this.#description === undefined) return "loading";
    if (this.#broken) return "failed";
    return this.#references > 0 ? "ready" : "draining";
  }

  /** Whether it answers. */
  get ready(): boolean {
    return this.#description !== undefined && !this.#broken;
  }

  acquire(): void {
    this.#references++;
  }

  release(): void {
    this.#references--;
    if (this.#references === 0) void this.#retire();
  }

  /** Why a request of one usual row would be refused now. */
  refusal(): ServeError | undefined {
    return this.#dispatcher.refusal();
  }

  /** Throws `ServeError`s alone. */
  async submit(request: ServeRequest): Promise<ServeResponse> {
    const description = this.#description!;
    const { kind } = description;
    if (request.embed !== undefined && kind === "predictor")
      throw new ServeError("invalid", "the model is no encoder: leave the options of embedding out");
    if (this.#broken) throw unavailable();
    this.acquire();
    try {
      const rows = rowsOf(request.inputs, description);
      const most = request.embed?.maxSeqLen ?? description.maxTokens ?? Number.POSITIVE_INFINITY;
      const sizes = rows.map((row) => {
        const { tokens, characters } = sizeOf(row);
        return { tokens: Math.min(most, tokens + AROUND), characters };
      });
      const { answers, timings } = await this.#dispatcher.submit({
        client: request.client,
        key: keyOf(request),
        rows,
        sizes,
        deadline: request.deadline ?? performance.now() + this.house.settings.timeout_ms,
        signal: request.signal,
      });
      const about = { model: this.house.model, version: this.version, timings, kind };
      return { ...about, answers } as ServeResponse;
    } finally {
      this.release();
    }
  }

  async #retire(): Promise<void> {
    const { model, metrics, log } = this.house;
    this.onRetired();
    await this.#pool.close();
    await this.bundle.release();
    metrics.modelLoaded.remove({ model, version: this.version });
    metrics.workers.remove({ model, version: this.version });
    log.info({ model, version: this.version }, "model closed");
    this.#settleGone();
  }

  #spec(): ModelSpec {
    const { model, settings, include } = this.house;
    return {
      name: model,
      path: this.bundle.path,
      kind: settings.kind,
      task: settings.task,
      adapter: settings.adapter,
      threads: settings.threads,
      spinning: settings.spinning,
      embed: embedOptions(settings),
      maxBatchRows: settings.max_batch_size,
      maxBatchTokens: settings.max_batch_tokens,
      include,
    };
  }

  #watch(): WorkerPool["options"]["watch"] {
    const { model, metrics, log } = this.house;
    return {
      free: () => this.#dispatcher.pump(),
      lost: (worker, reason) => {
        log.error({ model, version: this.version, worker, reason }, "worker lost");
        this.#countWorkers();
      },
      restarted: (worker) => {
        this.#broken = false;
        metrics.workerRestarts.inc({ model });
        this.#countWorkers();
        log.info({ model, version: this.version, worker }, "worker restarted");
      },
      broken: (reason) => {
        if (!this.#broken) log.error({ model, version: this.version, reason }, "no worker is left");
        this.#broken = true;
        this.#dispatcher.fail(unavailable());
      },
      failed: (detail) => log.error({ model, version: this.version, detail }, "the model failed on a row"),
      resident: (worker, bytes) => {
        if (bytes === null) metrics.workerResident.remove({ model, worker });
        else metrics.workerResident.set({ model, worker }, bytes);
      },
    };
  }

  #countWorkers(): void {
    const { model, metrics } = this.house;
    metrics.workers.set({ model, version: this.version }, this.#pool.size);
  }
}

const unavailable = (): ServeError =>
  new ServeError("unavailable", "no worker of the model is left: try again later", { retryAfter: 1 });

/** What rows must have in common to run together: an encoder's options, by the same text where they are the same. */
function keyOf({ embed }: ServeRequest): string {
  if (embed === undefined) return "";
  const { pooling, layers, maskClsSep, maxSeqLen, normalize } = embed;
  const key = JSON.stringify({ pooling, layers, maskClsSep, maxSeqLen, normalize });
  return key === "{}" ? "" : key;
}
