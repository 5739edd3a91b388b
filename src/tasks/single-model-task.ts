import { Type } from "typebox";
import type { Labels, ModelInput, ModelKind, Predicted } from "../components/contracts.js";
import { ModelInputs } from "../components/contracts.js";
import type { Tensorizer } from "../components/data/contracts.js";
import type { SplitData, Tensorizers } from "../components/data/split-data.js";
import type { ComparedRow, MetricReporter } from "../components/reporters/contracts.js";
import { worstOf } from "../components/reporters/reporting.js";
import type { Figures, Predictions, SelectMetric } from "../components/trainers/contracts.js";
import type { Scope } from "../graph/scope.js";
import { Slot, type SlotValue } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { type OnePartConfig, OnePartTask } from "./one-part-task.js";
import { makeTensorizers, requireSameMeaning } from "./shared-inputs.js";
import type { BuildPurpose } from "./task.js";

/** The kinds of component that are models. */
export type ModelKindName =
  | "model"
  | "tagging_model"
  | "intent_slot_model"
  | "regression_model"
  | "language_model"
  | "masked_language_model"
  | "sentence_embedding_model"
  | "ranking_model"
  | "span_model"
  | "parsing_model"
  | "seq2seq_model";

/** The keys that all tasks of one model have. */
export const taskOptions = {
  data: Slot("data", { default: "Data", description: "The rows: source, batches." }),
  trainer: Slot("trainer", { default: "Trainer", description: "How it is trained." }),
  channels: Type.Array(Slot("channel", { description: "One channel." }), {
    default: [{ ConsoleChannel: {} }],
    description: "Where the run's events are shown; the run folder's log.jsonl is written in any case.",
  }),
};

/** What every such task's config holds, its model's and reporter's kinds aside. */
interface SingleModelConfig extends OnePartConfig {
  readonly model: SlotValue;
}

/** A task of one model: all but what its figures and predictions are. `E` is what its reporter reads. */
export abstract class SingleModelTask<E> extends OnePartTask {
  readonly tensorizers: Tensorizers;
  protected abstract readonly reporter: MetricReporter<E>;

  constructor(
    name: string,
    context: Context,
    readonly config: SingleModelConfig,
    readonly kind: ModelKindName,
  ) {
    super(name, context, config);
    const { component: model, config: options } = this.#model;
    this.tensorizers = makeTensorizers(context, model, options);
  }

  get labels(): Labels {
    const entries = Object.entries(this.tensorizers).flatMap(([name, { labels }]) =>
      labels === undefined ? [] : [[name, labels] as const],
    );
    return Object.fromEntries(entries);
  }

  get select(): SelectMetric {
    return this.reporter.select;
  }

  async prepare(): Promise<void> {
    const { component: model, config } = this.#model;
    await model.prepare?.(config, this.context, new Map(Object.entries(this.tensorizers)));
  }

  build(whole: Scope, purpose: BuildPurpose, made: Map<Tensorizer, ModelInput> = new Map()): Predicted {
    const { form, targets } = purpose;
    const scope = whole.of(this.context);
    const own = Object.entries(this.tensorizers).filter(
      ([, tensorizer]) => targets || tensorizer.role === "input",
    );
    for (const [name, tensorizer] of own) {
      if (made.has(tensorizer)) continue;
      const tensors = scope.within(`inputs.${name}`, (at) => tensorizer.build(at, form));
      made.set(tensorizer, { tensorizer, tensors });
    }
    const inputs = new ModelInputs(
      this.inputsFor(new Map(own.map(([name, tensorizer]) => [name, made.get(tensorizer)!])), purpose),
      (name, input) => requireSameMeaning(this.context, scope.graph.place, name, input),
    );
    const { component: model, config } = this.#model;
    const output = scope.within("model", (at) => model.build(at, config, inputs, this.labels));
    inputs.requireAllRead();
    return output;
  }

  /** What the model finds as its inputs. */
  protected inputsFor(
    inputs: ReadonlyMap<string, ModelInput>,
    _purpose: BuildPurpose,
  ): ReadonlyMap<string, ModelInput> {
    return inputs;
  }

  report(data: SplitData, predictions: Predictions): Figures {
    return this.reporter.figures(this.evaluated(data, predictions));
  }

  compare(data: SplitData, predictions: Predictions): readonly ComparedRow[] {
    return this.reporter.compare(this.evaluated(data, predictions));
  }

  worst(data: SplitData, predictions: Predictions): readonly ComparedRow[] {
    return worstOf(this.reporter, this.evaluated(data, predictions));
  }

  requireFit(): void {}

  /** Predictions with what they are to be compared with. */
  protected abstract evaluated(data: SplitData, predictions: Predictions): E;

  /** The labels of a target. Throws `PTX_CONFIG_VALUE` when its tensorizer has none. */
  protected labelsOf(target: string): readonly string[] {
    const labels = this.tensorizers[target]?.labels;
    if (labels !== undefined) return labels;
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `model.inputs.${target}`,
      `the target of ${this.name} must have labels, as those of LabelTensorizer, LabelListTensorizer and SlotLabelTensorizer`,
    );
  }

  /** The field that holds a target's numbers. */
  protected fieldOf(target: string): string {
    return this.tensorizers[target]!.fields[0]!.name;
  }

  /** The model and its config. All kinds of model offer the same functions. */
  get #model(): { readonly component: ModelKind<object>; readonly config: object } {
    return this.context.part(this.kind, this.config.model) as never;
  }
}
