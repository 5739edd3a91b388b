import type { Row } from "../components/data/contracts.js";
import { ptxError } from "../registry/errors.js";
import { isObject } from "../registry/json.js";
import type { Prediction } from "../tasks/prediction.js";
import type { ModelTask } from "../tasks/task.js";

/** The largest difference of a score between run and file that is still rounding. */
export const TOLERANCE = 1e-5;

/** The keys of places in a text. */
const PLACES: ReadonlySet<string> = new Set(["start", "end"]);

/** What two predictions of a row differ in. */
export interface Difference {
  /** The largest difference of two numbers. */
  readonly number: number;
  /** A place where texts, places or lists differ, and both values there. */
  readonly other?: readonly [place: string, wanted: unknown, got: unknown];
}

/**
 * The largest difference of a score. Throws `PTX_EXPORT` for one above the tolerance, or another decision where rounding
 * alone does not decide.
 */
export function requireAgreement(
  rows: readonly Row[],
  expected: readonly Prediction[],
  got: readonly Prediction[],
  task: Pick<ModelTask, "undecided">,
  tolerance = TOLERANCE,
): number {
  let largest = 0;
  for (const [i, wanted] of expected.entries()) {
    const { number, other } = difference(wanted, got[i]);
    largest = Math.max(largest, number);
    if (!(largest <= tolerance)) {
      throw ptxError(
        "PTX_EXPORT",
        rows[i]!.origin,
        `the file's scores differ by ${largest} from the model's (limit ${tolerance}); nothing was written`,
      );
    }
    if (other !== undefined && !task.undecided(wanted, tolerance)) {
      const [place, ours, theirs] = other;
      throw ptxError(
        "PTX_EXPORT",
        rows[i]!.origin,
        `the file says ${place} ${JSON.stringify(theirs)}, the model ${JSON.stringify(ours)}; nothing was written`,
      );
    }
  }
  return largest;
}

/**
 * How far two predictions of a row, or parts of them, are from each other.
 * @param relative whether numbers beyond 1 are compared by their share
 */
export function difference(a: unknown, b: unknown, relative = false, place = ""): Difference {
  if (typeof a === "number" && typeof b === "number")
    return { number: Math.abs(a - b) / (relative ? Math.max(1, Math.abs(a)) : 1) };
  const lists = Array.isArray(a) && Array.isArray(b);
  if (!lists && !(isObject(a) && isObject(b)))
    return a === b ? { number: 0 } : { number: 0, other: [place, a, b] };
  const [left, right] = [Object.entries(a as object), Object.entries(b as object)];
  if (left.length !== right.length) return { number: 0, other: [place, a, b] };
  const parts = left.map(([key, value]): Difference => {
    const at = place === "" ? key : `${place}.${key}`;
    const other = (b as Record<string, unknown>)[key];
    // A place in a text is no score: it is another one, or it is not.
    if (PLACES.has(key)) return value === other ? { number: 0 } : { number: 0, other: [at, value, other] };
    return difference(value, other, relative, at);
  });
  const other = parts.find((part) => part.other !== undefined)?.other;
  return { number: Math.max(0, ...parts.map(({ number }) => number)), ...(other && { other }) };
}
