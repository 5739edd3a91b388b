/** @file Exported files, runs and encoders behind the engine: what they answer, together and alone. */
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadEncoder, loadModel, predict } from "../../src/library.js";
import type { ServeInput, ServeRequest } from "../../src/serving/contracts.js";
import type { Embedded } from "../../src/tasks/embed/contracts.js";
import { POOLINGS } from "../../src/tasks/embed/options.js";
import type { Prediction } from "../../src/tasks/prediction.js";
import { exported, TEXTS, trained } from "../elsewhere/shipped.js";
import { writeTinyEncoder } from "../support/tiny-encoder.js";
import { workplace } from "../support/toy.js";
import { type Served, serve } from "./served.js";

const folder = workplace();
const encoder = join(folder, "encoder");
const paths: Record<string, string> = { encoder };
let served: Served;
let requests = 0;

const request = (
  model: string,
  inputs: readonly ServeInput[],
  more: Partial<ServeRequest> = {},
): ServeRequest => ({
  ...{ model, inputs, client: "test", requestId: String(requests++) },
  ...more,
});

beforeAll(async () => {
  await writeTinyEncoder(encoder);
  for (const kind of ["label", "tags", "joint"] as const) {
    const run = await trained(folder, kind);
    paths[`${kind}-run`] = run;
    paths[kind] = await exported(run, "utf16");
  }
  const models = Object.fromEntries(
    ["label", "tags", "joint", "tags-run", "encoder"].map((name) => [name, paths[name]!]),
  );
  served = await serve(models, { workers: 1, max_batch_size: 16 });
});

/** Numbers within rounding, everything else the same. */
function expectSame(got: unknown, wanted: unknown, place = ""): void {
  if (typeof wanted === "number") expect(got, place).toBeCloseTo(wanted, 5);
  else if (wanted !== null && typeof wanted === "object") {
    expect(Object.keys(got as object).toSorted(), place).toEqual(Object.keys(wanted).toSorted());
    for (const [key, value] of Object.entries(wanted))
      expectSame((got as Record<string, unknown>)[key], value, `${place}.${key}`);
  } else expect(got, place).toBe(wanted);
}

/** The mean number of rows of a model's batches so far. */
async function meanBatch(model: string): Promise<number> {
  const { values } = await served.metrics.batchRows.get();
  const of = (end: string): number =>
    values.find(({ metricName, labels }) => metricName?.endsWith(end) && labels.model === model)?.value ?? 0;
  return of("_sum") / of("_count");
}

describe("many requests at a time", () => {
  test.each(["label", "tags", "joint", "tags-run"])(
    "of %s are run together and answered as each one alone",
    async (name) => {
      const model = await loadModel(paths[name]!);
      const alone: Prediction[] = [];
      for (const text of TEXTS) alone.push(...(await predict(model, [text])));
      await model.release();
      const some = Array.from({ length: 40 }, (_, i) =>
        [...TEXTS.slice(i % TEXTS.length), ...TEXTS].slice(0, 1 + (i % 5)),
      );
      const large = Array.from({ length: 50 }, (_, i) => TEXTS[i % TEXTS.length]!);
      const all = [...some, large];
      const responses = await Promise.all(all.map((texts) => served.engine.submit(request(name, texts))));
      for (const [i, { answers, model: by, version, kind }] of responses.entries()) {
        expect({ by, version, kind, count: answers.length }).toEqual({
          by: name,
          version: "1",
          kind: "predictor",
          count: all[i]!.length,
        });
        for (const [j, text] of all[i]!.entries())
          expectSame(answers[j], alone[TEXTS.indexOf(text)], `${name} ${i} ${j}`);
      }
      expect(responses.at(-1)!.timings.batches).toBeGreaterThan(1);
      expect(await meanBatch(name)).toBeGreaterThan(4);
    },
  );

  test("of an encoder keep their own options: each pooling, layers, vectors of tokens, pairs", async () => {
    const own = await loadEncoder(encoder);
    const asked = [
      ...POOLINGS.filter((pooling) => pooling !== "cls_pooled").map((pooling) => ({ pooling })),
      { layers: [-2, -1] },
      { maskClsSep: true, normalize: true },
      { maxSeqLen: 6 },
      {},
    ];
    const pair = ["how cold is it", "in Oslo"] as const;
    const inputs: readonly ServeInput[] = [...TEXTS, pair, { text1: pair[0], text2: pair[1] }];
    const texts = [...TEXTS, pair, pair];
    const responses = await Promise.all(
      asked.flatMap((embed) => [
        served.engine.submit(request("encoder", inputs, { embed })),
        served.engine.submit(request("encoder", ["wake me"], { embed, client: "other" })),
      ]),
    );
    for (const [i, embed] of asked.entries()) {
      const wanted: Embedded[] = [];
      for (const text of texts) for await (const found of own.embed([text], embed)) wanted.push(...found);
      const { kind, answers } = responses[2 * i]!;
      expect(kind).toBe("encoder");
      for (const [j, { vector, ...rest }] of wanted.entries()) {
        const got = answers[j] as Embedded;
        expectSame(
          { ...got, vector: Array.from(got.vector) },
          { vector: Array.from(vector), ...rest },
          `${i} ${j}`,
        );
      }
      expect((responses[2 * i + 1]!.answers[0] as Embedded).dims.at(-1)).toBe(wanted[0]!.dims.at(-1));
    }
    await own.release();
  });
});

describe("what is wrong with a request", () => {
  const wrong: readonly [string, ServeRequest, object][] = [
    ["no such model", request("nobody", ["x"]), { fault: "not_found", message: /known: label, tags/ }],
    [
      "no such version",
      request("label", ["x"], { version: "2" }),
      { fault: "not_found", message: /known: 1, default/ },
    ],
    ["no inputs", request("label", []), { fault: "invalid", place: "inputs" }],
    [
      "another column",
      request("label", ["x", { txt: "x" }]),
      { fault: "invalid", place: "inputs[1]", message: /"txt"/ },
    ],
    ["a column that is missing", request("label", [{}]), { fault: "invalid", message: /"text" is missing/ }],
    ["too many values", request("label", [["x", "y"]]), { fault: "invalid", place: "inputs[0]" }],
    [
      "what is no text",
      request("label", [{ text: { a: 5 } }]),
      { fault: "invalid", place: "inputs[0]", message: /text/ },
    ],
    [
      "what is no text of an encoder",
      request("encoder", [{ text: 5 }]),
      { fault: "invalid", place: "inputs[0].text" },
    ],
    ["options of embedding for a predictor", request("label", ["x"], { embed: {} }), { fault: "invalid" }],
    [
      "options that exclude each other",
      request("encoder", ["x"], { embed: { pooling: "cls_pooled", layers: [1] } }),
      { fault: "invalid", message: /leave layers out/ },
    ],
    [
      "a layer that it lacks",
      request("encoder", ["x"], { embed: { layers: [7] } }),
      { fault: "invalid", message: /layers: there is no layer 7/ },
    ],
    ["more rows than wait ever", request("label", Array(1025).fill("x")), { fault: "too_large" }],
    ["more text than waits ever", request("label", ["x".repeat(4_000_001)]), { fault: "too_large" }],
    ["a deadline that has passed", request("label", ["x"], { deadline: 0 }), { fault: "deadline" }],
    [
      "a client that has gone",
      request("label", ["x"], { signal: AbortSignal.abort() }),
      { fault: "cancelled" },
    ],
  ];

  test.each(wrong)(
    "%s is told, and by no path of this machine",
    async (_, asked, { message, ...about }: { message?: RegExp }) => {
      const error = (await served.engine.submit(asked).catch((caught: unknown) => caught)) as Error;
      expect(error).toMatchObject({ name: "ServeError", ...about });
      if (message !== undefined) expect(error.message).toMatch(message);
      expect(error.message).not.toContain(folder);
    },
  );

  test("does not touch those that run with it", async () => {
    const inputs = [{ text: "wake me" }, { text: { a: 5 } }] as const;
    const mixed = [...Array(10).keys()].map((i) => served.engine.submit(request("label", [inputs[i % 2]!])));
    const outcomes = await Promise.allSettled(mixed);
    expect(outcomes.map(({ status }) => status)).toEqual(
      Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? "fulfilled" : "rejected")),
    );
  });

  test("is counted by what it was", async () => {
    const text = await served.metrics.registry.metrics();
    expect(text).toMatch(/pytext_errors_total\{model="label",fault="invalid"\} [1-9]/);
    expect(text).toMatch(/pytext_rejected_total\{model="label",reason="too_large"\} 2/);
    for (const name of [
      "queue_rows",
      "queue_seconds",
      "batch_tokens",
      "padding_ratio",
      "inference_seconds",
      "workers",
      "model_loaded",
    ])
      expect(text).toContain(`pytext_${name}`);
    expect(text).toContain("nodejs_eventloop_lag_seconds");
    expect(text).toContain("process_resident_memory_bytes");
  });
});

describe("what is served", () => {
  test("tells its kind, columns, labels and an example; the first model answers requests that name none", async () => {
    const { engine } = served;
    expect(engine.ready).toBe(true);
    expect(
      engine.models().map(({ name, version, labels, state }) => ({ name, version, labels, state })),
    ).toEqual(
      ["label", "tags", "joint", "tags-run", "encoder"].map((name) => ({
        ...{ name, version: "1", labels: ["default"], state: "ready" },
      })),
    );
    const { description } = engine.find();
    expect(description).toMatchObject({
      kind: "predictor",
      columns: ["text"],
      labels: { labels: ["alarm", "weather"] },
    });
    expect(description.selfTest).toBeGreaterThan(1);
    expect(Object.keys(description.example!.answer)).toContain("scores");
    expect(JSON.stringify(description)).not.toContain(folder);
    expect(engine.find("encoder", "default").description).toMatchObject({
      kind: "encoder",
      dim: 16,
      maxTokens: 512,
      task: "encoder",
    });
    const { model } = await engine.submit({
      ...request("", ["wake"]),
      model: undefined,
    } as unknown as ServeRequest);
    expect(model).toBe("label");
  });
});

describe("the end", () => {
  test("waits for what is there, refuses what is new, and leaves no worker", async () => {
    const { engine, metrics } = await serve({ label: paths.label! }, { workers: 2 });
    const before = Array.from({ length: 30 }, () => engine.submit(request("label", TEXTS)));
    const drained = engine.drain();
    expect(engine.ready).toBe(false);
    await expect(engine.submit(request("label", ["x"]))).rejects.toMatchObject({ fault: "unavailable" });
    expect((await Promise.all(before)).every(({ answers }) => answers.length === TEXTS.length)).toBe(true);
    await drained;
    expect((await metrics.modelLoaded.get()).values).toEqual([]);
  });
});

test.each(["thread", "process"])(
  "a model that does not load keeps the server from starting (%s)",
  async (isolation) => {
    const start = serve({ label: paths.label!, broken: folder }, { isolation, workers: 1 });
    await expect(start).rejects.toMatchObject({ name: "PtxError", message: expect.stringContaining(folder) });
  },
);
