/** @file What the front of a server (HTTP, gRPC, a script) and the engine behind it say to each other. */
import type { Labels } from "../components/contracts.js";
import type { Embedded } from "../tasks/embed/contracts.js";
import type { EmbedOptions } from "../tasks/embed/options.js";
import type { Prediction } from "../tasks/prediction.js";

/** A row: the text of a model of one column, texts in the order of the columns, or values by column. */
export type ServeInput = string | readonly string[] | Readonly<Record<string, unknown>>;

/** What may be asked of an encoder; which texts run together is the engine's business. */
export type ServeEmbedOptions = Omit<EmbedOptions, "batchSize" | "maxTokens">;

/** What a client wants to know, whatever protocol it speaks. */
export interface ServeRequest {
  /** Name of the model; absent: the first one. */
  readonly model?: string;
  /** A version that is loaded ("3"), or a label that points to one ("production"). Absent: the model's first label. */
  readonly version?: string;
  readonly inputs: readonly ServeInput[];
  /** For encoders only; `invalid` with a predictor. Left open: the model's own settings in serve.json. */
  readonly embed?: ServeEmbedOptions;
  /** Whom the work is for: clients share workers fairly. An address, or the name of a key. */
  readonly client: string;
  /** Stands in every line of the log about it. */
  readonly requestId: string;
  /** When the answer is of no more use: milliseconds on the clock of `performance.now()`. Absent: the model's `timeout_ms` from now. */
  readonly deadline?: number;
  /** Aborted when the client has gone: what waits is dropped, and the promise rejects with `cancelled`. */
  readonly signal?: AbortSignal;
}

/** An answer to one input. Vectors are views into a buffer that several answers share: do not write into them. */
export type ServeAnswer = Prediction | Embedded;

/** Where a request's time went, in milliseconds. */
export interface ServeTimings {
  /** From the request to the start of its first batch. */
  readonly queue: number;
  /** Inside workers, over the batches that it was part of; those of several workers overlap. */
  readonly inference: number;
  readonly total: number;
  /** How many batches it was cut into. */
  readonly batches: number;
}

/** Answers in the order of the inputs, all from one version. */
export type ServeResponse = {
  readonly model: string;
  readonly version: string;
  readonly timings: ServeTimings;
} & (
  | { readonly kind: "predictor"; readonly answers: readonly Prediction[] }
  | { readonly kind: "encoder"; readonly answers: readonly Embedded[] }
);

/** "predictor": `Prediction`s by the model's task. "encoder": vectors. */
export type ModelKind = "predictor" | "encoder";

/** What a loaded model says of itself; everything in it is plain data. */
export interface ModelDescription {
  readonly kind: ModelKind;
  /** The columns of a row. Encoders take one text, or two that are read together. */
  readonly columns: readonly string[];
  /** The class of its task; of an encoder "encoder". */
  readonly task: string;
  /** The label names of its targets, by target; empty for encoders. */
  readonly labels: Labels;
  /** The length of its vectors with the settings of serve.json; absent for predictors. */
  readonly dim?: number;
  /** The most tokens of a text that it reads, special ones included, where that is limited. */
  readonly maxTokens?: number;
  /** What it answered to its first self-test or warm-up row: which keys there are depends on the task. Absent where no row was at hand. */
  readonly example?: { readonly input: Readonly<Record<string, unknown>>; readonly answer: ServeAnswer };
  /** What the exported file says of itself, except its config (`version` of this library, `metrics`, `quantize`, ...); of folders, nothing. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Rows with recorded answers that the version gave again before it served. */
  readonly selfTest: number;
}

/** A version's life. Only "ready" ones answer; "failed": it could not be loaded, or did not pass its self-test. */
export type VersionState = "loading" | "ready" | "draining" | "failed";

/** A version of a model in this process. */
export interface ServedModel {
  readonly name: string;
  readonly version: string;
  /** The labels that point to it, "production"; a request may name one in place of the version. */
  readonly labels: readonly string[];
  readonly state: VersionState;
  /** Why it failed. */
  readonly error?: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Absent until it is loaded. */
  readonly description?: ModelDescription;
}

/** Models behind one door. */
export interface Serving {
  /** Every version in this process, by model in the order of the config; of a model the current one first. */
  models(): readonly ServedModel[];
  /** The version that a request without or with `version` would go to now. Throws `not_found`; `unavailable` where none is ready. */
  find(name?: string, version?: string): ServedModel & { readonly description: ModelDescription };
  /** Whether there is a model of that name. */
  has(name: string): boolean;
  /**
   * Throws `overloaded` if a request of one usual row for the model, or without a name for any of them, would be refused now:
   * that can be told before it is read.
   */
  requireRoom(name?: string): void;
  /** Throws `ServeError` and nothing else. */
  submit(request: ServeRequest): Promise<ServeResponse>;
  /** Whether every model answers, and nobody has called `drain`. */
  readonly ready: boolean;
  /** Refuses what is new, waits for what is there (each has its deadline), closes workers. */
  drain(): Promise<void>;
}

/** A version's files on this machine. */
export interface ModelBundle {
  /** Unique within the model and never given to other content. Decimal digits where the protocols shall name it. */
  readonly version: string;
  /** An exported file, a run folder, a folder of an encoder, or a folder with one .onnx file and what belongs to it. Nobody changes it before `release`. */
  readonly path: string;
  /** Says that nothing reads the files any more. Called once. */
  release(): Promise<void> | void;
}

/** Where the versions of a model come from: a file that stays, or an alias in a store that moves. */
export interface ModelSource {
  /** For messages: a path, or `store:NAME@ALIAS`. */
  readonly name: string;
  /** The label of what it gives: the alias; "default" for a path. */
  readonly label: string;
  /** What is current now, fetched and verified. Rejects where that cannot be had; the engine asks again later. */
  current(signal?: AbortSignal): Promise<ModelBundle>;
  /** The version that is current now, without fetching anything; the engine does not ask for one that it has, or that was bad. */
  currentVersion(signal?: AbortSignal): Promise<string>;
  /** Calls back when another version may be current; gives what ends that. Absent: it never changes. */
  watch?(changed: () => void): () => Promise<void> | void;
}

/** Why there is no answer, with the status that protocols have for it. */
export const SERVE_FAULTS = {
  /** The inputs do not fit the model. */
  invalid: { http: 422, grpc: "INVALID_ARGUMENT" },
  /** No such model, version or label. */
  not_found: { http: 404, grpc: "NOT_FOUND" },
  /** More rows or characters than the queue ever holds. */
  too_large: { http: 413, grpc: "RESOURCE_EXHAUSTED" },
  /** The queue is full; see `retryAfter`. */
  overloaded: { http: 429, grpc: "RESOURCE_EXHAUSTED" },
  /** Starting, draining, or the worker was lost in mid-batch. */
  unavailable: { http: 503, grpc: "UNAVAILABLE" },
  /** The deadline has passed. */
  deadline: { http: 504, grpc: "DEADLINE_EXCEEDED" },
  /** The client has gone. */
  cancelled: { http: 499, grpc: "CANCELLED" },
  /** A fault of this program or of the model. */
  internal: { http: 500, grpc: "INTERNAL" },
} as const;

export type ServeFault = keyof typeof SERVE_FAULTS;

/** An error whose message is meant for the client: it names no path and no stack. */
export abstract class Refusal<F extends string> extends Error {
  /** Seconds, whole ones; where asking again later may help. */
  readonly retryAfter?: number;
  /** Which part of the request is wrong, `inputs[3].text`. */
  readonly place?: string;

  constructor(
    readonly fault: F,
    message: string,
    options: ErrorOptions & { readonly retryAfter?: number; readonly place?: string } = {},
  ) {
    // Where it was thrown is nobody's business, and to find out costs as much as the rest of a refusal.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
    if (options.place !== undefined) this.place = options.place;
  }
}

/** A refusal by the engine. */
export class ServeError extends Refusal<ServeFault> {
  override readonly name = "ServeError";
}
