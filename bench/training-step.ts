/**
 * @file Training steps (forward, backward, update, with padding, dropout and the trainer's own work) beside PyTorch's.
 * Usage: npx jiti bench/training-step.ts [--threads 2] [--rounds 15]
 */
import { SIZES, writeBatches, zipfBatches } from "./lib/batches.js";
import { type Peer, trainingDuel } from "./lib/duel.js";
import { type BenchOptions, benchOptions, inScratchFolder, isProgram, machine } from "./lib/environment.js";
import { judged, number, table } from "./lib/markdown.js";
import { MODELS, type ModelName, sharedConfig, TITLES } from "./lib/models.js";

/** Largest ratio of our median to that of PyTorch's fastest form. */
const LIMIT = 0.7;
const BATCHES = [32, 128];
/** Steps a turn: about half a second. */
const STEPS: Readonly<Record<ModelName, Readonly<Record<number, number>>>> = {
  docnn: { 32: 60, 128: 20 },
  bilstm: { 32: 30, 128: 12 },
};

/** The ways in which PyTorch does the same, the fastest known first. */
const PEERS: Readonly<Record<ModelName, Readonly<Record<string, readonly string[]>>>> = {
  docnn: {
    "PyTorch, channels-last convolution (fastest)": ["--conv", "channels_last"],
    "PyTorch, Conv1d (usual)": ["--conv", "conv1d"],
  },
  bilstm: {
    "PyTorch, two LSTMs over flipped rows (fastest)": ["--packing", "flip"],
    "PyTorch, pack_padded_sequence (usual)": ["--packing", "packed"],
  },
};

/** A Markdown section. */
export async function trainingStep({ threads, rounds }: BenchOptions): Promise<string> {
  const rows: string[][] = [];
  for (const count of threads)
    for (const model of MODELS)
      for (const batch of BATCHES) rows.push(...(await duel(model, batch, count, rounds)));
  const head = ["step", "batch", "threads", "p50 ms", "p90 ms", "min ms", `ours / it (fastest: <= ${LIMIT})`];
  const titles = MODELS.map((model) => `${model} = ${TITLES[model]}`).join("; ");
  return `### Training step: forward, backward, update\n\n${titles}. Adam. Medians over ${rounds} rounds of the rounds' figures; ratio: median of the rounds' ratios.\n\n${table(head, rows)}\n`;
}

async function duel(model: ModelName, batch: number, threads: number, rounds: number): Promise<string[][]> {
  return inScratchFolder(async (folder) => {
    const sizes = { ...SIZES, batch };
    const files = writeBatches(folder, zipfBatches(sizes, batch), sizes);
    const config = sharedConfig(files, {
      model,
      threads,
      batcher: { FixedBatches: { size: batch } },
      channels: [{ TurnChannel: {} }],
    });
    const peers = Object.entries(PEERS[model]).map(
      ([name, options]): Peer => ({ name, program: "torch_classifier.py", options }),
    );
    const sized = ["--batch", `${batch}`, "--vocab", `${sizes.vocab}`, "--labels", `${sizes.labels}`];
    const common = ["--model", model, "--data", files.batches, "--threads", `${threads}`, ...sized];
    const all = await trainingDuel({ config, peers, common, folder, rounds, steps: STEPS[model][batch]! });
    const [we] = all;
    return all.map((it, i) => [
      `${model}: ${it.name}`,
      `${batch}`,
      `${threads}`,
      number(it.typical("p50")),
      number(it.typical("p90")),
      number(it.typical("min")),
      i === 0 ? "" : i === 1 ? judged(we.ratioTo(it), LIMIT) : we.ratioTo(it).toFixed(2),
    ]);
  });
}

if (isProgram(import.meta.url)) {
  const options = benchOptions({ threads: [2], rounds: 15 });
  console.log(`${machine()}\n`);
  console.log(await trainingStep(options));
}
