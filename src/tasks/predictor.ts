import type { DecisionRule } from "../components/contracts.js";
import type { FieldValue, Row } from "../components/data/contracts.js";
import { SplitData } from "../components/data/split-data.js";
import type { Program } from "../engine/engine.js";
import { Graph } from "../graph/graph.js";
import { optimize } from "../graph/passes.js";
import { Scope } from "../graph/scope.js";
import type { Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import type { Registry } from "../registry/registry.js";
import { type OpenTask, openRun } from "./open-task.js";

/** A prediction for one row: with one label a row `label`, else `labels`; the score of every label. */
export interface Prediction {
  readonly label?: string;
  readonly labels?: readonly string[];
  readonly scores: Readonly<Record<string, number>>;
}

/** Reads a row of scores. Throws `PTX_MODEL_FILE` for a score that is not a number, which no sound model gives. */
export function readScores(
  scores: ArrayLike<number>,
  labels: readonly string[],
  { decision, threshold }: DecisionRule,
): Prediction {
  const bad = labels.find((_, i) => !Number.isFinite(scores[i]));
  if (bad !== undefined) {
    throw ptxError(
      "PTX_MODEL_FILE",
      "scores",
      `the score of "${bad}" is not a number: the model's parameters are damaged`,
    );
  }
  const named = Object.fromEntries(labels.map((label, i) => [label, scores[i]!]));
  if (decision === "multi-label")
    return { labels: labels.filter((_, i) => scores[i]! >= threshold), scores: named };
  let best = 0;
  for (let i = 1; i < labels.length; i++) if (scores[i]! > scores[best]!) best = i;
  return { label: labels[best]!, scores: named };
}

/** Something that predicts rows: a run, or an exported file. */
export interface Predictor {
  /** The columns that a row needs. */
  readonly columns: readonly string[];
  predict(rows: readonly Row[]): Promise<Prediction[]>;
  release(): Promise<void>;
}

/** Rows that run at a time at most, and characters of text, padding included, so that one long text does not fill memory. */
const MOST_ROWS = 64;
const MOST_CHARACTERS = 2 ** 18;

/** Cuts rows, in order, into batches: `[start, end)`. A row longer than the limit is a batch of its own. */
export function predictionBatches(rows: readonly Row[]): [start: number, end: number][] {
  const batches: [number, number][] = [];
  let [start, longest] = [0, 0];
  for (const [at, row] of rows.entries()) {
    const characters = charactersOf(row);
    const count = at - start + 1;
    if (at > start && (count > MOST_ROWS || Math.max(longest, characters) * count > MOST_CHARACTERS)) {
      batches.push([start, at]);
      [start, longest] = [at, 0];
    }
    longest = Math.max(longest, characters);
  }
  if (start < rows.length) batches.push([start, rows.length]);
  return batches;
}

/** The length of a row's longest text; of a list of tokens about what its text would have. */
function charactersOf({ values }: Row): number {
  let most = 1;
  for (const value of Object.values(values)) {
    if (typeof value === "string") most = Math.max(most, value.length);
    else if (Array.isArray(value)) most = Math.max(most, value.length * CHARACTERS_A_TOKEN);
  }
  return most;
}

const CHARACTERS_A_TOKEN = 5;

/** A trained run, ready to predict: tokenization in JavaScript, parameters built into the compiled graph. */
export class RunPredictor implements Predictor {
  private constructor(
    readonly open: OpenTask,
    readonly program: Program,
  ) {}

  /** Loads a run folder. */
  static async load(path: string, registry: Registry, log: Log): Promise<RunPredictor> {
    return RunPredictor.of(await openRun(path, registry, log));
  }

  /** Compiles an open task for prediction. */
  static async of(open: OpenTask): Promise<RunPredictor> {
    const graph = new Graph();
    const scope = Scope.root(graph, "infer", open.parameters, open.context);
    graph.output("scores", open.task.build(scope, { form: "ids", targets: false }).scores);
    open.parameters.requireAllDeclared();
    optimize(graph);
    const engine = await open.engine();
    const frozen = open.parameters.feeds(graph.parameters.map(({ name }) => name));
    return new RunPredictor(open, await engine.compile(graph, { frozen }));
  }

  get columns(): readonly string[] {
    return [...new Set(this.#inputs.flatMap(([, { columns }]) => columns))];
  }

  /** Rows to predictions, in order. */
  async predict(rows: readonly Row[]): Promise<Prediction[]> {
    const { task } = this.open;
    const data = new SplitData("test", Object.fromEntries(this.#inputs));
    for (const [i, row] of rows.entries()) {
      const values: FieldValue[][] = this.#inputs.map(([, tensorizer]) => tensorizer.numberize(row));
      data.push(values, row.origin, i);
    }
    const predictions: Prediction[] = [];
    for (const [start, end] of predictionBatches(rows)) {
      const batch = Uint32Array.from({ length: end - start }, (_, i) => start + i);
      const { scores } = await this.program.run(data.batch(batch));
      const flat = scores!.data as Float32Array;
      const width = task.labels.length;
      for (let i = 0; i < batch.length; i++) {
        predictions.push(readScores(flat.subarray(i * width, (i + 1) * width), task.labels, task.decision));
      }
    }
    return predictions;
  }

  async release(): Promise<void> {
    await this.program.release();
  }

  get #inputs() {
    return Object.entries(this.open.task.tensorizers).filter(([, tensorizer]) => tensorizer.role === "input");
  }
}
