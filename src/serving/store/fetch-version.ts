/** @file A version's files on this machine. */
import { mkdir, readdir } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { ptxError } from "../../registry/errors.js";
import type { Manifest } from "./manifest.js";
import type { Lease, ModelStore, ResolvedVersion } from "./model-store.js";
import { printReference } from "./names.js";
import { writeSynced, writeWhole } from "./whole-folder.js";

/** When a fetch is no longer wanted. */
interface Signal {
  throwIfAborted(): void;
}

/** Puts a version's files into a folder that is not there yet: all of them, each checked, or none. */
export async function fetchVersion(
  store: ModelStore,
  version: ResolvedVersion,
  manifest: Manifest,
  folder: string,
  signal?: Signal,
): Promise<void> {
  await writeWhole(folder, async (temporary) => {
    for (const file of manifest.files) {
      const target = resolve(temporary, ...file.path.split("/"));
      if (!target.startsWith(resolve(temporary) + sep))
        throw ptxError("PTX_STORE_DAMAGED", store.name, `a file would leave its folder: ${file.path}`);
      await mkdir(dirname(target), { recursive: true });
      await writeSynced(target, stoppable(store.file(version, file), signal));
    }
  });
}

/** `pytext-ts models pull`: into a folder of the user's. Throws `PTX_FILE_EXISTS` where something is there. */
export async function pullVersion(
  store: ModelStore,
  version: ResolvedVersion,
  folder: string,
): Promise<Manifest> {
  await requireFree(folder);
  const lease = await softLease(store, version, "pull", (line) => store.options.warn?.(line));
  try {
    const manifest = await store.manifest(version);
    await fetchVersion(store, version, manifest, folder);
    return manifest;
  } finally {
    await lease?.release();
  }
}

/** Says that a version is in use. Who has no right to write to the store is warned, and goes on without. */
export async function softLease(
  store: ModelStore,
  version: ResolvedVersion,
  use: string,
  warn: (line: string) => void,
): Promise<Lease | undefined> {
  try {
    return await store.hold(version, use);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "PTX_STORE") throw error;
    warn(
      `the store does not learn that ${printReference(version)} is in use, and may collect it: ${(error as Error).message}`,
    );
    return undefined;
  }
}

/** What a version is opened by, in the folder that its files are in. */
export function entryPath(folder: string, { entry }: Manifest): string {
  return entry === "." ? folder : join(folder, ...entry.split("/"));
}

async function requireFree(folder: string): Promise<void> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    if (error.code === "ENOTDIR") return [folder];
    throw error;
  });
  if (found.length > 0)
    throw ptxError(
      "PTX_FILE_EXISTS",
      folder,
      "something is there: name a folder that is not there yet, or empty",
    );
}

async function* stoppable(pieces: AsyncIterable<Uint8Array>, signal?: Signal): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    yield piece;
  }
}
