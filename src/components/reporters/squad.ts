import { type Static, Type } from "typebox";
import { answerScores, squadReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import type { Figures, SelectMetric } from "../trainers/contracts.js";
import type { AnswersEvaluated, ComparedRow, MetricReporter } from "./contracts.js";
import { figuresOf, selectByFigure, worstRows } from "./reporting.js";

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

class Squad implements MetricReporter<AnswersEvaluated> {
  readonly select: SelectMetric;

  constructor(readonly config: Static<typeof schema>) {
    this.select = selectByFigure(config.model_select_metric, ["loss"]);
  }

  get worstRows(): number {
    return this.config.worst_rows;
  }

  figures(evaluated: AnswersEvaluated): Figures {
    return figuresOf(() => squadReport(evaluated));
  }

  compare({ questions, nullThreshold }: AnswersEvaluated): ComparedRow[] {
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
