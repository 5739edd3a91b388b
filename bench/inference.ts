/**
 * @file One sentence at a time: latency percentiles beside PyTorch's, eager and frozen TorchScript.
 * Usage: npx jiti bench/inference.ts [--threads 1,2] [--rounds 15]
 */
import { SIZES, writeBatches, zipfBatches } from "./lib/batches.js";
import type { Contestant } from "./lib/contestant.js";
import { inferenceDuel, type OurWay, type Peer } from "./lib/duel.js";
import { type BenchOptions, benchOptions, inScratchFolder, isProgram, machine } from "./lib/environment.js";
import { judged, number, table } from "./lib/markdown.js";
import { MODELS, type ModelName, sharedConfig } from "./lib/models.js";
import { trainAndExport } from "./lib/train-and-export.js";

/** Largest ratio of our median (ids in) to that of PyTorch's eager mode. */
const LIMIT = 0.5;
const STEPS = 500;

const OURS: readonly OurWay[] = [
  { name: "pytext-ts run, ids in", variant: "run-ids" },
  { name: "pytext-ts run, text in", variant: "run-text" },
  { name: "exported file in onnxruntime, text in", variant: "session-text" },
  { name: "pytext-ts exported file, text in", variant: "file-text" },
];

const program = "torch_classifier.py";
const PEERS: readonly Peer[] = [
  { name: "PyTorch eager, ids in", program, options: ["--runtime", "eager"] },
  { name: "PyTorch traced and frozen, ids in", program, options: ["--runtime", "jit"] },
];

/** A Markdown section. */
export async function inference({ threads, rounds }: BenchOptions): Promise<string> {
  const rows: string[][] = [];
  for (const model of MODELS) for (const count of threads) rows.push(...(await duel(model, count, rounds)));
  const head = [
    "one sentence",
    "threads",
    "p50 ms",
    "p90 ms",
    "p99 ms",
    `/ eager (ids: <= ${LIMIT})`,
    "/ frozen",
  ];
  return `### Inference, batch of one\n\nThe same sentences (half of 24 words, the others of 12 to 24) for all. Medians over ${rounds} rounds of ${STEPS} sentences.\n\n${table(head, rows)}\n`;
}

async function duel(model: ModelName, threads: number, rounds: number): Promise<string[][]> {
  return inScratchFolder(async (folder) => {
    const sizes = { ...SIZES, batch: 32 };
    const files = writeBatches(folder, zipfBatches(sizes, 1), sizes);
    const trained = await trainAndExport(
      folder,
      sharedConfig(files, { model, threads, batcher: { PoolingBatcher: {} } }),
    );
    const sized = ["--vocab", `${sizes.vocab}`, "--labels", `${sizes.labels}`, "--threads", `${threads}`];
    const { ours, peers } = await inferenceDuel({
      ...{ ...trained, threads, rounds, batches: files.batches, outputs: ["scores"], steps: STEPS },
      ...{ ours: OURS, peers: PEERS, common: ["--model", model, "--data", files.batches, ...sized] },
    });
    const [eager, frozen] = peers as [Contestant, Contestant];
    return [...ours, ...peers].map((it, i) => [
      `${model}: ${it.name}`,
      `${threads}`,
      ...(["p50", "p90", "p99"] as const).map((key) => number(it.typical(key))),
      i === 0 ? judged(it.ratioTo(eager), LIMIT) : it === eager ? "" : it.ratioTo(eager).toFixed(2),
      it === frozen ? "" : it.ratioTo(frozen).toFixed(2),
    ]);
  });
}

if (isProgram(import.meta.url)) {
  const options = benchOptions({ threads: [1, 2], rounds: 15 });
  console.log(`${machine()}\n`);
  console.log(await inference(options));
}
