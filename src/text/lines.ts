import { isAscii, isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { PtxError, ptxError } from "../registry/errors.js";

/** Some whole lines of a file. */
export interface LineBlock {
  /** The lines' text; every line but perhaps the file's last ends in "\n". */
  readonly text: string;
  /** The number, from 1, of the first line. */
  readonly firstLine: number;
}

/** What to do with a line that is not UTF-8: throw, or leave it out and be told. */
export interface LineOptions {
  /** Called with the number of a line that is not UTF-8; the line is left out. Without it such a line throws `PTX_DATA`. */
  readonly onBadLine?: (line: number) => void;
  /** What to read in place of the file, whose name then only serves messages: standard input. */
  readonly stream?: Readable;
}

/** Called with a line's number and its text without the end of line (and without a carriage return before it). */
export type LineVisitor = (text: string, line: number) => void;

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = "\ufeff";

/**
 * Streams a UTF-8 text file as blocks of whole lines (some 256 KiB at a time); names ending in `.gz` are unpacked.
 * A byte order mark is taken off. Throws `PTX_FILE_MISSING`, or `PTX_DATA` with `file:line` at bytes that are not UTF-8.
 */
export async function* lineBlocks(file: string, options: LineOptions = {}): AsyncGenerator<LineBlock> {
  let pending: Buffer[] = [];
  let line = 1;
  for await (const chunk of chunks(file, options.stream)) {
    const cut = chunk.lastIndexOf(NEWLINE) + 1;
    if (cut === 0) {
      pending.push(chunk);
      continue;
    }
    const bytes =
      pending.length === 0 ? chunk.subarray(0, cut) : Buffer.concat([...pending, chunk.subarray(0, cut)]);
    pending = cut === chunk.length ? [] : [chunk.subarray(cut)];
    for (const block of decode(file, bytes, line, options)) yield block;
    line += countNewlines(bytes);
  }
  const rest = Buffer.concat(pending);
  if (rest.length > 0) yield* decode(file, rest, line, options);
}

/** Calls `visit` for each line of a block. */
export function forEachLine({ text, firstLine }: LineBlock, visit: LineVisitor): void {
  let line = firstLine;
  for (let start = 0; start < text.length; line++) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    const cut = end > start && text.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
    visit(text.slice(start, cut), line);
    start = end + 1;
  }
}

/**
 * The first line of a file without its end, or undefined when the file is empty. Bad bytes further on do not matter;
 * in the first line they throw `PTX_DATA`.
 */
export async function firstLine(file: string): Promise<string | undefined> {
  const onBadLine = (line: number): void => {
    if (line === 1)
      throw ptxError(
        "PTX_DATA",
        `${file}:1`,
        "the first line is not UTF-8: is the file packed, or of another encoding?",
      );
  };
  for await (const { text } of lineBlocks(file, { onBadLine })) {
    const end = text.indexOf("\n");
    const line = end < 0 ? text : text.slice(0, end);
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }
  return undefined;
}

async function* chunks(file: string, given?: Readable): AsyncGenerator<Buffer> {
  const raw: Readable = given ?? createReadStream(file, { highWaterMark: 256 * 1024 });
  const zipped = given === undefined && file.endsWith(".gz");
  const stream = zipped ? raw.pipe(createGunzip({ chunkSize: 256 * 1024 })) : raw;
  // pipe() does not pass errors on: without this a missing .gz file would leave the reader waiting for ever.
  if (zipped) raw.on("error", (error) => stream.destroy(error));
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw readError(file, error);
  } finally {
    raw.destroy();
  }
}

function readError(file: string, error: unknown): unknown {
  if (error instanceof PtxError) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return ptxError("PTX_FILE_MISSING", file, "no such file");
  if (code.startsWith("Z_")) return ptxError("PTX_DATA", file, `damaged gzip file: ${message}`);
  return ptxError("PTX_FILE_MISSING", file, `cannot be read: ${message}`);
}

/** Bytes of whole lines as text; lines that are not UTF-8 end it or are left out, splitting the block in two. */
function* decode(file: string, bytes: Buffer, line: number, options: LineOptions): Generator<LineBlock> {
  if (isAscii(bytes)) {
    yield { text: bytes.toString("latin1"), firstLine: line };
  } else if (isUtf8(bytes)) {
    const text = bytes.toString("utf8");
    yield { text: line === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text, firstLine: line };
  } else {
    yield* decodeAround(file, bytes, line, options);
  }
}

function* decodeAround(
  file: string,
  bytes: Buffer,
  line: number,
  options: LineOptions,
): Generator<LineBlock> {
  let blockStart = 0;
  let blockLine = line;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    if (!isUtf8(bytes.subarray(start, end))) {
      if (options.onBadLine === undefined) throw notUtf8(file, line, bytes.subarray(start, end));
      options.onBadLine(line);
      if (start > blockStart) yield* decode(file, bytes.subarray(blockStart, start), blockLine, options);
      [blockStart, blockLine] = [end, line + 1];
    }
    start = end;
  }
  if (blockStart < bytes.length) yield* decode(file, bytes.subarray(blockStart), blockLine, options);
}

function notUtf8(file: string, line: number, bytes: Buffer): PtxError {
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const bad = firstBadByte(bytes);
  const what = zipped
    ? "this is gzip data; a compressed file's name must end in .gz"
    : utf16
      ? "this is UTF-16; convert it to UTF-8"
      : `byte 0x${bytes[bad]!.toString(16)} (byte ${bad + 1} of the line) is not UTF-8; convert the file (for example with iconv)`;
  return ptxError("PTX_DATA", `${file}:${line}`, what);
}

/** Where the first character that is not UTF-8 starts. */
function firstBadByte(bytes: Buffer): number {
  let at = 0;
  for (;;) {
    const lead = bytes[at]!;
    const width = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (!isUtf8(bytes.subarray(at, at + width))) return at;
    at += width;
  }
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
