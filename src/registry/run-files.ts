/** @file Files that components keep with a run, so that it needs nothing outside of its folder: the graph of a model made elsewhere. */
import type { Context, Token } from "./context.js";
import { ptxError } from "./errors.js";

/** Files by name: what components put here while a run is prepared is written into its folder, and is here when it is opened again. */
export class RunFiles implements Iterable<readonly [string, Uint8Array]> {
  readonly #files = new Map<string, Uint8Array>();

  /** Keeps a file. Names hold letters, digits, points, underscores and hyphens. */
  keep(name: string, bytes: Uint8Array): void {
    this.#files.set(name, bytes);
  }

  /** A file of the run. Throws `PTX_RUN` where there is none. */
  need(name: string, place: string): Uint8Array {
    const found = this.#files.get(name);
    if (found === undefined)
      throw ptxError(
        "PTX_RUN",
        place,
        `the run does not hold the file ${name}`,
        "pytext-ts train CONFIG --output DIR makes one",
      );
    return found;
  }

  has(name: string): boolean {
    return this.#files.has(name);
  }

  [Symbol.iterator](): Iterator<readonly [string, Uint8Array]> {
    return this.#files.entries();
  }
}

const RUN_FILES: Token<RunFiles> = Symbol("run files");

/** The files of the run that a context belongs to. */
export function runFiles(context: Context): RunFiles {
  return context.shared(RUN_FILES, () => new RunFiles());
}

/** Has the files of one context's run in another context too. */
export function shareRunFiles(from: Context, to: Context): void {
  to.provide(RUN_FILES, runFiles(from));
}
