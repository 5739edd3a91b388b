/** @file Bodies: read whole within their limits, and JSON taken strictly. */
import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { FastifyInstance } from "fastify";
import { FrontError } from "../front/faults.js";

/** What a body may cost. */
export interface BodyLimits {
  readonly bytes: number;
  readonly milliseconds: number;
}

/** After a body is found too large, so many times its limit are read away, so that the client comes to read the answer. */
const READ_AWAY = 4;

/** The bytes of a request. Throws `body_size` and `slow_body`. */
export function bodyOf(message: IncomingMessage, { bytes, milliseconds }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const coding = message.headers["content-encoding"] ?? "identity";
    if (coding !== "identity") {
      reject(new FrontError("media_type", `the body is ${JSON.stringify(coding)}; send it as it is`));
      return;
    }
    const tooLarge = () =>
      new FrontError("body_size", `the body has more than the ${bytes} bytes that are taken`);
    const announced = Number(message.headers["content-length"] ?? 0);
    if (announced > bytes * READ_AWAY) {
      reject(tooLarge());
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (error: Error | null): void => {
      clearTimeout(timer);
      message.off("data", take).off("end", finish).off("close", gone).off("error", gone);
      if (error === null) resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
      else reject(error);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= bytes) chunks.push(chunk);
      else chunks.length = 0;
      if (size > bytes * READ_AWAY) end(tooLarge());
    };
    const finish = (): void => end(size > bytes ? tooLarge() : null);
    const gone = (): void => end(new FrontError("malformed", "the connection ended within the body"));
    const timer = setTimeout(() => {
      end(new FrontError("slow_body", `the body did not come within ${milliseconds} ms`));
    }, milliseconds);
    message.on("data", take).on("end", finish).on("close", gone).on("error", gone);
  });
}

/** How deep lists and objects may stand within each other. */
const DEEPEST = 64;

type Parse = ReturnType<FastifyInstance["getDefaultJsonParser"]>;

/** Reads JSON; built once for a server. */
export type ReadJson = (bytes: Buffer) => unknown;

/** A strict reader of JSON: UTF-8 alone, not too deep, no `__proto__`. It throws `malformed`. */
export function jsonReader(app: FastifyInstance): ReadJson {
  const parse: Parse = app.getDefaultJsonParser("error", "error");
  return (bytes) => {
    if (bytes.length === 0)
      throw new FrontError("malformed", "the body is empty, and a JSON value is expected");
    if (!isUtf8(bytes)) throw new FrontError("malformed", "the body is not UTF-8, which JSON is written in");
    requireShallow(bytes);
    const text = bytes.toString("utf8");
    let result: unknown;
    let failure: Error | null = null;
    void parse(undefined as never, text, (error, value) => {
      failure = error;
      result = value;
    });
    if (failure !== null) throw notJson(text);
    return result;
  };
}

function notJson(text: string): FrontError {
  try {
    JSON.parse(text);
  } catch (error) {
    return new FrontError("malformed", `the body is not JSON: ${(error as Error).message}`);
  }
  return new FrontError("malformed", 'the body has a key "__proto__" or "constructor", which none may have');
}

const [QUOTE, ESCAPE] = [0x22, 0x5c];

function requireShallow(bytes: Buffer): void {
  let [depth, text] = [0, false];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (text) {
      if (byte === ESCAPE) at++;
      else if (byte === QUOTE) text = false;
    } else if (byte === QUOTE) text = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > DEEPEST)
        throw new FrontError(
          "malformed",
          `lists and objects stand deeper than ${DEEPEST} within each other, at byte ${at}`,
        );
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
}
