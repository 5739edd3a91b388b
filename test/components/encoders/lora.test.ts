/** @file Low-rank adapters in training, in the run's folder, and in what a run is opened as. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { exportOnnx } from "../../../src/exporters/onnx-exporter.js";
import { readSafetensors, writeSafetensors } from "../../../src/graph/safetensors.js";
import { loadModel, silentLog, test, train } from "../../../src/library.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";
import { deploymentGraph } from "../../../src/tasks/deployment.js";
import { openRun } from "../../../src/tasks/open-task.js";
import { toyConfig, workplace, writeToyData } from "../../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
writeToyData(folder);
/** A tiny BERT with random weights and 30 pieces. */
const base = join(folder, "base");
cpSync(fileURLToPath(new URL("fixtures/bert", import.meta.url)), base, { recursive: true });
const words = ["goal", "match", "league", "coach", "bank", "price", "loan", "share", "soup", "bread", "cook"];
const pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...words, ..."abcdefghijklmn"].slice(0, 30);
writeFileSync(join(base, "vocab.txt"), pieces.join("\n"));

function config(adapter: object | null, trainer: object = {}): object {
  const { task, ...around } = toyConfig({
    data: folder,
    model: {
      NewBertModel: {
        inputs: { tokens: { BERTTensorizer: { vocab_file: join(base, "vocab.txt"), max_seq_len: 16 } } },
        encoder: { TransformerEncoder: { pretrained: base, adapter } },
        pooling: "MeanPool",
      },
    },
    trainer,
  }) as { task: { DocumentClassificationTask: object } };
  return { ...around, task: { NewBertClassificationTask: task.DocumentClassificationTask } };
}

const lora = { LoRA: { match: ["**.attention.in_proj", "layer1.linear2"], rank: 3, alpha: 6, dropout: 0.1 } };
const trained = train(config(lora), { output: join(folder, "run"), registry });
const parametersOf = async (run: string) =>
  (await readSafetensors(join(folder, run, "parameters.safetensors"))).tensors;

describe("LoRA", () => {
  it("trains A, B and the head, and leaves the encoder as it was", async () => {
    await trained;
    await train(config(lora, { epochs: 1, optimizer: { Adam: { lr: 0 } } }), {
      output: join(folder, "still"),
      registry,
    });
    const [after, before] = [await parametersOf("run"), await parametersOf("still")];
    const changed = Object.keys(after).filter(
      (name) => after[name]!.data.join() !== before[name]!.data.join(),
    );
    expect(changed.sort()).toEqual([
      "model.decoder.layer0.bias",
      "model.decoder.layer0.weight",
      ...["layer0.attention.in_proj", "layer1.attention.in_proj", "layer1.linear2"].flatMap((place) =>
        ["lora_A", "lora_B"].map((name) => `model.encoder.${place}.${name}`),
      ),
    ]);
    expect(after["model.encoder.layer1.linear2.lora_A"]!.dims).toEqual([12, 3]);
    expect(before["model.encoder.layer0.attention.in_proj.lora_B"]!.data.every((x) => x === 0)).toBe(true);
  });

  it("is part of the matrices when a run is opened: no operator more, and the figures of the training", async () => {
    const { metrics } = await trained;
    const open = await openRun(join(folder, "run"), registry, silentLog);
    await train(config(null, { epochs: 1 }), { output: join(folder, "plain"), registry });
    const plain = await openRun(join(folder, "plain"), registry, silentLog);
    const operators = (run: typeof open): string[] =>
      deploymentGraph(run, run.task.parts.get("")!, { input: "ids" }).nodes.map(
        ({ definition }) => definition.name,
      );
    expect(operators(open)).toEqual(operators(plain));
    expect(open.parameters.names).toEqual(plain.parameters.names);
    const figures = await test(join(folder, "run"), { registry });
    expect(figures.loss).toBeCloseTo(metrics.test!.loss!, 5);
  });

  it("merges as W + alpha / rank A B", async () => {
    await trained;
    const saved = await parametersOf("run");
    const open = await openRun(join(folder, "run"), registry, silentLog);
    deploymentGraph(open, open.task.parts.get("")!, { input: "ids" });
    const place = "model.encoder.layer1.linear2";
    const [w, a, b] = ["weight", "lora_A", "lora_B"].map(
      (name) => saved[`${place}.${name}`]!.data as Float32Array,
    );
    const merged = open.parameters.get(`${place}.weight`)!.data;
    for (let row = 0; row < 12; row++)
      for (let column = 0; column < 8; column++) {
        let sum = w![row * 8 + column]!;
        for (let k = 0; k < 3; k++) sum += 2 * a![row * 3 + k]! * b![k * 8 + column]!;
        expect(merged[row * 8 + column]).toBeCloseTo(sum, 6);
      }
  });

  it("predicts the same from the exported file", async () => {
    await trained;
    const file = join(folder, "model.onnx");
    const { difference } = await exportOnnx(join(folder, "run"), file, { registry, log: silentLog });
    expect(difference).toBeLessThanOrEqual(1e-5);
    const model = await loadModel(file, { registry });
    expect((await model.predict([{ values: { text: "goal match" }, origin: "x" }])).length).toBe(1);
    await model.release();
  });

  it("refuses a pattern that matches no matrix, naming the matrices", async () => {
    const wrong = config({ LoRA: { match: ["**.in_proj", "layer7"] } });
    await expect(train(wrong, { output: join(folder, "wrong"), registry })).rejects.toThrow(
      /no matrix of a linear layer matches "layer7".*layer0\.attention\.in_proj/,
    );
  });

  it("refuses a run whose file lacks an adapter's parameters", async () => {
    await trained;
    const damaged = join(folder, "damaged");
    cpSync(join(folder, "run"), damaged, { recursive: true });
    const kept = Object.entries(await parametersOf("run")).filter(([name]) => !name.endsWith("lora_B"));
    await writeSafetensors(join(damaged, "parameters.safetensors"), Object.fromEntries(kept));
    await expect(loadModel(damaged, { registry })).rejects.toThrow(/lora_B, which is not among the saved/);
  });
});
