import { readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type TUnsafe, Type } from "typebox";
import { didYouMean } from "./nearest.js";

/** JSON Schema keyword that marks a path of a file that must exist when the config is loaded. */
export const FILE_KEYWORD = "x-file";

/** How an input file is declared. */
export interface InputFileOptions<D> {
  readonly description: string;
  /** The path used when the key is absent; `null` makes the file optional. No default = required. */
  readonly default?: D;
  /** Whether it may be a folder of files. */
  readonly folder?: boolean;
}

/**
 * A schema for the path of a file that is read. It is checked to exist when the config is loaded, with all other
 * files at once. Relative paths start at the current folder.
 */
export function InputFile<D extends string | null = string>({
  folder = false,
  ...options
}: InputFileOptions<D>): TUnsafe<null extends D ? string | null : string> {
  const type = options.default === null ? ["string", "null"] : "string";
  return Type.Unsafe({ type, [FILE_KEYWORD]: folder ? "file or folder" : "file", ...options });
}

/** Why a file (or a folder, where it may be one) cannot be read, with the nearest name that exists, or undefined when it is there. */
export function missingFile(path: string, folder = false): string | undefined {
  const full = resolve(path);
  try {
    if (statSync(full).isDirectory() && !folder) return `"${path}" is a folder, not a file (${full})`;
    return undefined;
  } catch {
    return `the file "${path}" does not exist (looked at ${full}${neighbour(full)})`;
  }
}

function neighbour(full: string): string {
  try {
    return didYouMean(basename(full), readdirSync(dirname(full)));
  } catch {
    return `; there is no folder ${dirname(full)}`;
  }
}
