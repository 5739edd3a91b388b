/**
 * @file Trains the shipped ensembles and prints what they reach on their test rows beside their members.
 * Usage: npx jiti bench/ensembles.ts [NAME...] [--seed 0] [--threads 1] [--data DIR] [--set PATH=VALUE]...
 *   NAME: sst2-ensemble or snips-joint-ensemble; both by default
 *   --data: the folder that holds snips/ and sst2/ (default ../shared/data)
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cli, inScratchFolder, machine, root } from "./lib/environment.js";
import { table } from "./lib/markdown.js";
import { mean } from "./lib/stats.js";

/** The figures that are compared, by config. */
const FIGURES: Readonly<Record<string, readonly string[]>> = {
  "sst2-ensemble": ["accuracy", "loss"],
  "snips-joint-ensemble": ["frame_accuracy", "slot_f1", "intent_accuracy"],
};

const { values, positionals } = parseArgs({
  options: {
    seed: { type: "string", default: "0" },
    threads: { type: "string", default: "1" },
    data: { type: "string", default: join(root, "../shared/data") },
    set: { type: "string", multiple: true, default: [] },
  },
  allowPositionals: true,
});
const names = positionals.length > 0 ? positionals : Object.keys(FIGURES);
const unknown = names.find((name) => !(name in FIGURES));
if (unknown !== undefined) throw new Error(`no "${unknown}"; there are ${Object.keys(FIGURES).join(", ")}`);

console.log(`## Ensembles: ${machine()}\n`);
const head = ["config", "test figure", "ensemble", "members' mean", "by member", "", "s for all"];
const rows: string[][] = [];
for (const name of names) {
  rows.push(...(await measured(name)));
  process.stderr.write(`${table(head, rows)}\n\n`);
}
console.log(table(head, rows));

async function measured(name: string): Promise<string[][]> {
  return inScratchFolder(async (folder) => {
    const run = join(folder, "run");
    const sets = [`vars.data=${resolve(values.data)}`, ...values.set].flatMap((edit) => ["--set", edit]);
    const args = ["train", `configs/${name}.json`, "--output", run, "--quiet", ...sets];
    const around = ["--seed", values.seed, "--threads", values.threads];
    const started = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [cli, ...args, ...around], {
      cwd: root,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${args.join(" ")} failed\n${stderr}`);
    const seconds = (performance.now() - started) / 1000;
    const { members } = metricsOf(run);
    return FIGURES[name]!.map((figure, i) => {
      const own = figureOf(run, figure);
      const theirs = members!.map((member) => figureOf(join(run, "members", member.name), figure));
      const average = mean(theirs);
      const better = figure === "loss" ? own < average : own > average;
      return [
        name,
        figure,
        own.toFixed(4),
        average.toFixed(4),
        theirs.map((value) => value.toFixed(4)).join(" "),
        better ? "better" : "NOT BETTER",
        i > 0 ? "" : seconds.toFixed(0),
      ];
    });
  });
}

interface Metrics {
  readonly test: Readonly<Record<string, number>>;
  readonly members?: readonly { readonly name: string }[];
}

function metricsOf(run: string): Metrics {
  return JSON.parse(readFileSync(join(run, "metrics.json"), "utf8")) as Metrics;
}

function figureOf(run: string, figure: string): number {
  const value = metricsOf(run).test[figure];
  if (value === undefined) throw new Error(`${run} has no figure ${figure}`);
  return value;
}
