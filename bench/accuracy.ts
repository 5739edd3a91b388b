/**
 * @file Trains the shipped configs with three seeds each and prints what they reach on their test rows.
 * Usage: npx jiti bench/accuracy.ts [NAME...] [--seeds 1,2,3] [--set PATH=VALUE]...   (NAME: a row of `CASES`; all by default)
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { prepareGlove } from "./glove.js";
import { cli, inScratchFolder, machine, root } from "./lib/environment.js";
import { table } from "./lib/markdown.js";
import { mean } from "./lib/stats.js";

/** Something that is measured. */
interface Case {
  readonly name: string;
  readonly config: string;
  /** The figure in the test part of metrics.json. */
  readonly metric: readonly string[];
  readonly target: number;
  /** The config's pretrained vectors are replaced by the benchmark's GloVe file. */
  readonly vectors: boolean;
}

/** The config of a case that starts from vectors, if it has one of its own. */
const own = (name: string, otherwise: string): string =>
  existsSync(join(root, `configs/${name}.json`)) ? `configs/${name}.json` : `configs/${otherwise}.json`;

const CASES: readonly Case[] = [
  {
    name: "spam",
    config: "configs/spam.json",
    metric: ["per_class", "spam", "f1"],
    target: 0.97,
    vectors: false,
  },
  { name: "trec", config: "configs/trec.json", metric: ["accuracy"], target: 0.87, vectors: false },
  { name: "trec-glove", config: own("trec-glove", "trec"), metric: ["accuracy"], target: 0.9, vectors: true },
  { name: "sst2", config: "configs/sst2.json", metric: ["accuracy"], target: 0.8, vectors: false },
  {
    name: "sst2-glove",
    config: own("sst2-glove", "sst2"),
    metric: ["accuracy"],
    target: 0.85,
    vectors: true,
  },
  {
    name: "snips-intent",
    config: "configs/snips-intent.json",
    metric: ["accuracy"],
    target: 0.975,
    vectors: false,
  },
];

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: "string", default: "1,2,3" },
    set: { type: "string", multiple: true, default: [] },
  },
  allowPositionals: true,
});
const seeds = values.seeds.split(",").map(Number);
const unknown = positionals.find((name) => !CASES.some((one) => one.name === name));
if (unknown !== undefined)
  throw new Error(`no case "${unknown}"; there are ${CASES.map(({ name }) => name).join(", ")}`);
const chosen = CASES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

console.log(`## ${machine()}\n`);
const rows: string[][] = [];
for (const one of chosen) {
  const reached: number[] = [];
  const started = performance.now();
  for (const seed of seeds) reached.push(await testFigure(one, seed));
  const average = mean(reached);
  rows.push([
    `${one.name} (${one.config})`,
    one.metric.join("."),
    percent(average),
    reached.map(percent).join(" "),
    `${percent(one.target)} ${average >= one.target ? "ok" : "MISSED"}`,
    ((performance.now() - started) / 1000 / seeds.length).toFixed(0),
  ]);
}
const head = ["config", "test figure", "mean %", `seeds ${seeds.join(", ")}`, "target", "s a run"];
console.log(table(head, rows));

async function testFigure({ config, metric, vectors }: Case, seed: number): Promise<number> {
  const sets = vectors ? [`task.model.embedding.pretrained_embeddings_path=${await prepareGlove()}`] : [];
  return inScratchFolder(async (folder) => {
    const output = join(folder, "run");
    const flags = [...sets, ...values.set].flatMap((edit) => ["--set", edit]);
    const args = [cli, "train", config, "--output", output, "--seed", `${seed}`, "--quiet", ...flags];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    if (status !== 0) throw new Error(`${args.join(" ")} failed\n${stderr}`);
    const metrics: unknown = JSON.parse(readFileSync(join(output, "metrics.json"), "utf8"));
    const figure = ["test", ...metric].reduce<unknown>(
      (at, key) => (at as Record<string, unknown>)[key],
      metrics,
    );
    if (typeof figure !== "number")
      throw new Error(`${config}: metrics.json has no test.${metric.join(".")}`);
    return figure;
  });
}

function percent(share: number): string {
  return (100 * share).toFixed(2);
}
