import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readFacts, writeMetadata } from "../../src/exporters/metadata.js";
import { modelCard } from "../../src/exporters/model-card.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { pythonExample } from "../../src/exporters/python-example.js";
import { recordContentHash, writeModel } from "../../src/graph/onnx/file.js";
import { type Inspection, inspectModel } from "../../src/graph/onnx/inspect.js";
import { onnx } from "../../src/graph/onnx/proto/onnx.js";
import { silentLog, train } from "../../src/library.js";
import { libraryVersion } from "../../src/registry/version.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { textClassifier } from "../graph/onnx/graphs.js";
import { toyConfig, workplace, writeToyData } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
const run = join(folder, "run");
const file = join(folder, "toy.onnx");
const page = join(folder, "toy.md");
let card: string;
let inspection: Inspection;

const sha256 = (...pieces: readonly Uint8Array[]): string => {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
};

beforeAll(async () => {
  writeToyData(folder);
  await train(toyConfig({ data: folder }), { output: run, registry });
  const { written } = await exportOnnx(run, file, { registry, log: silentLog, card: page });
  expect(written).toEqual([file, page]);
  card = readFileSync(page, "utf8");
  inspection = await inspectModel(file);
});

describe("an exported file", () => {
  it("says what it is: task, config, labels, tokenizers, figures, data, version", () => {
    const facts = readFacts(inspection.metadata, file);
    expect(facts).toMatchObject({
      task: "DocumentClassificationTask",
      version: libraryVersion(),
      labels: { labels: expect.arrayContaining(["food", "money", "sport"]) },
      tokenizers: { "model.inputs.tokens": { Tokenizer: { split_regex: "\\s+", lowercase: true } } },
      metrics: { epochs: 2, test: { rows: 24 } },
    });
    expect(facts.config).toEqual(JSON.parse(readFileSync(join(run, "config.json"), "utf8")));
    const { test } = JSON.parse(readFileSync(join(run, "metrics.json"), "utf8"));
    const written = (facts.metrics.test as { loss: number }).loss;
    expect(Math.abs(written - test.loss)).toBeLessThanOrEqual(5e-6 * test.loss);
    expect(String(written).length).toBeLessThan(String(test.loss).length);
    expect(inspection.producer).toEqual({ name: "pytext-ts", version: libraryVersion() });
    const files = ["train", "eval", "test"].map((split) => join(folder, `${split}.tsv`));
    expect(facts.data.map((print) => [print.file, print.sha256])).toEqual(
      files.map((path) => [path, sha256(readFileSync(path))]),
    );
  });

  it("carries the hash of its graph and weights, as its definition says", () => {
    const model = onnx.ModelProto.decode(readFileSync(file));
    const part = (fields: onnx.ModelProto.$Properties) => onnx.ModelProto.encode(fields).finish();
    // As the encoder writes fields in the order of their numbers, graph (7) comes before opset_import (8).
    const digest = sha256(part({ graph: model.graph! }), part({ opsetImport: model.opsetImport! }));
    expect(inspection.content).toEqual({ sha256: digest, recorded: digest, state: "matches" });
  });

  it("differs from it after a change of a weight, not of what is said about the model", async () => {
    const changed = join(folder, "changed.onnx");
    const alter = async (change: (model: onnx.ModelProto) => void) => {
      const model = onnx.ModelProto.decode(readFileSync(file));
      change(model);
      writeFileSync(changed, onnx.ModelProto.encode(model).finish());
      return (await inspectModel(changed)).content.state;
    };
    expect(await alter((model) => model.graph!.initializer![0]!.rawData!.fill(7, 0, 1))).toBe("differs");
    expect(await alter((model) => (model.graph!.node![0]!.opType = "Other"))).toBe("differs");
    expect(await alter((model) => (model.opsetImport![0]!.version = 19))).toBe("differs");
    expect(await alter((model) => (model.producerName = "somebody"))).toBe("matches");
    expect(await alter((model) => model.metadataProps!.reverse())).toBe("matches");
    expect(await alter((model) => model.metadataProps!.pop())).toBe("unrecorded");
  });

  it("covers tensors in a file beside it, whatever else that file holds", async () => {
    const { graph, parameters: values } = textClassifier();
    const path = join(folder, "outside.onnx");
    await writeModel(path, graph, { values, externalFrom: 20 });
    await recordContentHash(path);
    expect((await inspectModel(path)).content.state).toBe("matches");
    const data = readFileSync(`${path}.data`);
    const gap = data.indexOf(Buffer.alloc(64));
    data[gap + 63] = 1;
    writeFileSync(`${path}.data`, data);
    expect((await inspectModel(path)).content.state).toBe("matches");
    data[0]! ^= 1;
    writeFileSync(`${path}.data`, data);
    expect((await inspectModel(path)).content.state).toBe("differs");
    renameSync(`${path}.data`, `${path}.away`);
    await expect(inspectModel(path)).rejects.toThrow("the external data of outside.onnx cannot be read");
  });
});

describe("the model card", () => {
  it("shows signature, labels, figures, data, tokenizers, file and config", () => {
    expect(card).toMatch(
      /^# toy\.onnx\n\nA `DocumentClassificationTask` model, exported by pytext-ts \S+ as one ONNX file\.\n/,
    );
    for (const line of [
      "| input | `text` | `string[batch]` |",
      "| output | `scores` | `float32[batch,3]` |",
      `| train | \`${join(folder, "train.tsv")}\` |`,
      "`model.inputs.tokens`:",
      `| content hash (SHA-256) | \`${inspection.content.sha256}\` |`,
      "The parameters are those of epoch ",
    ])
      expect(card).toContain(line);
    const { test } = readFacts(inspection.metadata, file).metrics as { test: { accuracy: number } };
    expect(card).toMatch(new RegExp(`\\| \`accuracy\` \\|.*\\| ${test.accuracy.toPrecision(4)} \\|\n`));
    const [, config] = /## Config\n\n```json\n(.*?)\n```\n/s.exec(card)!;
    expect(JSON.parse(config!)).toEqual(JSON.parse(readFileSync(join(run, "config.json"), "utf8")));
    expect(card).not.toMatch(/undefined|\[object|NaN/);
  });

  it("shows how to run it in at most ten lines of Python", () => {
    const [, python] = /```python\n(.*?)\n```/s.exec(card)!;
    expect(python!.split("\n").length).toBeLessThanOrEqual(10);
    expect(python).toContain('ort.InferenceSession("toy.onnx")');
    expect(python).toContain('"text": np.array(["some words of text"], dtype=object),');
  });

  const withFacts = (labels: Record<string, string[]>, task = "T"): string => {
    const metadata = writeMetadata({
      task,
      part: undefined,
      version: "1.2.3",
      config: { version: 1 } as never,
      labels,
      metrics: {},
      data: [],
      ...{ input: "text", unit: "utf16", sizes: new Map() },
    });
    return modelCard({ ...inspection, metadata });
  };

  it("shortens very many labels, and keeps odd ones from breaking the page", () => {
    const many = withFacts({ labels: Array.from({ length: 5000 }, (_, i) => `label${i}`) });
    expect(many).toContain("`labels` (5000): `label0`, ");
    expect(many).toContain("`label49`, and 4,950 others");
    expect(many).not.toContain("label50");
    const odd = withFacts({ labels: ["a`b", "`", "", "x|y", "<b>", "line\nbreak"] }, "<script>");
    expect(odd).toContain("``a`b``, `` ` ``, (empty), `x\\|y`, `<b>`, `line\\u{a}break`");
    expect(odd).toContain("A `<script>` model");
    expect(odd).toContain("The run did not record its files.");
  });

  it("is refused for a file that carries no facts", () => {
    expect(() => modelCard({ ...inspection, metadata: {} })).toThrow(
      /PTX_MODEL_FILE .*\n.*does not carry the task/,
    );
  });

  it("is asked for at a place that can be written, before anything is exported", async () => {
    const other = join(folder, "other.onnx");
    const write = exportOnnx(run, other, { registry, log: silentLog, card: join(folder, "nowhere/card.md") });
    await expect(write).rejects.toThrow(/PTX_FILE_MISSING {2}--card .*\n.*there is no folder/);
    expect(existsSync(other)).toBe(false);
  });
});

describe("the Python example", () => {
  it.each([
    ["a text", "string", ["batch"], 'np.array(["some words of text"], dtype=object)'],
    [
      "texts of texts",
      "string",
      ["batch", 2, 2],
      'np.array([[["some", "words"], ["of", "text"]]], dtype=object)',
    ],
    ["very many texts", "string", ["batch", 5, 9], 'np.full((1, 5, 9,), "some", dtype=object)'],
    ["numbers", "float32", ["batch", 3], "np.zeros((1, 3,), dtype=np.float32)"],
    ["one number", "int64", [], "np.zeros((), dtype=np.int64)"],
    ["truth values of an open size", "bool", [null], "np.zeros((4,), dtype=np.bool_)"],
  ])("makes up %s", (_, dtype, shape, expected) => {
    expect(pythonExample("m.onnx", [{ name: "x", type: "", dtype, shape }])).toContain(
      `    "x": ${expected},\n`,
    );
  });
});
