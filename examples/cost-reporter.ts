/**
 * A metric reporter of your own: what mistakes cost, by label. A good message in the spam folder may be worth twenty pieces
 * of spam among the good ones; the epoch whose mistakes cost least is kept.
 *
 *   pytext-ts train my-config.json --include examples/cost-reporter.ts
 *     --set 'task.metric_reporter={"CostMetricReporter": {"costs": {"sport": 20}}}'
 */
import type { ClassMetricReporter, ComparedRow, Evaluated, Static } from "pytext-ts";
import { component, type Figures, metrics, ptxError, Reporter, Type } from "pytext-ts";

const schema = Type.Object(
  {
    costs: Type.Record(Type.String(), Type.Number({ minimum: 0 }), {
      default: {},
      description: 'What it costs to miss a label: {"ham": 20}; 1 where nothing is said.',
    }),
    model_select_metric: Type.Enum(["mean_cost", "accuracy"], {
      default: "mean_cost",
      description: "As always.",
    }),
  },
  { description: "What mistakes cost." },
);

class Cost extends Reporter<Evaluated, Static<typeof schema>> implements ClassMetricReporter {
  requireFit(labels: readonly string[], decision: string): void {
    const odd = Object.keys(this.config.costs).find((label) => !labels.includes(label));
    if (decision === "single-label" && odd === undefined) return;
    const message = odd === undefined ? "a row must have one label" : `no label is called "${odd}"`;
    throw ptxError("PTX_CONFIG_VALUE", "metric_reporter.costs", message);
  }

  override compare({ labels, gold, scores }: Evaluated): ComparedRow[] {
    const predicted = metrics.predictedLabels(scores, labels.length);
    return Array.from(predicted, (label, row) => ({
      ...{ row, gold: [labels[gold[row]!]!], predicted: [labels[label]!] },
      ...{ right: label === gold[row], score: scores[row * labels.length + gold[row]!]! },
    }));
  }

  protected override report(evaluated: Evaluated): Figures {
    const rows = this.compare(evaluated);
    const costs = rows.map(({ right, gold: [label] }) => (right ? 0 : (this.config.costs[label!] ?? 1)));
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / rows.length;
    const accuracy = mean(rows.map(({ right }) => Number(right)));
    return { rows: rows.length, loss: evaluated.loss, mean_cost: mean(costs), accuracy };
  }
}

/** Figures of costs. */
export const CostMetricReporter = component({
  kind: "metric_reporter",
  name: "CostMetricReporter",
  schema,
  create: (config) => new Cost(config, ["mean_cost"]),
});
