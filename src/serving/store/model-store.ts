/** @file Models by name, version and alias, in whatever place a `StoreBackend` stands for. */
import { setTimeout as sleep } from "node:timers/promises";
import { ptxError } from "../../registry/errors.js";
import type { JsonObject } from "../../registry/json.js";
import { printable } from "../../registry/printable.js";
import type { StoreBackend } from "./backend.js";
import type { Bundle, BundleFile } from "./bundle.js";
import { heard, LiveNote } from "./live-note.js";
import { type Manifest, type ManifestFile, printManifest, readManifest, sha256Of } from "./manifest.js";
import {
  type Expected,
  emptyRecord,
  type ModelRecord,
  noVersion,
  readRecord,
  resolveIn,
  type Stamp,
  type VersionEntry,
  withAlias,
  withoutAlias,
  withoutVersion,
  withRollback,
  withTags,
  withVersion,
  withVersionAgain,
} from "./model-record.js";
import { type ModelReference, missing, printReference, requireAliasName, requireModelName } from "./names.js";
import { checked, digested, gathered, piecesOf } from "./pieces.js";
import { watchDocument } from "./watch-document.js";

/** Where things stand in a back end: these documents, and notes of those who use it. */
export const KEYS = {
  models: "models",
  collection: "control/collection",
  uploads: "uploads",
  leases: "leases",
} as const;

/** Those who have not been heard of for so long hold nothing any more. */
export const LEASE_MS = 10 * 60_000;

/** How an opened store behaves. */
export interface StoreOptions {
  /** Who changes things, for the history: `user@host` by default. */
  readonly by?: string;
  /** What a person must see. */
  warn?(line: string): void;
}

/** What is told with a push. */
export interface PutOptions {
  /** The version of the same model that it was made from. */
  readonly parent?: number;
  readonly message?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Sends what the store has already, too: mends contents that were damaged there. */
  readonly rewrite?: boolean;
  /** Called before each file is sent, and for those that the store has already. */
  progress?(file: ManifestFile, kept: boolean): void;
}

/** A version that a reference meant when it was asked. */
export interface ResolvedVersion extends VersionEntry {
  readonly model: string;
}

/** What a push made. */
export interface PutResult {
  readonly version: number;
  /** SHA-256 of the manifest: it covers every byte of every file. */
  readonly digest: string;
  /** False where the model has had the same content as this version before. */
  readonly added: boolean;
  readonly files: readonly ManifestFile[];
  /** Bytes that were sent; the store had the others. */
  readonly sent: number;
}

/** Someone who uses a version. */
export interface LeaseFacts {
  readonly version: number;
  readonly by: string;
  /** What for: "serving", "pull". */
  readonly use: string;
  /** Milliseconds since 1970 when it was last heard of. */
  readonly at: number;
}

/** Keeps a version in the store until it is released, or its process is not heard of for ten minutes. */
export interface Lease {
  release(): Promise<void>;
}

/**
 * Models in versions that never change, and aliases that move. Everything that a model's record says changes at once or
 * not at all, whoever else is at work; contents are kept under their SHA-256, and checked whenever they are read.
 * Errors: `PTX_STORE`, `PTX_STORE_MISSING`, `PTX_STORE_CONFLICT`, `PTX_STORE_DAMAGED`.
 */
export class ModelStore {
  constructor(
    readonly backend: StoreBackend,
    readonly options: StoreOptions = {},
  ) {}

  /** The address without secrets. */
  get name(): string {
    return this.backend.name;
  }

  /**
   * Adds a version. It is seen when all of it is there; the same content again stays the version that it is.
   * What a push leaves that did not end is taken away by `collect`.
   */
  async put(model: string, bundle: Bundle, options: PutOptions = {}): Promise<PutResult> {
    requireModelName(model);
    const known = await this.backend.document(`${KEYS.models}/${model}`);
    const before = known === undefined ? emptyRecord(model) : readRecord(known.text, model, this.name);
    this.#requireParent(before, options.parent);
    const sources = new Map<string, BundleFile>();
    const files: ManifestFile[] = [];
    for (const file of bundle.files) {
      const blob = await digested(piecesOf(file));
      files.push({ path: file.path, ...blob });
      sources.set(blob.sha256, file);
    }
    const { parent, message } = options;
    const manifest: Manifest = {
      format: 1,
      ...bundle.facts,
      files,
      ...(parent !== undefined && { parent }),
      ...(message !== undefined && { message }),
    };
    const text = printManifest(manifest);
    const digest = sha256Of(text);
    sources.set(digest, { path: "the manifest", bytes: text });
    const blobs = [...files, { path: "the manifest", sha256: digest, bytes: text.byteLength }];
    const pins = { by: this.#by, model, blobs: [...sources.keys()] };
    const note = await LiveNote.start(this.backend, KEYS.uploads, pins);
    try {
      await this.#waitForCollection();
      let sent = 0;
      for (const blob of blobs) sent += await this.#send(blob, sources, options);
      let put = { version: 0, added: false };
      const tags = Object.entries(options.tags ?? {}).map(([key, value]) => ({ key, value }));
      const content = { digest, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), tags };
      await this.#update(model, (record) => {
        const { record: next, ...result } = withVersion(record, content, this.#stamp());
        put = result;
        return put.added ? next : withTags(next, put.version, options.tags ?? {});
      });
      // A collector that was stopped in mid-work, and went on much later, may have taken what this push relied on.
      for (const blob of blobs) await this.#send(blob, sources, {});
      return { ...put, digest, files, sent };
    } finally {
      await note.stop();
    }
  }

  /** The names of all models. */
  async models(): Promise<string[]> {
    const found = await this.backend.documents(KEYS.models);
    return [...found].sort();
  }

  /** Versions and aliases of a model. */
  async record(model: string): Promise<ModelRecord> {
    requireModelName(model);
    const document = await this.backend.document(`${KEYS.models}/${model}`);
    if (document !== undefined) return readRecord(document.text, model, this.name);
    throw missing(this.name, "model", model, await this.models());
  }

  /** The version that a reference means now. */
  async resolve(reference: ModelReference): Promise<ResolvedVersion> {
    const { model } = reference;
    return { ...resolveIn(await this.record(model), reference, this.name), model };
  }

  /** What a version consists of. */
  async manifest({ model, version, digest }: ResolvedVersion): Promise<Manifest> {
    const where = this.#where({ model, version });
    const pieces = this.backend.read(digest);
    const text = await gathered(pieces);
    const is = sha256Of(text);
    if (is !== digest)
      throw ptxError("PTX_STORE_DAMAGED", where, `its manifest has the SHA-256 ${is}, not ${digest}`);
    return readManifest(new TextDecoder().decode(text), where);
  }

  /** A file's bytes. Throws `PTX_STORE_DAMAGED`, at the end at the latest, unless they are those that were pushed. */
  file({ model, version }: ResolvedVersion, file: ManifestFile): AsyncIterable<Uint8Array> {
    const where = `${this.#where({ model, version })}  ${printable(file.path)}`;
    return checked(this.backend.read(file.sha256), file, (message) =>
      ptxError("PTX_STORE_DAMAGED", where, `the store gives ${message}`),
    );
  }

  /** Moves an alias to a version, or makes it. With `expected` only where it stands there, or (null) does not exist. */
  async setAlias(model: string, alias: string, version: number, expected?: Expected): Promise<ModelRecord> {
    requireAliasName(alias);
    const where = this.#where({ model, alias });
    return this.#change(model, (record) => {
      resolveIn(record, { model, version }, this.name);
      return withAlias(record, alias, version, this.#stamp(), where, expected);
    });
  }

  /** Moves an alias back to where it stood before. */
  async rollback(model: string, alias: string, expected?: Expected): Promise<ModelRecord> {
    requireAliasName(alias);
    const where = this.#where({ model, alias });
    return this.#change(model, (record) => withRollback(record, alias, this.#stamp(), where, expected));
  }

  /** Takes an alias away; its version stays. */
  async removeAlias(model: string, alias: string): Promise<ModelRecord> {
    requireAliasName(alias);
    return this.#change(model, (record) => withoutAlias(record, alias, this.#where({ model, alias })));
  }

  /** Sets tags of a version; an empty value takes one away. */
  async tag(reference: ModelReference, changes: Readonly<Record<string, string>>): Promise<ModelRecord> {
    return this.#change(reference.model, (record) =>
      withTags(record, resolveIn(record, reference, this.name).version, changes),
    );
  }

  /** Removes a version that no alias points to and nobody uses; its number is not given again. */
  async remove(model: string, version: number): Promise<void> {
    const where = this.#where({ model, version });
    await this.#requireUnused(model, version, where);
    await this.#change(model, (record) => {
      resolveIn(record, { model, version }, this.name);
      return withoutVersion(record, version, this.#stamp().at, where);
    });
    // Who takes a lease looks afterwards whether the version is still there, and who removes whether there is a lease:
    // one of the two sees the other.
    try {
      await this.#requireUnused(model, version, where);
    } catch (error) {
      await this.#change(model, (record) => withVersionAgain(record, version));
      throw error;
    }
  }

  /** Keeps a version from being removed. */
  async hold({ model, version }: ResolvedVersion, use: string): Promise<Lease> {
    const prefix = `${KEYS.leases}/${model}/${version}`;
    const note = await LiveNote.start(this.backend, prefix, { by: this.#by, use });
    try {
      resolveIn(await this.record(model), { model, version }, this.name);
    } catch (error) {
      await note.stop();
      throw error;
    }
    return { release: () => note.stop() };
  }

  /** Who uses versions of a model. */
  async leases(model: string): Promise<LeaseFacts[]> {
    requireModelName(model);
    const notes = (await this.backend.notes(`${KEYS.leases}/${model}`)).map(heard);
    return notes
      .filter(({ at }) => Date.now() - at < LEASE_MS)
      .map(({ key, at, content }) => ({
        version: Number(key.split("/")[2]),
        by: text(content, "by"),
        use: text(content, "use"),
        at,
      }));
  }

  /** Calls back whenever a model's record has changed; the returned function ends that. */
  watch(model: string, changed: () => void, pollMs?: number): () => Promise<void> {
    requireModelName(model);
    const warn = (line: string): void => this.options.warn?.(`${this.#where({ model })}: ${line}`);
    return watchDocument(this.backend, `${KEYS.models}/${model}`, changed, {
      warn,
      ...(pollMs !== undefined && { pollMs }),
    });
  }

  async close(): Promise<void> {
    await this.backend.close();
  }

  get #by(): string {
    return this.options.by ?? "unknown";
  }

  #stamp(): Stamp {
    return { at: new Date().toISOString(), by: this.#by };
  }

  #where(reference: ModelReference): string {
    return `${this.name}  ${printReference(reference)}`;
  }

  /** Sends bytes that the store does not have. Gives how many. */
  async #send(
    { path, sha256, bytes }: ManifestFile,
    sources: ReadonlyMap<string, BundleFile>,
    { progress, rewrite = false }: PutOptions,
  ): Promise<number> {
    const kept = !rewrite && (await this.backend.sizeOf(sha256)) === bytes;
    progress?.({ path, sha256, bytes }, kept);
    if (kept) return 0;
    const source = sources.get(sha256)!;
    const place = "from" in source ? source.from : path;
    const pieces = checked(piecesOf(source), { sha256, bytes }, (message) =>
      ptxError("PTX_FILE_MISSING", place, `it was changed while it was pushed: it now has ${message}`),
    );
    await this.backend.write({ sha256, bytes }, pieces);
    return bytes;
  }

  #requireParent(record: ModelRecord, parent: number | undefined): void {
    if (parent === undefined || record.versions.some(({ version }) => version === parent)) return;
    throw noVersion(record, parent, `${this.#where({ model: record.model })}  parent`);
  }

  async #requireUnused(model: string, version: number, where: string): Promise<void> {
    const users = (await this.leases(model)).filter((lease) => lease.version === version);
    if (users.length === 0) return;
    const told = users.slice(0, 5).map(({ by, use }) => `${printable(by, 80)} (${printable(use, 40)})`);
    const rest = users.length > 5 ? ` and ${users.length - 5} others` : "";
    throw ptxError("PTX_STORE_CONFLICT", where, `version ${version} is in use by ${told.join(", ")}${rest}`);
  }

  /** While contents are being collected nobody relies on those that are there. */
  async #waitForCollection(): Promise<void> {
    for (;;) {
      const document = await this.backend.document(KEYS.collection);
      if (document === undefined || !isRunning(document.text)) return;
      await sleep(200);
    }
  }

  /** Changes the record of a model that exists. */
  async #change(model: string, change: (record: ModelRecord) => ModelRecord): Promise<ModelRecord> {
    await this.record(model);
    return this.#update(model, change);
  }

  /** Replaces a model's record by what `change` makes of it; again, if somebody else was faster. */
  async #update(model: string, change: (record: ModelRecord) => ModelRecord): Promise<ModelRecord> {
    const key = `${KEYS.models}/${model}`;
    for (let tries = 0; tries < TRIES; tries++) {
      const document = await this.backend.document(key);
      const record =
        document === undefined ? emptyRecord(model) : readRecord(document.text, model, this.name);
      const next = change(record);
      if (next === record) return next;
      if ((await this.backend.swap(key, JSON.stringify(next), document?.revision)) !== undefined) return next;
      await sleep(Math.random() * Math.min(1000, 5 * 2 ** Math.min(tries, 10)));
    }
    throw ptxError(
      "PTX_STORE_CONFLICT",
      this.#where({ model }),
      `others changed the model ${TRIES} times before this change could be made`,
    );
  }
}

const TRIES = 100;

/** Whether the text of the collection's document says that one is at work. */
export function isRunning(document: string): boolean {
  const { until } = JSON.parse(document) as { until: number };
  return until > Date.now();
}

function text(content: JsonObject, key: string): string {
  const value = content[key];
  return typeof value === "string" ? value : "unknown";
}
