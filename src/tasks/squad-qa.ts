import { type Static, Type } from "typebox";
import type { Predicted, SpanRule } from "../components/contracts.js";
import type { Row } from "../components/data/contracts.js";
import type { SplitData } from "../components/data/split-data.js";
import {
  type QuestionTensorizer,
  type QuestionWindow,
  questionsOf,
  type ReadQuestion,
} from "../components/data/tensorizers/question-windows.js";
import {
  type Answers,
  answersOf,
  type KeptQuestion,
} from "../components/data/tensorizers/squad-answer-tensorizer.js";
import type { AnsweredRow, AnswersEvaluated, MetricReporter } from "../components/reporters/contracts.js";
import type { Predictions } from "../components/trainers/contracts.js";
import type { Tensor } from "../graph/graph.js";
import { cast, equal, exp, greaterOrEqual, maximum, sub, where } from "../graph/ops/elementwise.js";
import { gatherElements } from "../graph/ops/lookup.js";
import { unsqueeze } from "../graph/ops/shaping.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { OffsetTable, type OffsetUnit } from "../text/offsets.js";
import { chooseSpans, type Place, type WindowSpans } from "./chosen-spans.js";
import { requireNumbers } from "./class-scores.js";
import type { AnswerPrediction, OutputRow, Prediction } from "./prediction.js";
import { SingleModelTask, taskOptions } from "./single-model-task.js";

const schema = Type.Object(
  {
    data: taskOptions.data,
    model: Slot("span_model", { default: "BertSquadQAModel", description: "What is trained." }),
    trainer: taskOptions.trainer,
    metric_reporter: Slot("squad_metric_reporter", {
      default: "SquadMetricReporter",
      description: "Which figures are computed.",
    }),
    channels: taskOptions.channels,
  },
  {
    description:
      "Answers questions by a part of a text (SQuAD): on a pretrained encoder that reads both together, or by words from scratch; long texts in overlapping windows.",
  },
);

const [TOKENS, ANSWERS] = ["tokens", "answers"];

class SquadQA extends SingleModelTask<AnswersEvaluated> {
  protected readonly reporter: MetricReporter<AnswersEvaluated>;
  readonly #questions: QuestionTensorizer;
  readonly #answers: Answers;
  readonly #rule: SpanRule;

  constructor(config: Static<typeof schema>, context: Context) {
    super("SquadQATask", context, config, "span_model");
    this.#questions = questionsOf(this.tensorizers[TOKENS], this.name);
    this.#answers = answersOf(this.tensorizers[ANSWERS], this.name);
    this.#answers.lookIn(this.#questions);
    const reporter = context.part("squad_metric_reporter", config.metric_reporter);
    this.reporter = reporter.component.create(reporter.config, context);
    const model = context.part("span_model", config.model);
    this.#rule = model.component.rule(model.config, context);
  }

  override requireFit(): void {
    const { unanswered } = this.#answers;
    if (unanswered === 0 || this.#rule.nullThreshold !== null) return;
    throw ptxError(
      "PTX_CONFIG_VALUE",
      "model.output_layer",
      `${unanswered} training questions have no answer, but null_threshold is null, with which every question gets one`,
      "set null_threshold to 0, and later to the threshold that test prints as best",
    );
  }

  protected override evaluated(data: SplitData, { outputs, loss }: Predictions): AnswersEvaluated {
    const { nullThreshold } = this.#rule;
    if (!outputs.has("first")) return { loss, questions: null, nullThreshold };
    const questions: AnsweredRow[] = [];
    for (let row = 0; row < data.size; ) {
      const { answers, question } = data.kept(ANSWERS, row) as KeptQuestion;
      const windows = question.windows.map(
        (window, i): WindowSpans => ({
          spans: spansIn(question, window, outputs.row("first", row + i), outputs.row("last", row + i)),
          logits: outputs.row("span_logits", row + i),
          nullLogit: outputs.row("null_logit", row + i)[0]!,
          logTotal: outputs.row("log_total", row + i)[0]!,
        }),
      );
      const { spans, noAnswer } = chooseSpans(windows, this.#rule);
      const [best] = spans;
      const answer = best === undefined ? "" : question.text.slice(best.start, best.end);
      questions.push({ row, right: answers, answer, noAnswer });
      row += windows.length;
    }
    return { loss, questions, nullThreshold };
  }

  /**
   * `score`, `span_logit` `[batch, answers]` and `no_answer_score`, `null_logit`, `log_total`, `has_answer` (bool) `[batch]`; where
   * texts are cut in the graph `start` and `end` in the text (-1 where there are no more answers) and `truncated`, else
   * `start_piece` and `end_piece` (inclusive).
   */
  override deploy(outputs: Predicted["outputs"], unit: OffsetUnit): Readonly<Record<string, Tensor>> {
    const { first, last, span_logits, null_logit, log_total, has_answer } = outputs as Record<string, Tensor>;
    const common = {
      score: exp(sub(span_logits!, unsqueeze(log_total!, [1]))),
      no_answer_score: exp(sub(null_logit!, log_total!)),
      has_answer: equal(has_answer!, 1),
      span_logit: span_logits!,
      null_logit: null_logit!,
      log_total: log_total!,
    };
    const placed = this.#questions.placedIn(first!.graph, unit);
    if (placed === undefined)
      return { start_piece: this.#own(first!), end_piece: this.#own(last!), ...common };
    const at = (places: Tensor, pieces: Tensor): Tensor => {
      const found = gatherElements(places, cast(maximum(pieces, 0), "int64"), 1);
      return where(greaterOrEqual(pieces, 0), found, -1);
    };
    return {
      start: at(placed.starts, first!),
      end: at(placed.ends, last!),
      truncated: placed.truncated,
      ...common,
    };
  }

  /** Places that have logits, as places of the inputs; -1 stays. */
  #own(places: Tensor): Tensor {
    const { added } = this.#questions;
    return added === 0 ? places : where(greaterOrEqual(places, 0), sub(places, added), -1);
  }

  override read(output: OutputRow, row: Row): Prediction {
    return this.readExamples([output], row);
  }

  /** The best answers in all windows that there are outputs of. */
  override readExamples(outputs: readonly OutputRow[], row: Row): Prediction {
    const text = this.#questions.textOf(row);
    const [first] = outputs as [OutputRow];
    // A file that cuts texts tells places, and what it has not read, by itself.
    const question = first.has("start") ? undefined : this.#questions.read(row);
    const windows = outputs.map((output, i): WindowSpans => {
      const logits = output.numbers("span_logit");
      const [nullLogit, logTotal] = [output.numbers("null_logit")[0]!, output.numbers("log_total")[0]!];
      requireNumbers([nullLogit, logTotal], ["null_logit", "log_total"]);
      requireNumbers(
        logits,
        Array.from(logits, () => "span_logit"),
      );
      const spans =
        question === undefined
          ? spansOf(output, text, row)
          : spansIn(
              question,
              question.windows[i]!,
              this.#placesIn(output, "start_piece"),
              this.#placesIn(output, "end_piece"),
            );
      return { spans, logits, nullLogit, logTotal };
    });
    const truncated =
      question === undefined
        ? Boolean(first.numbers("truncated")[0])
        : outputs.length < question.windows.length;
    const { spans, hasAnswer, noAnswerScore } = chooseSpans(windows, this.#rule);
    const answers = spans.map(
      ({ start, end, score }): AnswerPrediction => ({ text: text.slice(start, end), start, end, score }),
    );
    return {
      text,
      answer: hasAnswer ? answers[0]! : null,
      answers,
      no_answer_score: noAnswerScore,
      ...(truncated && { truncated }),
    };
  }

  /** Places of the inputs that a file tells, as places that have logits. */
  #placesIn(output: OutputRow, name: string): number[] {
    return Array.from(output.numbers(name), (place) =>
      Number(place) < 0 ? -1 : Number(place) + this.#questions.added,
    );
  }

  /** Scores are compared; which of two nearly equally good answers comes first is chance, as is what the threshold says near it. */
  override undecided({ answers = [], no_answer_score: none = 0 }: Prediction, tolerance: number): boolean {
    const apart = (a: number, b: number): number => Math.abs(Math.log(a) - Math.log(b));
    // Scores are products of powers of e, which rounding of logits changes by more than the scores themselves.
    const near = (difference: number): boolean => !(difference > 32 * tolerance);
    const tied = answers.some(({ score }, i) => i > 0 && near(apart(answers[i - 1]!.score, score)));
    const { nullThreshold } = this.#rule;
    const [best] = answers;
    if (tied || nullThreshold === null || best === undefined) return tied;
    return near(Math.abs(Math.log(none) - Math.log(best.score) - nullThreshold));
  }
}

/** Places of a window's pieces in the text, without the spaces that some tokenizers count to a piece; null where there is no piece. */
function spansIn(
  { text, starts, ends }: ReadQuestion,
  { from, place }: QuestionWindow,
  first: ArrayLike<number>,
  last: ArrayLike<number>,
): (Place | null)[] {
  return Array.from(first, (piece, i) => {
    if (piece < 0) return null;
    const [start, end] = [starts[piece - place + from]!, ends[last[i]! - place + from]!];
    const written = text.slice(start, end);
    const trimmed = written.trim();
    if (trimmed === "") return { start, end };
    const before = written.indexOf(trimmed);
    return { start: start + before, end: start + before + trimmed.length };
  });
}

/** The places that a file tells. Throws `PTX_MODEL_FILE` for one that is none of the text. */
function spansOf(output: OutputRow, text: string, row: Row): (Place | null)[] {
  const table = new OffsetTable(text, output.unit);
  const [starts, ends] = [output.numbers("start"), output.numbers("end")].map((list) =>
    Array.from(list, Number),
  );
  return starts!.map((from, i) => {
    if (from < 0) return null;
    const [start, end] = [table.toUtf16(from), table.toUtf16(ends![i]!)];
    if (start !== undefined && end !== undefined && start < end) return { start, end };
    const message = `the file says that an answer goes from ${from} to ${ends![i]}, which no part of the text does`;
    throw ptxError("PTX_MODEL_FILE", row.origin, message);
  });
}

/** PyText's SquadQATask. */
export const SquadQATask = component({
  kind: "task",
  name: "SquadQATask",
  schema,
  create: (config, context) => new SquadQA(config, context),
});
