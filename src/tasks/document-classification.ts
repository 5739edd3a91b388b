import { type Static, Type } from "typebox";
import type { DecisionRule, Labels, Predicted } from "../components/contracts.js";
import type { Row } from "../components/data/contracts.js";
import type { SplitData } from "../components/data/split-data.js";
import type { ClassMetricReporter, Evaluated } from "../components/reporters/contracts.js";
import type { Predictions } from "../components/trainers/contracts.js";
import type { Tensor } from "../graph/graph.js";
import { greaterOrEqual, where } from "../graph/ops/elementwise.js";
import { decodeIds, topK } from "../graph/ops/lookup.js";
import { argMax } from "../graph/ops/reduction.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { namedScores, undecidedLabels } from "./class-scores.js";
import { requirePair } from "./pair-inputs.js";
import type { OutputRow, Prediction } from "./prediction.js";
import { SingleModelTask, taskOptions } from "./single-model-task.js";

/** The schema of a task that gives rows labels. */
export const classificationSchema = (model: string, description: string) =>
  Type.Object(
    {
      data: taskOptions.data,
      model: Slot("model", { default: model, description: "What is trained." }),
      trainer: taskOptions.trainer,
      metric_reporter: Slot("metric_reporter", {
        default: "ClassificationMetricReporter",
        description: "Which figures are computed.",
      }),
      channels: taskOptions.channels,
    },
    { description },
  );

type Config = Static<ReturnType<typeof classificationSchema>>;

/** The input that holds the truth. */
const TARGET = "labels";

/** A task that gives rows labels. */
export class DocumentClassification extends SingleModelTask<Evaluated> {
  protected readonly reporter: ClassMetricReporter;
  readonly #decision: DecisionRule;

  constructor(name: string, config: Config, context: Context) {
    super(name, context, config, "model");
    const { component: reporter, config: options } = context.part("metric_reporter", config.metric_reporter);
    this.reporter = reporter.create(options, context);
    const { component: model, config: modelOptions } = context.part("model", config.model);
    this.#decision = model.decision(modelOptions, context);
  }

  override requireFit(): void {
    this.reporter.requireFit(this.labelsOf(TARGET), this.#decision.decision);
  }

  protected override evaluated(data: SplitData, { outputs, loss }: Predictions): Evaluated {
    const labels = this.labelsOf(TARGET);
    const single = this.tensorizers[TARGET]!.fields[0]!.dims.length === 0;
    const width = single ? 1 : labels.length;
    const gold = new (single ? Int32Array : Uint8Array)(data.size * width);
    for (let row = 0; row < data.size; row++) gold.set(data.values(this.fieldOf(TARGET), row), row * width);
    return { ...this.#decision, labels, gold, loss, scores: outputs.flat("scores") as Float32Array };
  }

  override deploy({ scores }: Predicted["outputs"]): Readonly<Record<string, Tensor>> {
    const { decision, threshold } = this.#decision;
    const labels = this.labelsOf(TARGET);
    if (decision === "single-label") return { scores: scores!, label: decodeIds(argMax(scores!), labels) };
    const strings = (values: readonly string[]) => scores!.graph.constant("string", [values.length], values);
    return {
      scores: scores!,
      labels: where(greaterOrEqual(scores!, threshold), strings(labels), strings([""])),
    };
  }

  deployTop({ scores }: Predicted["outputs"], k: number): Readonly<Record<string, Tensor>> {
    const labels = this.labelsOf(TARGET);
    if (k > labels.length)
      throw ptxError(
        "PTX_USAGE",
        "--top-k",
        `there are ${labels.length} labels: the likeliest ${k} are more`,
      );
    const { values, ids } = topK(scores!, k);
    return { top_labels: decodeIds(ids, labels), top_scores: values };
  }

  override read(output: OutputRow, _row: Row, labels: Labels): Prediction {
    const scores = namedScores(output.numbers("scores"), labels[TARGET]!);
    const decided =
      this.#decision.decision === "single-label"
        ? { label: output.strings("label")[0]! }
        : { labels: output.strings("labels").filter((label) => label !== "") };
    if (!output.has("top_labels")) return { ...decided, scores };
    const best = output.numbers("top_scores");
    const top = output.strings("top_labels").map((label, i) => ({ label, score: best[i]! }));
    return { ...decided, scores, top };
  }

  override undecided({ scores = {}, top }: Prediction, tolerance: number): boolean {
    return undecidedLabels(scores, this.#decision, tolerance, top?.length);
  }
}

/** PyText's DocumentClassificationTask: a text (and what stands beside it) to one or several labels. */
export const DocumentClassificationTask = component({
  kind: "task",
  name: "DocumentClassificationTask",
  schema: classificationSchema("DocModel", "Gives each text one label, or several."),
  create: (config, context) => new DocumentClassification("DocumentClassificationTask", config, context),
});

/** PyText's PairwiseClassificationTask: two texts, each read alone, to one or several labels (paraphrase, inference). */
export const PairwiseClassificationTask = component({
  kind: "task",
  name: "PairwiseClassificationTask",
  schema: classificationSchema("PairwiseModel", "Gives each pair of texts one label, or several."),
  create(config, context) {
    const task = new DocumentClassification("PairwiseClassificationTask", config, context);
    requirePair(task.tensorizers);
    return task;
  },
});

/** PyText's SeqNNTask: a session of utterances to one or several labels. */
export const SeqNNTask = component({
  kind: "task",
  name: "SeqNNTask",
  schema: classificationSchema("SeqNNModel", "Gives each session of utterances one label, or several."),
  create: (config, context) => new DocumentClassification("SeqNNTask", config, context),
});
