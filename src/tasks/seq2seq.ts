import { type Static, Type } from "typebox";
import type { Labels, ParserRules, Predicted } from "../components/contracts.js";
import type { Row } from "../components/data/contracts.js";
import type { SplitData } from "../components/data/split-data.js";
import {
  type CopiedTokens,
  copiedTokensOf,
} from "../components/data/tensorizers/copied-tokens-tensorizer.js";
import {
  openedLabel,
  type TargetTokens,
  targetTokensOf,
} from "../components/data/tensorizers/target-tokens-tensorizer.js";
import { requireTrees } from "../components/data/tensorizers/tree-facts.js";
import type {
  MetricReporter,
  ScoredSequence,
  SequencesEvaluated,
} from "../components/reporters/contracts.js";
import { NO_SEQUENCE } from "../components/seq2seq/search.js";
import type { Predictions } from "../components/trainers/contracts.js";
import { sizeOf } from "../graph/dims.js";
import type { Tensor } from "../graph/graph.js";
import { cast, exp, greaterOrEqual, lessOrEqual, maximum, sub, where } from "../graph/ops/elementwise.js";
import { decodeIds, gatherElements, stringConcat } from "../graph/ops/lookup.js";
import { expand, reshape } from "../graph/ops/shaping.js";
import { replaceCharacters } from "../graph/ops/strings.js";
import type { WrittenSequence } from "../metrics/index.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { ESCAPES } from "../text/trees.js";
import { requireNumbers } from "./class-scores.js";
import type { OutputRow, Prediction } from "./prediction.js";
import { SingleModelTask, taskOptions } from "./single-model-task.js";

const schema = Type.Object(
  {
    data: taskOptions.data,
    model: Slot("seq2seq_model", { default: "Seq2SeqModel", description: "What is trained." }),
    trainer: taskOptions.trainer,
    metric_reporter: Slot("seq2seq_metric_reporter", {
      default: "Seq2SeqMetricReporter",
      description: "Which figures are computed.",
    }),
    channels: taskOptions.channels,
  },
  { description: "Reads a text and writes another one: phonemes, translations, trees." },
);

/** The input that holds the truth, and the one that holds what can be copied. */
const TARGET = "target";
const COPIED = "copied";

class Seq2Seq extends SingleModelTask<SequencesEvaluated> {
  protected readonly reporter: MetricReporter<SequencesEvaluated>;
  readonly #target: TargetTokens;
  readonly #copied: CopiedTokens | null;
  readonly #lengthPenalty: number | null;
  readonly #treeRules: ParserRules | null;

  constructor(config: Static<typeof schema>, context: Context) {
    super("Seq2SeqTask", context, config, "seq2seq_model");
    const copied = this.tensorizers[COPIED];
    this.#target = targetTokensOf(this.tensorizers[TARGET], this.name);
    this.#copied = copied === undefined ? null : copiedTokensOf(copied, this.name);
    this.#copied?.copyTo(this.#target);
    if (this.#copied !== null) this.#target.copyFrom(this.#copied);
    const reporter = context.part("seq2seq_metric_reporter", config.metric_reporter);
    this.reporter = reporter.component.create(reporter.config, context);
    const model = context.part("seq2seq_model", config.model);
    this.#lengthPenalty = model.component.lengthPenalty(model.config);
    this.#treeRules = model.component.treeRules(model.config, context);
    if (this.#treeRules !== null && !this.#target.isTree)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "model.grammar",
        "this grammar writes trees, and inputs.target reads none",
        'set form to "tree" in its TargetTokenTensorizer',
      );
  }

  override requireFit(): void {
    if (this.#treeRules === null) return;
    const labels = this.labelsOf(TARGET).flatMap((token) => openedLabel(token) ?? []);
    requireTrees({
      ...{ facts: this.#target.trees, rules: this.#treeRules, labels, input: TARGET },
      paths: {
        mostOpen: "model.grammar.max_open_NT",
        alternating: "model.grammar.intent_slot_nesting",
        noSlotsInUnsupported: "model.grammar.no_slots_inside_unsupported",
      },
    });
  }

  protected override evaluated(data: SplitData, { outputs, loss }: Predictions): SequencesEvaluated {
    if (!outputs.has("sequences")) return { loss, rows: null };
    const { vocabulary } = this.#target;
    const rows = Array.from({ length: data.size }, (_, row) => {
      const gold = data.kept(TARGET, row) as readonly string[];
      const source = this.#copied === null ? [] : (data.kept(COPIED, row) as readonly string[]);
      const tokens = Array.from(outputs.row("sequences", row), (id) => {
        if (id < 0) return "";
        return id < vocabulary.size ? vocabulary.word(id) : source[id - vocabulary.size]!;
      });
      const scores = Array.from(outputs.row("sequence_scores", row), (score) =>
        score <= NO_SEQUENCE ? NONE : Math.exp(score),
      );
      // The end takes a step, too.
      const most = tokens.length / scores.length - 1;
      return { gold: this.#written(gold), most, found: this.#sequences(tokens, scores) };
    });
    return { loss, rows };
  }

  /**
   * `sequence_tokens` string `[batch, best, steps]`, "" behind the last; `sequence_scores [batch, best]`, -1 where there are fewer; where tokens are copied
   * `copied_from` int32 `[batch, best, steps]`: the place in the source of a token that the vocabulary lacks, else -1. Of a file
   * that takes ids such tokens are "" themselves.
   */
  override deploy(outputs: Predicted["outputs"]): Readonly<Record<string, Tensor>> {
    const { sequences: ids, sequence_scores } = outputs as Record<string, Tensor>;
    const scores = where(lessOrEqual(sequence_scores!, NO_SEQUENCE), NONE, exp(sequence_scores!));
    const { vocabulary } = this.#target;
    const names = [...vocabulary.specials.map(() => ""), ...vocabulary.words];
    const words = decodeIds(cast(ids!, "int64"), names);
    if (this.#copied === null) return { sequence_tokens: words, sequence_scores: scores };
    const isCopied = greaterOrEqual(ids!, names.length);
    const copied_from = where(isCopied, sub(ids!, names.length), -1);
    const given = this.#copied.stringsIn(ids!.graph);
    const sequence_tokens =
      given === undefined ? words : stringConcat(words, this.#copiedWords(copied_from, given));
    return { sequence_tokens, sequence_scores: scores, copied_from };
  }

  /** The copied tokens, "" where the place is -1. `places [batch, best, steps]`, `source` string `[batch, tokens]`. */
  #copiedWords(places: Tensor, source: Tensor): Tensor {
    const { graph } = places;
    const [batch, best, steps] = places.shape;
    const flat = reshape(source, [sizeOf(source.shape)]);
    const written = reshape(this.#target.isTree ? replaceCharacters(flat, ESCAPES) : flat, source.shape);
    const ids = reshape(cast(maximum(places, 0), "int64"), [batch!, sizeOf([best!, steps!])]);
    const words = reshape(gatherElements(written, ids, 1), places.shape);
    return where(
      greaterOrEqual(places, 0),
      words,
      expand(graph.constant("string", [1, 1, 1], [""]), places.shape),
    );
  }

  override read(output: OutputRow, row: Row, _labels: Labels): Prediction {
    const scores = Array.from(output.numbers("sequence_scores"));
    requireNumbers(
      scores,
      scores.map(() => "sequence_scores"),
    );
    const words = output.strings("sequence_tokens");
    const places = this.#copied === null ? [] : output.numbers("copied_from");
    const lacking = Array.from(places, (place, i) => (words[i] === "" && place >= 0 ? place : -1));
    const source = lacking.some((place) => place >= 0) ? this.#copied!.kept(row) : [];
    const tokens = words.map((word, i) => source[lacking[i] ?? -1] ?? word);
    const sequences = this.#sequences(tokens, scores);
    return { output: sequences[0]?.text ?? "", outputs: sequences };
  }

  /** Whether sequences that were not given may be as likely as the last one that was. */
  override undecided({ outputs = [] }: Prediction, tolerance: number): boolean {
    const last = outputs.at(-1);
    const near = outputs.some(({ score }, i) => i > 0 && outputs[i - 1]!.score - score <= tolerance);
    if (last === undefined || near) return true;
    const penalty = this.#lengthPenalty;
    // The means of some sequences say nothing about those of others.
    if (penalty === null) return false;
    const probability = ({
      score,
      tokens,
    }: {
      readonly score: number;
      readonly tokens: readonly string[];
    }): number => score ** (((6 + tokens.length) / 6) ** penalty);
    const rest = outputs.reduce((left, one) => left - probability(one), 1);
    return probability(last) <= rest + 2 * tolerance;
  }

  /** What was found, the best first. `tokens [best, steps]`, "" behind the last of each. */
  #sequences(tokens: readonly string[], scores: readonly number[]): ScoredSequence[] {
    const steps = tokens.length / scores.length;
    return scores.flatMap((score, i) => {
      if (score === NONE) return [];
      const own = tokens.slice(i * steps, (i + 1) * steps);
      const end = own.indexOf("");
      const written = end < 0 ? own : own.slice(0, end);
      return [{ ...this.#written(written), score }];
    });
  }

  #written(tokens: readonly string[]): WrittenSequence {
    return { text: tokens.join(this.#target.separator), tokens };
  }
}

/** In place of the score of a sequence that is none. */
const NONE = -1;

/** Sequence to sequence. */
export const Seq2SeqTask = component({
  kind: "task",
  name: "Seq2SeqTask",
  schema,
  create: (config, context) => new Seq2Seq(config, context),
});
