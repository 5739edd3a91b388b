/** `pytext-ts/client`: a client of `pytext-ts serve`. It loads nothing of the rest of the library. */
import type { EmbeddingPooling } from "../../tasks/embed/options.js";
import type { Prediction } from "../../tasks/prediction.js";
import { inWindow } from "../in-window.js";
import { batched } from "./batched.js";
import { type CallOptions, Transport, type TransportOptions } from "./transport.js";
import { vectorFrom } from "./vector.js";

export type { EmbeddingPooling } from "../../tasks/embed/options.js";
export type { Prediction } from "../../tasks/prediction.js";
export { ServeClientError } from "./errors.js";
export type { CallOptions, TransportOptions } from "./transport.js";

/** A row: the text of a model of one column, texts in the order of the columns, or values by column. */
export type Row = string | readonly string[] | Readonly<Record<string, unknown>>;

/** A text, or two that are read together. */
export type EmbedText = string | readonly [string, string];

/** Which model. */
export interface Target extends CallOptions {
  /** Default: the server's first one; for vectors the first that gives them. */
  readonly model?: string;
  /** A version ("3") or a label ("production"). */
  readonly version?: string;
}

/** Options of predictions. */
export interface PredictOptions extends Target {
  /** What `start` and `end` count. Default: "utf16", as JavaScript's strings do. */
  readonly offsetUnit?: "utf16" | "codepoint" | "utf8";
}

/** Options of vectors; what is left open is as the server has it. */
export interface EmbedOptions extends Target {
  readonly pooling?: EmbeddingPooling;
  readonly layers?: readonly number[];
  readonly maskClsSep?: boolean;
  readonly maxSeqLen?: number;
  readonly normalize?: boolean;
  /** Whether each text's tokens come along. */
  readonly showTokens?: boolean;
}

/** Which version answered, and where the time went there, in milliseconds. */
export interface AnswerHead {
  readonly model: string;
  readonly version: string;
  readonly timings: { readonly queue_ms: number; readonly inference_ms: number; readonly total_ms: number };
}

/** Predictions in the order of the rows. */
export interface PredictAnswer extends AnswerHead {
  readonly predictions: readonly Prediction[];
}

/** A text's vector. */
export interface Embedding {
  /** `[dim]`; with the pooling "none" `[tokens, dim]`, row by row. */
  readonly vector: Float32Array;
  readonly dims: readonly number[];
  /** Whether the text had more tokens than the model reads. */
  readonly truncated: boolean;
  /** With `showTokens`: what the model read, and how much of it its vocabulary lacks. */
  readonly tokens?: readonly string[];
  readonly unknown?: number;
}

/** Vectors in the order of the texts. */
export interface EmbedAnswer extends AnswerHead {
  readonly embeddings: readonly Embedding[];
}

/** How many rows go in a request, how many requests are under way, and in which order answers come. */
export interface ManyOptions {
  /** Default: 32. */
  readonly batch?: number;
  /** Default: 8. */
  readonly window?: number;
  /** Whether answers come in the order of the rows, or as soon as they are there. Default: true. */
  readonly ordered?: boolean;
}

/** An answer among many. */
export interface Numbered {
  /** The number of its row, from 0. */
  readonly index: number;
  readonly version: string;
}

/** A version of a model as the server lists it. */
export interface ListedVersion {
  readonly version: string;
  readonly labels: readonly string[];
  readonly state: "loading" | "ready" | "draining" | "failed";
  readonly kind?: "predictor" | "encoder";
  readonly task?: string;
  readonly columns?: readonly string[];
  readonly dim?: number;
  readonly max_tokens?: number;
  readonly error?: string;
}

/** A client of one server. Every call has a time-out; `close` it when done. */
export class ServeClient {
  readonly #transport: Transport;

  /** @param url where the server is: `http://127.0.0.1:8000` */
  constructor(url: string, options: TransportOptions = {}) {
    this.#transport = new Transport(url, options);
  }

  /** Predictions for rows. Throws `ServeClientError`. */
  async predict(rows: readonly Row[], options: PredictOptions = {}): Promise<PredictAnswer> {
    const { offsetUnit } = options;
    const body = { inputs: rows, ...(offsetUnit !== undefined && { offset_unit: offsetUnit }) };
    return (await this.#post("/v1/predict", body, options)) as PredictAnswer;
  }

  /** Vectors of texts. Throws `ServeClientError`. */
  async embed(texts: readonly EmbedText[], options: EmbedOptions = {}): Promise<EmbedAnswer> {
    const { pooling, layers, maskClsSep, maxSeqLen, normalize, showTokens } = options;
    const body = { inputs: texts, encoding_format: "base64", pooling, layers, normalize };
    const rest = { mask_cls_sep: maskClsSep, max_seq_len: maxSeqLen, show_tokens: showTokens };
    const answer = (await this.#post("/v1/embed", { ...body, ...rest }, options)) as WrittenVectors;
    const embeddings = answer.embeddings.map(({ embedding, ...facts }) => ({
      ...facts,
      vector: vectorFrom(embedding),
    }));
    return { ...answer, embeddings };
  }

  /** Predictions for any number of rows, which are read as there is room for them. */
  predictAll(
    rows: Iterable<Row> | AsyncIterable<Row>,
    options: PredictOptions & ManyOptions = {},
  ): AsyncGenerator<Numbered & { readonly prediction: Prediction }> {
    return many(rows, options, async (batch, signal) => {
      const { version, predictions } = await this.predict(batch, { ...options, signal });
      return predictions.map((prediction) => ({ version, prediction }));
    });
  }

  /** Vectors of any number of texts, which are read as there is room for them. */
  embedAll(
    texts: Iterable<EmbedText> | AsyncIterable<EmbedText>,
    options: EmbedOptions & ManyOptions = {},
  ): AsyncGenerator<Numbered & Embedding> {
    return many(texts, options, async (batch, signal) => {
      const { version, embeddings } = await this.embed(batch, { ...options, signal });
      return embeddings.map((embedding) => ({ version, ...embedding }));
    });
  }

  /** The server's models with their versions. */
  async models(
    options: CallOptions = {},
  ): Promise<readonly { readonly id: string; readonly versions: readonly ListedVersion[] }[]> {
    const { data } = (await this.#transport.call("/v1/models", null, options)) as {
      data: { id: string; versions: ListedVersion[] }[];
    };
    return data.map(({ id, versions }) => ({ id, versions }));
  }

  /** Ends the connections when their answers have come. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  #post(path: string, body: object, { model, version, timeoutMs, signal }: Target): Promise<unknown> {
    const make = (milliseconds: number) => ({
      ...body,
      ...(model !== undefined && { model }),
      ...(version !== undefined && { version }),
      timeout_ms: Math.min(milliseconds, LONGEST_TIMEOUT),
    });
    return this.#transport.call(path, make, {
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(signal !== undefined && { signal }),
    });
  }
}

/** The longest time that a server takes. */
const LONGEST_TIMEOUT = 3_600_000;

interface WrittenVectors extends AnswerHead {
  readonly embeddings: readonly (Omit<Embedding, "vector"> & {
    readonly embedding: string | readonly string[];
  })[];
}

/** Asks batches of rows, several at a time. What is under way when the caller has had enough is given up. */
async function* many<T, A extends object>(
  rows: Iterable<T> | AsyncIterable<T>,
  { batch = 32, window = 8, ordered = true, signal }: ManyOptions & CallOptions,
  ask: (rows: readonly T[], signal: AbortSignal) => Promise<readonly A[]>,
): AsyncGenerator<Numbered & A> {
  const controller = new AbortController();
  const end = signal === undefined ? controller.signal : AbortSignal.any([controller.signal, signal]);
  const run = async (part: { readonly from: number; readonly items: readonly T[] }) => {
    const answers = await ask(part.items, end);
    return answers.map((answer, i) => ({ index: part.from + i, ...answer }));
  };
  try {
    for await (const answers of inWindow(batched(rows, batch), run, { window, ordered }))
      yield* answers as unknown as (Numbered & A)[];
  } finally {
    controller.abort();
  }
}
