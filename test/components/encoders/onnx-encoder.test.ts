/** @file Encoders from ONNX files in a run's whole life: trained, stopped and resumed, opened without their file, exported. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { exportOnnx } from "../../../src/exporters/onnx-exporter.js";
import { readSafetensors } from "../../../src/graph/safetensors.js";
import { loadEncoder, loadModel, silentLog, train } from "../../../src/library.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";
import type { Prediction } from "../../../src/tasks/prediction.js";
import { stoppingChannel } from "../../support/stopping-channel.js";
import { toyConfig, toyRows, workplace, writeToyData } from "../../support/toy.js";

const folder = workplace();
const at = (name: string) => join(folder, name);
const registry = defaultRegistry();
writeToyData(folder);
/** One BERT of 12 pieces and 8 places, from two exporters of PyTorch, and quantized by ONNX Runtime's Python tools. */
const source = (name: string) =>
  fileURLToPath(new URL(`../../graph/fixtures/bert-${name}.onnx`, import.meta.url));
const words = ["goal", "match", "bank", "loan", "soup", "bread", "word1"];
writeFileSync(at("vocab.txt"), ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...words, ""].join("\n"));

/** A config whose encoder is a copy of a file, which the test may take away. */
function config(name: string, keys: object = {}, trainer: object = {}, channels: string[] = []): object {
  const file = at(`${name}.onnx`);
  if (!existsSync(file)) cpSync(source(name), file);
  const { task, ...rest } = toyConfig({
    data: folder,
    model: {
      NewBertModel: {
        inputs: { tokens: { BERTTensorizer: { vocab_file: at("vocab.txt"), max_seq_len: 8 } } },
        encoder: { OnnxEncoder: { file, ...keys } },
        pooling: "MeanPool",
      },
    },
    trainer,
    channels,
  }) as { task: { DocumentClassificationTask: object } };
  return { ...rest, task: { NewBertClassificationTask: task.DocumentClassificationTask } };
}

const parametersOf = async (run: string) =>
  (await readSafetensors(join(at(run), "parameters.safetensors"))).tensors;

/** Names of the parameters in which two runs differ. */
async function differing(a: string, b: string): Promise<string[]> {
  const [left, right] = [await parametersOf(a), await parametersOf(b)];
  expect(Object.keys(left).sort()).toEqual(Object.keys(right).sort());
  return Object.keys(left).filter((name) => left[name]!.data.join() !== right[name]!.data.join());
}

function probabilities(predictions: readonly Prediction[]): number[] {
  return predictions.flatMap(({ scores }) => Object.values(scores as Record<string, number>));
}

const rows = toyRows(12, 9).map(({ text }, i) => ({ values: { text }, origin: `row ${i}` }));

describe.each(["torchscript", "dynamo"])("a file of PyTorch's exporter (%s)", (name) => {
  it("is trained, opened without the file, and exported with equal predictions", async () => {
    await train(config(name, {}, { epochs: 1, optimizer: { Adam: { lr: 0 } } }), {
      output: at(`${name}-still`),
      registry,
    });
    await train(config(name), { output: at(name), registry });
    const parameters = Object.keys(await parametersOf(name));
    expect(await differing(name, `${name}-still`)).toEqual(parameters);
    expect(parameters.length).toBeGreaterThan(15);

    rmSync(at(`${name}.onnx`));
    const ours = await loadModel(at(name), { registry });
    const expected = probabilities(await ours.predict(rows));
    await ours.release();
    for (const input of ["text", "ids"] as const) {
      const file = at(`${name}-${input}-out.onnx`);
      const { rows: compared, difference } = await exportOnnx(at(name), file, {
        registry,
        log: silentLog,
        input,
      });
      expect(compared).toBeGreaterThan(0);
      expect(difference).toBeLessThanOrEqual(1e-5);
    }
    const theirs = await loadModel(at(`${name}-text-out.onnx`), { registry });
    const got = probabilities(await theirs.predict(rows));
    await theirs.release();
    expect(got).toHaveLength(expected.length);
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });

  it("frozen, keeps its weights while the head learns", async () => {
    const still = { epochs: 1, optimizer: { Adam: { lr: 0 } } };
    await train(config(name, { freeze: true }, still), { output: at(`${name}-frozen-still`), registry });
    await train(config(name, { freeze: true }), { output: at(`${name}-frozen`), registry });
    expect((await differing(`${name}-frozen`, `${name}-frozen-still`)).sort()).toEqual([
      "model.decoder.layer0.bias",
      "model.decoder.layer0.weight",
    ]);
  });
});

it.each([3, 0])(
  "a run that stops after %d checkpoints resumes to the bits of one that does not",
  async (checkpoints) => {
    const { channel, counter } = stoppingChannel();
    counter.stopAt = checkpoints + 1;
    const own = defaultRegistry().add(channel);
    const wanted = config("torchscript", {}, { checkpoint_every_batches: 1 }, ["StoppingChannel"]);
    await expect(
      train(wanted, { output: at(`broken${checkpoints}`), registry: own, resume: true }),
    ).rejects.toThrow("stopped");
    counter.stopAt = 0;
    await train(wanted, { output: at(`broken${checkpoints}`), registry: own, resume: true });
    await train(wanted, { output: at(`whole${checkpoints}`), registry: own });
    for (const file of ["parameters.safetensors", "metrics.json"])
      expect(readFileSync(join(at(`broken${checkpoints}`), file))).toEqual(
        readFileSync(join(at(`whole${checkpoints}`), file)),
      );
  },
);

describe("a quantized file", () => {
  it("is refused for training, by the names of its integer weights", async () => {
    await expect(train(config("int8"), { output: at("refused"), registry })).rejects.toThrow(
      /OnnxEncoder\.freeze[\s\S]*of integers[\s\S]*set freeze to true/,
    );
    expect(existsSync(join(at("refused"), "parameters.safetensors"))).toBe(false);
  });

  it("feeds a head when it is frozen, with the states that onnxruntime gives for the file itself", async () => {
    await train(config("int8", { freeze: true }, { epochs: 1 }), { output: at("near-int8"), registry });
    const vocabulary = readFileSync(at("vocab.txt"), "utf8").split("\n");
    const session = await InferenceSession.create(source("int8"));
    const encoder = await loadEncoder(at("near-int8"), { registry, log: silentLog });
    let compared = 0;
    // One text at a time: the file measures its integers by all of a batch.
    for (const { values } of rows)
      for await (const [embedded] of encoder.embed([values.text], { pooling: "none" })) {
        const ids = embedded!.tokens.map((token) => BigInt(vocabulary.indexOf(token)));
        const dims = [1, ids.length];
        const { last_hidden_state: states } = await session.run({
          input_ids: new Tensor("int64", ids, dims),
          attention_mask: new Tensor("int64", Array<bigint>(ids.length).fill(1n), dims),
        });
        const wanted = states!.data as Float32Array;
        expect(embedded!.dims).toEqual(states!.dims.slice(1));
        for (const [i, value] of embedded!.vector.entries()) expect(value).toBeCloseTo(wanted[i]!, 5);
        compared += 1;
      }
    expect(compared).toBe(rows.length);
    await encoder.release();
    await session.release();
    const { difference } = await exportOnnx(at("near-int8"), at("near-int8.onnx"), {
      registry,
      log: silentLog,
      input: "text",
    });
    expect(difference).toBeLessThanOrEqual(1e-5);
  });
});
