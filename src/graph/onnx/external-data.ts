/** @file Tensors that a model keeps in files beside it. */
import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { damaged } from "./model-file.js";
import type { onnx } from "./proto/onnx.js";

/** Gives bytes of a model's external data: file name beside the model, first byte, number of bytes. */
export type ExternalReader = (location: string, offset: number, length: number) => Uint8Array;

/** One read call takes at most this many bytes on some systems. */
const CHUNK = 2 ** 30;

/** Tensors may share bytes, but together they are at most so many times what the files hold. */
const SHARED = 16;

/** Where a tensor's bytes lie outside of the model. */
export interface ExternalRange {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * The place of a tensor's bytes outside of the model.
 * @param size how many bytes its type and shape need
 * @param fail what is thrown where the model gives no place, or one of another size
 */
export function externalRange(
  { externalData }: onnx.TensorProto.$Properties,
  size: number,
  fail: (message: string) => Error,
): ExternalRange {
  const entries = new Map((externalData ?? []).map(({ key, value }) => [key, value ?? ""]));
  const location = entries.get("location");
  if (location === undefined) throw fail("is kept outside of the model, but the model does not say where");
  const [offset, length] = [Number(entries.get("offset") ?? 0), Number(entries.get("length") ?? size)];
  if (length !== size || !Number.isSafeInteger(offset) || offset < 0)
    throw fail(`needs ${size} bytes of "${location}", the model says ${length} from ${offset}`);
  return { location, offset, length };
}

/** The files beside a model that hold its tensors. Nothing outside the model's folder is touched, not by a link either. */
export class ExternalFiles {
  readonly #sizes = new Map<string, number>();
  #read = 0;

  constructor(readonly model: string) {}

  /** The sizes of the files that were asked for, by name. */
  get sizes(): ReadonlyMap<string, number> {
    return this.#sizes;
  }

  /** Throws `PTX_MODEL_FILE` unless these bytes are there. */
  require({ location, offset, length }: ExternalRange): void {
    const size = this.#sizes.get(location) ?? this.#size(location);
    this.#sizes.set(location, size);
    if (offset + length <= size) return;
    throw damaged(
      this.#path(location),
      `${basename(this.model)} needs its bytes up to ${offset + length}, it has ${size}`,
    );
  }

  /** The bytes, piece by piece, none larger than `most`. */
  *pieces(range: ExternalRange, most = CHUNK): Generator<Uint8Array> {
    this.require(range);
    const path = this.#path(range.location);
    this.#read += range.length;
    if (this.#read > SHARED * [...this.#sizes.values()].reduce((a, b) => a + b))
      throw damaged(this.model, `its tensors are over ${SHARED} times what the files beside it hold`);
    const file = openSync(path, "r");
    try {
      if (!fstatSync(file).isFile()) throw damaged(path, "it is no ordinary file");
      for (let at = 0; at < range.length; ) {
        const piece = new Uint8Array(Math.min(range.length - at, most));
        const got = readSync(file, piece, 0, piece.length, range.offset + at);
        if (got === 0) throw damaged(path, "it became shorter while it was read");
        at += got;
        yield piece.subarray(0, got);
      }
    } finally {
      closeSync(file);
    }
  }

  /** The bytes as one array. */
  read(range: ExternalRange): Uint8Array {
    this.require(range);
    let at = 0;
    const data = new Uint8Array(range.length);
    for (const piece of this.pieces(range)) {
      data.set(piece, at);
      at += piece.length;
    }
    return data;
  }

  #path(location: string): string {
    return join(dirname(this.model), location);
  }

  #size(location: string): number {
    const outside = damaged(this.model, `its external data "${location}" lies outside the model's folder`);
    if (/^([a-z]:|[\\/])/i.test(location) || location.split(/[\\/]/).includes("..")) throw outside;
    let [file, size]: [string, number | undefined] = ["", undefined];
    try {
      file = realpathSync(this.#path(location));
      const found = statSync(file);
      size = found.isFile() ? found.size : undefined;
    } catch (error) {
      throw damaged(
        this.#path(location),
        `the external data of ${basename(this.model)} cannot be read: ${(error as Error).message}`,
      );
    }
    // A model that is a link itself, as in a store of files by digest, has its data beside what it links to.
    const folders = [realpathSync(dirname(this.model)), dirname(realpathSync(this.model))];
    if (!folders.some((folder) => inside(folder, file))) throw outside;
    if (size === undefined) throw damaged(this.#path(location), "it is no ordinary file");
    return size;
  }
}

function inside(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path !== "" && path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}
