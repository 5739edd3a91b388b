/** @file Some hundred wrong requests; `npm run test:faults` sends ten thousand. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { post, type TestFront, testFront } from "../support/front.js";
import { attackGrpc, attackHttp } from "../support/malformed.js";

let front: TestFront;
beforeAll(async () => {
  front = await testFront({ grpc_port: 0, max_body_bytes: 20_000, max_rows: 200, body_timeout_ms: 2000 });
});
afterAll(() => front.stop());

/** What the server said of itself: nothing may have surprised it. */
const surprises = () => front.log.filter(({ level }) => (level as number) >= 50).map(({ err }) => err);

test("wrong HTTP, JSON, NDJSON and tensors are each refused with the reason", async () => {
  const { statuses, faults } = await attackHttp(front.http.port, 600, 1);
  expect(faults).toEqual([]);
  expect(surprises()).toEqual([]);
  expect(Object.keys(statuses)).toEqual(expect.arrayContaining(["200", "400", "404", "415", "422"]));
  const { status, body } = await post(`${front.http.url}/v1/predict`, { inputs: ["aab"] });
  expect([status, (body as { predictions: object[] }).predictions[0]]).toMatchObject([
    200,
    { label: "vowels" },
  ]);
});

test("so are wrong messages of gRPC", async () => {
  const { statuses, faults } = await attackGrpc(front.grpcPort!, 300, 2);
  expect(faults).toEqual([]);
  expect(surprises()).toEqual([]);
  expect(Object.keys(statuses)).toEqual(expect.arrayContaining(["OK", "INVALID_ARGUMENT", "INTERNAL"]));
});
