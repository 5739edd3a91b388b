/** @file Streams of NDJSON: order, waiting for each other, lines that are wrong. */

import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ServeError } from "../../../src/serving/contracts.js";
import { type TestFront, testFront } from "../../support/front.js";

let front: TestFront;
beforeAll(async () => {
  front = await testFront({ max_body_bytes: 2000, body_timeout_ms: 400 });
});
afterAll(() => front.stop());
beforeEach(() => {
  front.serving.before = () => {};
  front.serving.asked.length = 0;
});

/** A stream under way: what is written goes out, `lines` are the answers as they come. */
function open(path: string) {
  const call = httpRequest(front.http.url + path, {
    method: "POST",
    agent: new Agent({ keepAlive: false }),
    headers: { "content-type": "application/x-ndjson" },
  });
  const response = once(call, "response") as Promise<[import("node:http").IncomingMessage]>;
  response.catch(() => {});
  async function* lines(): AsyncGenerator<Record<string, unknown>> {
    const [message] = await response;
    for await (const line of createInterface(message)) yield JSON.parse(line) as Record<string, unknown>;
  }
  return { call, response, lines: lines() };
}

async function gathered(lines: AsyncIterable<Record<string, unknown>>): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

const all = async (path: string, text: string): Promise<Record<string, unknown>[]> => {
  const { call, lines } = open(path);
  call.end(text);
  return gathered(lines);
};

test("answers as many lines as there are rows, in their order, some at a time", async () => {
  front.serving.before = () => sleep(Math.random() * 5);
  const rows = Array.from({ length: 1000 }, (_, i) => "a".repeat(i % 7) + "b".repeat(i % 5));
  const answers = await all("/v1/predict", `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`);
  expect(answers.map(({ index }) => index)).toEqual(rows.map((_, i) => i));
  for (const [i, { prediction, version }] of answers.entries()) {
    const share = (i % 7) / Math.max(1, rows[i]!.length);
    expect([(prediction as { scores: { vowels: number } }).scores.vowels, version]).toEqual([share, "3"]);
  }
  expect(front.serving.asked.length).toBeGreaterThan(10);
  expect(Math.max(...front.serving.asked.map(({ inputs }) => inputs.length))).toBeLessThanOrEqual(64);
});

test("a line that is wrong costs its neighbours nothing", async () => {
  const lines = [
    '"a"',
    "",
    "  ",
    "nope",
    '{"txt": "b"}',
    "7",
    '{"text": "o"}',
    JSON.stringify("x".repeat(3000)),
    '"z"',
  ];
  const answers = await all("/v1/predict", lines.join("\r\n"));
  expect(
    answers.map(({ index, error, prediction }) => [
      index,
      (error as { code?: string })?.code ?? (prediction as { label: string }).label,
    ]),
  ).toEqual([
    [0, "vowels"],
    [1, "malformed"],
    [2, "invalid"],
    [3, "invalid"],
    [4, "vowels"],
    [5, "body_size"],
    [6, "consonants"],
  ]);
  expect(answers[2]!.error).toMatchObject({ place: "text" });
});

test("options stand in the query", async () => {
  const query = "model=lengths&pooling=none&max_seq_len=2&normalize=true&show_tokens=true&timeout_ms=5000";
  const [first] = await all(`/v1/embed?${query}`, '"a bb ccc"\n');
  expect(first).toMatchObject({ index: 0, dims: [2, 4], truncated: true, tokens: ["a", "bb"] });
  expect(front.serving.asked[0]!.embed).toEqual({ pooling: "none", maxSeqLen: 2, normalize: true });
  const { call, response } = open("/v1/embed?poling=none");
  call.end('"a"\n');
  expect((await response)[0].statusCode).toBe(400);
});

test("an answer comes before the next row is sent", async () => {
  const { call, lines } = open("/v1/predict");
  const labels: unknown[] = [];
  for (const text of ["a", "b", "c"]) {
    call.write(`${JSON.stringify(text)}\n`);
    labels.push(((await lines.next()).value as { prediction: { label: string } }).prediction.label);
  }
  call.end();
  expect((await lines.next()).done).toBe(true);
  expect(labels).toEqual(["vowels", "consonants", "consonants"]);
});

test("where there is no room it waits, and is not refused", async () => {
  let refusals = 2;
  front.serving.before = () => {
    if (refusals-- > 0) throw new ServeError("overloaded", "the queue is full", { retryAfter: 0 });
  };
  const answers = await all("/v1/predict", '"a"\n"b"\n');
  expect(answers.map(({ error }) => error)).toEqual([undefined, undefined]);
  expect(front.serving.asked).toHaveLength(3);
});

test("a stream has any number of rows, however few a request or the queue may have", async () => {
  const rows = '"a"\n"b"\n"c"\n"d"\n"e"\n';
  const few = await testFront({ max_rows: 2 });
  const response = await fetch(`${few.http.url}/v1/predict`, {
    ...{ method: "POST", headers: { "content-type": "application/x-ndjson" }, body: rows },
  });
  expect(await response.text()).not.toContain("error");
  expect(few.serving.asked.map(({ inputs }) => inputs.length)).toEqual([2, 2, 1]);
  await few.stop();
  front.serving.before = ({ inputs }) => {
    if (inputs.length > 1) throw new ServeError("too_large", "more than can wait");
  };
  expect((await all("/v1/predict", rows)).map(({ error }) => error)).toEqual(Array(5).fill(undefined));
});

test("a reader who does not read stops the rows", async () => {
  const { call, response } = open("/v1/predict?model=capitals");
  const [message] = await Promise.all([
    response.then(([found]) => found),
    (async () => {
      const line = `${JSON.stringify("A".repeat(100))}\n`;
      for (let i = 0; i < 3000 && !call.destroyed; i++)
        if (!call.write(line)) await Promise.race([once(call, "drain"), sleep(300)]);
    })(),
  ]);
  await sleep(300);
  const rows = front.serving.asked.reduce((sum, { inputs }) => sum + inputs.length, 0);
  await sleep(200);
  expect(front.serving.asked.reduce((sum, { inputs }) => sum + inputs.length, 0)).toBe(rows);
  expect(rows).toBeLessThan(3000);
  message.destroy();
});

test("silence ends it with a reason in its last line", async () => {
  const { call, lines } = open("/v1/predict");
  call.write('"a"\n"b');
  const answers = await gathered(lines);
  expect(answers.map(({ error }) => (error as { code?: string })?.code)).toEqual([undefined, "slow_body"]);
  call.destroy();
});

describe("a client that goes", () => {
  test("gives up what is under way", async () => {
    let signal: AbortSignal | undefined;
    front.serving.before = async (request) => {
      signal = request.signal;
      await sleep(150);
    };
    const { call } = open("/v1/predict");
    call.on("error", () => {});
    call.write('"a"\n');
    while (signal === undefined) await sleep(5);
    call.destroy();
    await once(signal, "abort");
    expect(signal.aborted).toBe(true);
  });
});
