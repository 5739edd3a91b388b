import { Type } from "typebox";
import { classificationReport, multiLabelReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import type { Log } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import { didYouMean } from "../../registry/nearest.js";
import type { Decision } from "../contracts.js";
import type { Figures } from "../trainers/contracts.js";
import type { ClassMetricReporter, ComparedRow, Evaluated } from "./contracts.js";
import { Reporter, type ReporterConfig } from "./reporter.js";
import { worstRows } from "./reporting.js";

/** Figures of the whole split, of either kind of task. */
const OF_SPLIT = [
  "accuracy",
  "macro_precision",
  "macro_recall",
  "macro_f1",
  "micro_precision",
  "micro_recall",
  "micro_f1",
  "weighted_precision",
  "weighted_recall",
  "weighted_f1",
  "roc_auc",
  "brier",
  "loss",
] as const;
/** Figures that only one kind of task has. */
const OF_DECISION = {
  "single-label": ["mcc", "log_loss"],
  "multi-label": ["mean_average_precision", "hamming_loss"],
} as const;
/** Figures of one label, `target_label`. */
const OF_LABEL = {
  label_f1: "f1",
  label_precision: "precision",
  label_recall: "recall",
  label_avg_precision: "average_precision",
  label_roc_auc: "roc_auc",
} as const;
type OfLabel = keyof typeof OF_LABEL;
const METRICS = [
  ...OF_SPLIT,
  ...OF_DECISION["single-label"],
  ...OF_DECISION["multi-label"],
  ...(Object.keys(OF_LABEL) as OfLabel[]),
];
type Metric = (typeof METRICS)[number];
const LOWER_IS_BETTER = ["loss", "log_loss", "brier", "hamming_loss"] as const satisfies readonly Metric[];

/** The keys of reporters of classes; `more` are figures to choose by that others do not have. */
export const classReporterKeys = <M extends string = never>(more: readonly M[] = []) => ({
  model_select_metric: Type.Enum([...METRICS, ...more], {
    default: "accuracy",
    description: "The figure on eval by which the best epoch is chosen; label_* are about target_label.",
  }),
  target_label: Type.Union([Type.Null(), Type.String()], {
    default: null,
    description: "The label that label_* figures, and of two labels the binary view, are about.",
  }),
  worst_rows: worstRows,
});

const schema = Type.Object(classReporterKeys(), {
  description:
    "Figures for one label a row, or several: accuracy, precision, recall, F1, ROC-AUC, calibration and more.",
});

/** The keys that figures of classes depend on. */
interface ClassReporterConfig extends ReporterConfig {
  readonly target_label: string | null;
}

/** Whether a label_* figure has its label. */
export const checkTarget = ({ model_select_metric: metric, target_label: label }: ClassReporterConfig) =>
  metric.startsWith("label_") && label === null
    ? [
        {
          path: "target_label",
          message: `model_select_metric "${metric}" is about one label: name it in target_label`,
        },
      ]
    : [];

/** Computes figures of classes. */
export class Classification<C extends ClassReporterConfig = ClassReporterConfig>
  extends Reporter<Evaluated, C>
  implements ClassMetricReporter
{
  constructor(
    config: C,
    readonly log: Log,
  ) {
    super(config, LOWER_IS_BETTER);
  }

  /** The k for which the accuracy within the likeliest k labels is told; null: the usual ones. */
  protected get topKs(): readonly number[] | null {
    return null;
  }

  requireFit(labels: readonly string[], decision: Decision): void {
    const { target_label: target, model_select_metric: metric } = this.config;
    if (target !== null && !labels.includes(target)) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "metric_reporter.target_label",
        `no label is called "${target}"${didYouMean(target, labels)}  known: ${labels.join(", ")}`,
      );
    }
    if (target !== null && !metric.startsWith("label_") && labels.length !== 2) {
      this.log.warn(
        `metric_reporter.target_label "${target}" changes nothing: of ${labels.length} labels only the label_* figures of model_select_metric are about one`,
      );
    }
    const other = decision === "single-label" ? "multi-label" : "single-label";
    if ((OF_DECISION[other] as readonly string[]).includes(metric)) {
      const have = decision === "single-label" ? "has one label" : "may have several labels";
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "metric_reporter.model_select_metric",
        `there is no "${metric}" where a row ${have}; choose accuracy, macro_f1 or another figure`,
      );
    }
  }

  override compare({ labels, decision, threshold, gold, scores }: Evaluated): ComparedRow[] {
    const rows = scores.length / labels.length;
    const named = (holds: (label: number) => boolean): string[] => labels.filter((_, label) => holds(label));
    return Array.from({ length: rows }, (_, row) => {
      const score = (label: number): number => scores[row * labels.length + label]!;
      if (decision === "single-label") {
        const best = labels.reduce((top, _, label) => (score(label) > score(top) ? label : top), 0);
        const right = best === gold[row];
        return {
          row,
          gold: [labels[gold[row]!]!],
          predicted: [labels[best]!],
          right,
          score: score(gold[row]!),
        };
      }
      const truth = (label: number): boolean => gold[row * labels.length + label] === 1;
      const agreement = labels.map((_, label) => (truth(label) ? score(label) : 1 - score(label)));
      return {
        row,
        gold: named(truth),
        predicted: named((label) => score(label) >= threshold),
        right: labels.every((_, label) => truth(label) === score(label) >= threshold),
        score: Math.min(...agreement),
      };
    });
  }

  protected override report({ labels, decision, threshold, gold, scores, loss }: Evaluated): Figures {
    if (decision === "multi-label") {
      return multiLabelReport({ labels, gold: gold as Uint8Array, scores, loss, thresholds: threshold });
    }
    const target = this.config.target_label;
    const positive = target !== null && labels.length === 2 ? { positiveLabel: target } : {};
    const topKs = this.topKs === null ? {} : { topKs: this.topKs };
    return classificationReport({ labels, gold: gold as Int32Array, scores, loss, ...positive, ...topKs });
  }

  protected override chosen(figures: Figures): number | null {
    const name = this.config.model_select_metric;
    if (!(name in OF_LABEL)) return null;
    const label = this.config.target_label ?? "";
    const perClass = figures.per_class as Readonly<Record<string, Readonly<Record<string, number | null>>>>;
    return perClass[label]?.[OF_LABEL[name as OfLabel]] ?? null;
  }
}

/** Figures for text classifiers. */
export const ClassificationMetricReporter = component({
  kind: "metric_reporter",
  name: "ClassificationMetricReporter",
  schema,
  check: checkTarget,
  create: (config, context) => new Classification(config, context.log),
});
