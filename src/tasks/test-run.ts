import type { SplitData } from "../components/data/split-data.js";
import type { ComparedRow } from "../components/reporters/contracts.js";
import type { Figures, Predictions } from "../components/trainers/contracts.js";
import { Evaluator } from "../components/trainers/evaluator.js";
import type { Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { missingInput } from "../registry/input-file.js";
import type { Registry } from "../registry/registry.js";
import { choosePart } from "./deployment.js";
import { type OpenTask, openRun } from "./open-task.js";
import type { ModelTask } from "./task.js";

/** How a run is tested. */
export interface TestOptions {
  readonly registry: Registry;
  readonly log: Log;
  /** A file to test on, of the form of the run's test file; by default that file. */
  readonly data?: string;
  /** Which of several tasks; all by default. */
  readonly task?: string;
  /** Called with every test row in file order: what is right beside what was predicted. */
  readonly row?: (tested: TestedRow) => Promise<void>;
}

/** A test row with its truth and its prediction. */
export interface TestedRow extends ComparedRow {
  /** The task's name among several; "" for the only one. */
  readonly task: string;
  readonly origin: string;
}

/** The figures of a run on its test rows, or on another file's; of one of several tasks its own. */
export async function testRun(
  path: string,
  { registry, log, data, task: name, row }: TestOptions,
): Promise<Figures> {
  if (data !== undefined) {
    const missing = missingInput(data);
    if (missing !== undefined) throw ptxError("PTX_FILE_MISSING", "--data", missing);
  }
  const open = await openRun(path, registry, log);
  const all = [...open.task.parts];
  const parts = name === undefined ? all : [[name, choosePart(open.task, name)] as const];
  if (data !== undefined) {
    if (parts.length > 1)
      throw ptxError(
        "PTX_USAGE",
        "--data",
        "the run has several tasks, and a file can have the form of one only: name it with --task",
      );
    parts[0]![1].data().testOn(data);
  }
  const tested = parts.filter(([, part]) => part.data().splits.includes("test"));
  if (tested.length === 0)
    throw ptxError("PTX_RUN", path, "the run has no test rows of its own: name a file with --data");
  const figures = new Map<string, Figures>();
  const compared: [string, ModelTask, SplitData, Predictions][] = [];
  for (const [task, part] of tested) {
    if (open.folder.hasOwn(task)) await open.folder.loadParameters(open.parameters, task);
    const rows = await part.data().load("test");
    const predictions = await evaluateRows(open, part, rows);
    figures.set(task, part.report(rows, predictions));
    compared.push([task, part, rows, predictions]);
  }
  if (tested.length === all.length) open.parameters.requireAllDeclared();
  if (row !== undefined) {
    for (const [task, part, rows, predictions] of compared)
      for (const one of part.compare(rows, predictions))
        await row({ task, origin: rows.origin(one.row), ...one });
  }
  return name === undefined ? open.task.combine(figures) : figures.get(name)!;
}

/** What a part's model gives for the rows of a split, computed by the engine that the open task makes. */
export async function evaluateRows(open: OpenTask, part: ModelTask, rows: SplitData): Promise<Predictions> {
  const evaluator = await Evaluator.compile(
    await open.engine(),
    (scope) => part.build(scope, { form: "ids", targets: true }),
    open.parameters,
    open.context,
  );
  const predictions = await evaluator.run(rows, part.data().batcher.eval(rows.lengths, "test"));
  await evaluator.release();
  return predictions;
}
