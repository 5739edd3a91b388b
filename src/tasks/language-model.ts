import { type Static, Type } from "typebox";
import { type ModelInput, ModelInputs, type Predicted } from "../components/contracts.js";
import type { Row } from "../components/data/contracts.js";
import { isLanguageHandler } from "../components/data/language-data.js";
import type { SplitData } from "../components/data/split-data.js";
import { type RunningText, runningTextOf } from "../components/data/tensorizers/running-text-tensorizer.js";
import type { LanguageEvaluated, MetricReporter } from "../components/reporters/contracts.js";
import type { Predictions } from "../components/trainers/contracts.js";
import type { Tensor } from "../graph/graph.js";
import type { Scope } from "../graph/scope.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import type { OffsetUnit } from "../text/offsets.js";
import { requireNumbers } from "./class-scores.js";
import type { OutputRow, Prediction } from "./prediction.js";
import { requireSameMeaning } from "./shared-inputs.js";
import { SingleModelTask, taskOptions } from "./single-model-task.js";
import { placedTokens } from "./tags.js";
import type { BuildPurpose } from "./task.js";

const schema = Type.Object(
  {
    data: Slot("data", { default: "LanguageModelData", description: "The text: source, streams." }),
    model: Slot("language_model", { default: "LMLSTM", description: "What is trained." }),
    trainer: taskOptions.trainer,
    metric_reporter: Slot("language_metric_reporter", {
      default: "LanguageModelMetricReporter",
      description: "Which figures are computed.",
    }),
    channels: taskOptions.channels,
  },
  { description: "Predicts each token of a text from those before it; generates text." },
);

type Config = Static<typeof schema>;

/** The input that holds the text. */
const TOKENS = "tokens";
/** The input that is there when tokens are targets: the tokens once more. */
const NEXT = "next";

/** A language model: its loss is the mean surprisal of a token, in nats. */
export class LanguageModel extends SingleModelTask<LanguageEvaluated> {
  /** Every token of a batch has a logit for every one of the vocabulary. */
  readonly mostCharacters = 2 ** 13;
  protected readonly reporter: MetricReporter<LanguageEvaluated>;
  readonly #config: Config;

  constructor(name: string, config: Config, context: Context) {
    super(name, context, config, "language_model");
    this.#config = config;
    const reporter = context.part("language_metric_reporter", config.metric_reporter);
    this.reporter = reporter.component.create(reporter.config, context);
  }

  /** The text that it reads. */
  get text(): RunningText {
    return runningTextOf(this.tensorizers[TOKENS], this.name);
  }

  /** Whether the state goes on from batch to batch over the rows of a split. */
  get carriesState(): boolean {
    const data = this.data();
    return isLanguageHandler(data) && data.carriesState;
  }

  /** With targets its runs follow the data; without, each text stands alone. */
  override build(scope: Scope, purpose: BuildPurpose): Predicted {
    return this.#build(purpose.targets && this.carriesState ? scope : scope.alone(), purpose);
  }

  /** For generation: each run goes on where the one before ended, and gives `next_scores`. */
  buildStep(scope: Scope): Predicted {
    return this.#build(scope, { form: "ids", targets: false });
  }

  #build(whole: Scope, { form, targets }: BuildPurpose): Predicted {
    const scope = whole.of(this.context);
    const inputs = new Map<string, ModelInput>(
      Object.entries(this.tensorizers).map(([name, tensorizer]) => [
        name,
        { tensorizer, tensors: scope.within(`inputs.${name}`, (at) => tensorizer.build(at, form)) },
      ]),
    );
    if (targets) inputs.set(NEXT, inputs.get(TOKENS)!);
    const read = new ModelInputs(inputs, (name, input) =>
      requireSameMeaning(this.context, scope.graph.place, name, input),
    );
    const output = scope.part("language_model", this.#config.model, "model", (model, config, at) =>
      model.build(at, config, read, this.labels),
    );
    read.requireAllRead();
    return output;
  }

  protected override evaluated(_data: SplitData, { outputs, loss }: Predictions): LanguageEvaluated {
    return { loss, tokens: outputs.flat("surprisal").length };
  }

  override deploy(outputs: Predicted["outputs"], unit: OffsetUnit): Readonly<Record<string, Tensor>> {
    const [{ graph }] = Object.values(outputs) as [Tensor];
    return { ...outputs, ...this.text.cutIn(graph)?.places(unit) };
  }

  override read(output: OutputRow, row: Row): Prediction {
    const { text, places } = placedTokens(output, row, this.text);
    const surprisal = output.numbers("surprisal");
    const tokens = places.map(({ start, end }, i) => ({
      text: text.slice(start, end),
      start,
      end,
      bits: surprisal[i]! / Math.LN2,
    }));
    requireNumbers(
      surprisal,
      tokens.map((token) => token.text),
    );
    const total = tokens.reduce((sum, _, i) => sum + surprisal[i]!, 0);
    return { text, tokens, ...(tokens.length > 0 && { perplexity: Math.exp(total / tokens.length) }) };
  }

  /** Surprisals are no decisions. */
  override undecided(): boolean {
    return false;
  }
}

/** Language models: perplexity, surprisal of tokens, generated text. */
export const LMTask = component({
  kind: "task",
  name: "LMTask",
  schema,
  create: (config, context) => new LanguageModel("LMTask", config, context),
});
