import {
  type ServedModel,
  type ServeEmbedOptions,
  ServeError,
  type ServeInput,
  type ServeResponse,
  type Serving,
} from "../contracts.js";
import { FrontError } from "./faults.js";
import { bearerKey, Keys } from "./keys.js";
import { RateLimiter } from "./rate-limit.js";
import type { FrontSettings } from "./settings.js";

/** Who asks, and until when the answer is of use. */
export interface Caller {
  readonly client: string;
  readonly requestId: string;
  readonly signal?: AbortSignal;
  /** On the clock of `performance.now()`. */
  readonly deadline?: number;
}

/** What a protocol asks of a model. */
export interface Asked {
  readonly model?: string | undefined;
  readonly version?: string | undefined;
  readonly inputs: readonly ServeInput[];
  readonly embed?: ServeEmbedOptions | undefined;
}

/** The way in, for every protocol: who may ask, how often, how much. */
export class Door {
  readonly #keys: Keys;
  readonly #limiter: RateLimiter | null;
  #open = true;

  constructor(
    readonly serving: Serving,
    readonly settings: FrontSettings,
  ) {
    const { keys, rate_limit: rate } = settings;
    this.#keys = new Keys(keys);
    this.#limiter =
      rate && new RateLimiter({ requestsPerSecond: rate.requests_per_second, burst: rate.burst });
  }

  /** Whether the server is not about to stop. */
  get open(): boolean {
    return this.#open;
  }

  /** Whether a load balancer may send requests. */
  get ready(): boolean {
    return this.#open && this.serving.ready;
  }

  /** Says that the server is about to stop; what comes all the same is answered. */
  close(): void {
    this.#open = false;
  }

  /** Who a request is from: the owner of its key, else its address. Throws `unauthenticated`. */
  identify(authorization: string | undefined, address: string): string {
    if (this.#keys.open) return address;
    const key = bearerKey(authorization);
    const owner = key === undefined ? undefined : this.#keys.ownerOf(key);
    if (owner !== undefined) return owner;
    throw new FrontError(
      "unauthenticated",
      key === undefined ? "a key is needed: Authorization: Bearer KEY" : "nobody has this key",
    );
  }

  /** Counts a request of a client. Throws `rate_limited`. */
  count(client: string): void {
    const wait = this.wait(client);
    if (wait === 0) return;
    const { requests_per_second: rate, burst } = this.settings.rate_limit!;
    throw new FrontError(
      "rate_limited",
      `${rate} requests a second are taken of a client, ${burst} at once`,
      {
        retryAfter: Math.ceil(wait / 1000),
      },
    );
  }

  /** Counts a request of a client if it may come now, and gives 0; else the milliseconds until it may. */
  wait(client: string): number {
    return this.#limiter?.take(client) ?? 0;
  }

  /** The first model that gives vectors, for requests that name none; undefined: none does. */
  firstEncoder(): string | undefined {
    const gives = ({ description }: ServedModel): boolean =>
      description?.kind === "encoder" ||
      (description?.example && "embedding" in description.example.answer) === true;
    return this.serving.models().find(gives)?.name;
  }

  /** Answers of a model. Throws `ServeError`s, and `too_large` and `invalid` for more than is taken. */
  ask({ model, version, inputs, embed }: Asked, caller: Caller): Promise<ServeResponse> {
    const { max_rows: rows, max_text_characters: characters } = this.settings;
    if (inputs.length > rows)
      throw new ServeError("too_large", `${inputs.length} inputs in one request, and ${rows} are taken`, {
        place: "inputs",
      });
    for (const [i, input] of inputs.entries()) requireShort(input, characters, `inputs[${i}]`);
    return this.serving.submit({
      ...{ inputs, ...caller },
      ...(model !== undefined && { model }),
      ...(version !== undefined && { version }),
      ...(embed !== undefined && Object.keys(embed).length > 0 && { embed }),
    });
  }
}

/** Throws `invalid` where a text within a value is longer than `most`. */
function requireShort(value: unknown, most: number, place: string): void {
  if (typeof value === "string") {
    if (value.length <= most) return;
    const message = `a text of ${value.length} characters, and ${most} are taken`;
    throw new ServeError("invalid", message, { place });
  }
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value))
    for (let i = 0; i < value.length; i++) requireShort(value[i], most, `${place}[${i}]`);
  else for (const [key, inner] of Object.entries(value)) requireShort(inner, most, `${place}.${key}`);
}
