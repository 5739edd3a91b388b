/** @file What a server tells Prometheus of itself. Times are in seconds, sizes in bytes; no label is made from what clients send. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ServeFault } from "./contracts.js";
import type { Space } from "./scheduler/queue-room.js";

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const POWERS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
const TOKENS = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768];
const SHARES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** Faults by which work is turned away or dropped rather than answered. */
const REJECTED: ReadonlySet<ServeFault> = new Set([
  "too_large",
  "overloaded",
  "unavailable",
  "deadline",
  "cancelled",
]);

/** The figures of one server. */
export class ServingMetrics {
  readonly registry = new Registry();

  /** Answers of the front, by status; requests that name no model of ours have the model "". */
  readonly requests = this.#counter("requests_total", "Requests by their status code.", [
    "model",
    "version",
    "route",
    "code",
  ]);
  readonly requestSeconds = this.#histogram(
    "request_seconds",
    "From a request to its answer.",
    ["model", "route"],
    SECONDS,
  );
  readonly errors = this.#counter("errors_total", "Requests without an answer, by what was wrong.", [
    "model",
    "fault",
  ]);
  /** Of the engine and of the front, such as "rate_limit". */
  readonly rejected = this.#counter("rejected_total", "Requests turned away or dropped, by reason.", [
    "model",
    "reason",
  ]);
  readonly #rooms = new Map<string, Space>();
  readonly queueSeconds = this.#histogram("queue_seconds", "A row's time in the queue.", ["model"], SECONDS);
  readonly batchRows = this.#histogram("batch_rows", "Rows of a batch.", ["model"], POWERS);
  readonly batchTokens = this.#histogram(
    "batch_tokens",
    "Tokens of a batch with padding, as estimated.",
    ["model"],
    TOKENS,
  );
  readonly paddingRatio = this.#histogram(
    "padding_ratio",
    "The share of a batch that is padding, as estimated.",
    ["model"],
    SHARES,
  );
  readonly inferenceSeconds = this.#histogram(
    "inference_seconds",
    "A batch's time in a worker.",
    ["model"],
    SECONDS,
  );
  readonly workers = this.#gauge("workers", "Workers that are ready.", ["model", "version"]);
  readonly workerRestarts = this.#counter("worker_restarts_total", "Workers that replaced a lost one.", [
    "model",
  ]);
  readonly workerResident = this.#gauge(
    "worker_resident_bytes",
    "Memory of workers in processes of their own; the others are part of process_resident_memory_bytes.",
    ["model", "worker"],
  );
  readonly modelLoaded = this.#gauge("model_loaded", "1: the version is loaded.", ["model", "version"]);
  readonly modelCurrent = this.#gauge("model_current", "1: the label points to the version.", [
    "model",
    "label",
    "version",
  ]);
  readonly swapSeconds = this.#histogram(
    "model_swap_seconds",
    "From learning of a new version to its first request: fetched, loaded, warmed up, tested.",
    ["model"],
    [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
  );
  readonly swapFailures = this.#counter(
    "model_swap_failures_total",
    'New versions that could not be had ("source") or did not load or pass their test ("load").',
    ["model", "reason"],
  );
  readonly modelBad = this.#gauge(
    "model_bad",
    "1: the label points to a version that did not load; the one before serves on.",
    ["model", "label", "version"],
  );

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    const rooms = this.#rooms;
    const collected = (name: string, help: string, of: (room: Space) => number): void => {
      const collect = function (this: Gauge<"model">): void {
        for (const [model, room] of rooms) this.set({ model }, of(room));
      };
      new Gauge({
        ...{ name: `pytext_${name}`, help, labelNames: ["model"], registers: [this.registry], collect },
      });
    };
    collected("queue_rows", "Rows that wait.", ({ rows }) => rows);
    collected("queue_characters", "Characters of text that wait.", ({ characters }) => characters);
  }

  /** Shows what waits for a model. */
  watchQueue(model: string, room: Space): void {
    this.#rooms.set(model, room);
  }

  /** A request of the engine ended without an answer. */
  fault(model: string, fault: ServeFault): void {
    this.errors.inc({ model, fault });
    if (REJECTED.has(fault)) this.rejected.inc({ model, reason: fault });
  }

  #counter<T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> {
    return new Counter({ name: `pytext_${name}`, help, labelNames, registers: [this.registry] });
  }

  #gauge<T extends string>(name: string, help: string, labelNames: readonly T[]): Gauge<T> {
    return new Gauge({ name: `pytext_${name}`, help, labelNames, registers: [this.registry] });
  }

  #histogram<T extends string>(
    name: string,
    help: string,
    labelNames: readonly T[],
    buckets: number[],
  ): Histogram<T> {
    return new Histogram({ name: `pytext_${name}`, help, labelNames, buckets, registers: [this.registry] });
  }
}
