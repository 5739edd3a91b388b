/** @file What a place that keeps models must be able to do. All else is the same for every place, see `ModelStore`. */
import { ptxError } from "../../registry/errors.js";

/** A JSON text and the revision that it has; a revision is given once. */
export interface Document {
  readonly text: string;
  readonly revision: string;
}

/** A small record that only its writer renews. */
export interface Note {
  readonly key: string;
  readonly text: string;
}

/** Contents that are kept. */
export interface StoredBlob {
  readonly sha256: string;
  readonly bytes: number;
}

/** What a crash left behind and a sweep took away. */
export interface Swept {
  readonly items: number;
  readonly bytes: number;
}

/**
 * A place that keeps models. Keys are lists of checked names joined by `/`; digests are SHA-256 in 64 hexadecimal digits.
 * What a call has written every later call of any process sees. Errors of the place itself are `PTX_STORE`.
 */
export interface StoreBackend {
  /** The address without secrets, for messages. */
  readonly name: string;

  /** How many bytes there are under a digest; undefined where it is not kept whole. */
  sizeOf(sha256: string): Promise<number | undefined>;
  /** The bytes under a digest, which the caller checks. Throws `PTX_STORE_DAMAGED` where there are none. */
  read(sha256: string): AsyncIterable<Uint8Array>;
  /**
   * Keeps bytes under their digest; nobody sees them before all are there and safe. Throws whatever `pieces` throws, and
   * then keeps nothing. Bytes that are there already may be written again: it then holds one or the other whole.
   */
  write(blob: StoredBlob, pieces: AsyncIterable<Uint8Array>): Promise<void>;
  blobs(): AsyncIterable<StoredBlob>;
  remove(sha256: string): Promise<void>;

  document(key: string): Promise<Document | undefined>;
  /** Puts a document in the place of the one with this revision, or where none is, and gives its own; undefined, and nothing done, where another is there. */
  swap(key: string, text: string, revision: string | undefined): Promise<string | undefined>;
  /** The names behind `prefix/`, in any order. */
  documents(prefix: string): Promise<readonly string[]>;

  note(key: string, text: string): Promise<void>;
  /** The notes whose keys begin with `prefix/`. */
  notes(prefix: string): Promise<readonly Note[]>;
  /** It may have gone already. */
  dropNote(key: string): Promise<void>;

  /** Calls back when a document may have changed, where the place can tell; it may be called too often, and now and then too seldom. */
  listen?(key: string, changed: () => void): Promise<() => Promise<void>>;
  /** Takes away what crashes have left inside the place, if it is older than this. */
  sweep(olderThanMs: number): Promise<Swept>;
  close(): Promise<void>;
}

/** Opens one kind of place by its address, `SCHEME:...`. Throws `PTX_USAGE` for one that cannot be read, `PTX_STORE` where nothing answers. */
export type OpenBackend = (address: string, options: BackendOptions) => Promise<StoreBackend>;

export interface BackendOptions {
  /** What a person must see, such as a server that lacks what is needed for safety. */
  warn(line: string): void;
}

/** How long a server may take to answer at all, and to answer a question: then it is given up. */
export const WAIT_MS = { connect: 5000, answer: 30_000 } as const;

/** How bytes are handed around, at most. */
export const PIECE = 2 ** 20;

/** An error of the place itself. */
export function storeFault(name: string, doing: string, cause: unknown): Error {
  const said = cause instanceof Error ? cause.message || cause.name : String(cause);
  const error = ptxError("PTX_STORE", name, `${doing}: ${said}`);
  error.cause = cause;
  return error;
}

/** An error about bytes that should be there. */
export function noBlob(name: string, sha256: string): Error {
  return ptxError("PTX_STORE_DAMAGED", name, `it does not keep the contents ${sha256}, which it should`);
}

/** Loads a client that is an optional peer. Throws `PTX_STORE` saying what to install. */
export async function optionalClient<T>(name: string, load: () => Promise<T>, install: string): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw ptxError("PTX_STORE", name, `${install} is not installed`, `npm install ${install}`);
  }
}
