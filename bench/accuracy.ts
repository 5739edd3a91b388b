/**
 * @file Trains the shipped configs with three seeds each and prints what they reach on their test rows.
 * Usage: npx jiti bench/accuracy.ts [NAME...] [--seeds 1,2,3] [--data DIR] [--data-root DIR] [--set PATH=VALUE]...
 *   NAME: a row of lib/cases.ts; all by default
 *   --data: the folder that holds snips/, wnut17/ and so on (default ../shared/data)
 *   --data-root: the folder that holds atis/, conll2003/ and ptb/ (default bench/.cache/data); what is not there is skipped
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { prepareGlove } from "./glove.js";
import { CASES, type Case, type Goal } from "./lib/cases.js";
import { cache, cli, inScratchFolder, machine, root } from "./lib/environment.js";
import { table } from "./lib/markdown.js";
import { mean } from "./lib/stats.js";
import { unseenRows } from "./lib/unseen.js";

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: "string", default: "1,2,3" },
    data: { type: "string", default: join(root, "../shared/data") },
    "data-root": { type: "string", default: join(cache, "data") },
    set: { type: "string", multiple: true, default: [] },
  },
  allowPositionals: true,
});
const seeds = values.seeds.split(",").map(Number);
const data = resolve(values.data);
const dataRoot = resolve(values["data-root"]);
const unknown = positionals.find((name) => !CASES.some((one) => one.name === name));
if (unknown !== undefined)
  throw new Error(`no case "${unknown}"; there are ${CASES.map(({ name }) => name).join(", ")}`);
const chosen = CASES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

const configOf = (one: Case): string => `configs/${one.config ?? one.name}.json`;
const lacking = chosen.map(configOf).find((config) => !existsSync(join(root, config)));
if (lacking !== undefined) throw new Error(`there is no ${lacking}`);

console.log(`## Accuracy: ${machine()}\n`);
const head = ["config", "test figure", "mean", "by seed", "target", "s a run"];
const rows: string[][] = [];
const skipped: string[] = [];
/** The means of what was measured, by case and figure. */
const means = new Map<string, number>();
for (const one of chosen) {
  const folder = one.external && join(dataRoot, one.external.folder);
  if (folder !== undefined && !existsSync(folder)) {
    skipped.push(`${one.name}: there is no ${folder} (--data-root DIR names the folder above it)`);
    continue;
  }
  rows.push(...(await measured(one, folder)));
  process.stderr.write(`${table(head, rows)}\n\n`);
}
console.log(table(head, rows));
if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.map((line) => `- ${line}\n`).join("")}`);

/** The rows of a case's goals. */
async function measured(one: Case, folder: string | undefined): Promise<string[][]> {
  const config = configOf(one);
  const sets = [
    ...(one.shared === true ? [`vars.data=${data}`] : []),
    ...(typeof one.shared === "string" ? [`vars.${one.shared}=${join(data, one.shared)}`] : []),
    ...(one.vectors ? [`vars.vectors=${await prepareGlove()}`] : []),
    ...(folder === undefined ? [] : [`vars.${one.external!.variable}=${folder}`]),
    ...(one.unseen === undefined
      ? []
      : [`task.data.source.train_filename=${unseenRows(join(data, one.unseen))}`]),
    ...(one.sets ?? []),
    ...values.set,
  ];
  const chosenSeeds = one.once ? seeds.slice(0, 1) : seeds;
  const started = performance.now();
  const runs: unknown[] = [];
  for (const seed of chosenSeeds) runs.push(await testFigures(config, sets, seed));
  const seconds = (performance.now() - started) / 1000 / chosenSeeds.length;
  return one.goals.map((goal, i) => {
    const reached = runs.map((figures) => figureOf(figures, goal.figure, config));
    const average = mean(reached);
    means.set(`${one.name} ${goal.figure}`, average);
    return [
      `${one.name}${one.sets === undefined ? "" : ` (${config}, ${one.sets.join(", ")})`}`,
      goal.figure,
      shown(average, goal),
      reached.map((figure) => shown(figure, goal)).join(" "),
      verdict(average, goal),
      i > 0
        ? ""
        : `${seconds.toFixed(0)}${one.minutes === undefined ? "" : timeVerdict(seconds, one.minutes)}`,
    ];
  });
}

function verdict(average: number, goal: Goal): string {
  const target = goal.beats === undefined ? goal.target : means.get(`${goal.beats} ${goal.figure}`);
  if (target === undefined) return "";
  const reached = goal.lower
    ? average <= target
    : goal.beats === undefined
      ? average >= target
      : average > target;
  return `${shown(target, goal)} ${reached ? "ok" : "MISSED"}`;
}

function timeVerdict(seconds: number, minutes: number): string {
  return ` (<= ${60 * minutes} ${seconds <= 60 * minutes ? "ok" : "MISSED"})`;
}

/** The test part of metrics.json after training. */
async function testFigures(config: string, sets: readonly string[], seed: number): Promise<unknown> {
  return inScratchFolder(async (folder) => {
    const output = join(folder, "run");
    const flags = sets.flatMap((edit) => ["--set", edit]);
    const args = [cli, "train", config, "--output", output, "--seed", `${seed}`, "--quiet", ...flags];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    if (status !== 0) throw new Error(`${args.join(" ")} failed\n${stderr}`);
    return (JSON.parse(readFileSync(join(output, "metrics.json"), "utf8")) as { test: unknown }).test;
  });
}

function figureOf(figures: unknown, path: string, config: string): number {
  const found = path
    .split(".")
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], figures);
  if (typeof found !== "number") throw new Error(`${config}: metrics.json has no test.${path}`);
  return found;
}

/** Shares in percent. */
function shown(figure: number, { lower }: Goal): string {
  return lower && figure < 1 ? figure.toFixed(4) : (lower ? figure : 100 * figure).toFixed(2);
}
