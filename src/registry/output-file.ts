import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ptxError } from "./errors.js";

/**
 * Checks that a file can be put at this path: its folder is there, and it is no folder itself. Throws `PTX_FILE_MISSING`.
 * @param option what named it, for the message
 */
export function requireFileTarget(path: string, option: string): void {
  const full = resolve(path);
  if (isFolder(full))
    throw ptxError("PTX_FILE_MISSING", `${option} ${path}`, `this is a folder: name a file in it (${full})`);
  if (!isFolder(dirname(full)))
    throw ptxError(
      "PTX_FILE_MISSING",
      `${option} ${path}`,
      `there is no folder ${dirname(full)}: make it first`,
    );
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
