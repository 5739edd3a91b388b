import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Row } from "../../src/components/data/contracts.js";
import { ParameterStore } from "../../src/graph/parameters.js";
import { writeSafetensors } from "../../src/graph/safetensors.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { namedScores } from "../../src/tasks/class-scores.js";
import { predictionBatches } from "../../src/tasks/predictor.js";
import { RunFolder } from "../../src/tasks/run-folder.js";
import { toyConfig, workplace } from "../support/toy.js";

const place = workplace();
const registry = defaultRegistry();
let count = 0;

async function fresh(): Promise<RunFolder> {
  const folder = new RunFolder(join(place, `run${count++}`));
  await folder.create();
  return folder;
}

const row = (values: Record<string, unknown>, origin = "x:1"): Row => ({
  values: Object.assign(Object.create(null), values),
  origin,
});

describe("a run folder", () => {
  test("is free when it is not there, empty, or holds what a killed process left; it is then swept", async () => {
    const folder = new RunFolder(join(place, "swept", "deep"));
    await folder.requireFree();
    await folder.create();
    await folder.requireFree();
    for (const name of [".config.json.0f0f.part", ".checkpoint.safetensors.77.part"])
      writeFileSync(join(folder.path, name), "half");
    await folder.requireFree();
    await folder.create();
    expect(readdirSync(folder.path)).toEqual([]);
    writeFileSync(join(folder.path, ".hidden"), "");
    await expect(folder.requireFree()).rejects.toThrow("PTX_FILE_EXISTS");
    await folder.create();
    expect(readdirSync(folder.path)).toEqual([".hidden"]);
  });

  test("is none where a file stands", async () => {
    writeFileSync(join(place, "file"), "");
    await expect(new RunFolder(join(place, "file")).requireFree()).rejects.toThrow(
      "this is a file; name a folder",
    );
  });

  test("lists the files that it has", async () => {
    const folder = await fresh();
    expect(folder.files()).toEqual([]);
    await folder.saveMetrics({ a: 1 });
    await folder.saveWorst([]);
    expect(folder.files()).toEqual([folder.file("metrics"), folder.file("worst")]);
    expect(readdirSync(folder.path).sort()).toEqual(["metrics.json", "worst-rows.jsonl"]);
  });

  test("gives back the config that it was given", async () => {
    const folder = await fresh();
    const literal = `$${"{kept}"}`; // looks like a variable and is none
    const { config } = resolveConfig(toyConfig({ data: `$${literal}` }), registry, { checkFiles: false });
    await folder.saveConfig(config);
    expect(await folder.config(registry)).toEqual(config);
    expect(JSON.stringify(config)).toContain(`${literal}/train.tsv`);
  });

  test("gives back parameters bit for bit, and then takes no others", async () => {
    const folder = await fresh();
    const [store, read] = [new ParameterStore(0), new ParameterStore(1)];
    const values = Float32Array.of(1e-45, -0, 3.4e38, Math.PI);
    store.add({ name: "a.weight", shape: [2, 2], data: values, trainable: true });
    await folder.saveParameters(store);
    await folder.loadParameters(read);
    expect(read.get("a.weight")).toEqual({ name: "a.weight", shape: [2, 2], data: values, trainable: true });
    expect(() => read.requireAllDeclared()).toThrow("the model has no use for the saved a.weight");
    read.declare("a.weight", [2, 2], () => {});
    expect(() => read.requireAllDeclared()).not.toThrow();
    expect(() => read.declare("b", [1], () => {})).toThrow(
      "the model needs the parameter b, which is not among the saved ones",
    );
    expect(() => read.declare("a.weight", [4], () => {})).toThrow("has shape [2,2] but the model needs [4]");
  });

  test("refuses parameters that are no 32-bit floats", async () => {
    const folder = await fresh();
    await writeSafetensors(folder.file("parameters"), {
      a: { dtype: "int32", dims: [1], data: Int32Array.of(1) },
    });
    await expect(folder.loadParameters(new ParameterStore(0))).rejects.toThrow(
      "a holds other numbers than 32-bit floats",
    );
  });

  test("gives back rows with any columns and texts", async () => {
    const folder = await fresh();
    const value = fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.boolean(), fc.array(fc.string()));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.dictionary(fc.string(), value)), async (rows) => {
        await folder.saveSamples(rows.map((values) => row(values)));
        const read = await folder.samples();
        expect(read.map(({ values }) => ({ ...values }))).toEqual(rows.map((values) => ({ ...values })));
        expect(read.map(({ origin }) => origin)).toEqual(
          rows.map((_, i) => `${folder.file("samples")}:${i + 1}`),
        );
      }),
      { numRuns: 30 },
    );
    await folder.saveSamples([row({ __proto__: 1, big: 2n ** 60n, small: 5n })]);
    const [{ values }] = (await folder.samples()) as [Row];
    expect(values).toMatchObject({ big: "1152921504606846976", small: 5 });
    writeFileSync(folder.file("samples"), "{}\n{");
    await expect(folder.samples()).rejects.toThrow(
      /PTX_MODEL_FILE {2}.*samples\.jsonl:2\n {2}not valid JSON/,
    );
  });

  test("keeps one checkpoint, until it is dropped", async () => {
    const folder = await fresh();
    expect(await folder.load()).toBeNull();
    const data = Float32Array.of(1, 2);
    for (const step of [1, 2])
      await folder.save({ arrays: new Map([["parameter/a", { shape: [2], data }]]), state: { step } });
    expect(await folder.load()).toEqual({
      arrays: new Map([["parameter/a", { shape: [2], data }]]),
      state: { step: 2 },
    });
    expect(readdirSync(folder.path)).toEqual(["checkpoint.safetensors"]);
    await folder.dropCheckpoint();
    await folder.dropCheckpoint();
    expect(await folder.load()).toBeNull();
  });

  test("refuses a checkpoint without a run's state, or with other numbers", async () => {
    const folder = await fresh();
    await writeSafetensors(folder.file("checkpoint"), {
      a: { dtype: "float32", dims: [1], data: new Float32Array(1) },
    });
    await expect(folder.load()).rejects.toThrow("it does not hold a run's state");
    const ints = { a: { dtype: "int32", dims: [1], data: new Int32Array(1) } } as const;
    await writeSafetensors(folder.file("checkpoint"), ints, { metadata: { state: "{}" } });
    await expect(folder.load()).rejects.toThrow("a holds other numbers");
  });

  test("says what it lacks", async () => {
    await expect(new RunFolder(join(place, "none")).metrics()).rejects.toThrow("there is no such run folder");
    await expect((await fresh()).metrics()).rejects.toThrow(
      "the run lacks metrics.json; it has not ended, or this is no run folder",
    );
    const folder = await fresh();
    writeFileSync(folder.file("metrics"), "[1,");
    await expect(folder.metrics()).rejects.toThrow(/PTX_MODEL_FILE {2}.*metrics\.json\n {2}not valid JSON/);
  });
});

describe("batches of rows to predict", () => {
  test("hold every row once, in order, 64 and 2^18 characters at most unless one row is longer", () => {
    const length = fc.oneof(fc.nat(50), fc.nat(20_000), fc.constant(300_000));
    fc.assert(
      fc.property(fc.array(length, { maxLength: 200 }), (lengths) => {
        const rows = lengths.map((size) => row({ text: "x".repeat(size) }));
        const batches = predictionBatches(rows);
        expect(batches.map(([start]) => start)).toEqual(
          [0, ...batches.map(([, end]) => end)].slice(0, batches.length),
        );
        expect(batches.at(-1)?.[1] ?? 0).toBe(rows.length);
        for (const [start, end] of batches) {
          expect(end).toBeGreaterThan(start);
          expect(end - start).toBeLessThanOrEqual(64);
          const longest = Math.max(...lengths.slice(start, end));
          if (end - start > 1) expect(longest * (end - start)).toBeLessThanOrEqual(2 ** 18);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("count lists of tokens too", () => {
    const rows = Array.from({ length: 4 }, () => row({ text: Array<string>(30_000).fill("x") }));
    expect(predictionBatches(rows)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
    expect(predictionBatches([row({ n: 5 }), row({ n: null })])).toEqual([[0, 2]]);
    expect(predictionBatches([])).toEqual([]);
  });
});

describe("scores", () => {
  test("go by the names of the labels", () => {
    expect(namedScores([0.25, 0.5, 0.25], ["a", "b", "c"])).toEqual({ a: 0.25, b: 0.5, c: 0.25 });
  });

  test("that are no numbers are an error", () => {
    expect(() => namedScores([0.5, Number.NaN], ["a", "b"])).toThrow('the score of "b" is not a number');
    expect(() => namedScores([0.5], ["a", "b"])).toThrow('the score of "b" is not a number');
  });
});
