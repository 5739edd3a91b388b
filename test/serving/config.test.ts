import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/registry/json.js";
import { embedOptions, loadServeConfig, type ServeArguments } from "../../src/serving/config.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
const load = (config: string | JsonObject | undefined, more: Partial<ServeArguments> = {}) =>
  loadServeConfig({ ...{ config, models: [], settings: {}, include: [], front: {} }, ...more }, registry);

describe("models", () => {
  test("of the command line have the name that is given, or their path's", () => {
    const { models } = load(undefined, {
      models: ["exports/intent.onnx", "enc=models/minilm", "store:spam@production", "run/"],
    });
    expect(Object.entries(models).map(([name, { source }]) => [name, source])).toEqual([
      ["intent", "exports/intent.onnx"],
      ["enc", "models/minilm"],
      ["spam", "store:spam@production"],
      ["run", "run/"],
    ]);
  });

  test("of the command line come first, and only their source stands in place of the file's", () => {
    const config = { models: { a: "a.onnx", b: { source: "b.onnx", workers: 3 } } };
    const { models } = load(config, { models: ["b=other.onnx"] });
    expect(Object.keys(models)).toEqual(["b", "a"]);
    expect(models.b).toMatchObject({ source: "other.onnx", workers: 3 });
  });

  test("have the defaults of the file, those of the command line before them, and their own before all", () => {
    const config = {
      defaults: { threads: 2, workers: 2, max_batch_size: 8 },
      models: { a: { source: "a", threads: 4 } },
    };
    const { a } = load(config, { settings: { workers: 5 } }).models;
    expect(a).toMatchObject({
      threads: 4,
      workers: 5,
      max_batch_size: 8,
      isolation: "thread",
      timeout_ms: 30_000,
    });
  });

  test("of a file may stand with comments, and those of encoders say what they are asked for", () => {
    const file = join(folder, "serve.json");
    writeFileSync(
      file,
      '{ // two\n "models": {"e": {"source": "enc", "embed": {"pooling": "first_token", "max_seq_len": 40, "mask_cls_sep": false}}},}',
    );
    expect(embedOptions(load(file).models.e!)).toEqual({
      pooling: "first_token",
      maxSeqLen: 40,
      maskClsSep: false,
    });
  });
});

describe("what is wrong is told with its place", () => {
  test.each<[string, JsonObject, RegExp]>([
    [
      "an unknown key",
      { modles: {}, models: { a: "x" } },
      /PTX_CONFIG_UNKNOWN_KEY.*\n.*"modles"; did you mean "models"/,
    ],
    [
      "an unknown key of a model",
      { models: { a: { source: "x", worker: 2 } } },
      /models\.a[\s\S]*"worker"; did you mean "workers"/,
    ],
    [
      "an unknown key of the defaults",
      { defaults: { batch: 2 }, models: { a: "x" } },
      /defaults\n.*unknown key "batch"/,
    ],
    [
      "a number that is none",
      { models: { a: { source: "x", max_batch_size: 0 } } },
      /models\.a\.max_batch_size/,
    ],
    [
      "a name that cannot stand in an address",
      { models: { "a/b": "x" } },
      /the key "a\/b" does not have the form/,
    ],
    [
      "a label like a version",
      { models: { a: { source: "x", labels: { "1": "y" } } } },
      /labels[\s\S]*does not have the form/,
    ],
    ["a model without a source", { models: { a: {} } }, /models\.a[\s\S]*source/],
    ["no model", {}, /there is no model to serve/],
  ])("%s", (_, config, message) => {
    expect(() => load(config)).toThrow(message);
  });

  test("two models of one name", () => {
    expect(() => load(undefined, { models: ["a/m.onnx", "b/m.onnx"] })).toThrow(/two models are called "m"/);
  });
});
