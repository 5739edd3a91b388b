/**
 * @file Fine-tunes a pretrained encoder with the shipped configs and, beside that, with Hugging Face's Transformers: the same
 * model, files, sizes, schedule and seeds. Prints figures on the test rows, time and peak memory.
 * Usage: npx jiti bench/fine-tuning.ts [NAME...] [--seeds 1] [--threads 2] [--data DIR] [--model DIR] [--only ours|theirs] [--set PATH=VALUE]...
 *   NAME: sst2, trec, mrpc, stsb (each sentence alone), stsb-pairs (both together), squad; all by default
 *   --model: the pretrained model as a folder of Hugging Face's (default bench/.cache/minilm)
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { cache, cli, inScratchFolder, machine, root, torch } from "./lib/environment.js";
import { table } from "./lib/markdown.js";
import { peerSettings } from "./lib/peer-settings.js";
import { mean } from "./lib/stats.js";

/** A config and the figure that it is about. */
interface Case {
  readonly config: string;
  /** The figure in the test part of metrics.json. */
  readonly figure: readonly string[];
  /** The same figure in what the peer prints, and the one that it chooses its epoch by. */
  readonly theirs: readonly [figure: string, chosenBy: string];
  /** The least figure; absent: reported only. */
  readonly target?: number;
  /** The config's variable for its data, where that is a set's own folder in place of the one that holds all. */
  readonly variable?: "squad";
}

const CASES: Readonly<Record<string, Case>> = {
  sst2: { config: "sst2-minilm", figure: ["accuracy"], theirs: ["accuracy", "accuracy"], target: 90 },
  trec: { config: "trec-minilm", figure: ["accuracy"], theirs: ["accuracy", "accuracy"], target: 96 },
  mrpc: { config: "mrpc-minilm", figure: ["per_class", "1", "f1"], theirs: ["f1", "accuracy"], target: 87 },
  stsb: {
    config: "stsb-embedding-minilm",
    figure: ["spearman"],
    theirs: ["spearman", "spearman"],
    target: 85,
  },
  "stsb-pairs": { config: "stsb-minilm", figure: ["spearman"], theirs: ["spearman", "spearman"] },
  squad: { config: "squad-minilm", figure: ["f1"], theirs: ["f1", "f1"], variable: "squad" },
};

interface Outcome {
  readonly figure: number;
  readonly seconds: number;
  readonly peakMb: number;
}

/** Prints the peak memory of the process that it is loaded into, as the last line on standard error. */
const WATCH = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => process.stderr.write("\\n" + process.resourceUsage().maxRSS));',
)}`;

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: "string", default: "1" },
    threads: { type: "string", default: "2" },
    data: { type: "string", default: join(root, "../shared/data") },
    model: { type: "string", default: join(cache, "minilm") },
    only: { type: "string" },
    set: { type: "string", multiple: true, default: [] },
  },
  allowPositionals: true,
});
const seeds = values.seeds.split(",").map(Number);
const unknown = positionals.find((name) => !Object.hasOwn(CASES, name));
if (unknown !== undefined)
  throw new Error(`no case "${unknown}"; there are ${Object.keys(CASES).join(", ")}`);
const places = ({ variable }: Case): string[] => [
  variable === undefined
    ? `vars.data=${resolve(values.data)}`
    : `vars.${variable}=${join(resolve(values.data), variable)}`,
  `vars.model=${resolve(values.model)}`,
  ...values.set,
];

const head = [
  "config",
  "side",
  "test figure",
  "mean",
  "by seed",
  "target",
  "s a run",
  "peak MB",
  "time ours / theirs",
];
const rows: string[][] = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(CASES)) {
  rows.push(...(await duel(CASES[name]!)));
  process.stderr.write(`${table(head, rows)}\n\n`);
}
console.log(`## Fine-tuning: ${machine()}\n\n${table(head, rows)}`);

async function duel(one: Case): Promise<string[][]> {
  const we: Outcome[] = [];
  const they: Outcome[] = [];
  for (const seed of seeds) {
    if (values.only !== "theirs") we.push(await ours(one, seed));
    if (values.only !== "ours") they.push(await theirs(one, seed));
  }
  const ratio =
    we.length * they.length === 0 ? 0 : mean(we.map(({ seconds }, i) => seconds / they[i]!.seconds));
  const sides = [
    ["pytext-ts", we, ratio === 0 ? "" : ratio.toFixed(2)] as const,
    ["Transformers", they, ""] as const,
  ];
  return sides
    .filter(([, outcomes]) => outcomes.length > 0)
    .map(([side, outcomes, shownRatio]) => [
      [one.config, ...values.set].join(", "),
      side,
      one.theirs[0],
      percent(mean(outcomes.map(({ figure }) => figure))),
      outcomes.map(({ figure }) => percent(figure)).join(" "),
      one.target === undefined ? "" : `${one.target}`,
      mean(outcomes.map(({ seconds }) => seconds)).toFixed(0),
      mean(outcomes.map(({ peakMb }) => peakMb)).toFixed(0),
      shownRatio,
    ]);
}

function percent(figure: number): string {
  return (100 * figure).toFixed(2);
}

function ours(one: Case, seed: number): Promise<Outcome> {
  return inScratchFolder(async (folder) => {
    const output = join(folder, "run");
    const sets = [...places(one), `seed=${seed}`, `threads=${values.threads}`].flatMap((set) => [
      "--set",
      set,
    ]);
    const config = join(root, "configs", `${one.config}.json`);
    const args = ["--import", WATCH, cli, "train", config, "--output", output, "--quiet", ...sets];
    const errors = await finished([process.execPath, ...args], "stderr");
    const events = readFileSync(join(output, "log.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; time: string });
    const ended = events.filter(({ type }) => type === "epoch").at(-1)!;
    const metrics: unknown = JSON.parse(readFileSync(join(output, "metrics.json"), "utf8"));
    const test = (metrics as { test: unknown }).test;
    return {
      figure: one.figure.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], test) as number,
      seconds: (Date.parse(ended.time) - Date.parse(events[0]!.time)) / 1000,
      peakMb: Number(errors.trim().split("\n").at(-1)) / 1024,
    };
  });
}

function theirs(one: Case, seed: number): Promise<Outcome> {
  return inScratchFolder(async (folder) => {
    const file = join(folder, "settings.json");
    const followed = await peerSettings({
      config: one.config,
      sets: places(one),
      model: resolve(values.model),
      figure: one.theirs[1],
      folder,
    });
    const settings = { ...followed, seed, threads: Number(values.threads) };
    writeFileSync(file, JSON.stringify(settings));
    const program = one.variable === "squad" ? "torch_squad.py" : "torch_fine_tuning.py";
    const printed = await finished(torch(program, file), "stdout");
    const outcome = JSON.parse(printed.trim().split("\n").at(-1)!) as {
      figures: Record<string, number>;
      seconds: number;
      peakMb: number;
    };
    return { ...outcome, figure: outcome.figures[one.theirs[0]]! };
  });
}

/** What a command prints on one of its streams. Throws when it fails. */
async function finished([command, ...args]: readonly string[], stream: "stdout" | "stderr"): Promise<string> {
  const child = spawn(command!, args, { stdio: ["ignore", "pipe", "pipe"] });
  const [printed, said, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${said}`);
  return stream === "stdout" ? printed : said;
}
