/** @file Files that are either old or new, never half of each. */
import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** What a file is to hold, in pieces that are written one after another. */
export interface FileContent {
  readonly path: string;
  readonly pieces: readonly Uint8Array[];
}

/**
 * Writes files under temporary names beside their places, brings them to the disk, then renames them in the given order.
 * When writing fails, nothing is left and what was there before is untouched.
 */
export async function replaceFiles(files: readonly FileContent[]): Promise<void> {
  const temporary = files.map(({ path }) => join(dirname(path), `.${basename(path)}.${randomUUID()}.part`));
  try {
    for (const [i, { pieces }] of files.entries()) await writePieces(temporary[i]!, pieces);
    for (const [i, { path }] of files.entries()) await rename(temporary[i]!, path);
  } finally {
    await Promise.all(temporary.map((name) => rm(name, { force: true })));
  }
}

/** One write call takes at most this many bytes on some systems. */
const CHUNK = 2 ** 30;

async function writePieces(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, "wx");
  try {
    for (const piece of pieces) {
      for (let at = 0; at < piece.byteLength; ) {
        const { bytesWritten } = await file.write(piece, at, Math.min(CHUNK, piece.byteLength - at));
        at += bytesWritten;
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
}
