import type { Labels } from "../components/contracts.js";
import type { Row } from "../components/data/contracts.js";
import { examplesOf } from "../components/data/examples.js";
import { type Feeds, SplitData } from "../components/data/split-data.js";
import type { Program } from "../engine/engine.js";
import type { Log } from "../registry/context.js";
import type { Registry } from "../registry/registry.js";
import { choosePart, columnsOf, deploymentGraph, inputsOf, outputRows } from "./deployment.js";
import { type OpenTask, openRun, type RunThreads } from "./open-task.js";
import type { OutputRow, Prediction } from "./prediction.js";
import type { ModelTask } from "./task.js";

/** Something that predicts rows: a run, or an exported file. */
export interface Predictor {
  /** The columns that a row needs. */
  readonly columns: readonly string[];
  /** Predictions in the order of the rows; offsets count UTF-16 code units. */
  predict(rows: readonly Row[]): Promise<Prediction[]>;
  release(): Promise<void>;
}

/** Rows that run at a time at most, and characters of text, padding included, so that one long text does not fill memory. */
const MOST_ROWS = 64;
const MOST_CHARACTERS = 2 ** 18;

/** Cuts rows, in order, into batches of `mostRows` at most: `[start, end)`. A row longer than the limit is a batch of its own. */
export function predictionBatches(
  rows: readonly Row[],
  mostCharacters = MOST_CHARACTERS,
  mostRows = MOST_ROWS,
): [start: number, end: number][] {
  const batches: [number, number][] = [];
  let [start, longest] = [0, 0];
  for (const [at, row] of rows.entries()) {
    const characters = charactersOf(row);
    const count = at - start + 1;
    if (at > start && (count > mostRows || Math.max(longest, characters) * count > mostCharacters)) {
      batches.push([start, at]);
      [start, longest] = [at, 0];
    }
    longest = Math.max(longest, characters);
  }
  if (start < rows.length) batches.push([start, rows.length]);
  return batches;
}

/** The length of a row's longest text; of a list of tokens or texts about what it would be in one. */
function charactersOf({ values }: Row): number {
  let most = 1;
  for (const value of Object.values(values)) {
    if (typeof value === "string") most = Math.max(most, value.length);
    else if (Array.isArray(value)) most = Math.max(most, (value as readonly unknown[]).reduce(withItem, 0));
  }
  return most;
}

const CHARACTERS_A_TOKEN = 5;

const withItem = (sum: number, item: unknown): number =>
  sum + Math.max(CHARACTERS_A_TOKEN, typeof item === "string" ? item.length : 0);

/**
 * Rows as examples of a graph of the form "ids".
 * @param most examples of a row at most: the first ones
 */
export function numberized(
  part: ModelTask,
  rows: readonly Row[],
  most = Number.POSITIVE_INFINITY,
): SplitData {
  const inputs = inputsOf(part);
  const data = new SplitData("test", Object.fromEntries(inputs));
  const tensorizers = inputs.map(([, tensorizer]) => tensorizer);
  for (const [i, row] of rows.entries())
    for (const values of examplesOf(row, tensorizers).slice(0, most)) data.push(values, row.origin, i);
  return data;
}

/**
 * The outputs of each of some rows, by example; `run` is given so many examples at a time.
 * @param fixed how many examples each run takes: the last one is filled up with copies, whose outputs are dropped; null: any number
 */
export async function outputsByRow(
  examples: SplitData,
  rows: number,
  fixed: number | null,
  run: (feeds: Feeds, size: number) => Promise<readonly OutputRow[]>,
): Promise<OutputRow[][]> {
  const outputs = Array.from({ length: rows }, (): OutputRow[] => []);
  const most = fixed ?? MOST_ROWS;
  for (let from = 0; from < examples.size; from += most) {
    const real = Math.min(most, examples.size - from);
    const numbers = Uint32Array.from({ length: fixed ?? real }, (_, i) => from + (i < real ? i : 0));
    const results = await run(examples.batch(numbers), numbers.length);
    for (const [i, output] of results.slice(0, real).entries())
      outputs[examples.sourceRow(from + i)]!.push(output);
  }
  return outputs;
}

/** What a model says of a row, which is one example or several. */
export function readRow(
  part: ModelTask,
  outputs: readonly OutputRow[],
  row: Row,
  labels: Labels,
): Prediction {
  return part.readExamples?.(outputs, row, labels) ?? part.read(outputs[0]!, row, labels);
}

/** A trained run, ready to predict: tokenization in JavaScript, parameters built into the compiled graph. */
export class RunPredictor implements Predictor {
  private constructor(
    readonly open: OpenTask,
    readonly part: ModelTask,
    readonly program: Program,
    /** How many examples of a row are looked at. */
    readonly examples: number,
  ) {}

  /** Loads a run folder; on as many threads as its config says unless something else is said. */
  static async load(
    path: string,
    registry: Registry,
    log: Log,
    part?: string,
    threads?: RunThreads,
  ): Promise<RunPredictor> {
    const open = await openRun(path, registry, log, part, threads);
    return RunPredictor.of(open, choosePart(open.task, part));
  }

  /**
   * Compiles a model of an open task for prediction.
   * @param options.examples how many examples of a row are looked at, where it is several: all, unless something else is said
   * @param options.distributions whether the probabilities of all tags at each token are told
   * @param options.top how many of the likeliest labels are given besides
   */
  static async of(
    open: OpenTask,
    part: ModelTask,
    {
      examples = Number.POSITIVE_INFINITY,
      distributions = false,
      top,
    }: { readonly examples?: number; readonly distributions?: boolean; readonly top?: number } = {},
  ): Promise<RunPredictor> {
    const graph = deploymentGraph(open, part, {
      ...{ input: "ids", distributions },
      ...(top !== undefined && { top }),
    });
    const engine = await open.engine();
    const frozen = open.parameters.feeds(graph.parameters.map(({ name }) => name));
    return new RunPredictor(open, part, await engine.compile(graph, { frozen }), examples);
  }

  get columns(): readonly string[] {
    return columnsOf(this.part);
  }

  async predict(rows: readonly Row[]): Promise<Prediction[]> {
    const { part } = this;
    const predictions: Prediction[] = [];
    for (const [start, end] of predictionBatches(rows, part.mostCharacters)) {
      const batch = rows.slice(start, end);
      const examples = numberized(part, batch, this.examples);
      const outputs = await outputsByRow(examples, batch.length, null, async (feeds, size) =>
        outputRows(await this.program.run(feeds), size),
      );
      for (const [i, row] of batch.entries()) predictions.push(readRow(part, outputs[i]!, row, part.labels));
    }
    return predictions;
  }

  async release(): Promise<void> {
    await this.program.release();
  }
}
