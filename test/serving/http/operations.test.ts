/** @file What those who run the server see: health, the log, traces, figures, the end. */

import { once } from "node:events";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import autocannon from "autocannon";
import { afterEach, describe, expect, test } from "vitest";
import { requestObserver } from "../../../src/serving/front/observe-requests.js";
import { ServingMetrics } from "../../../src/serving/metrics.js";
import { post, type TestFront, testFront } from "../../support/front.js";
import { FunctionServing, functionModels } from "../../support/function-serving.js";

let front: TestFront | undefined;
afterEach(async () => {
  await front?.stop();
  front = undefined;
});
const predict = (inputs: unknown = "a", headers: Record<string, string> = {}) =>
  post(`${front!.http.url}/v1/predict`, { inputs }, headers);
const status = async (path: string) => (await fetch(front!.http.url + path)).status;

test("alive is not ready", async () => {
  front = await testFront();
  front.serving.ready = false;
  expect([await status("/livez"), await status("/readyz"), await status("/v2/health/ready")]).toEqual([
    200, 503, 503,
  ]);
  front.serving.ready = true;
  expect([await status("/livez"), await status("/readyz"), await status("/v2/health/ready")]).toEqual([
    200, 200, 200,
  ]);
});

test("every answer is a line of the log, under the request's id and trace", async () => {
  front = await testFront();
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const { headers } = await predict(["a", "b"], { traceparent, tracestate: "x=1", "x-request-id": "job-7" });
  expect([headers.get("x-request-id"), headers.get("traceparent"), headers.get("tracestate")]).toEqual([
    ...["job-7", traceparent, "x=1"],
  ]);
  await predict([1], { "x-request-id": "no good\tid" });
  await sleep(20);
  const lines = front.log.filter(({ msg }) => msg === "request");
  expect(lines[0]).toMatchObject({
    ...{ reqId: "job-7", route: "/v1/predict", method: "POST", status: 200, client: "127.0.0.1", rows: 2 },
    ...{
      model: "letters",
      version: "3",
      trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
      span_id: "00f067aa0ba902b7",
    },
  });
  expect(lines[1]).toMatchObject({
    status: 422,
    fault: "invalid",
    reqId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
});

test("figures name no model and no address that clients make up", async () => {
  const serving = new FunctionServing(functionModels);
  const metrics = new ServingMetrics();
  front = await testFront(
    { rate_limit: { requests_per_second: 0.001, burst: 3 } },
    { metrics: metrics.registry, observe: requestObserver(serving, metrics) },
  );
  await predict();
  await post(`${front.http.url}/v2/models/made-up/infer`, { inputs: [] });
  await post(`${front.http.url}/made-up`, {});
  await predict();
  await sleep(20);
  const text = await (await fetch(`${front.http.url}/metrics`)).text();
  expect(text).not.toContain("made-up");
  expect(text).toContain(
    'pytext_requests_total{model="letters",version="3",route="/v1/predict",code="200"} 1',
  );
  expect(text).toContain('pytext_requests_total{model="",version="",route="none",code="404"} 1');
  expect(text).toContain('pytext_rejected_total{model="",reason="rate_limited"} 1');
  expect(text).toContain("nodejs_eventloop_lag_p99_seconds");
});

describe("the end", () => {
  test("what is under way is answered, what is new is not taken, and the engine goes last", async () => {
    front = await testFront();
    const { serving, http } = front;
    let drainedDuring: boolean | undefined;
    serving.before = async () => {
      await sleep(200);
      drainedDuring = serving.drained;
    };
    const running = predict();
    while (serving.asked.length === 0) await sleep(5);
    const stopped = front.stop();
    front = undefined;
    await sleep(20);
    await expect(fetch(`${http.url}/livez`)).rejects.toThrow();
    expect((await running).status).toBe(200);
    await stopped;
    expect([drainedDuring, serving.drained]).toEqual([false, true]);
  });

  test("readiness goes first, so that a load balancer sees it", async () => {
    front = await testFront({ drain_delay_ms: 1500 });
    const stopped = front.stop();
    expect([await status("/readyz"), (await predict()).status]).toEqual([503, 200]);
    front = undefined;
    await stopped;
  });

  test("a client that never ends is not waited for without end", async () => {
    front = await testFront({ drain_timeout_ms: 200 });
    const call = request(`${front.http.url}/v1/predict`, {
      method: "POST",
      agent: new Agent(),
      headers: { "content-type": "application/x-ndjson" },
    });
    call.on("error", () => {});
    call.write('"a"\n');
    await once(call, "response");
    const before = performance.now();
    await front.stop();
    front = undefined;
    expect(performance.now() - before).toBeLessThan(5000);
  });
});

test("autocannon: many connections, each with requests one behind the other, all answered", async () => {
  front = await testFront();
  const result = await autocannon({
    ...{ url: `${front.http.url}/v1/predict`, connections: 16, pipelining: 4, amount: 1024, method: "POST" },
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ inputs: ["aab"] }),
  });
  expect([result.non2xx, result.errors, result.timeouts]).toEqual([0, 0, 0]);
  // autocannon itself stops to count within the last answers of each connection.
  expect(front.log.filter((line) => line.status === 200)).toHaveLength(1024);
});

test("the OpenAPI document has every route, with schemas of bodies", async () => {
  front = await testFront();
  const document = (await (await fetch(`${front.http.url}/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<
      string,
      Record<string, { tags: string[]; summary: string; requestBody?: { content: object } }>
    >;
  };
  expect(document.openapi).toBe("3.1.0");
  const paths = Object.keys(document.paths);
  for (const path of [
    "/v1/predict",
    "/v1/embed",
    "/v1/embeddings",
    "/encode",
    "/v2/models/{model}/infer",
    "/readyz",
  ])
    expect(paths).toContain(path);
  expect(paths.filter((path) => path.endsWith(":predict"))).toHaveLength(3);
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, { tags, summary, requestBody }] of Object.entries(methods)) {
      expect([path, tags.length, summary.length > 5]).toEqual([path, 1, true]);
      if (method === "post" && !path.startsWith("/v2/repository/"))
        expect(requestBody?.content, path).toBeDefined();
    }
});
