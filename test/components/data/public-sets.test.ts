import { existsSync, readFileSync } from "node:fs";
import { parse } from "jsonc-parser";
import { describe, expect, it } from "vitest";
import { learn } from "../../../src/components/data/data-handler.js";
import { inspectData } from "../../../src/components/data/debug-data.js";
import { bench, makeData, makeTensorizer } from "./support.js";

const shared = "../shared/data";

async function inspected(source: object, inputs: Readonly<Record<string, [name: string, config: object]>>) {
  const on = bench();
  const tensorizers = Object.fromEntries(
    Object.entries(inputs).map(([input, [name, config]]) => [input, makeTensorizer(name, config, input, on)]),
  );
  const data = makeData({ source }, tensorizers, on);
  await learn([data]);
  expect(on.warnings).toEqual([]);
  return inspectData(data, { rareBelow: 1, examples: 1 });
}

const sum = (list: readonly { readonly entities: Readonly<Record<string, number>> }[], split: string) =>
  list.reduce((total, { entities }) => total + entities[split]!, 0);

// The expected numbers stand in the sets' own READMEs, or were counted with grep and sort.
describe.skipIf(!existsSync(shared))(
  "debug-data on the public sets (absent beside the project: skipped)",
  () => {
    it("knows SNIPS: 39 slots in 72 tags, and the rows that stand in training too", async () => {
      const files = (split: string) => ({
        text: `${shared}/snips/${split}/seq.in`,
        slots: `${shared}/snips/${split}/seq.out`,
        intent: `${shared}/snips/${split}/label`,
      });
      const source = { train: files("train"), eval: files("valid"), test: files("test") };
      const report = await inspected(
        { ParallelFilesDataSource: source },
        {
          tokens: ["TokenTensorizer", {}],
          intent: ["LabelTensorizer", { column: "intent" }],
          slots: ["SlotLabelTensorizer", { format: "tags" }],
        },
      );
      expect(report.splits.map(({ rows }) => rows)).toEqual([13084, 700, 700]);
      expect(report.splits.map(({ counts }) => counts.slots!.broken_rows)).toEqual([0, 0, 0]);
      const [slots] = report.tags;
      expect(slots!.labels).toHaveLength(39);
      expect(slots!.tags.filter(({ tokens }) => tokens.train! > 0)).toHaveLength(72);
      expect(report.labels[0]!.labels).toHaveLength(7);
      expect(report.overlaps).toMatchObject([
        { split: "eval", other: "train", exact: 9 },
        { split: "test", other: "train", exact: 23 },
        { split: "test", other: "eval" },
      ]);
      expect(report.conflicts).toMatchObject({ texts: 1, rows: 2 });
    });

    it("knows TOP without the requests that no intent is for, as the shipped config reads it", async () => {
      const { task } = parse(readFileSync("configs/top-rnng.json", "utf8")) as {
        task: { SemanticParsingTask: { data: { Data: { source: object } } } };
      };
      const source = JSON.parse(
        JSON.stringify(task.SemanticParsingTask.data.Data.source).replaceAll(/\$\{data\}/g, shared),
      ) as object;
      const report = await inspected(source, {
        tokens: ["TokenTensorizer", { column: "tokenized_text" }],
      });
      expect(report.splits.map(({ rows }) => rows)).toEqual([28414, 4032, 8241]);
      expect(report.splits.map(({ leftOut }) => leftOut.map(({ count }) => count))).toEqual([
        [31279 - 28414],
        [4462 - 4032],
        [9042 - 8241],
      ]);
    });

    it("knows WNUT-17: its entities, and the tokens outside of them", async () => {
      const source = {
        separator: "\t",
        train_filename: `${shared}/wnut17/train.conll`,
        eval_filename: `${shared}/wnut17/dev.conll`,
        test_filename: `${shared}/wnut17/test.conll`,
      };
      const report = await inspected(
        { CoNLLDataSource: source },
        { tokens: ["TokenTensorizer", {}], labels: ["SlotLabelTensorizer", { format: "tags" }] },
      );
      const [tags] = report.tags;
      expect([sum(tags!.labels, "train"), sum(tags!.labels, "eval"), sum(tags!.labels, "test")]).toEqual([
        1975, 836, 1079,
      ]);
      expect(tags!.outside).toEqual({ train: 59570, eval: 14483, test: 21654 });
      expect(tags!.missing).toEqual([]);
      expect(report.splits.map(({ counts }) => counts.labels!.broken_rows)).toEqual([0, 0, 0]);
    });

    it("knows UD English EWT: 17 parts of speech", async () => {
      const source = {
        train_filename: `${shared}/ud_english_ewt/en_ewt-ud-dev.conllu`,
        test_filename: `${shared}/ud_english_ewt/en_ewt-ud-test.conllu`,
        column_mapping: { form: "text", text: "sentence" },
      };
      const plain = { format: "tags", column: "upos", label_scheme: "none", model_scheme: "none" };
      const report = await inspected(
        { CoNLLUDataSource: source },
        { tokens: ["TokenTensorizer", {}], labels: ["SlotLabelTensorizer", plain] },
      );
      const [tags] = report.tags;
      expect(tags!.tags).toHaveLength(17);
      expect(tags!.tags[0]).toEqual({ tag: "NOUN", tokens: { train: 4210, test: 4123 } });
      expect([tags!.labels, tags!.outside]).toEqual([[], null]);
      expect(report.splits[0]!.leftOut).toMatchObject([
        { count: 359, unit: "line" },
        { count: 4, unit: "line" },
      ]);
    });
  },
);
