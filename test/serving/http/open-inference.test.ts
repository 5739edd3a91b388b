/** @file The Open Inference Protocol over HTTP, with tensors as JSON and as bytes. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromRaw, toRaw } from "../../../src/serving/open-inference/datatypes.js";
import { post, type TestFront, testFront } from "../../support/front.js";

let front: TestFront;
beforeAll(async () => {
  front = await testFront();
});
afterAll(() => front.stop());

const infer = (model: string, body: unknown, headers: Record<string, string> = {}) =>
  post(`${front.http.url}/v2/models/${model}/infer`, body, headers);
const get = async (path: string) => {
  const response = await fetch(front.http.url + path);
  return { status: response.status, body: (await response.json()) as never };
};
const texts = (name: string, data: readonly string[]) => ({
  ...{ name, datatype: "BYTES", shape: [data.length], data },
});

test("tells of itself and of a model", async () => {
  expect((await get("/v2")).body).toMatchObject({
    name: "pytext-ts",
    extensions: ["binary_tensor_data", "model_repository"],
  });
  expect((await get("/v2/health/live")).body).toEqual({ live: true });
  expect((await get("/v2/health/ready")).body).toEqual({ live: true, ready: true });
  expect((await get("/v2/models/letters/versions/3/ready")).body).toEqual({ name: "letters", ready: true });
  expect((await get("/v2/models/letters")).body).toEqual({
    ...{ name: "letters", versions: ["3"], platform: "onnx_onnxv1" },
    inputs: [{ name: "text", datatype: "BYTES", shape: [-1] }],
    outputs: [
      { name: "label", datatype: "BYTES", shape: [-1] },
      { name: "scores", datatype: "FP32", shape: [-1, 2] },
      { name: "prediction", datatype: "BYTES", shape: [-1] },
    ],
  });
  expect((await get("/v2/models/nobody")).status).toBe(404);
  for (const verb of ["load", "unload"])
    expect(await post(`${front.http.url}/v2/repository/models/letters/${verb}`, {})).toMatchObject({
      ...{ status: 501, body: { error: expect.stringContaining("pytext-ts models promote") } },
    });
  expect((await post(`${front.http.url}/v2/repository/index`, {})).body).toContainEqual({
    ...{ name: "letters", version: "3", state: "READY" },
  });
});

test("answers rows as tensors, those that are named or all", async () => {
  const asked = { id: "7", inputs: [texts("text", ["aab", "xyz"])] };
  const all = await infer("letters", asked);
  expect(all.body).toMatchObject({
    ...{ model_name: "letters", model_version: "3", id: "7" },
    outputs: [
      { name: "label", datatype: "BYTES", shape: [2], data: ["vowels", "consonants"] },
      { name: "scores", datatype: "FP32", shape: [2, 2], parameters: { labels: '["vowels","consonants"]' } },
      { name: "prediction", datatype: "BYTES", shape: [2] },
    ],
  });
  const { scores } = JSON.parse(
    (all.body as { outputs: { data: string[] }[] }).outputs[2]!.data[0]!,
  ) as never;
  expect(scores).toEqual({ vowels: 2 / 3, consonants: 1 - 2 / 3 });
  const one = await infer("letters/versions/3", { ...asked, outputs: [{ name: "label" }] });
  expect((one.body as { outputs: object[] }).outputs).toHaveLength(1);
});

test("a column of one element a row may be written [n, 1], flat or nested", async () => {
  for (const data of [
    ["aab", "xyz"],
    [["aab"], ["xyz"]],
  ]) {
    const { body } = await infer("letters", { inputs: [{ ...texts("text", []), shape: [2, 1], data }] });
    expect((body as { outputs: { data: string[] }[] }).outputs[0]!.data).toEqual(["vowels", "consonants"]);
  }
});

test("parameters are options of vectors; those of tokens are padded with zeros", async () => {
  const { body } = await infer("lengths", {
    inputs: [texts("text", ["a bb", "c"])],
    parameters: { pooling: "none", normalize: true },
    outputs: [{ name: "embedding" }, { name: "lengths" }, { name: "tokens" }],
  });
  const third = Math.fround(1 / 3);
  expect((body as { outputs: object[] }).outputs).toMatchObject([
    { shape: [2, 2, 4], data: [1, 2, third, 1, 2, 2, third, 1, 1, 1, third, 1, 0, 0, 0, 0] },
    { datatype: "INT32", data: [2, 1] },
    { datatype: "BYTES", data: ['["a","bb"]', '["c"]'] },
  ]);
});

describe("the binary extension", () => {
  const raw = toRaw("BYTES", ["aab", "é"]);
  const input = { name: "text", datatype: "BYTES", shape: [2], parameters: { binary_data_size: raw.length } };
  const send = async (body: object, bytes: Uint8Array, length?: string) => {
    const json = Buffer.from(JSON.stringify(body));
    return fetch(`${front.http.url}/v2/models/letters/infer`, {
      method: "POST",
      headers: { "inference-header-content-length": length ?? String(json.length) },
      body: Buffer.concat([json, bytes]),
    });
  };

  test("takes and gives tensors as bytes behind the JSON", async () => {
    const response = await send({ inputs: [input], parameters: { binary_data_output: true } }, raw);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    const bytes = Buffer.from(await response.arrayBuffer());
    let at = Number(response.headers.get("inference-header-content-length"));
    const { outputs } = JSON.parse(bytes.subarray(0, at).toString()) as {
      outputs: {
        name: string;
        shape: number[];
        datatype: "BYTES";
        parameters: { binary_data_size: number };
      }[];
    };
    const read = outputs.map(({ name, datatype, shape, parameters: { binary_data_size: size } }) => {
      at += size;
      const count = shape.reduce((a, b) => a * b);
      return [name, fromRaw(datatype, bytes.subarray(at - size, at), count, "x")];
    });
    expect(at).toBe(bytes.length);
    expect(read.slice(0, 2)).toEqual([
      ["label", ["vowels", "consonants"]],
      ["scores", [Math.fround(2 / 3), Math.fround(1 / 3), 0, 1]],
    ]);
  });

  test("one output may be bytes and another JSON", async () => {
    const outputs = [{ name: "label" }, { name: "scores", parameters: { binary_data: true } }];
    const response = await send({ inputs: [input], outputs }, raw);
    const bytes = Buffer.from(await response.arrayBuffer());
    const length = Number(response.headers.get("inference-header-content-length"));
    expect(JSON.parse(bytes.subarray(0, length).toString())).toMatchObject({
      outputs: [{ data: ["vowels", "consonants"] }, { parameters: { binary_data_size: 16 } }],
    });
    expect(bytes.length - length).toBe(16);
  });

  test.each([
    [{ inputs: [input] }, Buffer.concat([raw, raw]), undefined, "belong to no input"],
    [{ inputs: [input] }, raw.subarray(1), undefined, "bytes left of the body"],
    [{ inputs: [{ ...input, data: ["a"] }] }, raw, undefined, "as JSON and as bytes"],
    [{ inputs: [{ ...input, parameters: { binary_data_size: -1 } }] }, raw, undefined, "bytes left"],
    [{ inputs: [input] }, raw, "99999", "no length of JSON"],
    [{ inputs: [input] }, raw, "nine", "no length of JSON"],
    [{ inputs: [input] }, raw, "3", "not JSON"],
  ])("refuses %j", async (body, bytes, length, words) => {
    const response = await send(body, bytes, length);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: string }).error).toContain(words);
  });
});

test.each([
  [
    "letters",
    { inputs: [texts("txt", ["a"])] },
    'inputs[0].name: the model has no input "txt"; its inputs: text',
  ],
  [
    "letters",
    { inputs: [texts("text", ["a"]), texts("text", ["a"])] },
    'inputs[1].name: "text" is given twice',
  ],
  ["pairs", { inputs: [texts("text1", ["a"])] }, 'inputs: "text2" is missing; its inputs: text1, text2'],
  [
    "pairs",
    { inputs: [texts("text1", ["a"]), texts("text2", ["a", "b"])] },
    'inputs[1].shape: "text2" has 2 rows and "text1" has 1',
  ],
  [
    "letters",
    { inputs: [{ ...texts("text", ["a"]), shape: [2] }] },
    "inputs[0].data: the shape has 2 elements here, got 1",
  ],
  [
    "letters",
    { inputs: [{ ...texts("text", []), shape: [65536, 65536] }] },
    "inputs[0].shape: [65536, 65536] is no shape of a tensor with rows",
  ],
  ["letters", { inputs: [texts("text", [])] }, "inputs[0].shape: there are no rows"],
  [
    "letters",
    { inputs: [{ ...texts("text", ["a"]), shape: [1, 1, 1] }] },
    "inputs[0].shape: a row of 2 axes; at most 1 is taken",
  ],
  ["letters", { inputs: [{ ...texts("text", ["a"]), datatype: "FP8" }] }, "inputs[0].datatype: expected "],
  [
    "letters",
    { inputs: [texts("text", ["a"])], outputs: [{ name: "logits" }] },
    'outputs[0].name: the model has no output "logits"; its outputs: label, scores, prediction',
  ],
  [
    "letters",
    { inputs: [texts("text", ["a"])], parameters: { pooling: "cls" } },
    'parameters: the model has no parameter "pooling"',
  ],
  [
    "lengths",
    { inputs: [texts("text", ["a"])], parameters: { poolin: "cls" } },
    'parameters: unknown key "poolin"; did you mean "pooling"?',
  ],
  [
    "lengths",
    { inputs: [texts("text", ["a"])], parameters: { timeout: 0 } },
    "parameters.timeout: expected a number of microseconds above 0",
  ],
  ["letters", {}, 'the required key "inputs" (list of object, at least 1, at most 64) is missing'],
])("%s refuses %j", async (model, body, message) => {
  const answer = await infer(model, body);
  expect(answer.status).toBe(400);
  expect((answer.body as { error: string }).error).toContain(message);
});
