import { MetricsError } from "./errors.js";
import { requireLoss } from "./report-parts.js";
import { type AnswerScores, answerScores } from "./squad.js";

/** A question with its right answers and what was found. */
export type AnsweredQuestion = {
  /** None: the text does not tell. */
  readonly right: readonly string[];
  /** The best part of the text; "" where it has none. */
  readonly answer: string;
  /** How much more no answer scored than that (difference of logits). */
  readonly noAnswer: number;
};

/** What figures of answers are computed from. */
export type SquadInput = {
  readonly loss: number | null;
  /** Null where nothing was looked for, as in training. */
  readonly questions: readonly AnsweredQuestion[] | null;
  /** No answer is given where `noAnswer` is above this; null: always an answer. */
  readonly nullThreshold: number | null;
};

/** A figure at the threshold that would have been best for these questions; a threshold of null: never an answer. */
type Best = {
  readonly best_exact_match: number;
  readonly best_exact_match_threshold: number | null;
  readonly best_f1: number;
  readonly best_f1_threshold: number | null;
};

/** One split's entry in metrics.json for questions about texts. Shares from 0 to 1; null where nothing was looked for. */
export type SquadReport = {
  readonly loss: number | null;
  readonly questions: number | null;
  readonly exact_match: number | null;
  readonly f1: number | null;
} & (
  | object
  | ({
      /** Where some questions have no answer: the figures of those that have, and of those that have none. */
      readonly has_answer_exact_match: number | null;
      readonly has_answer_f1: number | null;
      readonly no_answer_accuracy: number;
    } & Best)
);

/** A scored question: what its answer is worth, and what no answer is. */
interface Scored {
  readonly scores: AnswerScores;
  readonly answerable: boolean;
  readonly noAnswer: number;
  readonly answered: boolean;
}

/** Figures of answers as SQuAD 1.1 and 2.0 define them. Throws `MetricsError` for scores that are no numbers. */
export function squadReport({ loss, questions, nullThreshold }: SquadInput): SquadReport {
  requireLoss(loss);
  if (questions === null) return { loss, questions: null, exact_match: null, f1: null };
  const scored = questions.map(({ right, answer, noAnswer }, i): Scored => {
    if (Number.isNaN(noAnswer)) throw new MetricsError(`question ${i} has a score that is no number`);
    const answerable = right.length > 0;
    return { scores: answerScores(answer, right), answerable, noAnswer, answered: answer !== "" };
  });
  const figures = (rows: readonly Scored[]) => ({
    exact_match: mean(rows, (row) => worth(row, "exact", nullThreshold)),
    f1: mean(rows, (row) => worth(row, "f1", nullThreshold)),
  });
  const whole = { loss, questions: scored.length, ...figures(scored) };
  const [has, none] = [scored.filter((row) => row.answerable), scored.filter((row) => !row.answerable)];
  if (none.length === 0) return whole;
  const ofHas = figures(has);
  const [exact, f1] = [bestThreshold(scored, "exact"), bestThreshold(scored, "f1")];
  return {
    ...whole,
    has_answer_exact_match: ofHas.exact_match,
    has_answer_f1: ofHas.f1,
    no_answer_accuracy: figures(none).exact_match!,
    best_exact_match: exact.figure,
    best_exact_match_threshold: exact.threshold,
    best_f1: f1.figure,
    best_f1_threshold: f1.threshold,
  };
}

/** What a question counts with a threshold. */
function worth(
  { scores, answerable, noAnswer }: Scored,
  of: keyof AnswerScores,
  limit: number | null,
): number {
  if (limit !== null && noAnswer > limit) return answerable ? 0 : 1;
  return scores[of];
}

/**
 * The highest mean that any threshold gives, and the lowest such threshold. As in SQuAD's evaluation, but questions of one
 * score are answered together, as a threshold does it.
 */
function bestThreshold(
  rows: readonly Scored[],
  of: keyof AnswerScores,
): { readonly figure: number; readonly threshold: number | null } {
  const rising = [...rows].sort((a, b) => a.noAnswer - b.noAnswer);
  let sum = rows.filter(({ answerable }) => !answerable).length;
  let [best, threshold]: [number, number | null] = [sum, null];
  for (const [i, { scores, answerable, answered, noAnswer }] of rising.entries()) {
    sum += answerable ? scores[of] : answered ? -1 : 0;
    if (sum <= best || rising[i + 1]?.noAnswer === noAnswer) continue;
    [best, threshold] = [sum, noAnswer];
  }
  return { figure: best / rows.length, threshold };
}

const mean = <T>(rows: readonly T[], of: (row: T) => number): number | null =>
  rows.length === 0 ? null : rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
