/** @file NDJSON: rows in and answers out, a JSON value a line, of any number; both ends wait for each other. */
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ServeInput, ServeResponse } from "../contracts.js";
import type { Asked, Door } from "../front/door.js";
import { FrontError, told } from "../front/faults.js";
import { checked } from "../front/request-schema.js";
import { inWindow } from "../in-window.js";
import { callerOf, noteModel } from "./context.js";
import type { ReadJson } from "./json-body.js";
import type { rowSchema, textSchema } from "./rows-schema.js";

/** The content type of a stream. */
export const NDJSON = "application/x-ndjson";

/** Stands as the body of a request whose lines are yet to be read. */
export const STREAM = Symbol("stream");

/** Rows that are asked together, and how many such requests of one stream are under way. */
const [CHUNK, AT_ONCE] = [64, 4];

/** How lines become rows. */
export interface StreamTools {
  readonly door: Door;
  readonly readJson: ReadJson;
  readonly row: typeof rowSchema | typeof textSchema;
}

type StreamTarget = Omit<Asked, "inputs"> & { readonly timeout_ms?: number | undefined };

/** A line of the request that is not empty. */
interface Line {
  readonly index: number;
  readonly row: ServeInput;
}

/** A line that is no row. */
interface BadLine {
  readonly index: number;
  readonly error: unknown;
}

/**
 * Answers a stream: for each line that is not empty, in order, a line `{"index", "version", ...}` with what `show` makes of
 * its answer, or `{"index", "error"}`. Where the server has no room the stream waits, it is not refused.
 */
export function streamAnswers(
  request: FastifyRequest,
  reply: FastifyReply,
  tools: StreamTools,
  target: StreamTarget,
  show: (response: ServeResponse) => readonly object[],
): FastifyReply {
  request.facts.rows = 0;
  const answer = (lines: readonly (Line | BadLine)[]): Promise<string> =>
    answerLines(request, tools.door, target, lines, show);
  const chunks = rowChunks(lineTexts(request.raw, tools.door.settings), tools);
  const answers = inWindow(chunks, answer, { window: AT_ONCE, ordered: true });
  return reply
    .header("content-type", NDJSON)
    .send(Readable.from(answers, { objectMode: true, highWaterMark: 1 }));
}

async function answerLines(
  request: FastifyRequest,
  door: Door,
  { timeout_ms, ...asked }: StreamTarget,
  lines: readonly (Line | BadLine)[],
  show: (response: ServeResponse) => readonly object[],
): Promise<string> {
  const good = lines.filter((line): line is Line => "row" in line);
  const results = new Map<number, object>();
  for (const line of lines) if ("error" in line) results.set(line.index, refused(line.error));
  const { facts } = request;
  facts.rows = (facts.rows ?? 0) + lines.length;
  const put = (rows: readonly Line[], response: ServeResponse): void => {
    noteModel(facts, response);
    const { version } = response;
    for (const [i, shown] of show(response).entries()) results.set(rows[i]!.index, { version, ...shown });
  };
  const submit = (rows: readonly Line[]): Promise<ServeResponse> =>
    patiently(request, door, () =>
      door.ask({ ...asked, inputs: rows.map(({ row }) => row) }, callerOf(request, timeout_ms)),
    );
  if (good.length > 0)
    try {
      put(good, await submit(good));
    } catch (error) {
      // One row that does not fit must not cost its neighbours their answers; nor may rows that the queue never holds together.
      const { fault, place } = told(error);
      const single = good.length > 1 && (fault === "too_large" || place?.startsWith("inputs["));
      if (!single) for (const { index } of good) results.set(index, refused(error));
      else
        for (const line of good)
          try {
            put([line], await submit([line]));
          } catch (own) {
            results.set(line.index, refused(own));
          }
    }
  return lines.map(({ index }) => `${JSON.stringify({ index, ...results.get(index) })}\n`).join("");
}

/** Asks again after a refusal for want of room, as long as the client stays. */
async function patiently<T>({ facts }: FastifyRequest, door: Door, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const wait = door.wait(facts.client);
    if (wait > 0) {
      await sleep(wait, undefined, { signal: facts.signal });
      continue;
    }
    try {
      return await ask();
    } catch (error) {
      const { fault, retryAfter = 1 } = told(error);
      if (fault !== "overloaded" || facts.signal.aborted) throw error;
      await sleep(retryAfter * 1000, undefined, { signal: facts.signal });
    }
  }
}

function refused(error: unknown): object {
  const { fault, message, place: whole } = told(error);
  // Its line is the only input there is.
  const place = whole?.replace(/^inputs\[\d+\]\.?/, "");
  return { error: { code: fault, message, ...(place && { place }) } };
}

/** Lines as rows, so many together as have come, up to a chunk. */
async function* rowChunks(
  texts: AsyncGenerator<readonly (Buffer | Error)[]>,
  { readJson, row, door }: StreamTools,
): AsyncGenerator<readonly (Line | BadLine)[]> {
  const most = Math.min(CHUNK, door.settings.max_rows);
  let index = 0;
  for await (const arrived of texts) {
    const lines = arrived.map((text): Line | BadLine => {
      const at = { index: index++ };
      if (text instanceof Error) return { ...at, error: text };
      try {
        return { ...at, row: checked(row, readJson(text)) };
      } catch (error) {
        return { ...at, error };
      }
    });
    for (let from = 0; from < lines.length; from += most) yield lines.slice(from, from + most);
  }
}

const NEWLINE = 0x0a;
const BLANK = /^\s*$/;

/** The lines of a body as they come, those that are empty left out; one that is too long is an error in its place. */
async function* lineTexts(
  body: Readable,
  { max_body_bytes: most, body_timeout_ms: patience }: Door["settings"],
): AsyncGenerator<readonly (Buffer | Error)[]> {
  let [held, size]: [Buffer[], number] = [[], 0];
  const add = (part: Buffer): void => {
    size += part.length;
    if (size <= most) held.push(part);
    else held = [];
  };
  const taken = (): (Buffer | Error)[] => {
    const line = held.length === 1 ? held[0]! : Buffer.concat(held);
    const tooLong = size > most;
    [held, size] = [[], 0];
    if (tooLong)
      return [new FrontError("body_size", `the line has more than the ${most} bytes that are taken`)];
    return line.length < 1024 && BLANK.test(line.toString("latin1")) ? [] : [line];
  };
  for await (const piece of pieces(body, patience)) {
    if (piece instanceof Error) {
      yield [piece];
      return;
    }
    const lines: (Buffer | Error)[] = [];
    let from = 0;
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, from)) {
      add(piece.subarray(from, at));
      lines.push(...taken());
      from = at + 1;
    }
    if (from < piece.length) add(piece.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (size > 0) yield taken();
}

/** The pieces of a body as the network brings them; an error, as the last, where the next one does not come in time. */
async function* pieces(body: Readable, patience: number): AsyncGenerator<Buffer | Error> {
  const iterator = body[Symbol.asyncIterator]();
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), patience);
    });
    const next = iterator.next() as Promise<IteratorResult<Buffer>>;
    try {
      const event = await Promise.race([next, late]);
      if (event === "late") {
        next.catch(() => {});
        yield new FrontError("slow_body", `nothing came for ${patience} ms`);
        return;
      }
      if (event.done) return;
      yield event.value;
    } finally {
      clearTimeout(timer);
    }
  }
}
