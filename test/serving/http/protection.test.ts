/** @file Limits, keys, rates: each refusal has its status, says why, and costs nothing more. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { ServeError } from "../../../src/serving/contracts.js";
import { post, type TestFront, testFront } from "../../support/front.js";

let front: TestFront | undefined;
afterEach(async () => {
  await front?.stop();
  front = undefined;
});
const started = async (...settings: Parameters<typeof testFront>): Promise<TestFront> => {
  front = await testFront(...settings);
  return front;
};
const predict = (inputs: unknown = "a", headers: Record<string, string> = {}) =>
  post(`${front!.http.url}/v1/predict`, { inputs }, headers);
const codeOf = ({ status, body }: { status: number; body: unknown }) => [
  status,
  (body as { error?: { code: string } }).error?.code,
];

/** What a raw text over TCP gets back before the server ends the connection. */
async function raw(text: string, port: number, end = true): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => {
    answer += String(chunk);
  });
  socket.on("error", () => {});
  socket.write(text);
  if (end) socket.end();
  await once(socket, "close");
  return answer;
}

describe("where there is no room for anything", () => {
  const head = (path: string, length: number): string =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

  test("a request is refused before its body is read, in its protocol's words, and the connection stays", async () => {
    const { http, serving } = await started();
    serving.full = true;
    const socket = connect(http.port, "127.0.0.1");
    const answer = async (text: string): Promise<string> => {
      socket.write(text);
      return String((await once(socket, "data"))[0]);
    };
    const body = '{"inputs": "a"}';
    for (const path of ["/v1/predict", "/v1/models/letters:predict", "/v2/models/letters/infer", "/encode"]) {
      const text = await answer(head(path, body.length));
      expect(text).toMatch(/^HTTP\/1.1 429 .*retry-after: 2\r\n.*the queue is full/s);
      expect(text).not.toMatch(/connection: close/i);
      socket.write(body);
    }
    serving.full = false;
    expect(await answer(head("/v1/predict", body.length) + body)).toMatch(/^HTTP\/1.1 200 /);
    expect(serving.asked).toHaveLength(1);
    socket.destroy();
  });

  test("a connection whose body is long is closed", async () => {
    const { http, serving } = await started();
    serving.full = true;
    expect(await raw(head("/v1/predict", 1e6), http.port, false)).toMatch(/connection: close/i);
  });
});

describe("sizes", () => {
  test("a body, a text and a list may be so long", async () => {
    await started({ max_body_bytes: 1000, max_text_characters: 100, max_rows: 3 });
    expect(codeOf(await predict("a".repeat(100)))).toEqual([200, undefined]);
    expect(codeOf(await predict(["a", "a".repeat(101)]))).toEqual([422, "invalid"]);
    expect((await predict(["a", { text: "a".repeat(101) }])).body).toMatchObject({
      error: { place: "inputs[1].text", message: "a text of 101 characters, and 100 are taken" },
    });
    expect(codeOf(await predict(["a", "b", "c", "d"]))).toEqual([413, "too_large"]);
    expect(codeOf(await predict("a".repeat(2000)))).toEqual([413, "body_size"]);
    expect(codeOf(await predict("a".repeat(200_000)))).toEqual([413, "body_size"]);
    expect(front!.serving.asked).toHaveLength(1);
  });

  test("a body without a length, in pieces, is counted as it comes", async () => {
    const { http } = await started({ max_body_bytes: 1000 });
    const piece = `800\r\n${"a".repeat(0x800)}\r\n`;
    const head =
      "POST /v1/predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    const answer = await raw(head + piece.repeat(10), http.port, false);
    expect(answer).toContain("413 Payload Too Large");
    expect(answer).toContain("more than the 1000 bytes");
  });
});

test("bodies must be plain JSON that says so", async () => {
  await started();
  expect(codeOf(await predict("a", { "content-type": "text/plain" }))).toEqual([415, "media_type"]);
  expect(codeOf(await predict("a", { "content-encoding": "gzip" }))).toEqual([415, "media_type"]);
});

test("other methods and addresses are refused, and the answer says what there is", async () => {
  const { http } = await started();
  const wrong = await fetch(`${http.url}/v1/predict`, { method: "DELETE" });
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
  const nowhere = await fetch(`${http.url}/v1/predikt`);
  expect([nowhere.status, ((await nowhere.json()) as { error: { message: string } }).error.message]).toEqual([
    404,
    "nothing is at GET /v1/predikt; GET /openapi.json lists what is",
  ]);
  expect((await fetch(`${http.url}/v1/models/..%2f..%2fetc`)).status).toBe(404);
  expect((await fetch(`${http.url}/%zz`)).status).toBe(400);
});

describe("keys", () => {
  const keys = [{ name: "ann", sha256: createHash("sha256").update("secret").digest("hex") }];

  test("only a key lets in; health needs none", async () => {
    const { http, serving } = await started({ keys });
    const refused = await predict();
    expect([codeOf(refused), refused.headers.get("www-authenticate")]).toEqual([
      [401, "unauthenticated"],
      "Bearer",
    ]);
    expect(codeOf(await predict("a", { authorization: "Bearer secre" }))).toEqual([401, "unauthenticated"]);
    expect(codeOf(await predict("a", { authorization: "Bearer secret" }))).toEqual([200, undefined]);
    expect(serving.asked.map(({ client }) => client)).toEqual(["ann"]);
    const open = ["/livez", "/readyz", "/v2/health/live", "/v2/health/ready", "/", "/openapi.json"];
    const closed = ["/v1/models", "/v2/models/letters", "/metrics", "/status/server", "/nowhere"];
    const statuses = await Promise.all(
      [...open, ...closed].map(async (path) => (await fetch(http.url + path)).status),
    );
    expect(statuses).toEqual([...open.map(() => 200), ...closed.map(() => 401)]);
  });

  test("the log never has a key", async () => {
    const { log } = await started({ keys });
    await predict("a", { authorization: "Bearer secret" });
    await predict("a", { authorization: "Bearer other-secret" });
    expect(log.length).toBeGreaterThan(1);
    expect(JSON.stringify(log)).not.toContain("secret");
  });
});

test("a client's requests are limited, whoever else asks", async () => {
  const keys = ["ann", "bob"].map((name) => ({
    name,
    sha256: createHash("sha256").update(name).digest("hex"),
  }));
  await started({ keys, rate_limit: { requests_per_second: 0.5, burst: 2 } });
  const ask = (name: string) => predict("a", { authorization: `Bearer ${name}` });
  const answers = [await ask("ann"), await ask("ann"), await ask("ann"), await ask("bob")];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 200]);
  expect(answers[2]!.headers.get("retry-after")).toBe("2");
});

test.each([
  ["overloaded", 429, "2"],
  ["unavailable", 503, null],
  ["deadline", 504, null],
  ["too_large", 413, null],
  ["not_found", 404, null],
  ["internal", 500, null],
] as const)("the engine's %s is %i", async (fault, status, retryAfter) => {
  const { serving } = await started();
  serving.before = () => {
    throw new ServeError(fault, "why", fault === "overloaded" ? { retryAfter: 2 } : {});
  };
  const answer = await predict();
  expect(codeOf(answer)).toEqual([status, fault]);
  expect(answer.headers.get("retry-after")).toBe(retryAfter);
});

test("of a fault of the program the client learns nothing, and the log everything", async () => {
  const { serving, log } = await started();
  serving.before = () => {
    throw new TypeError("cannot read /etc/secret");
  };
  const { status, body, headers } = await predict();
  expect(status).toBe(500);
  expect(JSON.stringify(body)).not.toMatch(/secret|TypeError|at /);
  const line = log.find(({ err }) => err !== undefined)!;
  expect((line.err as { stack: string }).stack).toContain("cannot read /etc/secret");
  expect(line.reqId).toBe(headers.get("x-request-id"));
});

describe("slow clients", () => {
  test("headers must come in time", async () => {
    const { http } = await started({ headers_timeout_ms: 300 });
    const answer = await raw("POST /v1/predict HTTP/1.1\r\nHost: x\r\nX-A: ", http.port, false);
    expect(answer).toContain("408 Request Timeout");
    expect(answer).toContain("the headers did not come in time");
  });

  test("so must the body, however it drips", async () => {
    const { http } = await started({ body_timeout_ms: 300 });
    const socket = connect(http.port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += String(chunk);
    });
    socket.on("error", () => {});
    socket.write(
      "POST /v1/predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n",
    );
    const drip = setInterval(() => socket.write(" "), 50);
    await once(socket, "close");
    clearInterval(drip);
    expect(answer).toContain("408 Request Timeout");
    expect(answer).toContain("did not come within 300 ms");
  });

  test("a hundred of them do not keep others out", async () => {
    const { http } = await started({ headers_timeout_ms: 5000 });
    const slow = Array.from({ length: 100 }, () => connect(http.port, "127.0.0.1").on("error", () => {}));
    for (const socket of slow) socket.write("POST /v1/predict HTTP/1.1\r\nHost: x\r\nX: ");
    await sleep(50);
    expect((await predict()).status).toBe(200);
    for (const socket of slow) socket.destroy();
  });
});

test("what is no HTTP is told so", async () => {
  const { http } = await started();
  expect(await raw("\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", http.port)).toContain("this is no HTTP request");
  expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(20_000)}\r\n\r\n`, http.port)).toContain(
    "431 Request Header Fields Too Large",
  );
  const smuggled =
    "POST /v1/predict HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  expect(await raw(smuggled, http.port)).toContain("400 Bad Request");
});

describe("web pages of others", () => {
  const preflight = (http: { url: string }) =>
    fetch(`${http.url}/v1/predict`, {
      method: "OPTIONS",
      headers: { origin: "https://a.example", "access-control-request-method": "POST" },
    });

  test("may not ask", async () => {
    const { http } = await started();
    expect((await preflight(http)).headers.get("access-control-allow-origin")).toBeNull();
  });

  test("may ask from the origins that are named", async () => {
    const { http } = await started({ cors_origins: ["https://a.example", "https://b.example"] });
    const response = await preflight(http);
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([
      ...[204, "https://a.example"],
    ]);
  });
});

test("a client behind a proxy is known by the address that a trusted proxy names", async () => {
  const { serving } = await started({ trust_proxy: ["127.0.0.1"] });
  await predict("a", { "x-forwarded-for": "203.0.113.9" });
  await front!.stop();
  await started();
  await predict("a", { "x-forwarded-for": "203.0.113.9" });
  expect([serving.asked[0]!.client, front!.serving.asked[0]!.client]).toEqual(["203.0.113.9", "127.0.0.1"]);
});

test("an address in use is told", async () => {
  const { http } = await started();
  await expect(testFront({ port: http.port })).rejects.toThrow("another program listens there");
});

test("a certificate that cannot be read is told", async () => {
  await expect(testFront({ tls: { cert: "no/cert.pem", key: "no/key.pem" } })).rejects.toThrow(
    "PTX_FILE_MISSING",
  );
});
