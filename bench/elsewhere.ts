/**
 * @file The same exported files in Python and in Node: whether all test texts of SNIPS get the same labels, tags and scores.
 * Usage: npx jiti bench/elsewhere.ts [--data ../shared/data] [--epochs 1]
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { defaultRegistry, exportOnnx, loadModel, predict, silentLog, train } from "pytext-ts";
import { inScratchFolder, machine, pythonRuntime, root } from "./lib/environment.js";
import { table } from "./lib/markdown.js";

/** What Python gets out of a file for one text. */
interface Outputs {
  readonly label: string;
  readonly scores: readonly number[];
  readonly tags?: readonly string[];
  readonly tag_scores?: readonly number[];
  readonly starts?: readonly number[];
  readonly ends?: readonly number[];
}

type Predictions = Awaited<ReturnType<typeof predict>>;

/** The largest difference of a score that is still rounding. */
const LIMIT = 1e-5;

const CONFIGS = {
  "snips-intent": "DocumentClassificationTask",
  "snips-joint": "IntentSlotTask",
} as const;

const { values } = parseArgs({
  options: {
    data: { type: "string", default: join(root, "../shared/data") },
    epochs: { type: "string", default: "1" },
  },
});
const data = resolve(values.data);
const texts = readFileSync(join(data, "snips/test/seq.in"), "utf8").trimEnd().split("\n");

console.log(`${machine()}\n`);
const rows: string[][] = [];
for (const [name, task] of Object.entries(CONFIGS)) rows.push(await compared(name, task));
const head = [
  "exported file",
  "texts",
  "other labels",
  "other tags or places",
  `largest difference (<= ${LIMIT})`,
];
console.log(`### The same file in Python and in Node\n\n${table(head, rows)}\n`);

async function compared(name: string, task: string): Promise<string[]> {
  return inScratchFolder(async (folder) => {
    const [run, file] = [join(folder, "run"), join(folder, "model.onnx")];
    const set = [`vars.data=${data}`, `task.${task}.trainer.Trainer.epochs=${values.epochs}`];
    await train(join(root, `configs/${name}.json`), { output: run, set });
    await exportOnnx(run, file, { registry: defaultRegistry(), log: silentLog, unit: "code_points" });
    const model = await loadModel(file);
    const ours = await predict(model, texts);
    await model.release();
    const theirs = inPython(file);
    const labels = ours.filter(({ label, intent }, i) => (label ?? intent) !== theirs[i]!.label).length;
    const tags = ours.filter((one, i) => !sameTags(one, theirs[i]!, texts[i]!)).length;
    const largest = ours.reduce((most, one, i) => Math.max(most, difference(one, theirs[i]!)), 0);
    const verdict = labels + tags === 0 && largest <= LIMIT ? "ok" : "MISSED";
    return [name, `${texts.length}`, `${labels}`, `${tags}`, `${largest.toExponential(1)} ${verdict}`];
  });
}

function inPython(file: string): Outputs[] {
  const [program, ...args] = pythonRuntime(file);
  const input = texts.map((text) => `${text}\n`).join("");
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    input,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed\n${stderr}`);
  const outputs = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Outputs);
  if (outputs.length !== texts.length)
    throw new Error(`${program} ${args.join(" ")} gave ${outputs.length} lines for ${texts.length} texts`);
  return outputs;
}

/** Tokens, their tags and, counted in code points, their places; a classifier has none. */
function sameTags({ tokens = [] }: Predictions[number], other: Outputs, text: string): boolean {
  const place = (utf16: number): number => Array.from(text.slice(0, utf16)).length;
  const ours = tokens.map((token) => [
    "label" in token ? token.label : "",
    place(token.start),
    place(token.end),
  ]);
  const theirs = (other.tags ?? []).map((tag, i) => [tag, other.starts?.[i], other.ends?.[i]]);
  // A text without tokens has one place of padding.
  const kept = theirs.filter(([, start]) => start !== -1);
  return JSON.stringify(ours) === JSON.stringify(kept);
}

function difference(ours: Predictions[number], theirs: Outputs): number {
  const expected =
    ours.scores === undefined
      ? [[ours.intent_score!, Math.max(...theirs.scores)] as const]
      : Object.values(ours.scores).map((score, i) => [score, theirs.scores[i]!] as const);
  const tags = (ours.tokens ?? []).map(
    (token, i) =>
      ["score" in token ? token.score : Number.NaN, theirs.tag_scores?.[i] ?? Number.NaN] as const,
  );
  return Math.max(...[...expected, ...tags].map(([one, other]) => Math.abs(one - other)));
}
