import { isDeepStrictEqual } from "node:util";
import type { DecisionRule } from "../components/contracts.js";
import type { Row } from "../components/data/contracts.js";
import { ptxError } from "../registry/errors.js";
import type { Prediction } from "../tasks/predictor.js";

/** The largest difference of a score between run and file that is still rounding. */
const TOLERANCE = 1e-5;

/** The largest difference of a score. Throws `PTX_EXPORT` for one above the tolerance, or another decision. */
export function requireAgreement(
  rows: readonly Row[],
  expected: readonly Prediction[],
  got: readonly Prediction[],
  rule: DecisionRule,
): number {
  let difference = 0;
  for (const [i, { scores: wanted, ...truth }] of expected.entries()) {
    const { scores, ...decided } = got[i]!;
    for (const [label, score] of Object.entries(wanted))
      difference = Math.max(difference, Math.abs(score - scores[label]!));
    if (!(difference <= TOLERANCE)) {
      throw ptxError(
        "PTX_EXPORT",
        rows[i]!.origin,
        `the file's scores differ by ${difference} from the model's (limit ${TOLERANCE}); nothing was written`,
      );
    }
    if (!isDeepStrictEqual(decided, truth) && !undecided(Object.values(wanted), rule)) {
      throw ptxError(
        "PTX_EXPORT",
        rows[i]!.origin,
        `the file says ${JSON.stringify(decided)}, the model ${JSON.stringify(truth)}; nothing was written`,
      );
    }
  }
  return difference;
}

/** Whether the two best scores, or a score and the threshold, are so near that rounding decides between them. */
function undecided(scores: readonly number[], { decision, threshold }: DecisionRule): boolean {
  if (decision === "multi-label") return scores.some((score) => Math.abs(score - threshold) <= 2 * TOLERANCE);
  const [first, second] = [...scores].sort((a, b) => b - a);
  return second !== undefined && first! - second <= 2 * TOLERANCE;
}
