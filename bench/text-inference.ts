/**
 * @file From raw text to a label, one request at a time: our exported file and our library beside PyTorch with words cut in Python.
 * Usage: npx jiti bench/text-inference.ts [--threads 1] [--rounds 15] [--data ../shared/data]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Contestant } from "./lib/contestant.js";
import { inferenceDuel, type OurWay, type Peer } from "./lib/duel.js";
import { inScratchFolder, machine, root } from "./lib/environment.js";
import { number, table } from "./lib/markdown.js";
import { configOf, MODELS, type ModelName, TITLES } from "./lib/models.js";
import { trainAndExport } from "./lib/train-and-export.js";

/** Longest median, in milliseconds; largest 99th percentile in medians; least number of times that PyTorch takes at the 99th percentile. */
const [MEDIAN, TAIL, TIMES] = [0.5, 3, 5];
const STEPS = 700;

const OURS: readonly OurWay[] = [
  { name: "exported file in onnxruntime", variant: "session-text" },
  { name: "pytext-ts, exported file", variant: "file-text" },
  { name: "pytext-ts, run folder", variant: "run-text" },
];

const program = "torch_classifier.py";
const PEERS: readonly Peer[] = [
  { name: "PyTorch eager, words cut in Python", program, options: ["--runtime", "eager"] },
  { name: "TorchScript, words cut in Python", program, options: ["--runtime", "jit"] },
];

const { values } = parseArgs({
  options: {
    threads: { type: "string", default: "1" },
    rounds: { type: "string", default: "15" },
    data: { type: "string", default: join(root, "../shared/data") },
  },
});
const snips = join(resolve(values.data), "snips");
const lines = (path: string): string[] => readFileSync(join(snips, path), "utf8").trim().split("\n");

console.log(`${machine()}\n`);
const rows: string[][] = [];
for (const model of MODELS)
  for (const threads of values.threads.split(",").map(Number)) rows.push(...(await duel(model, threads)));
const limits = `p50 (<= ${MEDIAN})`;
const head = [
  "raw text to label",
  "threads",
  limits,
  "p90 ms",
  "p99 ms",
  `p99 / p50 (<= ${TAIL})`,
  `p99 / our file's (>= ${TIMES})`,
];
const models = MODELS.map((model) => `${model} = ${TITLES[model]}`).join("; ");
console.log(
  `### From raw text to a label\n\nThe ${lines("test/seq.in").length} test requests of SNIPS, 7 intents, one at a time; ${models}. Lower-cased words between white space, on all sides. Medians over ${values.rounds} rounds of ${STEPS} requests.\n\n${table(head, rows)}\n`,
);

async function duel(model: ModelName, threads: number): Promise<string[][]> {
  return inScratchFolder(async (folder) => {
    const [train, texts] = [join(folder, "train.tsv"), join(folder, "texts.txt")];
    const labels = lines("train/label");
    writeFileSync(
      train,
      lines("train/seq.in")
        .map((text, i) => `${labels[i]}\t${text.trim()}\n`)
        .join(""),
    );
    writeFileSync(
      texts,
      lines("test/seq.in")
        .map((text) => `${text.trim()}\n`)
        .join(""),
    );
    const config = configOf({ model, rows: train, threads, batcher: { PoolingBatcher: {} } });
    const { ours, peers } = await inferenceDuel({
      ...(await trainAndExport(folder, config)),
      ...{
        texts,
        threads,
        rounds: Number(values.rounds),
        outputs: ["scores"],
        steps: STEPS,
        ours: OURS,
        peers: PEERS,
      },
      common: ["--model", model, "--train", train, "--texts", texts, "--threads", `${threads}`],
    });
    const [file] = ours as [Contestant, ...Contestant[]];
    return [...ours, ...peers].map((it) => {
      const [p50, p90, p99] = [it.typical("p50"), it.typical("p90"), it.typical("p99")];
      const judge = (text: string, good: boolean): string =>
        it === file ? `${text} ${good ? "ok" : "MISSED"}` : text;
      const times = p99 / file.typical("p99");
      return [
        `${model}: ${it.name}`,
        `${threads}`,
        judge(number(p50), p50 <= MEDIAN),
        number(p90),
        number(p99),
        judge((p99 / p50).toFixed(1), p99 <= TAIL * p50),
        peers.includes(it) ? `${times.toFixed(1)} ${times >= TIMES ? "ok" : "MISSED"}` : "",
      ];
    });
  });
}
