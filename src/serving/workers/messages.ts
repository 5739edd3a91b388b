/** @file What the front and a worker tell each other. All of it is plain data, so that it crosses to a thread or a process. */
import type { PtxError } from "../../registry/errors.js";
import type {
  ModelDescription,
  ModelKind,
  ServeAnswer,
  ServeEmbedOptions,
  ServeFault,
} from "../contracts.js";

/** A row's values by column. */
export type RowValues = Readonly<Record<string, unknown>>;

/** What a worker is to serve. */
export interface ModelSpec {
  /** For messages. */
  readonly name: string;
  readonly path: string;
  readonly kind: ModelKind | "auto";
  /** Which of a run's several tasks. */
  readonly task: string | null;
  /** Folder of a low-rank adapter, for encoders of Hugging Face's. */
  readonly adapter: string | null;
  readonly threads: number;
  readonly spinning: boolean;
  /** What encoders are asked for where a request leaves it open. */
  readonly embed: ServeEmbedOptions;
  readonly maxBatchRows: number;
  readonly maxBatchTokens: number;
  readonly include: readonly string[];
}

/** What is wrong with a row, or with all of a batch. */
export interface Fault {
  readonly fault: Extract<ServeFault, "invalid" | "internal">;
  /** For the client. */
  readonly message: string;
  /** For the log; absent where the message says it all. */
  readonly detail?: string;
}

/** Vectors on their way: one buffer, and what is told of each. */
export interface PackedVectors {
  readonly data: Float32Array;
  readonly rows: readonly Omit<Extract<ServeAnswer, { vector: Float32Array }>, "vector">[];
}

export type ToWorker =
  | { readonly type: "load"; readonly spec: ModelSpec; readonly selfTest: boolean }
  | {
      readonly type: "run";
      readonly id: number;
      /** JSON of the options of an encoder, "" for its own. */
      readonly key: string;
      readonly rows: readonly RowValues[];
    }
  /** Let the model go, and wait for another one. */
  | { readonly type: "unload" }
  | { readonly type: "close" };

export type FromWorker =
  | { readonly type: "unloaded" }
  | { readonly type: "loaded"; readonly description: ModelDescription; readonly warmUp: number }
  | {
      readonly type: "refused";
      readonly message: string;
      /** Where it is the user's to mend. */
      readonly problems?: PtxError["problems"];
    }
  | {
      readonly type: "answers";
      readonly id: number;
      readonly milliseconds: number;
      /** By row; a fault in place of an answer. */
      readonly answers: readonly (ServeAnswer | { readonly failed: Fault })[] | PackedVectors;
      /** Bytes that the process holds; of processes of their own. */
      readonly resident?: number;
    };
