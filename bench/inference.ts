/**
 * @file One sentence at a time: latency percentiles beside PyTorch's, eager and frozen TorchScript.
 * Usage: npx jiti bench/inference.ts [--threads 1,2] [--rounds 15]
 */
import { join } from "node:path";
import { defaultRegistry, exportOnnx, silentLog, train } from "pytext-ts";
import { SIZES, writeBatches, zipfBatches } from "./lib/batches.js";
import { Contestant, takeTurns } from "./lib/contestant.js";
import {
  type BenchOptions,
  benchOptions,
  inScratchFolder,
  isProgram,
  machine,
  ours,
  torch,
} from "./lib/environment.js";
import { judged, number, table } from "./lib/markdown.js";
import { MODELS, type ModelName, sharedConfig } from "./lib/models.js";
import type { Job, Variant } from "./ours-inference.js";

/** Largest ratio of our median (ids in) to that of PyTorch's eager mode. */
const LIMIT = 0.5;
const STEPS = 500;

const OURS: Readonly<Record<Variant, string>> = {
  "run-ids": "pytext-ts run, ids in",
  "run-text": "pytext-ts run, text in",
  "file-tokens": "exported file in onnxruntime, words in",
  "file-text": "pytext-ts exported file, text in",
};

const PEERS: Readonly<Record<string, string>> = {
  eager: "PyTorch eager, ids in",
  jit: "PyTorch traced and frozen, ids in",
};

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
    const run = join(folder, "run");
    await train(sharedConfig(files, { model, threads, batcher: { PoolingBatcher: {} } }), { output: run });
    const file = join(folder, "model.onnx");
    await exportOnnx(run, file, { registry: defaultRegistry(), log: silentLog });
    const contestants: Contestant[] = [];
    for (const [key, name] of Object.entries(OURS)) {
      const variant = key as Variant;
      const path = variant.startsWith("file") ? file : run;
      const job: Job = { batches: files.batches, variant, model: path, threads, warmup: STEPS };
      contestants.push(await Contestant.start(name, ours("ours-inference.ts", JSON.stringify(job))));
    }
    for (const [runtime, name] of Object.entries(PEERS)) {
      const sized = ["--vocab", `${sizes.vocab}`, "--labels", `${sizes.labels}`, "--threads", `${threads}`];
      const common = ["--data", files.batches, "--warmup", `${STEPS}`, "--runtime", runtime];
      const command = torch("--model", model, "--mode", "infer", "--interactive", ...sized, ...common);
      contestants.push(await Contestant.start(name, command));
    }
    await takeTurns(contestants, { rounds, steps: STEPS });
    const [eager, frozen] = contestants.slice(-2) as [Contestant, Contestant];
    return contestants.map((it, i) => [
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
