/**
 * @file What int8 costs and saves: file size, accuracy on test rows, and speed, beside the run's own form.
 * Usage: npx jiti bench/quantization.ts [--data DIR] [--threads 1] [--rounds 15]
 *   --data: the folder that holds snips/ and sst2/ (default ../shared/data)
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { defaultRegistry, type Exported, exportOnnx, silentLog, train } from "pytext-ts";
import { inScratchFolder, machine, root } from "./lib/environment.js";
import { type FileDuel, fileDuel } from "./lib/file-duel.js";
import { judged, number, table } from "./lib/markdown.js";

/** What is measured. */
interface Subject {
  readonly name: string;
  readonly config: string;
  readonly set?: readonly string[];
  /** Upper limits of the file: its share of float32, or its size in MB. */
  readonly share?: number;
  readonly megabytes?: number;
}

const DOC_NN = "task.DocumentClassificationTask.model=DocModel";
const SUBJECTS: readonly Subject[] = [
  { name: "DocNN on SNIPS intents (configs/snips-intent.json)", config: "snips-intent", share: 0.3 },
  { name: `DocNN on SST-2 (configs/sst2.json, ${DOC_NN})`, config: "sst2", set: [DOC_NN], share: 0.3 },
  { name: "word pairs on SST-2 (configs/sst2.json)", config: "sst2" },
  { name: "joint model on SNIPS (configs/snips-joint.json)", config: "snips-joint", megabytes: 3 },
];

/** Points of accuracy that may be lost, and times of float32 that int8 may take. */
const MOST_POINTS = 0.5;
const MOST_TIME = 1;
const BATCHES = [1, 32];
/** Runs of a session in a turn; each form has a turn in each round. */
const RUNS: Readonly<Record<number, number>> = { 1: 200, 32: 20 };

/** Trains a subject once and measures its int8 form. */
async function measured(
  subject: Subject,
  data: string,
  { threads, rounds }: { readonly threads: number; readonly rounds: number },
): Promise<string[]> {
  return inScratchFolder(async (folder) => {
    const run = join(folder, "run");
    const set = [`vars.data=${data}`, ...(subject.set ?? [])];
    await train(join(root, `configs/${subject.config}.json`), { output: run, set });
    const files = [join(folder, "float32.onnx"), join(folder, "int8.onnx")] as const;
    const options = { registry: defaultRegistry(), log: silentLog } as const;
    await exportOnnx(run, files[0], options);
    const { quantization } = await exportOnnx(run, files[1], { ...options, quantize: "int8" });
    const cut = join(folder, "tokens.onnx");
    const tokens = await exportOnnx(run, cut, { ...options, input: "tokens", quantize: "int8" });
    const samples = readFileSync(join(run, "samples.jsonl"), "utf8").trim().split("\n");
    const texts = samples.map((line) => (JSON.parse(line) as { text: string }).text);
    const duels: FileDuel[] = [];
    for (const batch of BATCHES) {
      const runs = [RUNS[batch]!, RUNS[batch]!] as const;
      duels.push(await fileDuel(files, texts, { batch, threads, rounds, runs }));
    }
    return [subject.name, ...quality(subject, quantization!, tokens.quantization!), ...duels.flatMap(speed)];
  });
}

function quality(
  { share, megabytes }: Subject,
  { bytes, comparison }: NonNullable<Exported["quantization"]>,
  tokens: NonNullable<Exported["quantization"]>,
): string[] {
  const { run, form } = comparison!.accuracy!;
  const lost = 100 * (run - form);
  const [mb, part] = [bytes.form / 1e6, bytes.form / bytes.run];
  return [
    number(bytes.run / 1e6),
    megabytes === undefined ? number(mb) : `${judged(mb, megabytes)} (< ${megabytes})`,
    share === undefined
      ? part.toFixed(3)
      : `${part.toFixed(4)} ${part <= share ? "ok" : "MISSED"} (<= ${share})`,
    (tokens.bytes.form / tokens.bytes.run).toFixed(3),
    (100 * run).toFixed(2),
    judged(lost, MOST_POINTS),
    (100 * comparison!.agreement!).toFixed(2),
  ];
}

const speed = ({ first, second, ratio }: FileDuel): string[] => [
  number(first),
  number(second),
  judged(ratio, MOST_TIME),
];

const { values } = parseArgs({
  options: {
    data: { type: "string", default: join(root, "../shared/data") },
    threads: { type: "string", default: "1" },
    rounds: { type: "string", default: "15" },
  },
});
const settings = { threads: Number(values.threads), rounds: Number(values.rounds) };
const head = [
  "int8",
  ...[
    "float32 MB",
    "int8 MB",
    "share",
    "share, words in",
    "accuracy %",
    `points lost (<= ${MOST_POINTS})`,
    "same decisions %",
  ],
  ...BATCHES.flatMap((batch) => [
    `float32 ms, batch ${batch}`,
    "int8 ms",
    `int8 / float32 (<= ${MOST_TIME})`,
  ]),
];
const about = machine();
const rows: string[][] = [];
for (const subject of SUBJECTS) {
  rows.push(await measured(subject, resolve(values.data), settings));
  process.stderr.write(`${table(head, rows)}\n\n`);
}
console.log(`## Quantization: ${about}\n`);
console.log(
  `Each config trained once with its own seed. Accuracy: share of test rows that are all right. Speed: the files in onnxruntime, whole texts in, ${settings.threads} thread; medians over ${settings.rounds} rounds; ratio: median of the rounds' ratios.\n`,
);
console.log(table(head, rows));
