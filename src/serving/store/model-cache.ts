/**
 * @file Versions on this machine, for those who serve them; any number of processes may share the folder:
 *
 *   MODEL/VERSION-DIGEST/             the files of a version
 *   MODEL/.used/VERSION-DIGEST.ID     touched by each who reads them
 *   MODEL/.last/REFERENCE.STORE.json  the version that a reference meant when it was last asked for
 */
import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { PIECE } from "./backend.js";
import { fetchVersion } from "./fetch-version.js";
import { LAST } from "./last-known.js";
import type { Manifest } from "./manifest.js";
import type { ModelStore, ResolvedVersion } from "./model-store.js";
import { digested } from "./pieces.js";
import { SharedFetch } from "./shared-fetch.js";

/** How many versions of a model stay that nobody uses, for the sake of a rollback. */
const UNUSED = 2;
const TOUCH_MS = 30_000;
/** A user who has not touched its mark for so long has gone. */
const USED_MS = 10 * 60_000;

/** A version's files, checked, which stay as they are until they are released. */
export interface CachedVersion {
  readonly folder: string;
  release(): Promise<void>;
}

/** What a version's folder is called after. */
export type CachedName = Pick<ResolvedVersion, "model" | "version" | "digest">;

/** A folder of fetched versions. */
export class ModelCache {
  readonly #fetching = new Map<string, SharedFetch>();

  constructor(readonly root: string) {}

  /**
   * The folder of a version: fetched once for all who ask at the same time, and digested again each time it is opened.
   * Files that have changed are fetched anew. Older versions that nobody uses are removed, except for two.
   */
  async open(
    store: ModelStore,
    version: ResolvedVersion,
    manifest: Manifest,
    signal?: AbortSignal,
  ): Promise<CachedVersion> {
    const { shelf, folder } = this.#place(version);
    const release = await mark(folder);
    try {
      await this.#fetched(store, version, manifest, folder, signal);
      await prune(shelf);
      return { folder, release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** Opens a version without a store; undefined where not all of its files are here as they should be. */
  async openKept(version: CachedName, manifest: Manifest): Promise<CachedVersion | undefined> {
    const { folder } = this.#place(version);
    const release = await mark(folder);
    if (await isWhole(folder, manifest)) return { folder, release };
    await release();
    return undefined;
  }

  #place({ model, version, digest }: CachedName): { shelf: string; folder: string } {
    const shelf = resolve(this.root, model);
    return { shelf, folder: join(shelf, `${version}-${digest.slice(0, 16)}`) };
  }

  #fetched(
    store: ModelStore,
    version: ResolvedVersion,
    manifest: Manifest,
    folder: string,
    signal?: AbortSignal,
  ): Promise<void> {
    const known = this.#fetching.get(folder);
    if (known !== undefined && !known.abandoned) return known.wait(signal);
    const fetching = new SharedFetch((wanted) => this.#provide(store, version, manifest, folder, wanted));
    this.#fetching.set(folder, fetching);
    void fetching.ended.then(() => {
      if (this.#fetching.get(folder) === fetching) this.#fetching.delete(folder);
    });
    return fetching.wait(signal);
  }

  async #provide(
    store: ModelStore,
    version: ResolvedVersion,
    manifest: Manifest,
    folder: string,
    signal?: AbortSignal,
  ): Promise<void> {
    if (await isWhole(folder, manifest)) return;
    await moveAway(folder);
    try {
      await fetchVersion(store, version, manifest, folder, signal);
    } catch (error) {
      // Another process may have been faster.
      const taken = ["ENOTEMPTY", "EEXIST", "EPERM"].includes(String((error as NodeJS.ErrnoException).code));
      if (!taken || !(await isWhole(folder, manifest))) throw error;
    }
  }
}

/** Whether a folder holds a manifest's files, byte for byte. */
async function isWhole(folder: string, { files }: Manifest): Promise<boolean> {
  for (const { path, bytes, sha256 } of files) {
    const file = join(folder, ...path.split("/"));
    const found = await stat(file).catch(() => undefined);
    if (found?.size !== bytes) return false;
    const is = await digested(createReadStream(file, { highWaterMark: PIECE }) as AsyncIterable<Uint8Array>);
    if (is.sha256 !== sha256) return false;
  }
  return true;
}

/** Takes a damaged folder out of the way; those who have its files open keep them. */
async function moveAway(folder: string): Promise<void> {
  const away = join(folder, "..", `.${basename(folder)}.${randomUUID()}.part`);
  try {
    await rename(folder, away);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  await rm(away, { recursive: true, force: true });
}

/** Says that a folder's files are read, until the returned function is called. */
async function mark(folder: string): Promise<() => Promise<void>> {
  const marks = join(folder, "..", ".used");
  await mkdir(marks, { recursive: true });
  const file = join(marks, `${basename(folder)}.${randomUUID()}`);
  await writeFile(file, "");
  const timer = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, TOUCH_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await rm(file, { force: true });
  };
}

/** Removes what nobody uses, except for the versions used last, and what crashes left. */
async function prune(shelf: string): Promise<void> {
  const used = new Set<string>();
  const before = Date.now() - USED_MS;
  for (const name of await readdir(join(shelf, ".used"))) {
    const file = join(shelf, ".used", name);
    const touched = (await stat(file).catch(() => undefined))?.mtimeMs;
    if (touched === undefined) continue;
    if (touched < before) await rm(file, { force: true });
    else used.add(name.slice(0, name.lastIndexOf(".")));
  }
  const unused: { path: string; at: number }[] = [];
  for (const name of await readdir(shelf)) {
    // Also what is being fetched has its mark.
    if (name === ".used" || name === LAST || used.has(/^\.(.+)\.[^.]+\.part$/.exec(name)?.[1] ?? name))
      continue;
    const path = join(shelf, name);
    const at = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (at === undefined) continue;
    if (!name.startsWith(".")) unused.push({ path, at });
    else if (at < before) await rm(path, { recursive: true, force: true });
  }
  unused.sort((a, b) => b.at - a.at);
  for (const { path } of unused.slice(UNUSED)) await rm(path, { recursive: true, force: true });
}
