/** @file The Open Inference Protocol over gRPC, asked by a client made from the protocol's definition. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { credentials, loadPackageDefinition, Metadata, status } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ServeError } from "../../../src/serving/contracts.js";
import { HEALTH_PROTO_FILE } from "../../../src/serving/grpc/health.js";
import { PROTO_FILE } from "../../../src/serving/grpc/server.js";
import { fromRaw, toRaw } from "../../../src/serving/open-inference/datatypes.js";
import { type TestFront, testFront } from "../../support/front.js";

type Reply = Record<string, never>;
type Method = (
  request: object,
  metadata: Metadata,
  options: object,
  done: (error: Error | null, reply: Reply) => void,
) => void;

/** A client as @grpc/proto-loader makes it. */
function clientOf(port: number) {
  const { inference } = loadPackageDefinition(
    loadSync(PROTO_FILE, { keepCase: true, longs: Number }),
  ) as never as {
    inference: {
      GRPCInferenceService: new (address: string, how: object) => Record<string, Method> & { close(): void };
    };
  };
  const service = new inference.GRPCInferenceService(`127.0.0.1:${port}`, credentials.createInsecure());
  const call = (
    method: string,
    request: object,
    headers: Record<string, string> = {},
    options = {},
  ): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const metadata = new Metadata();
      for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
      service[method]!(request, metadata, options, (error, reply) =>
        error === null ? resolve(reply) : reject(error),
      );
    });
  return { call, close: () => service.close() };
}

let front: TestFront;
let client: ReturnType<typeof clientOf>;
beforeAll(async () => {
  front = await testFront({ grpc_port: 0, max_body_bytes: 100_000 });
  client = clientOf(front.grpcPort!);
});
afterAll(async () => {
  client.close();
  await front.stop();
});

const bytes = (name: string, texts: readonly string[]) => ({
  ...{ name, datatype: "BYTES", shape: [texts.length] },
  contents: { bytes_contents: texts.map((text) => Buffer.from(text)) },
});

test("tells of itself and of its models", async () => {
  expect(await client.call("ServerLive", {})).toEqual({ live: true });
  expect(await client.call("ServerReady", {})).toEqual({ ready: true });
  expect(await client.call("ServerMetadata", {})).toMatchObject({ name: "pytext-ts" });
  expect(await client.call("ModelReady", { name: "letters", version: "3" })).toEqual({ ready: true });
  expect(await client.call("ModelMetadata", { name: "letters" })).toMatchObject({
    ...{ name: "letters", versions: ["3"], platform: "onnx_onnxv1" },
    inputs: [{ name: "text", datatype: "BYTES", shape: [-1] }],
  });
  await expect(client.call("ModelReady", { name: "nobody" })).rejects.toMatchObject({
    code: status.NOT_FOUND,
  });
});

describe("health", () => {
  const health = loadPackageDefinition(loadSync(HEALTH_PROTO_FILE, { enums: String })) as never as {
    grpc: {
      health: {
        v1: {
          Health: new (
            address: string,
            how: object,
          ) => {
            Check(request: object, done: (error: Error | null, reply: unknown) => void): void;
            Watch(request: object): AsyncIterable<{ status: string }>;
            close(): void;
          };
        };
      };
    };
  };

  test("is that of the server, for who asks once and for who watches, without a key", async () => {
    const own = await testFront({ grpc_port: 0, keys: [{ name: "ann", sha256: "0".repeat(64) }] });
    const { Health } = health.grpc.health.v1;
    const asker = new Health(`127.0.0.1:${own.grpcPort}`, credentials.createInsecure());
    const check = (service: string) =>
      new Promise((resolve, reject) => {
        asker.Check({ service }, (error, reply) => (error === null ? resolve(reply) : reject(error)));
      });
    expect(await check("")).toEqual({ status: "SERVING" });
    expect(await check("inference.GRPCInferenceService")).toEqual({ status: "SERVING" });
    await expect(check("nothing")).rejects.toMatchObject({ code: status.NOT_FOUND });
    const seen: string[] = [];
    for await (const { status: now } of asker.Watch({ service: "" })) {
      seen.push(now);
      if (seen.length === 1) own.serving.ready = false;
      else if (now === "NOT_SERVING" && seen.length === 2) {
        expect(await check("")).toEqual({ status: "NOT_SERVING" });
        void own.stop();
      }
    }
    expect(seen).toEqual(["SERVING", "NOT_SERVING"]);
    asker.close();
  });
});

test("answers typed contents by typed ones", async () => {
  const request = { model_name: "letters", id: "7", inputs: [bytes("text", ["aab", "xyz"])] };
  const reply = await client.call("ModelInfer", {
    ...request,
    outputs: [{ name: "scores" }, { name: "label" }],
  });
  expect(reply).toMatchObject({ model_name: "letters", model_version: "3", id: "7" });
  const [scores, label] = reply.outputs as never as {
    contents: Record<string, never[]>;
    parameters: object;
    shape: number[];
  }[];
  expect(scores!.contents.fp32_contents).toEqual([Math.fround(2 / 3), Math.fround(1 / 3), 0, 1]);
  expect([scores!.shape, scores!.parameters]).toMatchObject([
    [2, 2],
    { labels: { string_param: '["vowels","consonants"]' } },
  ]);
  expect(label!.contents.bytes_contents!.map(String)).toEqual(["vowels", "consonants"]);
});

test("answers raw contents by raw ones", async () => {
  const reply = await client.call("ModelInfer", {
    ...{ model_name: "lengths", inputs: [{ name: "text", datatype: "BYTES", shape: [2, 1] }] },
    raw_input_contents: [toRaw("BYTES", ["a bb", "c"])],
    parameters: {
      pooling: { string_param: "none" },
      normalize: { bool_param: true },
      max_seq_len: { int64_param: 1 },
    },
  });
  const [embedding, lengths] = reply.raw_output_contents as never as Buffer[];
  const third = Math.fround(1 / 3);
  expect(fromRaw("FP32", embedding!, 8, "x")).toEqual([1, 1, third, 1, 1, 1, third, 1]);
  expect(fromRaw("INT32", lengths!, 2, "x")).toEqual([1, 1]);
  expect(front.serving.asked.at(-1)!.embed).toEqual({ pooling: "none", normalize: true, maxSeqLen: 1 });
});

test("refuses what does not fit, saying where", async () => {
  const input = bytes("text", ["a"]);
  const raw = [toRaw("BYTES", ["a"])];
  const cases: [object, string][] = [
    [{ model_name: "letters" }, "inputs: there are no inputs"],
    [{ inputs: [{ ...input, datatype: "FP8" }] }, 'inputs[0].datatype: "FP8" is none of'],
    [{ inputs: [{ ...input, shape: [-1] }] }, "inputs[0].shape: [-1] is no shape"],
    [
      { inputs: [{ ...input, shape: [2] }] },
      "inputs[0].contents.bytes_contents: the shape has 2 elements here, got 1",
    ],
    [{ inputs: [{ ...input, datatype: "INT64" }] }, "INT64 stands in int64_contents, not in bytes_contents"],
    [{ inputs: [input], raw_input_contents: raw }, "inputs[0].contents: contents are given typed and raw"],
    [{ inputs: [input], raw_input_contents: [...raw, ...raw] }, "there are 1 inputs, and raw contents of 2"],
    [
      { inputs: [{ ...input, contents: { bytes_contents: [Buffer.from([0xc3, 0x28])] } }] },
      "the bytes are not UTF-8",
    ],
    [{ inputs: [{ ...bytes("txt", ["a"]) }] }, 'the model has no input "txt"'],
  ];
  for (const [request, message] of cases)
    await expect(client.call("ModelInfer", { model_name: "letters", ...request })).rejects.toMatchObject({
      ...{ code: status.INVALID_ARGUMENT, details: expect.stringContaining(message) },
    });
  const large = bytes("text", ["a".repeat(200_000)]);
  await expect(client.call("ModelInfer", { model_name: "letters", inputs: [large] })).rejects.toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
  });
});

describe("the engine's faults have their statuses", () => {
  test.each([
    ["overloaded", status.RESOURCE_EXHAUSTED],
    ["unavailable", status.UNAVAILABLE],
    ["internal", status.INTERNAL],
  ] as const)("%s", async (fault, code) => {
    front.serving.before = () => {
      throw new ServeError(fault, "why", { retryAfter: 3 });
    };
    const call = client.call("ModelInfer", { model_name: "letters", inputs: [bytes("text", ["a"])] });
    const error = (await call.catch((reason: unknown) => reason)) as { code: number; metadata: Metadata };
    expect([error.code, error.metadata.get("retry-after")]).toEqual([code, ["3"]]);
    front.serving.before = () => {};
  });
});

test("a call's deadline and its end reach the engine", async () => {
  let signal: AbortSignal | undefined;
  let left = 0;
  front.serving.before = async (request) => {
    signal = request.signal;
    left = request.deadline! - performance.now();
    await sleep(400);
  };
  const call = client.call(
    "ModelInfer",
    { model_name: "letters", inputs: [bytes("text", ["a"])] },
    {},
    { deadline: Date.now() + 150 },
  );
  await expect(call).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  while (!signal?.aborted) await sleep(5);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(151);
  front.serving.before = () => {};
});

test("keys and rates are those of HTTP", async () => {
  const keys = [{ name: "ann", sha256: createHash("sha256").update("secret").digest("hex") }];
  const guarded = await testFront({
    grpc_port: 0,
    keys,
    rate_limit: { requests_per_second: 0.01, burst: 1 },
  });
  const own = clientOf(guarded.grpcPort!);
  const request = { model_name: "letters", inputs: [bytes("text", ["a"])] };
  const infer = (key?: string) =>
    own.call("ModelInfer", request, key === undefined ? {} : { authorization: `Bearer ${key}` });
  expect(await own.call("ServerLive", {})).toEqual({ live: true });
  await expect(infer()).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  await expect(infer("other")).rejects.toMatchObject({ code: status.UNAUTHENTICATED });
  await infer("secret");
  await expect(infer("secret")).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  const http = await fetch(`${guarded.http.url}/v1/predict`, {
    ...{ method: "POST", body: '{"inputs":"a"}' },
    headers: { authorization: "Bearer secret", "content-type": "application/json" },
  });
  expect(http.status).toBe(429);
  own.close();
  await guarded.stop();
});

test("a call is a line of the log", async () => {
  await client.call(
    "ModelInfer",
    { model_name: "letters", inputs: [bytes("text", ["a", "b"])] },
    { "x-request-id": "job-9" },
  );
  // The answer may reach its client before the line is written.
  const line = await vi.waitUntil(() => front.log.find(({ reqId }) => reqId === "job-9"));
  expect(line).toMatchObject({
    ...{ route: "inference.GRPCInferenceService/ModelInfer", status: "OK", rows: 2 },
    ...{ model: "letters", version: "3", client: "127.0.0.1" },
  });
});
