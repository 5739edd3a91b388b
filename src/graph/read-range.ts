import type { FileHandle } from "node:fs/promises";

/** One read call takes at most this many bytes on some systems. */
const CHUNK = 2 ** 30;

/** Bytes of a file in a buffer of their own, so that typed arrays over it are aligned. */
export async function readRange(
  file: FileHandle,
  from: number,
  length: number,
): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.from(new ArrayBuffer(length));
  for (let at = 0; at < length; ) {
    at += (await file.read(bytes, at, Math.min(CHUNK, length - at), from + at)).bytesRead;
  }
  return bytes;
}
