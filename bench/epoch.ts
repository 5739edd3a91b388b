/**
 * @file A whole process from a file of text to a model trained for one epoch: rows a second and peak memory, beside PyTorch's.
 * Usage: npx jiti bench/epoch.ts [--threads 2] [--rounds 5]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  type BenchOptions,
  benchOptions,
  cli,
  inScratchFolder,
  isProgram,
  machine,
  root,
  torch,
} from "./lib/environment.js";
import { number, table } from "./lib/markdown.js";
import { configOf, MODELS, type ModelName } from "./lib/models.js";
import { median } from "./lib/stats.js";

/** Where the rows come from: the first file that there is. */
const SOURCES = [
  { name: "SST-2 (GLUE)", file: "../shared/data/sst2/glue/train.tsv", header: true, label: 1, text: 0 },
  { name: "TREC", file: "../shared/data/trec/train.tsv", header: false, label: 0, text: 2 },
  { name: "the spam example", file: "data/spam/train.tsv", header: true, label: 0, text: 1 },
];

/** Prints the peak memory of the process that it is loaded into, as the last line on standard error. */
const WATCH = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => process.stderr.write("\\n" + process.resourceUsage().maxRSS));',
)}`;

/** One process. */
interface Outcome {
  readonly seconds: number;
  /** From the start (PyTorch: after its imports) until the epoch is done; what is saved afterwards is not within. */
  readonly epochSeconds: number;
  readonly peakMb: number;
}

/** A Markdown section. */
export async function epoch({ threads, rounds }: BenchOptions): Promise<string> {
  const source = SOURCES.find(({ file }) => existsSync(join(root, file)));
  if (source === undefined) throw new Error("no data: npm run data makes the spam example");
  return inScratchFolder(async (folder) => {
    const lines = readFileSync(join(root, source.file), "utf8")
      .trimEnd()
      .split("\n")
      .slice(source.header ? 1 : 0);
    const file = join(folder, "rows.tsv");
    const columns = lines.map((line) => line.split("\t"));
    writeFileSync(file, columns.map((row) => `${row[source.label]}\t${row[source.text]!.trim()}\n`).join(""));
    const rows: string[][] = [];
    for (const model of MODELS)
      for (const count of threads)
        rows.push(...(await duel(folder, file, model, count, lines.length, rounds)));
    const head = [
      "one epoch",
      "threads",
      "process s",
      "rows/s",
      "to epoch's end s",
      "peak MB",
      "ours / PyTorch",
    ];
    return `### From file to trained epoch\n\n${source.name}, ${lines.length} rows, batches of 32, Adam; whole processes (start, reading, vocabulary, one epoch; ours also writes the run). Medians of ${rounds}.\n\n${table(head, rows)}\n`;
  });
}

async function duel(
  folder: string,
  file: string,
  model: ModelName,
  threads: number,
  count: number,
  rounds: number,
): Promise<string[][]> {
  const config = join(folder, `${model}.json`);
  writeFileSync(
    config,
    JSON.stringify(configOf({ model, rows: file, threads, batcher: { PoolingBatcher: {} } })),
  );
  const we: Outcome[] = [];
  const they: Outcome[] = [];
  for (let round = 0; round < rounds; round++) {
    we.push(await ours(config, join(folder, `run-${model}-${threads}-${round}`)));
    they.push(await peer(file, model, threads));
  }
  const typical = (outcomes: readonly Outcome[], of: keyof Outcome): number =>
    median(outcomes.map((outcome) => outcome[of]));
  const ratio = median(we.map(({ seconds }, i) => seconds / they[i]!.seconds));
  return [["pytext-ts train", we, ratio.toFixed(2)] as const, ["PyTorch", they, ""] as const].map(
    ([name, outcomes, ratio]) => [
      `${model}: ${name}`,
      `${threads}`,
      number(typical(outcomes, "seconds")),
      number(count / typical(outcomes, "seconds")),
      number(typical(outcomes, "epochSeconds")),
      number(typical(outcomes, "peakMb")),
      ratio,
    ],
  );
}

async function ours(config: string, output: string): Promise<Outcome> {
  const args = ["--import", WATCH, cli, "train", config, "--output", output, "--quiet"];
  const { seconds, started, errors } = await whole([process.execPath, ...args]);
  const log = readFileSync(join(output, "log.jsonl"), "utf8").trim().split("\n");
  const done = log
    .map((line) => JSON.parse(line) as { type: string; time: string })
    .find(({ type }) => type === "epoch");
  if (done === undefined) throw new Error(`${output} has no epoch in its log`);
  return {
    seconds,
    epochSeconds: (Date.parse(done.time) - started) / 1000,
    peakMb: Number(errors.trim().split("\n").at(-1)) / 1024,
  };
}

async function peer(file: string, model: ModelName, threads: number): Promise<Outcome> {
  const args = ["--model", model, "--mode", "epoch", "--train", file, "--threads", `${threads}`];
  const { seconds, output } = await whole(torch("torch_classifier.py", ...args));
  const report = JSON.parse(output) as { seconds: number; peak_rss_mb: number };
  return { seconds, epochSeconds: report.seconds, peakMb: report.peak_rss_mb };
}

async function whole([program, ...args]: readonly [string, ...string[]]) {
  const started = Date.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close") as Promise<[number | null]>;
  const [output, errors, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed (${status})\n${errors}`);
  return { seconds: (Date.now() - started) / 1000, started, output, errors };
}

if (isProgram(import.meta.url)) {
  const options = benchOptions({ threads: [2], rounds: 5 });
  console.log(`${machine()}\n`);
  console.log(await epoch(options));
}
