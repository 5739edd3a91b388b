/** @file A server over models that are functions, for a test. */
import { Writable } from "node:stream";
import { pino } from "pino";
import { frontSettings } from "../../src/serving/front/settings.js";
import { type Front, startFront } from "../../src/serving/start-front.js";
import { FunctionServing, functionModels } from "./function-serving.js";

type Settings = Parameters<typeof startFront>[0]["settings"];

/** A running server, its engine, and the lines of its log. */
export interface TestFront extends Front {
  readonly serving: FunctionServing;
  readonly log: Record<string, unknown>[];
}

/** Starts one on free ports. */
export async function testFront(
  settings: Partial<Settings> = {},
  rest: Partial<Parameters<typeof startFront>[0]> = {},
): Promise<TestFront> {
  const serving = new FunctionServing(functionModels);
  const log: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(line, _, done) {
      log.push(JSON.parse(String(line)) as Record<string, unknown>);
      done();
    },
  });
  const front = await startFront({
    serving,
    settings: frontSettings({ port: 0, ...settings }),
    log: pino({ level: "debug" }, stream),
    ...rest,
  });
  return { ...front, serving, log };
}

/** Posts JSON, and gives the answer's status, headers and JSON. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) as never };
}
