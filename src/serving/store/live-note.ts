/** @file Signs of life: a note in the store that its writer renews, and that no longer counts once it does not. */
import { randomUUID } from "node:crypto";
import { isObject, type JsonObject } from "../../registry/json.js";
import type { Note, StoreBackend } from "./backend.js";

/** How often a note is renewed. */
const BEAT_MS = 10_000;

/** Of a note, what it says and when it last did. */
export interface Heard {
  readonly key: string;
  /** Milliseconds since 1970, by the clock of its writer. */
  readonly at: number;
  readonly content: JsonObject;
}

/** A note that is renewed until it is stopped. */
export class LiveNote {
  readonly #timer: NodeJS.Timeout;
  #beating: Promise<void> = Promise.resolve();

  private constructor(
    readonly backend: StoreBackend,
    readonly key: string,
    readonly text: () => string,
  ) {
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
    this.#timer.unref();
  }

  /** Writes `content` under `prefix` and a name of its own. */
  static async start(backend: StoreBackend, prefix: string, content: JsonObject): Promise<LiveNote> {
    const key = `${prefix}/${randomUUID()}`;
    const text = (): string => JSON.stringify({ ...content, at: Date.now() });
    await backend.note(key, text());
    return new LiveNote(backend, key, text);
  }

  /** Takes the note away. A store that cannot be reached keeps it until it is too old to count. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    await this.backend.dropNote(this.key).catch(() => {});
  }

  /** A beat that fails is made up for by the next: a note counts for many of them. */
  #beat(): void {
    this.#beating = this.#beating.then(() => this.backend.note(this.key, this.text())).catch(() => {});
  }
}

/** What a note says; one that cannot be read was last heard of at the start of time. */
export function heard({ key, text }: Note): Heard {
  try {
    const content: unknown = JSON.parse(text);
    if (isObject(content) && typeof content.at === "number") return { key, at: content.at, content };
  } catch {
    // Not what this program writes.
  }
  return { key, at: 0, content: {} };
}
