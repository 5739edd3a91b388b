/** @file What a smaller form is beside the run's own, and whether it is good enough. */
import { ptxError } from "../../registry/errors.js";
import type { FigurePair, FormComparison } from "./compare.js";
import { forms, type QuantizedForm } from "./forms.js";
import type { ParameterForm } from "./parameter-forms.js";

/** A figure of the run's own form, float32, and of the smaller one. */
interface Pair {
  readonly run: number;
  readonly form: number;
}

/** What a smaller form is beside the run's own. */
export interface QuantizationReport {
  readonly form: QuantizedForm;
  readonly parameters: readonly ParameterForm[];
  /** Of the files, external data included. */
  readonly bytes: Pair;
  /** From a text to its prediction, one at a time: the median. */
  readonly milliseconds: Pair;
  /** On labelled rows; undefined where the run's test and eval rows are not there any more. */
  readonly comparison: FormComparison | undefined;
}

/** How many points of accuracy are lost. */
export const pointsLost = ({ run, form }: FigurePair): number => 100 * (run - form);

const ITSELF = "export without --quantize: the run's own form loses nothing";

/**
 * Throws `PTX_EXPORT` when a form loses more points of accuracy than it may, or when that cannot be told; it then says what
 * form does not.
 * @param compare measures another form
 */
export async function requireAccuracy(
  form: QuantizedForm,
  comparison: FormComparison | undefined,
  mostPoints: number | undefined,
  compare: (form: QuantizedForm) => Promise<FormComparison | undefined>,
): Promise<void> {
  if (mostPoints === undefined) return;
  const where = `--max-accuracy-drop ${mostPoints}`;
  if (comparison === undefined)
    throw ptxError(
      "PTX_EXPORT",
      where,
      "the files with the run's test and eval rows are not there, so accuracy cannot be measured; nothing was written",
      `${ITSELF}; or leave --max-accuracy-drop out`,
    );
  const { accuracy, rows, split } = comparison;
  if (accuracy === null)
    throw ptxError(
      "PTX_EXPORT",
      where,
      "this model decides nothing, so it has no accuracy; nothing was written",
      "leave --max-accuracy-drop out",
    );
  const lost = pointsLost(accuracy);
  if (lost <= mostPoints) return;
  const ways = [ITSELF];
  for (const other of Object.keys(forms) as QuantizedForm[]) {
    const found = other === form ? undefined : await compare(other);
    if (found?.accuracy == null || pointsLost(found.accuracy) > mostPoints) continue;
    ways.unshift(`export with --quantize ${other}`);
    break;
  }
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  throw ptxError(
    "PTX_EXPORT",
    where,
    `${form} gets ${percent(accuracy.form)} of the ${rows} ${split} rows right, the run ${percent(accuracy.run)}: ${lost.toFixed(2)} points less; nothing was written`,
    ways.join("; or "),
  );
}
