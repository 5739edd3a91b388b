import { existsSync } from "node:fs";
import { chosenParameters } from "../components/sparsifiers/masks.js";
import { type SensitivityAnalysis, sensitivities } from "../components/sparsifiers/sensitivity.js";
import { Evaluator } from "../components/trainers/evaluator.js";
import type { Log } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import type { Registry } from "../registry/registry.js";
import { choosePart } from "./deployment.js";
import { openRun } from "./open-task.js";

/** How a run is analysed. */
export interface SensitivityOptions {
  readonly registry: Registry;
  readonly log: Log;
  /** The shares of a parameter's numbers that become zero. */
  readonly shares: readonly number[];
  /** Patterns of the parameters; empty = all trained ones of two or more axes. */
  readonly parameters?: readonly string[];
  /** Which of several models that were trained together. */
  readonly task?: string;
}

/**
 * How much a run's selection metric changes when one parameter after the other loses numbers: on its eval rows, or the test
 * rows of a run without them. Throws `PTX_RUN` where neither are there.
 */
export async function analyseRun(
  path: string,
  { registry, log, shares, parameters = [], task }: SensitivityOptions,
): Promise<SensitivityAnalysis> {
  const open = await openRun(path, registry, log, task);
  const part = choosePart(open.task, task);
  const data = part.data();
  const split = (["eval", "test"] as const).find(
    (one) => data.splits.includes(one) && data.source.files(one).every((file) => existsSync(file)),
  );
  if (split === undefined)
    throw ptxError(
      "PTX_RUN",
      path,
      "the files with the run's eval and test rows are not there: nothing to measure on",
    );
  const rows = await data.load(split);
  const evaluator = await Evaluator.compile(
    await open.engine(),
    (scope) => part.build(scope, { form: "ids", targets: true }),
    open.parameters,
    open.context,
  );
  const sign = part.select.higherIsBetter ? 1 : -1;
  const goodness = async (): Promise<number | null> => {
    const predictions = await evaluator.run(rows, data.batcher.eval(rows.lengths, split));
    const value = part.select.value(part.report(rows, predictions));
    return value === null ? null : sign * value;
  };
  const used = new Set(evaluator.graph.parameters.map(({ name }) => name));
  const chosen = chosenParameters(
    parameters,
    [...open.parameters].filter(({ name }) => used.has(name)),
    "--parameter",
  );
  const changes = new Map(chosen.map(({ name }) => [name, {} as Record<string, number>]));
  let value = Number.NaN;
  for (const share of shares) {
    const found = await sensitivities(chosen, share, goodness, path);
    value = sign * found.value;
    for (const [name, change] of found.changes) changes.get(name)![`${share}`] = change;
  }
  await evaluator.release();
  return {
    ...{ metric: part.select.name, split, rows: rows.size, value },
    changes: Object.fromEntries(changes),
  };
}
