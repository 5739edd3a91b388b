import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import { ServeClientError } from "./errors.js";

/** How a client reaches its server. */
export interface TransportOptions {
  /** A key of the server's. */
  readonly key?: string;
  /** Milliseconds for a call, with all its attempts. Default: 30,000. */
  readonly timeoutMs?: number;
  /** How many times a call is asked again after a refusal for want of room (429, 503) or a lost connection. Default: 4. */
  readonly retries?: number;
  /** Connections, which stay open. Default: 8. */
  readonly connections?: number;
  /** Requests that a connection carries before their answers come. Default: 1. */
  readonly pipelining?: number;
  /** Certificates, PEM, that the server's is signed by, in place of those that everybody trusts. */
  readonly ca?: string;
}

/** What is sent along with one call. */
export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The first wait before another attempt, and the longest, where the server names none. */
const [FIRST_WAIT, LONGEST_WAIT] = [100, 5000];

interface Answer {
  readonly status: number;
  readonly retryAfter: number | null;
  readonly body: unknown;
}

/** Calls of one server, repeated where that is of use. */
export class Transport {
  readonly #pool: Pool;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;
  readonly #retries: number;

  constructor(url: string, options: TransportOptions) {
    const { key, timeoutMs = 30_000, retries = 4, connections = 8, pipelining = 1, ca } = options;
    this.#pool = new Pool(url, {
      ...{ connections, pipelining, keepAliveTimeout: 60_000 },
      ...(ca !== undefined && { connect: { ca } }),
    });
    this.#headers = {
      "content-type": "application/json",
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    };
    this.#timeoutMs = timeoutMs;
    this.#retries = retries;
  }

  /** Gets an address, or posts a body made for the milliseconds that are left. Throws `ServeClientError`. */
  async call(
    path: string,
    body: ((milliseconds: number) => object) | null,
    { timeoutMs = this.#timeoutMs, signal }: CallOptions = {},
  ): Promise<unknown> {
    const end = performance.now() + timeoutMs;
    for (let attempts = 1; ; attempts++) {
      const left = end - performance.now();
      if (left < 1) throw late(timeoutMs, attempts - 1);
      const last = attempts > this.#retries;
      let wait = Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempts - 1));
      try {
        const answer = await this.#once(path, body?.(Math.ceil(left)), left, signal);
        if (answer.status < 400) return answer.body;
        if (last || (answer.status !== 429 && answer.status !== 503)) throw refusal(answer, attempts);
        if (answer.retryAfter !== null) wait += answer.retryAfter * 1000;
        // There is no time for another attempt: the server's reason tells more than a time-out would.
        if (performance.now() + wait >= end) throw refusal(answer, attempts);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof ServeClientError) throw error;
        if (isTimeout(error)) throw late(timeoutMs, attempts);
        if (last || performance.now() + wait >= end) throw lost(error as Error, attempts);
      }
      await sleep(wait, undefined, signal === undefined ? {} : { signal });
    }
  }

  /** Ends the connections when their answers have come. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #once(
    path: string,
    body: object | undefined,
    left: number,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const timeout = AbortSignal.timeout(Math.ceil(left));
    const response = await this.#pool.request({
      path,
      method: body === undefined ? "GET" : "POST",
      headers: this.#headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      // Asking a model twice does no harm: requests may follow each other on a connection.
      ...{ idempotent: true, blocking: false, headersTimeout: 0, bodyTimeout: 0 },
    });
    const { statusCode: status, headers } = response;
    const text = await response.body.text();
    const retryAfter = Number(headers["retry-after"]);
    return {
      status,
      retryAfter: headers["retry-after"] !== undefined && retryAfter >= 0 ? retryAfter : null,
      body: parsed(text, status),
    };
  }
}

function parsed(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // A proxy in between answers in words of its own.
    if (status >= 400) return { error: { message: text.slice(0, 200) } };
    const message = `the answer is not JSON: ${text.slice(0, 200)}`;
    throw new ServeClientError(message, { code: "protocol", attempts: 1, status }, { cause: error });
  }
}

interface Refusal {
  readonly code?: string;
  readonly message?: string;
  readonly place?: string;
  readonly request_id?: string;
}

function refusal({ status, body }: Answer, attempts: number): ServeClientError {
  const { code = "protocol", message = "", place, request_id } = (body as { error?: Refusal }).error ?? {};
  const where = place === undefined ? "" : `${place}: `;
  return new ServeClientError(`${status} ${code}: ${where}${message}`, {
    ...{ code, status, place, attempts },
    requestId: request_id,
  });
}

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === "TimeoutError";

const late = (timeoutMs: number, attempts: number): ServeClientError =>
  new ServeClientError(`no answer within ${timeoutMs} ms`, { code: "timeout", attempts });

const lost = (error: Error, attempts: number): ServeClientError =>
  new ServeClientError(`no answer: ${error.message}`, { code: "connection", attempts }, { cause: error });
