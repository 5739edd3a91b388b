/** @file How a smaller form decides, beside the run that it was made from: on rows whose truth is known. */
import { existsSync } from "node:fs";
import type { Split } from "../../components/data/contracts.js";
import type { ComparedRow } from "../../components/reporters/contracts.js";
import type { RowOutputs } from "../../components/trainers/row-outputs.js";
import type { OpenTask } from "../../tasks/open-task.js";
import type { ModelTask } from "../../tasks/task.js";
import { evaluateRows } from "../../tasks/test-run.js";
import type { QuantizedForm } from "./forms.js";
import { inForm } from "./quantizing-engine.js";

/** A figure of the run and of its smaller form. */
export interface FigurePair {
  readonly name: string;
  readonly run: number;
  readonly form: number;
}

/** What a smaller form does to labelled rows. */
export interface FormComparison {
  readonly split: Split;
  readonly rows: number;
  /** The share of rows that are all right; null for a model that decides nothing. */
  readonly accuracy: FigurePair | null;
  /** The figure by which the run's best epoch was chosen; null where it is not defined for these rows. */
  readonly select: FigurePair | null;
  /** The share of rows for which both decide the same; null for a model that decides nothing. */
  readonly agreement: number | null;
  /** The largest difference of a score. */
  readonly difference: number;
}

/** Compares on the test rows, or the eval rows of a run without them; undefined where neither are there any more. */
export async function compareForm(
  open: OpenTask,
  part: ModelTask,
  form: QuantizedForm,
  prune: boolean,
): Promise<FormComparison | undefined> {
  const data = part.data();
  const split = (["test", "eval"] as const).find(
    (one) => data.splits.includes(one) && data.source.files(one).every((file) => existsSync(file)),
  );
  if (split === undefined) return undefined;
  const rows = await data.load(split);
  const run = await evaluateRows(open, part, rows);
  const small = await evaluateRows(inForm(open, form, prune), part, rows);
  const [ofRun, ofForm] = [part.compare(rows, run), part.compare(rows, small)];
  const decides = ofRun.some(({ right }) => right !== null);
  const metric = (predictions: typeof run) => part.select.value(part.report(rows, predictions));
  const [runFigure, formFigure] = [metric(run), metric(small)];
  return {
    split,
    rows: rows.size,
    accuracy: decides ? { name: "accuracy", run: shareRight(ofRun), form: shareRight(ofForm) } : null,
    select:
      runFigure === null || formFigure === null
        ? null
        : { name: part.select.name, run: runFigure, form: formFigure },
    agreement: decides ? share(ofRun, (row, i) => same(row.predicted, ofForm[i]!.predicted)) : null,
    difference: largestDifference(run.outputs, small.outputs),
  };
}

const share = <T>(items: readonly T[], holds: (item: T, i: number) => boolean): number =>
  items.filter(holds).length / items.length;

const shareRight = (rows: readonly ComparedRow[]): number => share(rows, ({ right }) => right === true);

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((label, i) => label === b[i]);

function largestDifference(a: RowOutputs, b: RowOutputs): number {
  let largest = 0;
  for (const name of a.names) {
    const [left, right] = [a.flat(name), b.flat(name)];
    if (!(left instanceof Float32Array)) continue;
    for (let i = 0; i < left.length; i++) largest = Math.max(largest, Math.abs(left[i]! - right[i]!));
  }
  return largest;
}
