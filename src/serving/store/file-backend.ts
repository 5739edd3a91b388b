/**
 * @file A model store in a folder, safe with many processes, without locks:
 *
 *   format                          says that this folder is a store
 *   blobs/AB/SHA256                 contents, put there by a rename
 *   documents/PREFIX/NAME/000000012.json   a revision, put there by a link that fails where the number is taken
 *   notes/KEY.json                  replaced by a rename
 *   temporary/                      what is being written
 */
import { randomUUID } from "node:crypto";
import { createReadStream, watch } from "node:fs";
import { link, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { ptxError } from "../../registry/errors.js";
import {
  type Document,
  type Note,
  noBlob,
  type OpenBackend,
  PIECE,
  type StoreBackend,
  type StoredBlob,
  type Swept,
  storeFault,
} from "./backend.js";
import { syncFolder, writeSynced } from "./whole-folder.js";

const FORMAT = "pytext-ts model store 1\n";

/** Revisions before the last one stay this long, for the sake of a writer that is slow: his number must be taken. */
const REVISIONS_STAY_MS = 24 * 3600_000;

/** `file:DIR`, of the current folder, or `file:///DIR`. */
export const openFileBackend: OpenBackend = async (address) => {
  const path = address.startsWith("file://") ? fileURLToPath(address) : address.slice("file:".length);
  if (path === "") throw ptxError("PTX_USAGE", address, "it names no folder", "file:models");
  return FileBackend.open(path);
};

/** See the head of the file. */
export class FileBackend implements StoreBackend {
  readonly name: string;

  private constructor(readonly root: string) {
    this.name = `file:${relativeName(root)}`;
  }

  /** Opens a folder; it is made when something is first written. Throws `PTX_STORE` for a folder that holds other things. */
  static async open(folder: string): Promise<FileBackend> {
    const backend = new FileBackend(resolve(folder));
    await backend.#requireStore();
    return backend;
  }

  async sizeOf(sha256: string): Promise<number | undefined> {
    return (await orNothing(stat(this.#blob(sha256))))?.size;
  }

  async *read(sha256: string): AsyncGenerator<Uint8Array> {
    try {
      yield* createReadStream(this.#blob(sha256), { highWaterMark: PIECE });
    } catch (error) {
      throw isNothing(error) ? noBlob(this.name, sha256) : storeFault(this.name, `reading ${sha256}`, error);
    }
  }

  async write({ sha256 }: StoredBlob, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#put(this.#blob(sha256), pieces, rename);
  }

  async *blobs(): AsyncGenerator<StoredBlob> {
    for (const shelf of await names(join(this.root, "blobs")))
      for (const sha256 of await names(join(this.root, "blobs", shelf))) {
        const bytes = await this.sizeOf(sha256);
        if (bytes !== undefined) yield { sha256, bytes };
      }
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.#blob(sha256), { force: true });
  }

  async document(key: string): Promise<Document | undefined> {
    for (;;) {
      const last = (await this.#revisions(key)).at(-1);
      if (last === undefined) return undefined;
      const text = await orNothing(readFile(join(this.#document(key), last), "utf8"));
      // It goes only when there are newer ones.
      if (text !== undefined) return { text, revision: last };
    }
  }

  async swap(key: string, text: string, revision: string | undefined): Promise<string | undefined> {
    const next = Number.parseInt(revision ?? "0", 10) + 1;
    const name = revisionName(next);
    try {
      await this.#put(join(this.#document(key), name), oneOf(text), link);
      return name;
    } catch (error) {
      if (isTaken(error)) return undefined;
      throw error;
    }
  }

  async documents(prefix: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (const name of await names(join(this.root, "documents", prefix)))
      if ((await this.#revisions(`${prefix}/${name}`)).length > 0) found.push(name);
    return found;
  }

  async note(key: string, text: string): Promise<void> {
    await this.#put(this.#note(key), oneOf(text), rename);
  }

  async notes(prefix: string): Promise<readonly Note[]> {
    const folder = join(this.root, "notes", prefix);
    const files = (await orNothing(readdir(folder, { recursive: true }))) ?? [];
    const notes: Note[] = [];
    for (const file of files) {
      if (!file.endsWith(".json")) continue;
      const text = await orNothing(readFile(join(folder, file), "utf8"));
      const key = `${prefix}/${file.slice(0, -".json".length).split(sep).join("/")}`;
      if (text !== undefined) notes.push({ key, text });
    }
    return notes;
  }

  async dropNote(key: string): Promise<void> {
    await rm(this.#note(key), { force: true });
  }

  async listen(key: string, changed: () => void): Promise<() => Promise<void>> {
    const folder = this.#document(key);
    await mkdir(folder, { recursive: true });
    const watcher = watch(folder, { persistent: false }, () => changed());
    watcher.on("error", () => watcher.close());
    return async () => watcher.close();
  }

  async sweep(olderThanMs: number): Promise<Swept> {
    const swept = { items: 0, bytes: 0 };
    const before = Date.now() - olderThanMs;
    for (const file of await names(join(this.root, "temporary")))
      await this.#sweepFile(join(this.root, "temporary", file), before, swept);
    for (const prefix of await names(join(this.root, "documents")))
      for (const name of await this.documents(prefix)) {
        const key = `${prefix}/${name}`;
        for (const revision of (await this.#revisions(key)).slice(0, -1))
          await this.#sweepFile(
            join(this.#document(key), revision),
            Math.min(before, Date.now() - REVISIONS_STAY_MS),
            swept,
          );
      }
    return swept;
  }

  async close(): Promise<void> {}

  async #sweepFile(path: string, before: number, swept: { items: number; bytes: number }): Promise<void> {
    const found = await orNothing(stat(path));
    if (found === undefined || found.mtimeMs >= before) return;
    await rm(path, { force: true });
    swept.items++;
    swept.bytes += found.size;
  }

  /** Writes a temporary file, then gives it its name. */
  async #put(
    path: string,
    pieces: AsyncIterable<Uint8Array>,
    name: (from: string, to: string) => Promise<void>,
  ): Promise<void> {
    const temporary = join(this.root, "temporary", randomUUID());
    let failed: unknown;
    try {
      await this.#create();
      await mkdir(dirname(temporary), { recursive: true });
      await mkdir(dirname(path), { recursive: true });
      await writeSynced(
        temporary,
        passing(pieces, (error) => (failed = error)),
      );
      await name(temporary, path);
      await syncFolder(dirname(path));
    } catch (error) {
      if (error === failed || isTaken(error)) throw error;
      throw storeFault(this.name, "writing failed, and nothing was added", error);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Marks a new folder as a store. */
  async #create(): Promise<void> {
    await mkdir(this.root, { recursive: true });
    if ((await orNothing(stat(join(this.root, "format")))) !== undefined) return;
    const temporary = join(this.root, `.format.${randomUUID()}.part`);
    try {
      await writeSynced(temporary, oneOf(FORMAT));
      await rename(temporary, join(this.root, "format"));
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async #requireStore(): Promise<void> {
    const found = await orNothing(stat(this.root));
    if (found === undefined) return;
    if (!found.isDirectory())
      throw ptxError("PTX_STORE", this.name, "this is a file, and a store is a folder");
    const format = await orNothing(readFile(join(this.root, "format"), "utf8"));
    if (format === FORMAT) return;
    const others = (await readdir(this.root)).filter((name) => !name.startsWith("."));
    if (format === undefined && others.length === 0) return;
    const why = format === undefined ? "it holds other things" : "its format is that of a newer program";
    throw ptxError("PTX_STORE", this.name, `this folder is no model store: ${why} (${this.root})`);
  }

  async #revisions(key: string): Promise<readonly string[]> {
    const all = await names(this.#document(key));
    return all.filter((name) => /^\d{9}\.json$/.test(name)).sort();
  }

  #blob(sha256: string): string {
    return join(this.root, "blobs", sha256.slice(0, 2), sha256);
  }

  #document(key: string): string {
    return join(this.root, "documents", ...key.split("/"));
  }

  #note(key: string): string {
    return `${join(this.root, "notes", ...key.split("/"))}.json`;
  }
}

/** A folder as messages name it: as it is seen from the current one where it is in it. */
function relativeName(root: string): string {
  const path = relative(process.cwd(), root);
  return path === "" ? "." : path.startsWith("..") ? root : path;
}

function revisionName(number: number): string {
  return `${String(number).padStart(9, "0")}.json`;
}

async function* oneOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** Passes on, and tells of an error that comes from where the pieces do. */
async function* passing(
  pieces: AsyncIterable<Uint8Array>,
  failed: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of pieces) yield piece;
  } catch (error) {
    failed(error);
    throw error;
  }
}

async function names(folder: string): Promise<string[]> {
  return (await orNothing(readdir(folder))) ?? [];
}

/** A result, or undefined where no such file is. */
async function orNothing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (isNothing(error)) return undefined;
    throw error;
  }
}

function isNothing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "EEXIST";
}
