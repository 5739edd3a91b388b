import { type Static, Type } from "typebox";
import { type DecisionRule, ModelInputs, type Predicted } from "../components/contracts.js";
import type { Tensorizer } from "../components/data/contracts.js";
import type { DataHandler } from "../components/data/data-handler.js";
import type { SplitData, Tensorizers } from "../components/data/split-data.js";
import type { Evaluated, MetricReporter } from "../components/reporters/contracts.js";
import type { Channel, Predictions, Trainer } from "../components/trainers/contracts.js";
import type { Scope } from "../graph/scope.js";
import { component, Slot, type SlotValue } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import type { BuildPurpose, Task } from "./task.js";

const schema = Type.Object(
  {
    data: Slot("data", { default: "Data", description: "The rows: source, batches." }),
    model: Slot("model", { default: "DocModel", description: "What is trained." }),
    trainer: Slot("trainer", { default: "Trainer", description: "How it is trained." }),
    metric_reporter: Slot("metric_reporter", {
      default: "ClassificationMetricReporter",
      description: "Which figures are computed.",
    }),
    channels: Type.Array(Slot("channel", { description: "One channel." }), {
      default: [{ ConsoleChannel: {} }],
      description: "Where the run's events are shown; the run folder's log.jsonl is written in any case.",
    }),
  },
  { description: "Gives each text one label, or several." },
);

type Config = Static<typeof schema>;

/** The input that holds the truth. */
const TARGET = "labels";

class DocumentClassification implements Task {
  readonly name = "DocumentClassificationTask";
  readonly tensorizers: Tensorizers;
  readonly reporter: MetricReporter;
  readonly trainer: Trainer;
  #data: DataHandler | undefined;

  constructor(
    readonly config: Config,
    readonly context: Context,
  ) {
    const { component: model, config: options } = context.part("model", config.model);
    this.tensorizers = makeTensorizers(context, model.inputs(options));
    const reporter = context.part("metric_reporter", config.metric_reporter);
    this.reporter = reporter.component.create(reporter.config, context);
    const trainer = context.part("trainer", config.trainer);
    this.trainer = trainer.component.create(trainer.config, context);
  }

  get labels(): readonly string[] {
    const target = this.tensorizers[TARGET];
    if (target?.labels === undefined) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `model.inputs.${TARGET}`,
        "a classifier's target must have labels: LabelTensorizer or LabelListTensorizer",
      );
    }
    return target.labels;
  }

  data(): DataHandler {
    if (this.#data === undefined) {
      const { component: data, config } = this.context.part("data", this.config.data);
      this.#data = data.create(config, this.context, this.tensorizers);
    }
    return this.#data;
  }

  channels(): Channel[] {
    return this.config.channels.map((slot) => {
      const { component: channel, config } = this.context.part("channel", slot);
      return channel.create(config, this.context);
    });
  }

  async prepare(): Promise<void> {
    const { component: model, config } = this.context.part("model", this.config.model);
    await model.prepare?.(config, this.context, new Map(Object.entries(this.tensorizers)));
  }

  build(scope: Scope, { form, targets }: BuildPurpose): Predicted {
    const inputs = new ModelInputs(
      new Map(
        Object.entries(this.tensorizers)
          .filter(([, tensorizer]) => targets || tensorizer.role === "input")
          .map(([name, tensorizer]) => [
            name,
            { tensorizer, tensors: scope.within(`inputs.${name}`, (at) => tensorizer.build(at, form)) },
          ]),
      ),
    );
    const output = scope.part("model", this.config.model, "model", (model, config, at) =>
      model.build(at, config, inputs, this.labels),
    );
    inputs.requireAllRead();
    return output;
  }

  evaluated(data: SplitData, predictions: Predictions): Evaluated {
    const { labels } = this;
    const single = this.tensorizers[TARGET]!.fields[0]!.dims.length === 0;
    const width = single ? 1 : labels.length;
    const gold = new (single ? Int32Array : Uint8Array)(data.size * width);
    for (let row = 0; row < data.size; row++) gold.set(data.values(TARGET, row), row * width);
    return { ...predictions, ...this.decision, labels, gold };
  }

  get decision(): DecisionRule {
    const { component: model, config } = this.context.part("model", this.config.model);
    return model.decision(config, this.context);
  }
}

/** The tensorizers behind a model's declared inputs. */
function makeTensorizers(
  context: Context,
  inputs: Readonly<Record<string, SlotValue<"tensorizer"> | null>>,
): Tensorizers {
  const made: Record<string, Tensorizer> = {};
  for (const [name, slot] of Object.entries(inputs)) {
    if (slot === null) continue;
    const { component: tensorizer, config } = context.part("tensorizer", slot);
    made[name] = tensorizer.create(config, context, name);
  }
  return made;
}

/** PyText's DocumentClassificationTask: a text (and what stands beside it) to one or several labels. */
export const DocumentClassificationTask = component({
  kind: "task",
  name: "DocumentClassificationTask",
  schema,
  create: (config, context) => new DocumentClassification(config, context),
});
