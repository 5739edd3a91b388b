/** @file `pytext-ts/client` against a real server: retries, time-outs, order, what it holds at a time. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ServeClient, ServeClientError } from "../../../src/serving/client/index.js";
import { ServeError } from "../../../src/serving/contracts.js";
import { type TestFront, testFront } from "../../support/front.js";

let front: TestFront;
let client: ServeClient;
beforeAll(async () => {
  front = await testFront();
  client = new ServeClient(front.http.url);
});
afterAll(async () => {
  await client.close();
  await front.stop();
});
beforeEach(() => {
  front.serving.before = () => {};
  front.serving.asked.length = 0;
});

test("predicts, embeds and lists", async () => {
  const { version, predictions } = await client.predict(["aab", { text: "x" }]);
  expect([version, predictions.map(({ label }) => label)]).toEqual(["3", ["vowels", "consonants"]]);
  const { embeddings } = await client.embed(["a bb", "c"], {
    showTokens: true,
    normalize: true,
    layers: [-1],
  });
  expect(embeddings[0]).toEqual({
    ...{ dims: [4], truncated: false, tokens: ["a", "bb"], unknown: 0 },
    vector: Float32Array.of(4, 2, 1 / 3, 1),
  });
  const tokens = await client.embed(["a bb"], { model: "lengths", pooling: "none" });
  expect(tokens.embeddings[0]).toMatchObject({
    dims: [2, 4],
    vector: Float32Array.of(1, 2, 1 / 3, -1.5, 2, 2, 1 / 3, -1.5),
  });
  expect((await client.models()).map(({ id }) => id)).toEqual(["letters", "lengths", "pairs", "capitals"]);
});

test("an error tells what, where, and under which id", async () => {
  const error = (await client
    .predict(["a", { txt: "b" }])
    .catch((reason: unknown) => reason)) as ServeClientError;
  expect(error).toBeInstanceOf(ServeClientError);
  expect(error).toMatchObject({ code: "invalid", status: 422, place: "inputs[1].text", attempts: 1 });
  expect(error.requestId).toMatch(/^[0-9a-f-]{36}$/);
});

describe("another attempt", () => {
  test.each(["overloaded", "unavailable"] as const)("follows %s", async (fault) => {
    let left = 2;
    front.serving.before = () => {
      if (left-- > 0) throw new ServeError(fault, "no room", { retryAfter: 0 });
    };
    expect((await client.predict(["a"])).predictions).toHaveLength(1);
    expect(front.serving.asked).toHaveLength(3);
  });

  test.each(["invalid", "internal", "deadline"] as const)("does not follow %s", async (fault) => {
    front.serving.before = () => {
      throw new ServeError(fault, "no");
    };
    await expect(client.predict(["a"])).rejects.toMatchObject({ code: fault, attempts: 1 });
    expect(front.serving.asked).toHaveLength(1);
  });

  test("waits as long as the server says, or not at all if there is no time for it", async () => {
    front.serving.before = () => {
      throw new ServeError("overloaded", "no room", { retryAfter: 60 });
    };
    const before = performance.now();
    await expect(client.predict(["a"], { timeoutMs: 5000 })).rejects.toMatchObject({
      code: "overloaded",
      status: 429,
    });
    expect(performance.now() - before).toBeLessThan(4000);
  });
});

describe("against servers that misbehave", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  const serve = async (listener: RequestListener): Promise<string> => {
    server = createServer(listener).listen(0, "127.0.0.1");
    await new Promise((resolve) => server!.once("listening", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  test("a call that is never answered ends in time", async () => {
    const own = new ServeClient(await serve(() => {}), { timeoutMs: 200 });
    await expect(own.predict(["a"])).rejects.toMatchObject({ code: "timeout" });
  });

  test("an answer that stops in its middle ends in time", async () => {
    const url = await serve((_, response) => response.write('{"a'));
    await expect(new ServeClient(url, { timeoutMs: 200 }).predict(["a"])).rejects.toMatchObject({
      code: "timeout",
    });
  });

  test("a connection that is cut is made again", async () => {
    let count = 0;
    const url = await serve((request, response) => {
      if (count++ < 2) request.socket.destroy();
      else response.end(JSON.stringify({ predictions: [{ label: "x" }] }));
    });
    expect((await new ServeClient(url).predict(["a"])).predictions).toEqual([{ label: "x" }]);
    expect(count).toBe(3);
  });

  test("nobody at home, and words that are no JSON, are told", async () => {
    await expect(new ServeClient("http://127.0.0.1:1", { retries: 1 }).models()).rejects.toMatchObject({
      code: "connection",
      attempts: 2,
    });
    const url = await serve((_, response) => response.end("<html>"));
    await expect(new ServeClient(url).models()).rejects.toMatchObject({ code: "protocol" });
  });

  test("a key goes along, and connections are kept", async () => {
    const seen = new Set<unknown>();
    const keys = new Set<unknown>();
    const url = await serve((request, response) => {
      seen.add(request.socket);
      keys.add(request.headers.authorization);
      response.end('{"data":[]}');
    });
    const own = new ServeClient(url, { key: "secret", connections: 1 });
    for (let i = 0; i < 5; i++) await own.models();
    expect([seen.size, [...keys]]).toEqual([1, ["Bearer secret"]]);
  });

  test("requests follow each other on a connection before the first is answered", async () => {
    let [open, most] = [0, 0];
    const sockets = new Set<unknown>();
    const url = await serve((request, response) => {
      sockets.add(request.socket);
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        response.end('{"predictions":[]}');
      }, 50);
    });
    const own = new ServeClient(url, { connections: 1, pipelining: 4 });
    await own.predict(["a"]);
    await Promise.all(Array.from({ length: 8 }, () => own.predict(["a"])));
    expect(sockets.size).toBe(1);
    expect(most).toBe(4);
  });
});

describe("many", () => {
  const texts = Array.from({ length: 300 }, (_, i) => "a".repeat(1 + (i % 9)));

  test.each([true, false])("every row has its answer, ordered: %j", async (ordered) => {
    front.serving.before = () => sleep(Math.random() * 20);
    const answers = [];
    for await (const answer of client.embedAll(texts, { batch: 16, window: 4, ordered }))
      answers.push(answer);
    const order = answers.map(({ index }) => index);
    expect(order.toSorted((a, b) => a - b)).toEqual(texts.map((_, i) => i));
    expect(order.every((index, i) => index === i)).toBe(ordered);
    for (const { index, vector } of answers) expect(vector[0]).toBe(texts[index]!.length);
  });

  test("no more is under way than the window, and no more is read", async () => {
    let [open, most, read] = [0, 0, 0];
    front.serving.before = async () => {
      most = Math.max(most, ++open);
      await sleep(10);
      open--;
    };
    async function* rows() {
      for (const text of texts) {
        read++;
        yield text;
      }
    }
    const answers = client.predictAll(rows(), { batch: 10, window: 3 });
    for (let i = 0; i < 10; i++) await answers.next();
    expect(read).toBeLessThanOrEqual(10 * (3 + 3));
    await answers.return(undefined);
    expect(most).toBeLessThanOrEqual(3);
  });

  test("rows that come slowly are answered as they come", async () => {
    async function* rows() {
      for (const text of ["a", "b", "c"]) {
        yield text;
        await sleep(30);
      }
      await sleep(10_000);
    }
    const answers = client.predictAll(rows(), { batch: 32 });
    const labels = [];
    for (let i = 0; i < 3; i++) labels.push((await answers.next()).value.prediction.label);
    expect(labels).toEqual(["vowels", "consonants", "consonants"]);
    await answers.return(undefined);
  });

  test("one that fails ends it, and who has had enough gives up the rest", async () => {
    front.serving.before = ({ inputs }) => {
      if (inputs.includes("bad")) throw new ServeError("invalid", "bad", { place: "inputs[0]" });
    };
    const failing = client.predictAll(["a", "bad", "c"], { batch: 1, window: 1 });
    expect((await failing.next()).value.index).toBe(0);
    await expect(failing.next()).rejects.toMatchObject({ code: "invalid" });
    let aborted = 0;
    const { asked } = front.serving;
    asked.length = 0;
    front.serving.before = async ({ signal, inputs }) => {
      signal!.addEventListener("abort", () => aborted++);
      await sleep((inputs[0] as string).length > 2 ? 5000 : 0);
    };
    for await (const { index } of client.predictAll(texts, { batch: 1, window: 4 })) {
      if (index === 0) continue;
      while (asked.length < 4) await sleep(5);
      break;
    }
    while (aborted < 2) await sleep(5);
    expect(asked.length).toBeLessThan(8);
  });

  test("a signal of the caller's ends it with the caller's reason", async () => {
    front.serving.before = () => sleep(200);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await expect(client.predict(["a"], { signal })).rejects.toBe(reason);
  });
});
