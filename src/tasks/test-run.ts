import type { Figures } from "../components/trainers/contracts.js";
import { Evaluator } from "../components/trainers/evaluator.js";
import type { Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { missingFile } from "../registry/input-file.js";
import type { Registry } from "../registry/registry.js";
import { openRun } from "./open-task.js";

/** How a run is tested. */
export interface TestOptions {
  readonly registry: Registry;
  readonly log: Log;
  /** A file to test on, of the form of the run's test file; by default that file. */
  readonly data?: string;
}

/** The figures of a run on its test rows, or on another file's. */
export async function testRun(path: string, { registry, log, data }: TestOptions): Promise<Figures> {
  if (data !== undefined) {
    const missing = missingFile(data);
    if (missing !== undefined) throw ptxError("PTX_FILE_MISSING", "--data", missing);
  }
  const open = await openRun(path, registry, log);
  if (data !== undefined) open.task.data().testOn(data);
  if (!open.task.data().splits.includes("test")) {
    throw ptxError("PTX_RUN", path, "the run has no test rows of its own: name a file with --data");
  }
  const rows = await open.task.data().load("test");
  const evaluator = await Evaluator.compile(
    await open.engine(),
    (scope) => open.task.build(scope, { form: "ids", targets: true }),
    open.parameters,
    open.context,
  );
  open.parameters.requireAllDeclared();
  const predictions = await evaluator.run(rows, open.task.data().batcher.eval(rows.lengths, "test"));
  await evaluator.release();
  return open.task.reporter.figures(open.task.evaluated(rows, predictions));
}
