import { readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type TUnsafe, Type } from "typebox";
import { didYouMean } from "./nearest.js";

/** JSON Schema keyword that marks a path of a file or folder that must exist when the config is loaded. */
export const FILE_KEYWORD = "x-file";

/** What the path of an input is of. */
export type InputKind = "input" | "folder";

/** How an input file is declared. */
export interface InputFileOptions<D> {
  readonly description: string;
  /** The path used when the key is absent; `null` makes the file optional. No default = required. */
  readonly default?: D;
}

/**
 * A schema for the path of a file that is read. It is checked to exist when the config is loaded, with all other
 * files at once. Relative paths start at the current folder.
 */
export function InputFile<D extends string | null = string>(
  options: InputFileOptions<D>,
): TUnsafe<null extends D ? string | null : string> {
  const type = options.default === null ? ["string", "null"] : "string";
  return Type.Unsafe({ type, [FILE_KEYWORD]: "input", ...options });
}

/** The same for the path of a folder whose files are read. */
export function InputFolder<D extends string | null = string>(
  options: InputFileOptions<D>,
): TUnsafe<null extends D ? string | null : string> {
  return Type.Unsafe({ ...InputFile(options), [FILE_KEYWORD]: "folder" });
}

/** Why an input cannot be read, with the nearest name that exists, or undefined when it is there. */
export function missingInput(path: string, kind: InputKind = "input"): string | undefined {
  const full = resolve(path);
  const what = kind === "folder" ? "folder" : "file";
  try {
    const folder = statSync(full).isDirectory();
    if (folder === (kind === "folder")) return undefined;
    return folder
      ? `"${path}" is a folder, not a file (${full})`
      : `"${path}" is a file, not a folder (${full})`;
  } catch {
    return `the ${what} "${path}" does not exist (looked at ${full}${neighbour(full)})`;
  }
}

function neighbour(full: string): string {
  try {
    return didYouMean(basename(full), readdirSync(dirname(full)));
  } catch {
    return `; there is no folder ${dirname(full)}`;
  }
}
