import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { OnnxModelFile } from "../../src/engine/ort-model.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { readRunnable } from "../../src/graph/onnx/runnable.js";
import { loadModel, predict, silentLog, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { tsv, workplace } from "../support/toy.js";
import { treeRows } from "../support/trees.js";

const folder = workplace();
const registry = defaultRegistry();

const file = (name: string): string => join(folder, name);

const config = (model: object = {}, rows = "train.tsv") => ({
  version: 1,
  task: {
    SemanticParsingTask: {
      data: {
        Data: {
          source: {
            TSVDataSource: {
              train_filename: file(rows),
              eval_filename: file("eval.tsv"),
              test_filename: file("eval.tsv"),
            },
          },
          batcher: { PoolingBatcher: { train_batch_size: 8 } },
        },
      },
      model: {
        RNNGParser: {
          inputs: {
            tokens: { TokenTensorizer: { column: "text" } },
            actions: { AnnotationNumberizer: { column: "tree" } },
          },
          embedding: { WordEmbedding: { embed_dim: 8 } },
          lstm: { lstm_dim: 12 },
          ...model,
        },
      },
      trainer: { Trainer: { epochs: 4, optimizer: { Adam: { lr: 0.02 } } } },
      channels: [],
    },
  },
});

beforeAll(() => {
  writeFileSync(file("train.tsv"), tsv(treeRows(100, 1)));
  writeFileSync(file("eval.tsv"), tsv(treeRows(30, 2)));
});

describe.each([
  { model: { compositional_type: "sum", beam_size: 1, top_k: 1 }, forms: ["tokens", "ids"] },
  { model: { compositional_type: "blstm", beam_size: 3, top_k: 2 }, forms: ["text"] },
] as const)("a parser with $model.compositional_type and a beam of $model.beam_size", ({ model, forms }) => {
  const run = file(model.compositional_type);
  const texts = ["fairs in New York", "route from home to Oslo", "[fairs] in Rome \\", ""];

  beforeAll(async () => {
    await train(config(model), { output: run, registry });
  });

  it("learns trees", () => {
    const { test } = JSON.parse(readFileSync(join(run, "metrics.json"), "utf8")) as {
      readonly test: Readonly<Record<string, number>>;
    };
    expect(test.frame_accuracy).toBeGreaterThan(0.9);
    expect(test.invalid_trees).toBe(0);
  });

  it(`predicts the same as a run and as a file that takes ${forms.join(" or ")}`, async () => {
    const rows = texts.map((text) => ({ text }));
    const trained = await loadModel(run, { registry });
    const predictions = await predict(trained, rows);
    await trained.release();
    expect(predictions[0]).toMatchObject({
      intent: "IN:GET_EVENT",
      parse: "[IN:GET_EVENT fairs in [SL:PLACE New York ] ]",
      frame: {
        ...{ start: 0, end: 17, text: "fairs in New York" },
        children: [{ label: "SL:PLACE", start: 9, end: 17, text: "New York", children: [] }],
      },
    });
    expect(predictions[0]!.parses).toHaveLength(model.top_k);
    expect(predictions[3]).toEqual({ text: "", parse: null, parses: [], frame: null });
    for (const input of forms) {
      const onnx = file(`${model.compositional_type}-${input}.onnx`);
      // Held-out rows are compared on the way.
      await exportOnnx(run, onnx, { registry, log: silentLog, input });
      if (input !== "text") continue;
      const loaded = await loadModel(onnx, { registry });
      const again = await predict(loaded, rows);
      await loaded.release();
      expect(again.map(({ parse }) => parse)).toEqual(predictions.map(({ parse }) => parse));
      // A file writes the words that its tokenizer makes, in small letters here.
      const small = again.map(
        ({ parse }) => parse?.replace(/ [a-zA-Z]+/gu, (word) => word.toLowerCase()) ?? "",
      );
      await expectWritten(onnx, texts, small);
    }
  });
});

/** The trees in brackets that the file itself writes. */
async function expectWritten(
  onnx: string,
  texts: readonly string[],
  parses: readonly string[],
): Promise<void> {
  const model = await OnnxModelFile.open(await readRunnable(onnx), 1, false);
  const results = await model.run({
    [model.inputs[0]!]: { dtype: "string", dims: [texts.length], data: [...texts] },
  });
  await model.release();
  const { data, dims } = results.parse!;
  const best = Array.from({ length: texts.length }, (_, row) => data[row * dims[1]!]);
  expect(best).toEqual(parses);
}

describe("trees that do not fit are refused before training", () => {
  const refused = async (row: string, text: string, model: object = {}): Promise<unknown> => {
    writeFileSync(file("odd.tsv"), tsv([...treeRows(9, 3), { text, tree: row }]));
    return train(config(model, "odd.tsv"), { output: file("refused"), registry });
  };

  it.each([
    [
      "a tree of other words",
      "[IN:A a c ]",
      "a b",
      {},
      /odd\.tsv:11.*\n.*at token 2 the tree has "c", the text has "b"/s,
    ],
    ["a tree that is none", "[IN:A a b", "a b", {}, /odd\.tsv:11.*\n.*IN:A is not closed \(character 1\)/s],
    [
      "more open nodes than allowed",
      "[IN:A [SL:B [IN:C a ] ] ]",
      "a",
      { max_open_NT: 2 },
      /max_open_NT.*\n.*4 nodes above/s,
    ],
    [
      "a slot in a slot",
      "[IN:A [SL:B [SL:C a ] ] ]",
      "a",
      {},
      /intent_slot_nesting.*\n.*in 1 training trees/s,
    ],
    [
      "a slot below an unsupported root",
      "[IN:UNSUPPORTED [SL:B a ] ]",
      "a",
      {},
      /no_slots_inside_unsupported.*\n.*1 training trees/s,
    ],
  ])("%s", async (_, tree, text, model, message) => {
    await expect(refused(tree, text, model)).rejects.toThrow(message);
  });

  it("more parses than the beam holds", async () => {
    await expect(refused("[IN:A a ]", "a", { top_k: 2 })).rejects.toThrow(/a beam of 1 gives no 2 parses/);
  });

  it("a parser that looks at nothing", async () => {
    const ablation = { use_buffer: false, use_stack: false, use_action: false };
    await expect(refused("[IN:A a ]", "a", { ablation })).rejects.toThrow(/one of use_buffer, use_stack/);
  });
});
