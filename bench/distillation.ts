/**
 * @file A small student that learns from a fine-tuned encoder's logits (configs/sst2-distilled.json): its accuracy and speed
 * beside the teacher's. Teacher, logits and vectors are kept in bench/.cache/distillation for the next time.
 * Usage: npx jiti bench/distillation.ts [--seeds 1,2,3] [--threads 1] [--rounds 9] [--data DIR] [--model DIR]
 *   --data: the folder that holds sst2/ (default ../shared/data)
 *   --model: the teacher's pretrained encoder as a folder of Hugging Face's (default bench/.cache/minilm)
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { defaultRegistry, exportOnnx, silentLog } from "pytext-ts";
import { prepareGlove } from "./glove.js";
import { cache, cli, inScratchFolder, machine, root } from "./lib/environment.js";
import { type FileDuel, fileDuel } from "./lib/file-duel.js";
import { number, table } from "./lib/markdown.js";
import { mean } from "./lib/stats.js";

/** The least share of the teacher's accuracy, and how many times as fast. */
const SHARE = 0.97;
const FASTER = 20;

/** Sentences in a run, and runs of the teacher's and the student's file in a turn. */
const SPEEDS = [
  { batch: 1, runs: [40, 400] },
  { batch: 32, runs: [2, 40] },
] as const;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1,2,3" },
    threads: { type: "string", default: "1" },
    rounds: { type: "string", default: "9" },
    data: { type: "string", default: join(root, "../shared/data") },
    model: { type: "string", default: join(cache, "minilm") },
  },
});
const work = join(cache, "distillation");
const teacher = join(work, "teacher");
const SPLITS = ["train", "eval", "test"] as const;

/** A row of SST-2. */
interface Review {
  readonly label: string;
  readonly text: string;
}

const about = machine();
mkdirSync(work, { recursive: true });
if (!existsSync(join(teacher, "metrics.json"))) {
  const places = [`vars.data=${resolve(values.data)}`, `vars.model=${resolve(values.model)}`];
  trainRun("sst2-minilm", teacher, places, existsSync(teacher) ? ["--resume"] : []);
}
const left = writeRows();
for (const split of SPLITS) {
  const soft = join(work, `${split}-soft.jsonl`);
  if (!existsSync(soft))
    pytextTs("get-logits", teacher, "--input", join(work, `${split}.jsonl`), "--output", soft);
}
const vectors = await prepareGlove();
const expected = accuracyOf(teacher);
await inScratchFolder(async (folder) => {
  const accuracies: number[] = [];
  for (const seed of values.seeds.split(",")) {
    const run = join(folder, `student${seed}`);
    trainRun("sst2-distilled", run, [`vars.soft=${work}`, `vars.vectors=${vectors}`, `seed=${seed}`]);
    accuracies.push(accuracyOf(run));
    process.stderr.write(`seed ${seed}: ${percent(accuracies.at(-1)!)}\n`);
  }
  const files = [join(folder, "teacher.onnx"), join(folder, "student.onnx")] as const;
  const runs = [teacher, join(folder, `student${values.seeds.split(",")[0]}`)];
  for (const [i, run] of runs.entries())
    await exportOnnx(run, files[i]!, { registry: defaultRegistry(), log: silentLog });
  const texts = reviews("test").map(({ text }) => text);
  const settings = { threads: Number(values.threads), rounds: Number(values.rounds) };
  const speeds: FileDuel[] = [];
  for (const speed of SPEEDS) speeds.push(await fileDuel(files, texts, { ...settings, ...speed }));
  report(accuracies, speeds);
});

function report(accuracies: readonly number[], speeds: readonly FileDuel[]): void {
  const share = mean(accuracies) / expected;
  const head = [
    "model",
    "test accuracy",
    "by seed",
    `share (>= ${SHARE})`,
    ...SPEEDS.flatMap(({ batch }) => [`ms a text, batch ${batch}`, `times as fast (>= ${FASTER})`]),
  ];
  const each = (of: (duel: FileDuel, batch: number) => readonly [string, string]): string[] =>
    SPEEDS.flatMap(({ batch }, i) => of(speeds[i]!, batch));
  const rows = [
    [
      ...["teacher (configs/sst2-minilm.json)", percent(expected), percent(expected), ""],
      ...each(({ first }, batch) => [number(first / batch), ""]),
    ],
    [
      ...["student (configs/sst2-distilled.json)", percent(mean(accuracies))],
      accuracies.map(percent).join(" "),
      atLeast(share, SHARE, 3),
      ...each(({ second, ratio }, batch) => [number(second / batch), atLeast(1 / ratio, FASTER, 1)]),
    ],
  ];
  console.log(`## Distillation: ${about}\n`);
  console.log(
    `${reviews("train").length} phrases and sentences have the teacher's logits; ${left} that say what a held-out sentence says were left out, and repeated ones. Speed: exported files in onnxruntime, whole test sentences in, ${values.threads} thread; medians over ${values.rounds} rounds.\n`,
  );
  console.log(table(head, rows));
}

function atLeast(x: number, least: number, digits: number): string {
  return `${x.toFixed(digits)} ${x >= least ? "ok" : "MISSED"}`;
}

function percent(figure: number): string {
  return (100 * figure).toFixed(2);
}

/** The rows of a split that the teacher was asked about. */
function reviews(split: string): Review[] {
  const lines = readFileSync(join(work, `${split}.jsonl`), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as Review);
}

/** Writes the rows to ask the teacher about; gives how many phrases were left out since a held-out sentence says the same. */
function writeRows(): number {
  const folder = join(resolve(values.data), "sst2");
  const lines = (path: string): string[] => readFileSync(join(folder, path), "utf8").trim().split("\n");
  const sentences = (split: string): Review[] =>
    lines(`socher_sentence/${split}.tsv`).map((line) => {
      const [label, text] = line.split("\t") as [string, string];
      return { label, text };
    });
  const phrases = lines("glue/train.tsv")
    .slice(1)
    .map((line): Review => {
      const [text, label] = line.split("\t") as [string, string];
      return { label, text: text.trim() };
    });
  const [held, test] = [sentences("dev"), sentences("test")];
  const said = new Set([...held, ...test].map(({ text }) => spoken(text)));
  const all = [...phrases, ...sentences("train")];
  const free = all.filter(({ text }) => !said.has(spoken(text)));
  const once = new Map(free.map((row) => [row.text, row] as const).reverse()); // the first of equal texts
  // Rows of like length are predicted together; training shuffles them.
  const byLength = [...once.values()].sort((a, b) => a.text.length - b.text.length);
  const rows = { train: byLength, eval: held, test };
  for (const [split, of] of Object.entries(rows)) {
    const file = join(work, `${split}.jsonl`);
    writeFileSync(`${file}.part`, of.map((row) => `${JSON.stringify(row)}\n`).join(""));
    renameSync(`${file}.part`, file);
  }
  return all.length - free.length;
}

/** What is left of a text without capitals, spaces and punctuation. */
function spoken(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function accuracyOf(run: string): number {
  const metrics = JSON.parse(readFileSync(join(run, "metrics.json"), "utf8")) as {
    test: { accuracy: number };
  };
  return metrics.test.accuracy;
}

function trainRun(
  config: string,
  output: string,
  sets: readonly string[],
  more: readonly string[] = [],
): void {
  const set = [...sets, `threads=${values.threads}`].flatMap((one) => ["--set", one]);
  pytextTs("train", join(root, "configs", `${config}.json`), "--output", output, ...more, ...set);
}

function pytextTs(...args: readonly string[]): void {
  execFileSync(process.execPath, [cli, ...args], { stdio: ["ignore", "ignore", "inherit"] });
}
