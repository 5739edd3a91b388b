/** @file Self-training (Scudder, 1965; Yarowsky, 1995): a model labels rows without labels, and learns from those that it is sure of. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Row } from "../components/data/contracts.js";
import { replaceFiles } from "../graph/replace-file.js";
import type { Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { isObject, type JsonObject } from "../registry/json.js";
import type { Registry } from "../registry/registry.js";
import type { RunConfig } from "../registry/run-config.js";
import { choosePart, columnsOf } from "./deployment.js";
import { openTask } from "./open-task.js";
import type { Prediction } from "./prediction.js";
import { RunPredictor } from "./predictor.js";
import type { Metrics } from "./run-session.js";
import type { ModelTask } from "./task.js";
import { train } from "./train.js";

/** How a model is trained on rows that it labels itself. */
export interface SelfTrainOptions {
  readonly registry: Registry;
  readonly log: Log;
  /** The folder that holds a run for each round, and the rows that it was trained on besides. */
  readonly output: string;
  /** The rows without labels, read anew in each round. */
  readonly unlabelled: (columns: readonly string[]) => AsyncIterable<Row>;
  /** The least score with which a row is taken. */
  readonly threshold: number;
  /** How often rows are labelled, and a model is trained on them from the start. */
  readonly rounds: number;
  /** Whether of each label as many rows are taken as of the one with the fewest: the surest ones. */
  readonly balanced: boolean;
  readonly quiet?: boolean;
}

/** One of the runs. */
export interface Round {
  readonly run: string;
  /** How many rows of each label were taken, and how many were left; null: it was trained on the gold rows alone. */
  readonly rows: { readonly taken: Readonly<Record<string, number>>; readonly left: number } | null;
  /** The figure by which epochs are chosen, on each split. */
  readonly metric: string;
  readonly eval: number | null;
  readonly test: number | null;
}

/** The input that holds the truth. */
const TARGET = "labels";

/** How many rows are predicted together. */
const CHUNK = 256;

/**
 * Trains on the rows with labels first (`OUTPUT/round0`); then, in each round, on these and on the rows without labels that
 * the run before gives a label with enough confidence. Every round looks at all rows without labels anew. Rounds that have
 * ended are not trained again. Throws `PTX_CONFIG_VALUE` for a config whose rows have no label of several.
 */
export async function selfTrain(config: RunConfig, options: SelfTrainOptions): Promise<readonly Round[]> {
  const { output, rounds, log } = options;
  const { part, column } = classifierOf(config, options);
  await readOnce(options.unlabelled(columnsOf(part)));
  const made: Round[] = [];
  for (let round = 0; round <= rounds; round++) {
    const before = made.at(-1);
    const file = join(output, `round${round}-rows.jsonl`);
    const rows = before === undefined ? null : await label(before.run, column, file, options);
    if (rows !== null) for (const line of takenLines(rows)) log.info(`round ${round}: ${line}`);
    const run = join(output, `round${round}`);
    const { metrics } = await train(rows === null ? config : withRows(config, file), {
      ...options,
      output: run,
      resume: existsSync(run),
    });
    made.push({ run, rows, ...figures(part, metrics) });
  }
  return made;
}

/** Reads the rows before anything is trained: what is wrong with them is told at once. */
async function readOnce(rows: AsyncIterable<Row>): Promise<void> {
  let count = 0;
  for await (const chunk of chunks(rows)) count += chunk.length;
  if (count === 0) throw ptxError("PTX_DATA", "--unlabelled", "there are no rows in it");
}

function figures({ select }: ModelTask, metrics: Metrics): Omit<Round, "run" | "rows"> {
  const value = (split: "eval" | "test"): number | null => metrics[split] && select.value(metrics[split]);
  return { metric: select.name, eval: value("eval"), test: value("test") };
}

/** The config's model and the column of its labels. */
function classifierOf(
  config: RunConfig,
  { registry, log }: SelfTrainOptions,
): { readonly part: ModelTask; readonly column: string } {
  const { task } = openTask(config, registry, log);
  const part = choosePart(task, undefined);
  const columns = part.tensorizers[TARGET]?.columns ?? [];
  const single = part.tensorizers[TARGET]?.fields.every(({ dims }) => dims.length === 0) ?? false;
  if (columns.length !== 1 || !single || part.tensorizers[TARGET]!.labels === undefined)
    throw ptxError(
      "PTX_CONFIG_VALUE",
      "task",
      `${task.name} with this model does not give each row one label of several, read by LabelTensorizer: only such rows can be labelled by a model that is trained on them`,
    );
  const [options] = Object.values(config.task) as [JsonObject];
  const data = options.data as JsonObject;
  if (!isObject(data.Data))
    throw ptxError("PTX_CONFIG_VALUE", "task.data", "rows can be added to data of the class Data only");
  if (data.Data.added_filename !== null)
    throw ptxError("PTX_CONFIG_VALUE", "task.data.added_filename", "self-training sets it: leave it out");
  return { part, column: columns[0]! };
}

function withRows(config: RunConfig, file: string): RunConfig {
  const [[name, options]] = Object.entries(config.task) as [[string, { data: { Data: object } }]];
  const data = { Data: { ...options.data.Data, added_filename: file } };
  return { ...config, task: { [name]: { ...options, data } } };
}

/** A row with the label that a run gave it. */
interface Labelled {
  readonly row: Row;
  readonly label: string;
  readonly score: number;
}

/** Writes the rows that a run is sure of, each with its label in `column`. */
async function label(
  run: string,
  column: string,
  file: string,
  { registry, log, unlabelled, threshold, balanced }: SelfTrainOptions,
): Promise<Round["rows"] & {}> {
  const predictor = await RunPredictor.load(run, registry, log);
  const sure: Labelled[] = [];
  let all = 0;
  try {
    for await (const rows of chunks(unlabelled(predictor.columns))) {
      const predictions = await predictor.predict(rows);
      for (const [i, row] of rows.entries()) {
        const { label: chosen, score } = best(predictions[i]!);
        if (score >= threshold) sure.push({ row, label: chosen, score });
      }
      all += rows.length;
    }
  } finally {
    await predictor.release();
  }
  const labels = predictor.part.labels[TARGET]!;
  const taken = balanced ? evenly(sure, labels) : sure;
  if (taken.length === 0)
    throw ptxError(
      "PTX_RUN",
      file,
      `none of ${all} rows was taken: ${balanced && sure.length > 0 ? "of one label none has a score that is high enough" : `none has a score of ${threshold} or more`}`,
      balanced ? "lower --threshold, or leave --balanced out" : "lower --threshold",
    );
  const lines = taken.map(({ row, label: chosen, score }) => {
    const inputs = predictor.columns.map((name) => [name, row.values[name]] as const);
    return `${JSON.stringify({ ...Object.fromEntries(inputs), [column]: chosen, score: Number(score.toFixed(6)) })}\n`;
  });
  const text = lines.join("");
  if (existsSync(file) && readFileSync(file, "utf8") !== text)
    throw ptxError(
      "PTX_RUN",
      file,
      "this round was begun with other rows: another file without labels, or other options",
      "go on with what it was begun with, or name another --output",
    );
  await replaceFiles([{ path: file, pieces: [Buffer.from(text)] }]);
  const counts = labels.map((name) => [name, taken.filter((one) => one.label === name).length] as const);
  return { taken: Object.fromEntries(counts), left: all - taken.length };
}

function best({ label: chosen, scores }: Prediction): { label: string; score: number } {
  return { label: chosen!, score: scores![chosen!]! };
}

/** As many rows of each label as there are of the one with the fewest: those with the highest scores, in their order. */
function evenly(sure: readonly Labelled[], labels: readonly string[]): Labelled[] {
  const byLabel = labels.map((name) => sure.filter((one) => one.label === name));
  const fewest = Math.min(...byLabel.map(({ length }) => length));
  const kept = new Set(
    byLabel.flatMap((rows) => [...rows].sort((a, b) => b.score - a.score).slice(0, fewest)),
  );
  return sure.filter((one) => kept.has(one));
}

async function* chunks(rows: AsyncIterable<Row>): AsyncGenerator<Row[]> {
  let chunk: Row[] = [];
  for await (const row of rows) {
    chunk.push(row);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** What was taken and left, in words. */
function takenLines({ taken, left }: Round["rows"] & {}): string[] {
  const total = Object.values(taken).reduce((a, b) => a + b, 0);
  const each = Object.entries(taken).map(([name, count]) => `${name} ${count}`);
  return [`${total} rows taken (${each.join(", ")}), ${left} left`];
}
