/** @file Data as people have it: odd labels, odd line ends, odd columns. Nothing may go wrong without a word. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeAll, describe, expect, test } from "vitest";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { loadModel, predict, silentLog, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import type { Metrics } from "../../src/tasks/run-session.js";
import { smallModel, type ToyConfig, toyConfig, toyRows, tsv, workplace } from "../support/toy.js";

const folder = workplace();
const at = (name: string) => join(folder, name);
const registry = defaultRegistry();
let runs = 0;

/** Trains on files of this folder and gives figures and folder. */
async function trained(files: Record<string, string>, wanted: ToyConfig = {}, source: object = {}) {
  const kind = Object.values(files)[0]!.split(".").at(-1)!;
  const name = {
    tsv: "TSVDataSource",
    csv: "CSVDataSource",
    jsonl: "JSONLDataSource",
    parquet: "ParquetDataSource",
  }[kind]!;
  const paths = Object.fromEntries(
    Object.entries(files).map(([split, file]) => [`${split}_filename`, at(file)]),
  );
  const output = at(`run${runs++}`);
  const warnings: string[] = [];
  const log = { info: () => {}, warn: (line: string) => void warnings.push(line) };
  const config = toyConfig({ source: { [name]: { ...paths, ...source } }, ...wanted });
  const { metrics } = await train(config, { output, registry, log });
  return { metrics, output, warnings };
}

/** The run's predictions, which its exported file must share. */
async function predicted(run: string, inputs: Parameters<typeof predict>[1]) {
  await exportOnnx(run, `${run}.onnx`, { registry, log: silentLog });
  const [ofRun, ofFile] = [await loadModel(run, { registry }), await loadModel(`${run}.onnx`, { registry })];
  const [a, b] = [await predict(ofRun, inputs), await predict(ofFile, inputs)];
  expect(b.map(({ label, labels }) => ({ label, labels }))).toEqual(
    a.map(({ label, labels }) => ({ label, labels })),
  );
  return a;
}

/** Toy rows whose labels are called otherwise. */
function relabelled(names: Readonly<Record<string, string>>, count = 90, seed = 0) {
  return toyRows(count, seed).map(({ text, label }) => ({ text, label: names[label]! }));
}

describe("labels with odd names", () => {
  test.each([
    [{ sport: "__proto__", money: "constructor", food: "toString" }],
    [{ sport: "a,b", money: "a", food: "b" }],
    [{ sport: "10", money: "2", food: "0" }],
    [{ sport: "two words", money: "Ärger 🍕", food: '"quoted"' }],
    [{ sport: "null", money: "false", food: "undefined" }],
  ])("%j keep their figures, scores and predictions apart", async (names) => {
    writeFileSync(at("odd.tsv"), tsv(relabelled(names)));
    const { metrics, output } = await trained(
      { train: "odd.tsv", eval: "odd.tsv", test: "odd.tsv" },
      { trainer: { epochs: 8 } },
    );
    const wanted = Object.values(names).sort();
    const onDisk = JSON.parse(readFileSync(join(output, "metrics.json"), "utf8")) as Metrics;
    for (const { test: figures } of [metrics, onDisk]) {
      const perClass = figures!.per_class as Record<string, { support: number }>;
      expect(Object.keys(perClass).sort()).toEqual(wanted);
      expect(Object.values(perClass).reduce((sum, { support }) => sum + support, 0)).toBe(90);
    }
    const predictions = await predicted(output, ["goal match league", "bank loan price", "soup bread cook"]);
    expect(predictions.map(({ label }) => label)).toEqual([names.sport, names.money, names.food]);
    for (const { scores = {} } of predictions) {
      expect(Object.keys(scores).sort()).toEqual(wanted);
      expect(Object.values(scores).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    }
  });

  test("may be numbers in JSON, and may be target_label", async () => {
    const rows = relabelled({ sport: "1", money: "0", food: "0" }).map(({ text, label }) => ({
      text,
      label: Number(label),
    }));
    writeFileSync(at("numbers.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const reporter = { target_label: "1", model_select_metric: "label_f1" };
    const { metrics } = await trained(
      { train: "numbers.jsonl", eval: "numbers.jsonl", test: "numbers.jsonl" },
      { reporter },
    );
    expect(metrics.test).toMatchObject({ binary: { positive_label: "1" } });
    expect(metrics.epochs[0]!.metric).toBeTypeOf("number");
  });
});

describe("line ends and marks", () => {
  const rows = relabelled({ sport: "sport", money: "money", food: "food" });

  test("CR LF, a byte order mark and a missing last line end change nothing", async () => {
    const plain = tsv(rows);
    writeFileSync(at("unix.tsv"), plain);
    writeFileSync(at("dos.tsv"), `\ufeff${plain.replaceAll("\n", "\r\n").trimEnd()}`);
    const [unix, dos] = [
      await trained({ train: "unix.tsv", test: "unix.tsv" }),
      await trained({ train: "dos.tsv", test: "dos.tsv" }),
    ];
    expect(dos.metrics).toEqual(unix.metrics);
    const bytes = (run: string) => readFileSync(join(run, "parameters.safetensors"));
    expect(bytes(dos.output).equals(bytes(unix.output))).toBe(true);
  });

  test("spaces around a label are no part of it; a column's name may hold spaces", async () => {
    const padded = rows.map(({ text, label }) => ({ "the text ": text, "my label": `  ${label} ` }));
    writeFileSync(at("padded.tsv"), tsv(padded));
    const model = {
      DocModel: {
        ...smallModel.DocModel,
        inputs: {
          tokens: { TokenTensorizer: { column: "the text " } },
          labels: { LabelTensorizer: { column: "my label" } },
        },
      },
    };
    const { metrics, output } = await trained({ train: "padded.tsv", test: "padded.tsv" }, { model });
    expect(Object.keys(metrics.test!.per_class as object).sort()).toEqual(["food", "money", "sport"]);
    const [prediction] = await predicted(output, [{ "the text ": "goal" }]);
    expect(Object.keys(prediction!.scores!)).toHaveLength(3);
  });

  test("quotes in a TSV are characters, in a CSV they hold delimiters and line ends", async () => {
    const quoted = rows.map(({ text, label }, i) => `"${text}, ""${i}""\nsecond line",${label}`);
    writeFileSync(at("quoted.csv"), `text,label\n${quoted.join("\n")}\n`);
    const { metrics, output } = await trained({ train: "quoted.csv", test: "quoted.csv" });
    expect(metrics.test!.rows).toBe(90);
    const samples = readFileSync(join(output, "samples.jsonl"), "utf8").trim().split("\n");
    expect(JSON.parse(samples[0]!)).toEqual({
      text: `${rows[0]!.text}, "0"\nsecond line`,
      label: rows[0]!.label,
    });
  });

  test("NUL and other control characters are kept apart in training, prediction and the file", async () => {
    const nul = rows.map(({ text, label }) => ({
      text: `\u0000${text.replaceAll(" ", " \u0000")}\u0001`,
      label,
    }));
    writeFileSync(at("nul.jsonl"), nul.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const { output } = await trained({ train: "nul.jsonl", test: "nul.jsonl" }, { trainer: { epochs: 6 } });
    const [prediction] = await predicted(output, ["\u0000goal \u0000match \u0000league \u0000coach\u0001"]);
    expect(prediction!.label).toBe("sport");
  });
});

describe("splits", () => {
  beforeAll(() => {
    writeFileSync(at("train.tsv"), tsv(toyRows(90, 0)));
    writeFileSync(at("sport.tsv"), tsv(toyRows(20, 1, ["sport"])));
    writeFileSync(at("one.tsv"), tsv(toyRows(1, 2)));
  });

  test("an eval file of one class is evaluated; a metric that it leaves undefined is warned of", async () => {
    const { metrics, warnings } = await trained({ train: "train.tsv", eval: "sport.tsv", test: "sport.tsv" });
    expect(metrics.test).toMatchObject({ rows: 20, per_class: { food: { support: 0 } } });
    expect(warnings).toEqual([]);
    const reporter = { model_select_metric: "roc_auc" };
    const undefinedThere = await trained({ train: "train.tsv", eval: "sport.tsv" }, { reporter });
    expect(undefinedThere.warnings[0]).toContain("roc_auc is not defined on the eval rows");
    expect(undefinedThere.metrics.best_epoch).toBe(2);
  });

  test("a single row serves as eval, as test, and with given labels as training rows", async () => {
    const one = await trained({ train: "train.tsv", eval: "one.tsv", test: "one.tsv" });
    expect(one.metrics.test).toMatchObject({ rows: 1 });
    const labels = { LabelTensorizer: { labels: ["sport", "money", "food"] } };
    const model = { DocModel: { ...smallModel.DocModel, inputs: { labels } } };
    const alone = await trained({ train: "one.tsv" }, { model });
    expect(alone.metrics.train).toMatchObject({ rows: 1 });
    expect(await predicted(alone.output, ["goal"])).toHaveLength(1);
  });

  test("a share held out of the training rows serves as eval rows", async () => {
    const config = toyConfig({ source: { TSVDataSource: { train_filename: at("train.tsv") } } }) as {
      task: { DocumentClassificationTask: { data: { Data: object } } };
    };
    Object.assign(config.task.DocumentClassificationTask.data.Data, { eval_fraction: 0.3 });
    const { metrics } = await train(config, { output: at("held-out"), registry });
    const [trainRows, evalRows] = [Number(metrics.train.rows), Number(metrics.eval!.rows)];
    expect(trainRows + evalRows).toBe(90);
    expect(evalRows).toBeGreaterThan(10);
  });

  test("rows that are left out on request are counted aloud", async () => {
    const rows = [
      ...toyRows(60, 0),
      { text: "goal", label: "politics" },
      { text: "bank", label: "politics" },
    ];
    writeFileSync(at("foreign.tsv"), tsv(rows));
    const labels = { LabelTensorizer: { labels: ["sport", "money", "food"], on_unknown: "skip" } };
    const model = { DocModel: { ...smallModel.DocModel, inputs: { labels } } };
    const { metrics, warnings } = await trained({ train: "foreign.tsv" }, { model });
    expect(metrics.train.rows).toBe(60);
    expect(warnings).toEqual([
      expect.stringMatching(/^train: 2 rows left out: unknown label .*foreign\.tsv:62/),
    ]);
  });
});

describe("columns", () => {
  test("whole numbers of Parquet, beyond 2^53 too, reach the run's samples and its predictions", async () => {
    const rows = toyRows(60, 3);
    const year = rows.map((_, i) => BigInt(2 ** 53) + BigInt(i % 2));
    const buffer = parquetWriteBuffer({
      columnData: [
        { name: "text", data: rows.map(({ text }) => text), type: "STRING" },
        { name: "label", data: year, type: "INT64" },
      ],
    });
    writeFileSync(at("big.parquet"), Buffer.from(buffer));
    const { metrics, output } = await trained({ train: "big.parquet", test: "big.parquet" });
    const labels = Object.keys(metrics.test!.per_class as object).sort();
    expect(labels).toEqual(["9007199254740992", "9007199254740993"]);
    const samples = readFileSync(join(output, "samples.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(samples.map(({ label }) => String(label))).toEqual(year.slice(0, samples.length).map(String));
    expect(await predicted(output, ["goal"])).toHaveLength(1);
  });

  test("a worst row's own columns cannot cover what is said about it", async () => {
    const rows = toyRows(60, 4).map(({ text, label }) => ({ score: text, gold: label }));
    writeFileSync(at("clash.tsv"), tsv(rows));
    const inputs = {
      tokens: { TokenTensorizer: { column: "score" } },
      labels: { LabelTensorizer: { column: "gold" } },
    };
    const model = { DocModel: { ...smallModel.DocModel, inputs } };
    const { output } = await trained(
      { train: "clash.tsv", test: "clash.tsv" },
      { model, trainer: { epochs: 1 } },
    );
    const worst = readFileSync(join(output, "worst-rows.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(worst.length).toBeGreaterThan(0);
    for (const { score, gold, row } of worst) {
      expect(score).toBeTypeOf("number");
      expect(gold).toEqual([row.gold]);
    }
  });

  test("that a model reads besides the text must be there to predict", async () => {
    const rows = toyRows(60, 5).map((row, i) => ({ ...row, dense: JSON.stringify([i, i % 7]) }));
    writeFileSync(at("dense.tsv"), tsv(rows));
    const model = { DocModel: { ...smallModel.DocModel, inputs: { dense: "FloatListTensorizer" } } };
    const { output } = await trained({ train: "dense.tsv", test: "dense.tsv" }, { model });
    const loaded = await loadModel(output, { registry });
    expect(loaded.columns).toEqual(["text", "dense"]);
    await expect(predict(loaded, ["goal"])).rejects.toThrow(
      'PTX_DATA  input 1\n  the column "dense" is missing',
    );
    await expect(predict(loaded, [{ text: "goal", dense: [1] }])).rejects.toThrow("PTX_DATA  input 1");
    await expect(predict(loaded, [{ text: "goal", dense: [1, null] }])).rejects.toThrow("PTX_DATA  input 1");
    expect(await predict(loaded, [{ text: "goal", dense: [1, 2] }])).toHaveLength(1);
  });
});
