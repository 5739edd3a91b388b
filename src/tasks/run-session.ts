/** @file A run while it is made: its rows, its folder and who hears of it; and how its model is tested at the end. */
import type { Split } from "../components/data/contracts.js";
import type { SplitData } from "../components/data/split-data.js";
import type {
  EpochRecord,
  Figures,
  Predictions,
  TrainingEvent,
  TrainingPart,
  TrainingResult,
} from "../components/trainers/contracts.js";
import { Evaluator } from "../components/trainers/evaluator.js";
import type { Engine } from "../engine/engine.js";
import type { OpenTask } from "./open-task.js";
import type { RunFolder } from "./run-folder.js";
import type { ModelTask, Task } from "./task.js";

/** One of an ensemble's members with the figure by which its best epoch was chosen, on each split. */
export interface MemberFigures {
  readonly name: string;
  readonly seed: number;
  readonly metric: string;
  readonly eval: number | null;
  readonly test: number | null;
}

/** What metrics.json holds. */
export interface Metrics {
  readonly train: Figures;
  readonly eval: Figures | null;
  readonly test: Figures | null;
  /** Absent where members were trained, each of which has its own, as it has epochs. */
  readonly best_epoch?: number;
  /** The share of zeros in what the trainer's sparsifier works on, where it has one. */
  readonly sparsity?: number;
  readonly epochs: readonly EpochRecord[];
  /** Of an ensemble: its members. */
  readonly members?: readonly MemberFigures[];
}

/** A finished run: its folder, its figures, and the files that it wrote. */
export interface TrainedRun {
  readonly folder: RunFolder;
  readonly metrics: Metrics;
  readonly written: readonly string[];
}

/** The numericalised splits of each part. */
export type Rows = ReadonlyMap<string, ReadonlyMap<Split, SplitData>>;

/** What a run works with beside its task. */
export interface RunSession {
  readonly rows: Rows;
  readonly folder: RunFolder;
  readonly emit: (event: TrainingEvent) => void;
  readonly begin: () => Promise<void>;
}

/** How many held-out rows are kept with the run, to check exported files with. */
const SAMPLES = 64;

/** The figures of the eval and test rows by the parameters that were chosen; rows to check exported files with, and the worst ones, are kept. */
export async function tested(
  { task, context, parameters }: OpenTask,
  engine: Engine,
  parts: readonly TrainingPart[],
  chosen: TrainingResult["chosen"],
  { rows, folder, emit }: RunSession,
): Promise<Pick<Metrics, "eval" | "test">> {
  const figures: Record<"eval" | "test", Map<string, Figures>> = { eval: new Map(), test: new Map() };
  for (const { name, build, data, report } of parts) {
    const part = task.parts.get(name)!;
    if (chosen.size > 1) parameters.assign(chosen.get(name)!.parameters);
    const splits = rows.get(name)!;
    const evaluator = await Evaluator.compile(engine, build, parameters, context);
    for (const split of ["eval", "test"] as const) {
      const examples = splits.get(split);
      if (examples === undefined) continue;
      const predictions = await evaluator.run(examples, data.batcher.eval(examples.lengths, split));
      figures[split].set(name, report(split, predictions));
      if (split === "test" || !splits.has("test")) await saveWorst(part, examples, predictions, folder, name);
    }
    await evaluator.release();
    const heldOut = splits.get("test") ?? splits.get("eval") ?? splits.get("train")!;
    const sampled: number[] = [];
    for (let row = 0; row < heldOut.size && sampled.length < SAMPLES; row++)
      if (row === 0 || heldOut.sourceRow(row) !== heldOut.sourceRow(row - 1)) sampled.push(row);
    await folder.saveSamples(await part.data().examples(heldOut, sampled), name);
  }
  const combined = (split: "eval" | "test"): Figures | null =>
    figures[split].size === 0 ? null : task.combine(figures[split]);
  for (const split of ["eval", "test"] as const) {
    const shown = combined(split);
    if (shown !== null) emit({ type: "figures", split, figures: shown });
  }
  return { eval: combined("eval"), test: combined("test") };
}

/** A part of a task with its rows, as the trainer takes it. */
export function trainingPart(
  task: Task,
  name: string,
  part: ModelTask,
  splits: ReadonlyMap<Split, SplitData>,
): TrainingPart {
  const objective = task.objective(name);
  return {
    name,
    build: (scope) => part.build(scope, { form: "ids", targets: true }),
    data: {
      train: splits.get("train")!,
      eval: splits.get("eval") ?? null,
      batcher: part.data().batcher,
    },
    report: (split, predictions) => part.report(splits.get(split)!, predictions),
    metric: part.select,
    ...(objective && { objective }),
  };
}

async function saveWorst(
  part: ModelTask,
  data: SplitData,
  predictions: Predictions,
  folder: RunFolder,
  name: string,
): Promise<void> {
  const worst = part.worst(data, predictions);
  const rows = await part.data().examples(
    data,
    worst.map(({ row }) => row),
  );
  await folder.saveWorst(
    worst.map(({ gold, predicted, score }, i) => ({
      origin: rows[i]!.origin,
      gold,
      predicted,
      score,
      row: { ...rows[i]!.values },
    })),
    name,
  );
}
