import { type Static, Type } from "typebox";
import { answerScores, squadReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import type { Figures } from "../trainers/contracts.js";
import type { AnswersEvaluated, ComparedRow } from "./contracts.js";
import { Reporter } from "./reporter.js";
import { worstRows } from "./reporting.js";

const METRICS = ["f1", "exact_match", "loss"] as const;

const schema = Type.Object(
  {
    model_select_metric: Type.Enum([...METRICS], {
      default: "f1",
      description: "The figure on eval by which the best epoch is chosen.",
    }),
    worst_rows: worstRows,
  },
  {
    description:
      "Figures of answers as SQuAD 1.1 and 2.0 define them: exact match and F1 of words, questions with and without answer, the best threshold.",
  },
);

class Squad extends Reporter<AnswersEvaluated, Static<typeof schema>> {
  protected override report(evaluated: AnswersEvaluated): Figures {
    return squadReport(evaluated);
  }

  override compare({ questions, nullThreshold }: AnswersEvaluated): ComparedRow[] {
    return (questions ?? []).map(({ row, right, answer, noAnswer }) => {
      const given = nullThreshold !== null && noAnswer > nullThreshold ? "" : answer;
      const { exact, f1 } = answerScores(given, right);
      return {
        row,
        gold: right,
        predicted: given === "" ? [] : [given],
        right: exact === 1,
        score: f1,
      };
    });
  }
}

/** PyText's SquadMetricReporter. */
export const SquadMetricReporter = component({
  kind: "squad_metric_reporter",
  name: "SquadMetricReporter",
  schema,
  create: (config) => new Squad(config),
});
