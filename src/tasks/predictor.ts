import type { FieldValue, Row } from "../components/data/contracts.js";
import { SplitData } from "../components/data/split-data.js";
import type { DecisionRule } from "../components/contracts.js";
import type { Program } from "../engine/engine.js";
import { Graph } from "../graph/graph.js";
import { optimize } from "../graph/passes.js";
import { Scope } from "../graph/scope.js";
import type { Log } from "../registry/context.js";
import type { Registry } from "../registry/registry.js";
import { type OpenTask, openRun } from "./open-task.js";

/** A prediction for one row: with one label a row `label`, else `labels`; the score of every label. */
export interface Prediction {
  readonly label?: string;
  readonly labels?: readonly string[];
  readonly scores: Readonly<Record<string, number>>;
}

/** Reads a row of scores. */
export function readScores(scores: ArrayLike<number>, labels: readonly string[], { decision, threshold }: DecisionRule): Prediction {
  const named = Object.fromEntries(labels.map((label, i) => [label, scores[i]!]));
  if (decision === "multi-label") return { labels: labels.filter((_, i) => scores[i]! >= threshold), scores: named };
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

/** How many rows run at a time. */
const BATCH = 64;

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
    for (let start = 0; start < rows.length; start += BATCH) {
      const batch = Uint32Array.from({ length: Math.min(BATCH, rows.length - start) }, (_, i) => start + i);
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
