import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ptxError } from "../../src/registry/errors.js";

/** Writes `content` (UTF-8) so that `path` holds either its old bytes or all the new ones, never a part. */
export function writeAtomically(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const scratch = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  try {
    writeFileSync(scratch, content);
    renameSync(scratch, path);
  } catch (cause) {
    rmSync(scratch, { force: true });
    throw cause;
  }
}

/**
 * Joins rows into tab-separated lines, each ended by a newline, without quoting.
 * Throws `PTX_DATA` when a cell holds a tab or a line break, which unquoted TSV cannot carry.
 */
export function toTsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row, index) => `${row.map((cell) => checkedCell(cell, index)).join("\t")}\n`).join("");
}

function checkedCell(cell: string, index: number): string {
  const bad = /[\t\n\r\v\f\u0085\u2028\u2029]/.exec(cell);
  if (bad) {
    const code = bad[0].charCodeAt(0).toString(16).padStart(4, "0");
    throw ptxError(
      "PTX_DATA",
      `row ${index + 1}`,
      `a cell holds U+${code} at ${bad.index}, which unquoted TSV cannot carry`,
    );
  }
  return cell;
}
