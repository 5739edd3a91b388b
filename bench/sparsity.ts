/**
 * @file What zeros cost and save: accuracy on test rows, bytes, compressed bytes and speed of exported files, beside the same model
 * without zeros.
 * Usage: npx jiti bench/sparsity.ts [--data DIR] [--threads 1] [--rounds 15]
 *   --data: the folder that holds trec/ (default ../shared/data)
 */
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { defaultRegistry, exportOnnx, silentLog, train } from "pytext-ts";
import { inScratchFolder, machine, root } from "./lib/environment.js";
import { fileDuel } from "./lib/file-duel.js";
import { number, table } from "./lib/markdown.js";

/** A training whose run is exported, in float32 and in int8. */
interface Subject {
  readonly name: string;
  readonly config: string;
  readonly sparsifier?: object;
  readonly prune?: boolean;
}

/** Whole columns that become zero: filters, or dimensions of word vectors. */
const columns = (sparsity: number, parameters: readonly string[]): object => ({
  BlockwiseMagnitudeSparsifier: {
    ...{ sparsity, starting_epoch: 5, block_size: null, columnwise_blocking: true, parameters },
  },
});

const FILTERS = "model.representation.*.weight";
const SUBJECTS: readonly Subject[] = [
  { name: "dense", config: "trec" },
  { name: "60 % of single numbers zero (configs/trec-sparse.json)", config: "trec-sparse" },
  { name: "60 % of filters pruned", config: "trec", sparsifier: columns(0.6, [FILTERS]), prune: true },
  {
    name: "60 % of filters and of word dimensions pruned",
    config: "trec",
    sparsifier: columns(0.6, [FILTERS, "model.embedding"]),
    prune: true,
  },
];

/** The share of the dense model's accuracy that the others must keep. */
const KEPT = 0.99;
const BATCHES = [1, 32];
const RUNS: Readonly<Record<number, number>> = { 1: 200, 32: 20 };

/** An exported file with its figures. */
interface Measured {
  readonly name: string;
  readonly file: string;
  readonly accuracy: number;
  readonly zeros: number;
}

/** Trains a subject and exports it twice. */
async function exported(
  { name, config, sparsifier, prune = false }: Subject,
  folder: string,
  { data, threads }: { readonly data: string; readonly threads: number },
): Promise<{ readonly run: string; readonly files: readonly Measured[] }> {
  const run = join(folder, `run${name.length}`);
  const set = [
    `vars.data=${data}`,
    `threads=${threads}`,
    ...(sparsifier ? [`task.trainer.sparsifier=${JSON.stringify(sparsifier)}`] : []),
  ];
  const { metrics } = await train(join(root, `configs/${config}.json`), { output: run, set });
  const files = [`${run}.onnx`, `${run}-int8.onnx`] as const;
  const options = { registry: defaultRegistry(), log: silentLog, prune };
  await exportOnnx(run, files[0], options);
  const { quantization } = await exportOnnx(run, files[1], { ...options, quantize: "int8" });
  const accuracy = [metrics.test!.accuracy as number, quantization!.comparison!.accuracy!.form];
  const names = [name, `${name}, int8`];
  return {
    run,
    files: files.map((file, i) => ({
      ...{ name: names[i]!, file, accuracy: accuracy[i]!, zeros: metrics.sparsity ?? 0 },
    })),
  };
}

const { values } = parseArgs({
  options: {
    data: { type: "string", default: join(root, "../shared/data") },
    threads: { type: "string", default: "1" },
    rounds: { type: "string", default: "15" },
  },
});
const settings = {
  data: resolve(values.data),
  threads: Number(values.threads),
  rounds: Number(values.rounds),
};
const about = machine();

await inScratchFolder(async (folder) => {
  const all: Measured[] = [];
  let texts: readonly string[] = [];
  for (const subject of SUBJECTS) {
    const { run, files } = await exported(subject, folder, settings);
    all.push(...files);
    const samples = readFileSync(join(run, "samples.jsonl"), "utf8").trim().split("\n");
    texts = samples.map((line) => (JSON.parse(line) as { text: string }).text);
    process.stderr.write(
      `${subject.name}: ${files.map(({ accuracy }) => (100 * accuracy).toFixed(2)).join(", ")}\n`,
    );
  }
  const [dense] = all as [Measured];
  const rows: string[][] = [];
  for (const { name, file, accuracy, zeros } of all) {
    const speed: string[] = [];
    for (const batch of BATCHES) {
      const runs = [RUNS[batch]!, RUNS[batch]!] as const;
      const { second, ratio } = await fileDuel([dense.file, file], texts, { ...settings, batch, runs });
      speed.push(number(second), ratio.toFixed(2));
    }
    const share = accuracy / dense.accuracy;
    rows.push([
      name,
      (100 * zeros).toFixed(0),
      (100 * accuracy).toFixed(2),
      `${(100 * share).toFixed(1)} ${share >= KEPT ? "ok" : "MISSED"}`,
      number(statSync(file).size / 1e6),
      number(gzipSync(readFileSync(file)).length / 1e6),
      ...speed,
    ]);
  }
  const head = [
    "DocNN on TREC (configs/trec.json)",
    "zeros of what is made sparse, %",
    "accuracy %",
    `of dense, % (>= ${100 * KEPT})`,
    "MB",
    "MB gzipped",
    ...BATCHES.flatMap((batch) => [`ms, batch ${batch}`, "by dense"]),
  ];
  console.log(`## Sparsity: ${about}\n`);
  console.log(
    `Each trained once with its config's own seed, on ${settings.threads} thread. Accuracy: share of the 500 test questions that are right, one more or less being 0.2. Speed: the files in onnxruntime, whole texts in, ${settings.threads} thread; medians over ${settings.rounds} rounds; "by dense": median of the rounds' ratios to the dense float32 file.\n`,
  );
  console.log(table(head, rows));
});
