import { type Static, Type } from "typebox";
import type { ModelInput, Predicted } from "../components/contracts.js";
import type { Row } from "../components/data/contracts.js";
import type { SplitData } from "../components/data/split-data.js";
import { type MaskedTokens, maskedTokensOf } from "../components/data/tensorizers/masked-token-tensorizer.js";
import { CANDIDATES } from "../components/models/masked-language-model.js";
import type { MaskedEvaluated, MetricReporter } from "../components/reporters/contracts.js";
import type { Predictions } from "../components/trainers/contracts.js";
import type { Tensor } from "../graph/graph.js";
import { cast } from "../graph/ops/elementwise.js";
import { decodeIds } from "../graph/ops/lookup.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { requireNumbers } from "./class-scores.js";
import type { MaskPrediction, OutputRow, Prediction } from "./prediction.js";
import { SingleModelTask, taskOptions } from "./single-model-task.js";
import type { BuildPurpose } from "./task.js";

const schema = Type.Object(
  {
    data: Slot("data", {
      default: "PackedLMData",
      description: "The texts: packed into full examples, or with Data each row by itself.",
    }),
    model: Slot("masked_language_model", {
      default: "MaskedLanguageModel",
      description: "What is trained.",
    }),
    trainer: taskOptions.trainer,
    metric_reporter: Slot("masked_language_metric_reporter", {
      default: "MaskedLMMetricReporter",
      description: "Which figures are computed.",
    }),
    channels: taskOptions.channels,
  },
  {
    description:
      "Trains an encoder to tell the hidden pieces of texts (BERT's pretraining): from nothing, or on with one's own texts.",
  },
);

/** The input that holds the text, and the one that is there when pieces are targets: the same once more. */
const [TOKENS, LABELS] = ["tokens", "labels"];

class MaskedLM extends SingleModelTask<MaskedEvaluated> {
  /** Every hidden piece of a batch has a logit for every one of the vocabulary. */
  readonly mostCharacters = 2 ** 13;
  protected readonly reporter: MetricReporter<MaskedEvaluated>;

  constructor(config: Static<typeof schema>, context: Context) {
    super("MaskedLMTask", context, config, "masked_language_model");
    const reporter = context.part("masked_language_metric_reporter", config.metric_reporter);
    this.reporter = reporter.component.create(reporter.config, context);
  }

  /** The text that it reads. */
  get #text(): MaskedTokens {
    return maskedTokensOf(this.tensorizers[TOKENS], this.name);
  }

  /** With targets the text is its own target. */
  protected override inputsFor(
    inputs: ReadonlyMap<string, ModelInput>,
    { targets }: BuildPurpose,
  ): ReadonlyMap<string, ModelInput> {
    return targets ? new Map([...inputs, [LABELS, inputs.get(TOKENS)!]]) : inputs;
  }

  protected override evaluated(_data: SplitData, { outputs, loss }: Predictions): MaskedEvaluated {
    const pieces = Array.from(outputs.flat("surprisal")).filter((nats) => nats >= 0).length;
    const hits = outputs.has("hits")
      ? Array.from(outputs.flat("hits")).filter((hit) => hit === 1).length
      : null;
    return { loss, pieces, hits };
  }

  override deploy({ candidates, candidate_scores }: Predicted["outputs"]): Readonly<Record<string, Tensor>> {
    const names = this.#text.tokenizer.pieces.map((piece) => piece ?? "");
    return { candidates: decodeIds(cast(candidates!, "int64"), names), candidate_scores: candidate_scores! };
  }

  override read(output: OutputRow, row: Row): Prediction {
    return this.readExamples([output], row);
  }

  /** What stands at the hidden places of a text. */
  override readExamples(outputs: readonly OutputRow[], row: Row): Prediction {
    const text = this.#text.textOf(row);
    const masks = this.#text.windows(row).flatMap(({ pieces, places }, i): MaskPrediction[] => {
      const [names, scores] = [outputs[i]!.strings("candidates"), outputs[i]!.numbers("candidate_scores")];
      requireNumbers(scores, names);
      const told = Array.from(places).filter((place) => place >= 0);
      return told.map((place, at) => {
        const { startUtf16: start, endUtf16: end } = pieces[place - this.#text.before]!;
        const candidates = Array.from({ length: CANDIDATES }, (_, k) => ({
          piece: names[at * CANDIDATES + k]!,
          score: scores[at * CANDIDATES + k]!,
        }));
        return { start, end, text: text.slice(start, end), candidates };
      });
    });
    return { text, masks };
  }

  /** Scores are compared; which of two equally likely pieces comes first is chance. */
  override undecided({ masks = [] }: Prediction, tolerance: number): boolean {
    return masks.some(({ candidates }) =>
      candidates.some(({ score }, i) => i > 0 && candidates[i - 1]!.score - score <= tolerance),
    );
  }
}

/** PyText's MaskedLMTask. */
export const MaskedLMTask = component({
  kind: "task",
  name: "MaskedLMTask",
  schema,
  create: (config, context) => new MaskedLM(config, context),
});
