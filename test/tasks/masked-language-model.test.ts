import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { learn } from "../../src/components/data/data-handler.js";
import { exportHuggingFace } from "../../src/exporters/hugging-face-exporter.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { readSafetensors } from "../../src/graph/safetensors.js";
import { loadModel, silentLog, train } from "../../src/library.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { stream } from "../../src/registry/random.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { openTask } from "../../src/tasks/open-task.js";
import { Checkpoints } from "../components/trainers/harness.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();

const SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const NOUNS = ["cat", "dog", "cow", "owl"];
const SOUNDS = ["meows", "barks", "moos", "hoots"];
const PIECES = [...SPECIALS, ...NOUNS, ...SOUNDS, "the", "and", ".", "so", "##s"];

/** Sentences in which a noun tells its sound. */
function sentences(count: number, seed: number): string[] {
  const random = stream(seed, "animals");
  return Array.from({ length: count }, () => {
    const [a, b] = [random.int(4), random.int(4)];
    return `the ${NOUNS[a]} ${SOUNDS[a]} and the ${NOUNS[b]} ${SOUNDS[b]} .`;
  });
}

/** Entropy of the pieces of texts by themselves, in nats: what a model that knows only how frequent they are cannot beat. */
function unigramEntropy(texts: readonly string[]): number {
  const counts = new Map<string, number>();
  const words = texts.flatMap((text) => text.split(" "));
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / words.length) * Math.log(n / words.length), 0);
}

const vocabulary = join(folder, "vocab.txt");
writeFileSync(vocabulary, `${PIECES.join("\n")}\n`);
for (const [seed, [split, count]] of Object.entries({ train: 600, eval: 100 }).entries())
  writeFileSync(join(folder, `${split}.txt`), `${sentences(count, seed).join("\n")}\n`);
writeFileSync(join(folder, "blanks.txt"), `${sentences(100, 1).join("\n\n")}\n`);

interface Wanted {
  readonly data?: string;
  readonly evalFile?: string;
  readonly tokens?: object;
  readonly encoder?: object;
  readonly trainer?: object;
  readonly batch?: number;
}

function config(wanted: Wanted = {}): object {
  const { data = "Data", evalFile = "eval.txt", tokens, encoder, trainer, batch = 8 } = wanted;
  const files = { train_filename: join(folder, "train.txt"), eval_filename: join(folder, evalFile) };
  const batcher = { PoolingBatcher: { train_batch_size: batch } };
  return {
    version: 1,
    threads: 1,
    task: {
      MaskedLMTask: {
        channels: [],
        data: { [data]: { source: { TextDataSource: files }, batcher } },
        model: {
          MaskedLanguageModel: {
            inputs: {
              tokens: { MaskedTokenTensorizer: { vocab_file: vocabulary, max_seq_len: 20, ...tokens } },
            },
            encoder: {
              TransformerEncoder: {
                hidden_size: 24,
                num_hidden_layers: 2,
                num_attention_heads: 2,
                intermediate_size: 32,
                max_position_embeddings: 24,
                hidden_dropout_prob: 0,
                attention_probs_dropout_prob: 0,
                ...encoder,
              },
            },
          },
        },
        trainer: {
          Trainer: { epochs: 8, optimizer: { Adam: { lr: 0.005 } }, max_clip_norm: 1, ...trainer },
        },
      },
    },
  };
}

describe("a tiny BERT that is trained from nothing", () => {
  const run = join(folder, "run");

  it("learns more than how frequent pieces are", async () => {
    const { metrics } = await train(config(), { output: run, registry });
    const { loss, accuracy } = metrics.eval as unknown as { loss: number; accuracy: number };
    expect(loss).toBeLessThan(unigramEntropy(sentences(100, 1)) / 2);
    expect(accuracy).toBeGreaterThan(0.6);
  });

  it("tells what stands where a text spells the mask, however long the text is", async () => {
    const model = await loadModel(run, { registry });
    const sentence = "the cat [MASK] and the dog barks .";
    const text = Array<string>(5).fill(sentence).join(" ");
    const [short, long] = await model.predict(
      [sentence, text].map((one, i) => ({ values: { text: one }, origin: `text ${i}` })),
    );
    await model.release();
    const [mask] = short!.masks!;
    expect([mask!.start, mask!.end, mask!.text]).toEqual([8, 14, "[MASK]"]);
    expect(mask!.candidates.map(({ piece }) => piece)).toContain("meows");
    expect(SOUNDS).toContain(mask!.candidates[0]!.piece);
    expect(long!.masks!.map(({ start }) => start)).toEqual([0, 1, 2, 3, 4].map((i) => 8 + 35 * i));
  });

  it("predicts the same from an exported file that takes ids", async () => {
    const file = join(folder, "model.onnx");
    const { rows, difference } = await exportOnnx(run, file, { registry, log: silentLog, input: "ids" });
    expect(rows).toBeGreaterThan(0);
    expect(difference).toBeLessThan(1e-5);
    await expect(exportOnnx(run, file, { registry, log: silentLog })).rejects.toThrow(/--input ids/);
  });

  it.each(["run folder", "Hugging Face folder"])(
    "gives its encoder and head to another run, as a %s",
    async (form) => {
      const pretrained = form === "run folder" ? run : join(folder, "hf");
      if (form !== "run folder") {
        await exportHuggingFace(run, pretrained, { registry, log: silentLog });
        expect(readFileSync(join(pretrained, "vocab.txt"), "utf8")).toBe(readFileSync(vocabulary, "utf8"));
      }
      const lines: string[] = [];
      const log = {
        info: (line: string) => void lines.push(line),
        warn: (line: string) => void lines.push(line),
      };
      const unset = { hidden_size: null, num_hidden_layers: null, num_attention_heads: null };
      const encoder = { pretrained, ...unset, intermediate_size: null, max_position_embeddings: null };
      const output = join(folder, `on-${form}`);
      const on = config({ encoder, trainer: { epochs: 1, optimizer: { SGD: { lr: 1e-12 } } } });
      await train(on, { output, registry, log });
      expect(lines.join("\n")).not.toMatch(/missing|not used/);
      const [before, after] = [run, output].map((path) =>
        readSafetensors(join(path, "parameters.safetensors")),
      );
      const [source, copy] = [(await before!).tensors, (await after!).tensors];
      expect(Object.keys(copy).sort()).toEqual(Object.keys(source).sort());
      for (const [name, { data }] of Object.entries(source))
        expect([name, Array.from(copy[name]!.data as Float32Array)]).toEqual([
          name,
          Array.from(data as Float32Array, (value) => expect.closeTo(value, 6) as number),
        ]);
    },
  );
});

describe("packed texts", () => {
  it("hold every piece once, a separator behind each text, in examples that are full but for the last", async () => {
    const { config: resolved } = resolveConfig(
      config({ data: "PackedLMData", evalFile: "blanks.txt" }),
      registry,
      {},
    );
    const [part] = openTask(resolved, registry, silentLog).task.parts.values();
    const data = part!.data();
    await learn([data]);
    const rows = await data.load("eval");
    const texts = sentences(100, 1);
    const wanted = texts
      .flatMap((text) => [...text.split(" "), "[SEP]"])
      .map((piece) => PIECES.indexOf(piece));
    const got = Array.from({ length: rows.size }, (_, row) => rows.values("tokens", row));
    expect(got.flatMap((ids) => ids.slice(1, -1))).toEqual(wanted);
    expect(got.every((ids) => ids[0] === 2 && ids.at(-1) === 3)).toBe(true);
    expect(got.slice(0, -1).every(({ length }) => length === 20)).toBe(true);
    const [first, third] = await data.examples(rows, [0, 2]);
    expect([first!.values.text, third!.values.text]).toEqual([texts[0], texts[Math.floor(36 / 9)]]);
  });
});

/** Trains with dropout and drawn maskings from a checkpoint, or from the beginning; gives what it ends with. */
async function trained(checkpoints: Checkpoints) {
  const wanted = {
    data: "PackedLMData",
    tokens: { whole_words: true },
    encoder: { hidden_dropout_prob: 0.2, hidden_size: 8, num_hidden_layers: 1 },
    trainer: { epochs: 2, checkpoint_every_batches: 20 },
    batch: 4,
  };
  const { config: resolved } = resolveConfig(config(wanted), registry, {});
  const open = openTask(resolved, registry, silentLog);
  const [[name, part]] = [...open.task.parts] as [[string, ReturnType<typeof open.task.parts.get> & object]];
  const data = part.data();
  await learn([data]);
  const rows = await data.load("train");
  const result = await open.task.trainer.train({
    context: open.context,
    engine: await open.engine(),
    parameters: open.parameters,
    parts: [
      {
        name,
        build: (scope) => part.build(scope, { form: "ids", targets: true }),
        data: { train: rows, eval: null, batcher: data.batcher },
        report: (_split, predictions) => part.report(rows, predictions),
      },
    ],
    turns: (batches, epoch) => open.task.turns(batches, epoch),
    combine: (figures) => open.task.combine(figures),
    selections: open.task.selections,
    emit: () => {},
    begin: async () => {},
    checkpoints,
  });
  return { result, parameters: open.parameters.snapshot() };
}

it("a run that goes on from the middle of an epoch draws the same maskings and ends with the same bits", async () => {
  const all = new Checkpoints();
  const whole = await trained(all);
  expect(all.saved.length).toBeGreaterThan(3);
  for (const checkpoint of all.saved.slice(0, 3)) {
    expect(await trained(new Checkpoints(checkpoint))).toEqual(whole);
  }
  const [first, second] = whole.result.epochs;
  expect(first!.train_loss).not.toBe(second!.train_loss);
});
