import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { exportOnnx } from "../../../src/exporters/onnx-exporter.js";
import { SELF_TEST_FILE } from "../../../src/exporters/self-test.js";
import { silentLog, train } from "../../../src/library.js";
import { type Bundle, CARD, openBundle } from "../../../src/serving/store/bundle.js";
import { withSelfTest } from "../../../src/serving/store/folder-self-test.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";
import { writeTinyEncoder } from "../../support/tiny-encoder.js";
import { toyConfig, workplace, writeToyData } from "../../support/toy.js";

const folder = workplace();
const run = join(folder, "run");
const model = join(folder, "topic.onnx");

beforeAll(async () => {
  writeToyData(folder);
  const trainer = { epochs: 1 };
  const embedding = { WordEmbedding: { embed_dim: 40 } };
  const representation = { DocNNRepresentation: { kernel_num: 20, kernel_sizes: [2] } };
  await train(toyConfig({ data: folder, trainer, model: { DocModel: { embedding, representation } } }), {
    output: run,
  });
  await exportOnnx(run, model, { registry: defaultRegistry(), log: silentLog, externalData: true });
});

const paths = (bundle: Bundle): string[] => bundle.files.map(({ path }) => path).sort();

describe("an exported file", () => {
  test("goes with its data, a card, and what it says of itself", async () => {
    const bundle = await openBundle(model, { metrics: { latency_ms: 3 } });
    expect(paths(bundle)).toEqual([CARD, "topic.onnx", "topic.onnx.data"]);
    expect(bundle.facts).toMatchObject({
      kind: "onnx",
      entry: "topic.onnx",
      task: "DocumentClassificationTask",
      labels: { labels: expect.arrayContaining(["sport", "money", "food"]) },
      metrics: { test: { accuracy: expect.any(Number) }, epochs: 1, latency_ms: 3 },
    });
    expect(bundle.facts.inputs[0]).toMatchObject({ name: "text" });
    const card = bundle.files.find(({ path }) => path === CARD)!;
    expect("bytes" in card && new TextDecoder().decode(card.bytes)).toContain("# topic.onnx");
  });

  test("a card of one's own takes the place of the made one", async () => {
    const own = join(folder, "own.md");
    writeFileSync(own, "# mine");
    const bundle = await openBundle(model, { card: own });
    expect(bundle.files.filter(({ path }) => path === CARD)).toEqual([{ path: CARD, from: own }]);
    await expect(openBundle(model, { card: join(folder, "none.md") })).rejects.toThrow(
      /PTX_FILE_MISSING {2}--card/,
    );
  });

  test("one that was changed after its export is refused", async () => {
    const bytes = readFileSync(model);
    const changed = join(folder, "changed");
    mkdirSync(changed);
    writeFileSync(join(changed, "topic.onnx"), bytes);
    const data = readFileSync(`${model}.data`);
    data[100] = data[100]! ^ 1;
    writeFileSync(join(changed, "topic.onnx.data"), data);
    await expect(openBundle(join(changed, "topic.onnx"))).rejects.toThrow(/changed after its export/);
  });

  test("in a folder of its own it goes with all that lies there", async () => {
    const bundled = join(folder, "bundled");
    mkdirSync(bundled);
    for (const name of ["topic.onnx", "topic.onnx.data"])
      writeFileSync(join(bundled, name), readFileSync(join(folder, name)));
    writeFileSync(join(bundled, "rows.jsonl"), "{}");
    const bundle = await openBundle(bundled);
    expect(paths(bundle)).toEqual([CARD, "rows.jsonl", "topic.onnx", "topic.onnx.data"]);
    expect(bundle.facts.entry).toBe("topic.onnx");
  });
});

describe("folders", () => {
  test("a run goes whole, with its figures", async () => {
    const bundle = await openBundle(run);
    expect(bundle.facts).toMatchObject({ kind: "run", entry: ".", task: "DocumentClassificationTask" });
    expect(bundle.facts.metrics).toMatchObject({ epochs: 1, test: { accuracy: expect.any(Number) } });
    expect(paths(bundle)).toEqual(
      expect.arrayContaining(["config.json", "metrics.json", "parameters.safetensors", "vocabularies.json"]),
    );
  });

  test("of an encoder links to files are followed, as the caches of hubs are made of them; hidden files are counted", async () => {
    const real = join(folder, "blobs");
    await writeTinyEncoder(real);
    const encoder = join(folder, "encoder");
    mkdirSync(encoder);
    for (const name of ["config.json", "model.safetensors", "vocab.txt"])
      symlinkSync(join(real, name), join(encoder, name));
    writeFileSync(join(encoder, ".DS_Store"), "x");
    const bundle = await openBundle(encoder);
    expect(bundle.facts).toMatchObject({ kind: "encoder", entry: ".", task: "encoder" });
    expect(paths(bundle)).toEqual(["config.json", "model.safetensors", "vocab.txt"]);
    expect(bundle.notes).toEqual([`${encoder}: 1 hidden entry was left out`]);
    symlinkSync(real, join(encoder, "loop"));
    await expect(openBundle(encoder)).rejects.toThrow(/only ordinary files/);
  });

  test("a run that has not ended, and a folder of something else, are refused with the reason", async () => {
    const half = join(folder, "half");
    mkdirSync(half);
    writeFileSync(join(half, "config.json"), JSON.stringify({ version: 1, task: { X: {} } }));
    await expect(openBundle(half)).rejects.toThrow(/has not ended: it lacks vocabularies.json/);
    const other = join(folder, "other");
    mkdirSync(other);
    writeFileSync(join(other, "notes.txt"), "x");
    await expect(openBundle(other)).rejects.toThrow(/no config.json and no .onnx file/);
    await expect(openBundle(join(other, "notes.txt"))).rejects.toThrow(/only exported .onnx files/);
    await expect(openBundle(join(folder, "nothing"))).rejects.toThrow(/PTX_FILE_MISSING/);
  });
});

describe("recorded answers", () => {
  const tested = async (path: string): Promise<Bundle> =>
    withSelfTest(await openBundle(path), path, defaultRegistry(), silentLog);
  const rowsOf = (bundle: Bundle): { row: object; answer: object }[] => {
    const file = bundle.files.find(({ path }) => path === SELF_TEST_FILE)!;
    return JSON.parse(new TextDecoder().decode((file as { bytes: Uint8Array }).bytes)).rows;
  };

  test("of a run are those of held-out rows, the same each time; an exported file has its own", async () => {
    const rows = rowsOf(await tested(run));
    expect(rows.length).toBeGreaterThan(1);
    expect(rows[0]).toMatchObject({
      row: { text: expect.any(String) },
      answer: { label: expect.any(String) },
    });
    expect(rowsOf(await tested(run))).toEqual(rows);
    expect(paths(await tested(model))).not.toContain(SELF_TEST_FILE);
  });

  test("of an encoder are vectors; a folder that has some keeps them", async () => {
    const encoder = join(folder, "tested encoder");
    await writeTinyEncoder(encoder);
    const [first] = rowsOf(await tested(encoder));
    expect(first).toMatchObject({ answer: { vector: expect.arrayContaining([expect.any(Number)]) } });
    writeFileSync(join(encoder, SELF_TEST_FILE), "{}");
    const own = await tested(encoder);
    expect(own.files.filter(({ path }) => path === SELF_TEST_FILE)).toEqual([
      { path: SELF_TEST_FILE, from: join(encoder, SELF_TEST_FILE) },
    ]);
  });

  test("of what cannot be loaded there are none, and a note says why", async () => {
    const broken = join(folder, "broken encoder");
    await writeTinyEncoder(broken);
    writeFileSync(join(broken, "config.json"), '{"model_type": "unheard of"}');
    const bundle = await tested(broken);
    expect(paths(bundle)).not.toContain(SELF_TEST_FILE);
    expect(bundle.notes).toEqual([expect.stringMatching(/no answers were recorded with it: /)]);
  });
});
