/** @file Bytes on their way: read from files, counted and digested while they pass. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { PIECE, type StoredBlob } from "./backend.js";
import type { BundleFile } from "./bundle.js";

/** The bytes of a bundle's file. */
export async function* piecesOf(file: BundleFile): AsyncGenerator<Uint8Array> {
  if ("bytes" in file) yield file.bytes;
  else yield* createReadStream(file.from, { highWaterMark: PIECE });
}

/** Size and digest of bytes. */
export async function digested(pieces: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    bytes += piece.byteLength;
  }
  return { sha256: hash.digest("hex"), bytes };
}

/** Passes bytes on, and throws behind the last one, or as soon as there are too many, unless they are those expected. */
export async function* checked(
  pieces: AsyncIterable<Uint8Array>,
  { sha256, bytes }: StoredBlob,
  fail: (message: string) => Error,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let seen = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    seen += piece.byteLength;
    if (seen > bytes) throw fail(`more than its ${bytes} bytes`);
    yield piece;
  }
  if (seen !== bytes) throw fail(`${seen} bytes, not ${bytes}`);
  const is = hash.digest("hex");
  if (is !== sha256) throw fail(`the SHA-256 ${is}, not ${sha256}`);
}

/** All bytes at once; for small contents. */
export async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** The same bytes in pieces of exactly `size`, but for the last; no piece at all where there is no byte. */
export async function* resized(pieces: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    let rest = piece;
    while (bytes + rest.byteLength >= size) {
      yield Buffer.concat([...held, rest.subarray(0, size - bytes)]);
      rest = rest.subarray(size - bytes);
      [held, bytes] = [[], 0];
    }
    if (rest.byteLength > 0) held.push(rest);
    bytes += rest.byteLength;
  }
  if (bytes > 0) yield Buffer.concat(held);
}
