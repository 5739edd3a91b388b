import type { Figures, SelectMetric } from "../trainers/contracts.js";
import type { ComparedRow, MetricReporter } from "./contracts.js";
import { figuresOf, selectByFigure } from "./reporting.js";

/** The keys that a reporter's config has. */
export interface ReporterConfig {
  readonly model_select_metric: string;
  /** Absent: its rows are neither right nor wrong, and none is kept. */
  readonly worst_rows?: number;
}

/** What every metric reporter does alike: which figure chooses, how many rows are kept, what an error of figures is. */
export abstract class Reporter<E, C extends ReporterConfig = ReporterConfig> implements MetricReporter<E> {
  readonly select: SelectMetric;

  /** @param lowerIsBetter the figures of `model_select_metric` that are better when lower */
  constructor(
    readonly config: C,
    lowerIsBetter: readonly string[] = ["loss"],
  ) {
    const byName = selectByFigure(config.model_select_metric, lowerIsBetter);
    this.select = { ...byName, value: (figures) => this.chosen(figures) ?? byName.value(figures) };
  }

  get worstRows(): number {
    return this.config.worst_rows ?? 0;
  }

  figures(evaluated: E): Figures {
    return figuresOf(() => this.report(evaluated));
  }

  abstract compare(evaluated: E): readonly ComparedRow[];

  /** A split's figures. */
  protected abstract report(evaluated: E): Figures;

  /** The figure that `model_select_metric` names, where it does not stand under this name at the top of the figures. */
  protected chosen(_figures: Figures): number | null {
    return null;
  }
}
