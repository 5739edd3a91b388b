/** @file Collection: what nothing refers to any more goes; what an alias or a user needs stays. */
import { randomUUID } from "node:crypto";
import { PtxError, ptxError } from "../../registry/errors.js";
import type { StoreBackend, Swept } from "./backend.js";
import { heard } from "./live-note.js";
import { type ModelRecord, present, rollbackTarget } from "./model-record.js";
import { isRunning, KEYS, LEASE_MS, type ModelStore } from "./model-store.js";

/** What is to go. */
export interface CollectOptions {
  /** Of each model the so many highest versions stay, and those that are needed; absent: all versions. */
  readonly keep?: number;
  /** What is younger stays, in milliseconds: a push may be at work. At least a minute. */
  readonly graceMs?: number;
  /** Only tells what would go. */
  readonly dryRun?: boolean;
}

/** What went, or would. */
export interface Collected {
  readonly removed: readonly { readonly model: string; readonly version: number }[];
  /** Versions beyond `keep` that stay, and why. */
  readonly kept: readonly { readonly model: string; readonly version: number; readonly why: string }[];
  readonly blobs: Swept;
  /** Parts of pushes that did not end, and records of those who have gone. */
  readonly leftovers: Swept;
}

/** The default of `graceMs`. */
const GRACE_MS = 3600_000;
const LEAST_GRACE_MS = 60_000;

/**
 * Collects. One collection runs at a time; pushes that begin meanwhile wait for its end.
 *
 * Why nothing is lost: a push first writes a note of all that it will refer to, then waits while a collection is at work,
 * and only then looks what the store has. A collection first says that it is at work, then reads the notes, and only
 * then the records. So either it sees the note, or the push waits for it, or the push has ended and its record is seen.
 */
export async function collect(store: ModelStore, options: CollectOptions = {}): Promise<Collected> {
  const { graceMs = GRACE_MS, dryRun = false, keep } = options;
  if (graceMs < LEAST_GRACE_MS)
    throw ptxError(
      "PTX_USAGE",
      "grace",
      "it is at least a minute: a push that is at work says so every ten seconds",
    );
  const old = keep === undefined ? { removed: [], kept: [] } : await removeOld(store, keep, dryRun);
  const turn = await Turn.take(store);
  try {
    const { live, gone } = await survey(store, graceMs, old.removed);
    const blobs = { items: 0, bytes: 0 };
    for await (const { sha256, bytes } of store.backend.blobs()) {
      if (live.has(sha256)) continue;
      await turn.renew();
      if (!dryRun) await store.backend.remove(sha256);
      blobs.items++;
      blobs.bytes += bytes;
    }
    const leftovers = { items: gone.length, bytes: 0 };
    if (!dryRun) {
      for (const key of gone) await store.backend.dropNote(key);
      const swept = await store.backend.sweep(graceMs);
      leftovers.items += swept.items;
      leftovers.bytes += swept.bytes;
    }
    return { ...old, blobs, leftovers };
  } finally {
    await turn.end();
  }
}

/** Removes versions beyond the highest `keep` of each model, except what is needed. */
async function removeOld(
  store: ModelStore,
  keep: number,
  dryRun: boolean,
): Promise<Pick<Collected, "removed" | "kept">> {
  const removed: { model: string; version: number }[] = [];
  const kept: { model: string; version: number; why: string }[] = [];
  for (const model of await store.models()) {
    const record = await store.record(model);
    const leased = new Map((await store.leases(model)).map(({ version, by }) => [version, by]));
    for (const { version } of present(record).slice(0, keep === 0 ? undefined : -keep)) {
      const user = leased.get(version);
      let why = neededBy(record, version) ?? (user === undefined ? undefined : `in use by ${user}`);
      if (why === undefined && !dryRun) why = await removal(store, model, version);
      if (why === undefined) removed.push({ model, version });
      else kept.push({ model, version, why });
    }
  }
  return { removed, kept };
}

/** Removes a version; gives why not, where somebody came to need it in this moment. */
async function removal(store: ModelStore, model: string, version: number): Promise<string | undefined> {
  try {
    await store.remove(model, version);
    return undefined;
  } catch (error) {
    if (error instanceof PtxError && error.code === "PTX_STORE_CONFLICT") return error.problems[0].message;
    throw error;
  }
}

function neededBy(record: ModelRecord, version: number): string | undefined {
  for (const entry of record.aliases) {
    if (entry.version === version) return `${entry.alias} points to it`;
    if (rollbackTarget(record, entry) === version) return `${entry.alias} would be rolled back to it`;
  }
  return undefined;
}

/** The contents that something refers to, and the notes of those who have gone. */
async function survey(
  store: ModelStore,
  graceMs: number,
  removed: Collected["removed"],
): Promise<{ live: ReadonlySet<string>; gone: readonly string[] }> {
  const live = new Set<string>();
  const gone: string[] = [];
  const now = Date.now();
  for (const { key, at, content } of (await store.backend.notes(KEYS.uploads)).map(heard)) {
    if (now - at > graceMs) gone.push(key);
    else if (Array.isArray(content.blobs)) for (const sha256 of content.blobs) live.add(String(sha256));
  }
  for (const { key, at } of (await store.backend.notes(KEYS.leases)).map(heard))
    if (now - at > Math.max(graceMs, LEASE_MS)) gone.push(key);
  for (const model of await store.models())
    for (const entry of (await store.record(model)).versions) {
      const dropped = removed.some((each) => each.model === model && each.version === entry.version);
      // What was removed a moment ago may still be taken back.
      const stays = entry.removed === undefined || now - Date.parse(entry.removed) < graceMs;
      if (dropped || !stays) continue;
      live.add(entry.digest);
      for (const file of await filesOf(store, { ...entry, model })) live.add(file);
    }
  return { live, gone };
}

/** The contents of a version. Nothing can be collected where that cannot be told. */
async function filesOf(
  store: ModelStore,
  version: Parameters<ModelStore["manifest"]>[0],
): Promise<readonly string[]> {
  try {
    return (await store.manifest(version)).files.map(({ sha256 }) => sha256);
  } catch (error) {
    if (!(error instanceof PtxError) || error.code !== "PTX_STORE_DAMAGED") throw error;
    if (version.removed !== undefined) return [];
    const place = `${version.model}@${version.version}`;
    const { where, message } = error.problems[0];
    throw ptxError(
      "PTX_STORE_DAMAGED",
      where,
      `${message}; what it needs cannot be told, and nothing was collected`,
      `pytext-ts models rm ${place}`,
    );
  }
}

/** How long a collection is taken to be at work without a sign of life. */
const TURN_MS = 120_000;

/** The right to collect: one at a time in a store. */
class Turn {
  #until = 0;
  #revision: string | undefined;
  readonly #id = randomUUID();

  private constructor(
    readonly backend: StoreBackend,
    readonly by: string,
  ) {}

  static async take(store: ModelStore): Promise<Turn> {
    const turn = new Turn(store.backend, store.options.by ?? "unknown");
    const found = await store.backend.document(KEYS.collection);
    if (found !== undefined && isRunning(found.text)) {
      const { by } = JSON.parse(found.text) as { by: string };
      throw ptxError(
        "PTX_STORE_CONFLICT",
        store.name,
        `another collection is at work, by ${by}; try again when it has ended`,
      );
    }
    turn.#revision = found?.revision;
    await turn.#say(Date.now() + TURN_MS);
    return turn;
  }

  /** Makes sure that it is still this one's turn. */
  async renew(): Promise<void> {
    if (this.#until - Date.now() < TURN_MS / 2) await this.#say(Date.now() + TURN_MS);
  }

  async end(): Promise<void> {
    await this.#say(0).catch(() => {}); // it ends by itself
  }

  async #say(until: number): Promise<void> {
    const text = JSON.stringify({ by: this.by, id: this.#id, until });
    const revision = await this.backend.swap(KEYS.collection, text, this.#revision);
    if (revision === undefined)
      throw ptxError(
        "PTX_STORE_CONFLICT",
        this.backend.name,
        "another collection began meanwhile; this one ends",
      );
    this.#revision = revision;
    this.#until = until;
  }
}
