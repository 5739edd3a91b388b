/** @file What each protocol answers, by the shapes that its own documents show. */
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { written } from "../../../src/serving/http/vectors.js";
import { post, type TestFront, testFront } from "../../support/front.js";
import { letters } from "../../support/function-serving.js";

let front: TestFront;
beforeAll(async () => {
  front = await testFront();
});
afterAll(() => front.stop());
beforeEach(() => {
  front.serving.asked.length = 0;
});

const at = (path: string): string => front.http.url + path;
const get = async (path: string) => {
  const response = await fetch(at(path));
  return { status: response.status, body: (await response.json()) as never };
};
const answerOf = (text: string) => letters.answer({ text }, {} as never);

describe("/v1/predict", () => {
  test("answers rows of every form in their order, and names the version", async () => {
    const { status, body } = await post(at("/v1/predict"), { inputs: ["aab", { text: "xyz" }, ["oo"]] });
    expect(status).toBe(200);
    expect(body).toEqual({
      model: "letters",
      version: "3",
      timings: { queue_ms: 0.1, inference_ms: 1.25, total_ms: 1.5 },
      predictions: ["aab", "xyz", "oo"].map(answerOf),
    });
  });

  test("a version may be named by a label", async () => {
    const asked = { model: "letters", inputs: "a" };
    const statuses = ["3", "production", "4", "canary"].map(async (version) => {
      const { status, body } = await post(at("/v1/predict"), { ...asked, version });
      return [status, (body as { version?: string }).version];
    });
    expect(await Promise.all(statuses)).toEqual([
      [200, "3"],
      [200, "3"],
      [404, undefined],
      [404, undefined],
    ]);
  });

  test("offsets count what is asked for", async () => {
    const starts = ["utf16", "codepoint", "utf8"].map(async (offset_unit) => {
      const { body } = await post(at("/v1/predict"), { model: "capitals", inputs: ["é😀B"], offset_unit });
      return (body as { predictions: { slots: { start: number }[] }[] }).predictions[0]!.slots[0]!.start;
    });
    expect(await Promise.all(starts)).toEqual([3, 2, 6]);
  });

  test("a time limit goes along to the engine", async () => {
    const before = performance.now();
    await post(at("/v1/predict"), { inputs: "a", timeout_ms: 250 });
    const { deadline } = front.serving.asked[0]!;
    expect(deadline).toBeGreaterThan(before + 240);
    expect(deadline).toBeLessThan(performance.now() + 250);
  });

  test.each([
    [{ inputs: [1] }, 422, "inputs[0]"],
    [{ inputs: [] }, 422, "inputs"],
    [{ inputs: [{ txt: "a" }] }, 422, "inputs[0].text"],
    [{ inputs: ["a"], modell: "x" }, 422, undefined],
    [{ inputs: ["a"], model: "nobody" }, 404, "model"],
    [{ model: "lengths", inputs: ["a"] }, 422, "model"],
    ['{"inputs": ["a"', 400, undefined],
    ['{"inputs": ["a"], "__proto__": {}}', 400, undefined],
    ["[".repeat(70) + "]".repeat(70), 400, undefined],
    [new Uint8Array([0x22, 0xc3, 0x28, 0x22]), 400, undefined],
    ["", 400, undefined],
  ])("refuses %j with %i", async (body, status, place) => {
    const answer = await post(at("/v1/predict"), body);
    const { error } = answer.body as { error: Record<string, string> };
    expect(answer.status).toBe(status);
    expect(error.place).toBe(place);
    expect(error.message!.length).toBeGreaterThan(10);
    expect(error.request_id).toBe(answer.headers.get("x-request-id"));
  });
});

describe("/v1/embed", () => {
  const embed = (body: object) => post(at("/v1/embed"), body);

  test("asks the first encoder where no model is named, and hands options on", async () => {
    const { body } = await embed({
      ...{ inputs: ["a bb", ["c", "d"]], pooling: "CLS", layers: "-2..-1", mask_cls_sep: true },
      ...{ max_seq_len: 7, normalize: true, show_tokens: true },
    });
    expect(front.serving.asked[0]).toMatchObject({
      model: "lengths",
      embed: { pooling: "first_token", layers: [-2, -1], maskClsSep: true, maxSeqLen: 7, normalize: true },
    });
    expect((body as { embeddings: object[] }).embeddings[0]).toEqual({
      ...{ embedding: [4, 2, 0.333333343, 1], dims: [4], truncated: false, tokens: ["a", "bb"], unknown: 0 },
    });
  });

  test("gives token-level vectors, and says what was cut off", async () => {
    const { body } = await embed({ inputs: ["a bb ccc"], pooling: "none", max_seq_len: 2 });
    const third = 0.333333343;
    expect((body as { embeddings: object[] }).embeddings).toEqual([
      {
        embedding: [
          [1, 2, third, -1.5],
          [2, 2, third, -1.5],
        ],
        dims: [2, 4],
        truncated: true,
      },
    ]);
  });

  test("base64 holds the same float32 numbers", async () => {
    const [float, base64] = await Promise.all(
      ["float", "base64"].map(async (encoding_format) => {
        const { body } = await embed({ inputs: ["a bb"], encoding_format });
        return (body as { embeddings: { embedding: never }[] }).embeddings[0]!.embedding;
      }),
    );
    const bytes = Buffer.from(base64!, "base64");
    expect(Array.from({ length: 4 }, (_, i) => bytes.readFloatLE(4 * i))).toEqual([
      ...Float32Array.from(float!),
    ]);
  });

  test.each([
    [{ inputs: "a", pooling: "meen" }, "pooling"],
    [{ inputs: "a", layers: "x" }, "layers"],
    [{ inputs: "a", layers: "0..99999999" }, "layers"],
    [{ inputs: "a", max_seq_len: 0 }, "max_seq_len"],
    [{ inputs: [{ text: "a" }] }, "inputs[0]"],
    [{ inputs: "a", model: "letters" }, "model"],
    [{ inputs: "a", model: "letters", normalize: true }, "embed"],
  ])("refuses %j at %s", async (body, place) => {
    const answer = await embed(body);
    expect([answer.status, (answer.body as { error: { place: string } }).error.place]).toEqual([422, place]);
  });

  test("a float32 written short reads as the same float32", () => {
    const vector = Float32Array.from({ length: 500 }, (_, i) =>
      Math.fround(Math.sin(i * i) * 10 ** ((i % 70) - 36)),
    );
    const text = JSON.stringify(written({ vector, dims: [500] }));
    expect(Float32Array.from(JSON.parse(text) as number[])).toEqual(vector);
  });
});

test("models are listed with their versions", async () => {
  const { body } = await get("/v1/models");
  expect((body as { data: object[] }).data[0]).toEqual({
    ...{ id: "letters", object: "model", owned_by: "pytext-ts", created: Date.UTC(2026, 0, 1) / 1000 },
    versions: [
      {
        ...{ version: "3", labels: ["production"], state: "ready", kind: "predictor", task: "Function" },
        ...{ columns: ["text"], labels_of: { label: ["vowels", "consonants"] } },
      },
    ],
  });
});

describe("TensorFlow Serving", () => {
  /** As `curl -d` sends it. */
  const curl = (path: string, body: object) =>
    post(at(path), JSON.stringify(body), { "content-type": "application/x-www-form-urlencoded" });

  test.each(["letters", "letters/versions/3", "letters/labels/production"])(
    "predicts rows and columns: %s",
    async (path) => {
      const rows = await curl(`/v1/models/${path}:predict`, {
        instances: ["aab", { text: "x" }, { b64: Buffer.from("éa").toString("base64") }],
      });
      expect(rows.status).toBe(200);
      expect(rows.body).toEqual({ predictions: ["aab", "x", "éa"].map(answerOf) });
      const columns = await curl(`/v1/models/${path}:predict`, { inputs: { text: ["aab", "x"] } });
      expect(columns.body).toEqual({
        outputs: {
          label: ["vowels", "consonants"],
          scores: ["aab", "x"].map((text) => (answerOf(text) as { scores: object }).scores),
        },
      });
      expect(columns.headers.get("x-model-version")).toBe("3");
    },
  );

  test("the only tensor of an encoder drops its name", async () => {
    const { body } = await curl("/v1/models/lengths:predict", { instances: ["a b"] });
    expect(body).toEqual({ predictions: [[3, 2, 0.333333343, -1.5]] });
  });

  test("classifies and regresses examples over their context", async () => {
    const classes = await curl("/v1/models/letters:classify", { examples: [{ text: "aab" }, { text: "x" }] });
    expect(classes.body).toEqual({
      results: [
        [
          ["vowels", 2 / 3],
          ["consonants", 1 - 2 / 3],
        ],
        [
          ["vowels", 0],
          ["consonants", 1],
        ],
      ],
    });
    const numbers = await curl("/v1/models/pairs:regress", {
      ...{ context: { text1: "abc" }, examples: [{ text2: "abd" }, { text2: "x" }] },
    });
    expect(numbers.body).toEqual({ results: [2, 0] });
  });

  test("tells states and signatures", async () => {
    expect((await get("/v1/models/letters/labels/production")).body).toEqual({
      model_version_status: [
        { version: "3", state: "AVAILABLE", status: { error_code: "OK", error_message: "" } },
      ],
    });
    const { body } = await get("/v1/models/letters/metadata");
    expect((body as { metadata: object }).metadata).toMatchObject({
      signature_def: {
        signature_def: {
          serving_default: {
            inputs: {
              text: {
                dtype: "DT_STRING",
                tensor_shape: { dim: [{ size: "-1", name: "" }], unknown_rank: false },
              },
            },
            outputs: { scores: { dtype: "DT_FLOAT" } },
            method_name: "tensorflow/serving/predict",
          },
        },
      },
    });
  });

  test.each([
    ["letters:predict", { instances: [] }, 400, "instances"],
    ["letters:predict", { instances: ["a"], inputs: ["a"] }, 400, "either"],
    ["letters:predict", { instances: [{ txt: 1 }] }, 400, "instances[0].text"],
    ["letters:predict", { instances: ["a"], signature_name: "other" }, 400, "signature_name"],
    ["letters:predict", { instances: [{ b64: "?" }] }, 400, "instances[0].b64"],
    ["pairs:predict", { inputs: { text1: ["a"], text2: ["b", "c"] } }, 400, '"text1" has 1 rows'],
    ["letters/versions/9:predict", { instances: ["a"] }, 404, "version"],
    ["nobody:predict", { instances: ["a"] }, 404, "model"],
    ["letters:regress", { examples: [{ text: "a" }] }, 400, ":predict"],
    ["letters:guess", { instances: ["a"] }, 404, "nothing is at"],
  ])("%s refuses %j with %i", async (path, body, status, words) => {
    const answer = await curl(`/v1/models/${path}`, body);
    const { error } = answer.body as { error: string | { message: string } };
    expect(answer.status).toBe(status);
    expect(typeof error === "string" ? error : error.message).toContain(words);
  });
});

describe("OpenAI's JavaScript client", () => {
  const client = () => new OpenAI({ baseURL: at("/v1"), apiKey: "none", maxRetries: 0 });

  test("gets vectors, which it asks for as base64", async () => {
    const { data, model, usage } = await client().embeddings.create({
      ...{ model: "lengths", input: ["a b", "c"] },
    });
    expect(data.map(({ embedding, index }) => [index, ...embedding])).toEqual([
      [0, 3, 2, Math.fround(1 / 3), -1.5],
      [1, 1, 1, Math.fround(1 / 3), -1.5],
    ]);
    expect([model, usage]).toEqual(["lengths", { prompt_tokens: 3, total_tokens: 3 }]);
  });

  test("gets vectors as lists of numbers, and of one text", async () => {
    const { data } = await client().embeddings.create({
      ...{ model: "lengths", input: "a b", encoding_format: "float", dimensions: 4 },
    });
    expect(data[0]!.embedding).toEqual([3, 2, 0.333333343, -1.5]);
  });

  test("lists models", async () => {
    const ids: string[] = [];
    for await (const { id } of client().models.list()) ids.push(id);
    expect(ids).toEqual(["letters", "lengths", "pairs", "capitals"]);
  });

  test("throws its own errors for ours", async () => {
    const create = (body: object) => client().embeddings.create(body as never);
    await expect(create({ model: "nobody", input: "a" })).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(create({ model: "lengths", input: "a", dimensions: 3 })).rejects.toMatchObject({
      ...{ status: 400, param: "dimensions", type: "invalid_request_error" },
    });
    await expect(create({ model: "lengths", input: [[1, 2]] })).rejects.toBeInstanceOf(
      OpenAI.BadRequestError,
    );
    front.serving.before = () => {
      throw new Error("a secret path");
    };
    await expect(create({ model: "lengths", input: "a" })).rejects.toSatisfy(
      (error: Error) => error instanceof OpenAI.InternalServerError && !error.message.includes("secret"),
    );
    front.serving.before = () => {};
  });
});

describe("bert-as-service", () => {
  test("encodes texts and pairs by the first encoder", async () => {
    const { body } = await post(at("/encode"), {
      ...{ id: 123, texts: ["a b", "a ||| b c"], is_tokenized: false, show_tokens: true },
    });
    const result = [
      [3, 2, 0.333333343, -1.5],
      [1, 1, 0.333333343, -1.5],
    ];
    expect(body).toEqual({
      ...{ id: 123, result, results: result, status: 200 },
      tokens: [["a", "b"], ["a"]],
    });
    expect(front.serving.asked[0]!.inputs).toEqual(["a b", ["a", "b c"]]);
  });

  test("refuses what its client refuses, and counts", async () => {
    const statuses = [{ texts: [] }, { texts: ["a", " "] }, { texts: ["a"], is_tokenized: true }].map(
      async (body) => (await post(at("/encode"), body)).status,
    );
    expect(await Promise.all(statuses)).toEqual([400, 400, 400]);
    expect((await get("/status/server")).body).toMatchObject({ num_data_request: 1, num_total_seq: 2 });
    expect((await get("/status/client")).status).toBe(200);
  });
});
