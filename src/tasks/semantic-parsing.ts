import { type Static, Type } from "typebox";
import type { Labels, ParserRules, Predicted } from "../components/contracts.js";
import type { Row, TextTensorizer } from "../components/data/contracts.js";
import type { SplitData } from "../components/data/split-data.js";
import { type Annotations, annotationsOf } from "../components/data/tensorizers/annotation-tensorizer.js";
import { OPEN_ID, REDUCE_ID, SHIFT_ID } from "../components/data/tensorizers/tree-actions.js";
import { requireTrees } from "../components/data/tensorizers/tree-facts.js";
import type { MetricReporter, ParsesEvaluated, ScoredTree } from "../components/reporters/contracts.js";
import { NO_PARSE } from "../components/rnng/hypotheses.js";
import type { Predictions } from "../components/trainers/contracts.js";
import type { Tensor } from "../graph/graph.js";
import { cast } from "../graph/ops/elementwise.js";
import { decodeIds } from "../graph/ops/lookup.js";
import { component, Slot } from "../registry/component.js";
import type { Context } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import type { OffsetUnit } from "../text/offsets.js";
import {
  type ParseTree,
  REDUCE,
  SHIFT,
  spanOf,
  TreeError,
  type TreeSpan,
  treeOf,
  writeTree,
} from "../text/trees.js";
import { requireNumbers } from "./class-scores.js";
import type { FramePrediction, OutputRow, Prediction } from "./prediction.js";
import { SingleModelTask, taskOptions } from "./single-model-task.js";
import { placedTokens, tokenizedBy } from "./tags.js";
import { writtenParses } from "./written-parses.js";

const schema = Type.Object(
  {
    data: taskOptions.data,
    model: Slot("parsing_model", { default: "RNNGParser", description: "What is trained." }),
    trainer: taskOptions.trainer,
    metric_reporter: Slot("parsing_metric_reporter", {
      default: "CompositionalMetricReporter",
      description: "Which figures are computed.",
    }),
    channels: taskOptions.channels,
  },
  { description: "Parses a text into a tree of intents and slots over its tokens." },
);

/** The input that holds the truth. */
const TARGET = "actions";

class SemanticParsing extends SingleModelTask<ParsesEvaluated> {
  protected readonly reporter: MetricReporter<ParsesEvaluated>;
  readonly #annotations: Annotations;
  readonly #text: TextTensorizer;
  readonly #rules: ParserRules;
  readonly searching: object;

  constructor(config: Static<typeof schema>, context: Context) {
    super("SemanticParsingTask", context, config, "parsing_model");
    this.#annotations = annotationsOf(this.tensorizers[TARGET], this.name);
    this.#text = tokenizedBy(this.tensorizers);
    this.#annotations.lookIn(this.#text);
    const reporter = context.part("parsing_metric_reporter", config.metric_reporter);
    this.reporter = reporter.component.create(reporter.config, context);
    const model = context.part("parsing_model", config.model);
    this.#rules = model.component.rules(model.config);
    this.searching = { model: model.component.searching(model.config) };
  }

  override requireFit(): void {
    requireTrees({
      ...{ facts: this.#annotations.trees, rules: this.#rules, labels: this.labelsOf(TARGET), input: TARGET },
      paths: {
        mostOpen: "model.max_open_NT",
        alternating: "model.constraints.intent_slot_nesting",
        noSlotsInUnsupported: "model.constraints.no_slots_inside_unsupported",
      },
    });
  }

  protected override evaluated(data: SplitData, { outputs, loss }: Predictions): ParsesEvaluated {
    if (!outputs.has("opens")) return { loss, rows: null };
    const labels = this.labelsOf(TARGET);
    const rows = Array.from({ length: data.size }, (_, row) => {
      const tokens = data.kept(this.fieldOf(TARGET), row) as readonly string[];
      const names = Array.from(data.values(this.fieldOf(TARGET), row), (id) => actionName(id, labels));
      const opens = Array.from(outputs.row("opens", row), (id) => (id === 0 ? "" : labels[id - 1]!));
      const [closes, scores] = [outputs.row("closes", row), outputs.row("parse_scores", row)];
      return { gold: treeOf(names, tokens), found: foundTrees({ opens, closes, scores }, tokens) };
    });
    return { loss, rows };
  }

  /**
   * `opens` string `[batch, parses, tokens, open]`: the labels of the nodes that begin before a token, the outermost first, ""
   * where there is none; `closes` int32 `[batch, parses, tokens]`: how many nodes end behind it; `parse_scores [batch, parses]`:
   * log-probabilities; where texts are cut in the graph `parse` string `[batch, parses]`, the trees in brackets, and `starts`
   * and `ends` of the tokens.
   */
  override deploy(outputs: Predicted["outputs"], unit: OffsetUnit): Readonly<Record<string, Tensor>> {
    const { opens, closes, parse_scores: scores } = outputs as Record<string, Tensor>;
    const labels = this.labelsOf(TARGET);
    const cut = this.#text.cutIn(opens!.graph);
    return {
      ...(cut && { parse: writtenParses({ opens: opens!, closes: closes!, tokens: cut.tokens }, labels) }),
      parse_scores: scores!,
      opens: decodeIds(cast(opens!, "int64"), ["", ...labels]),
      closes: closes!,
      ...cut?.places(unit),
    };
  }

  override read(output: OutputRow, row: Row, _labels: Labels): Prediction {
    const { text, places } = placedTokens(output, row, this.#text);
    const tokens = places.map(({ start, end }) => text.slice(start, end));
    const scores = output.numbers("parse_scores");
    requireNumbers(
      scores,
      Array.from(scores, () => "parse_scores"),
    );
    const [opens, closes] = [output.strings("opens"), output.numbers("closes")];
    const found = foundTrees({ opens, closes, scores }, tokens);
    if (found.some(({ tree }) => tree === null))
      throw ptxError("PTX_MODEL_FILE", row.origin, "what the file gives is no tree over the text's tokens");
    const trees = found as readonly { readonly tree: ParseTree; readonly score: number }[];
    const parses = trees.map(({ tree, score }) => ({ parse: writeTree(tree), score }));
    const [best] = trees;
    if (best === undefined) return { text, parse: null, parses, frame: null };
    const frame = ({ label, start, end, children }: TreeSpan): FramePrediction => {
      const [from, to] = [places[start]!.start, places[end - 1]!.end];
      return { label, start: from, end: to, text: text.slice(from, to), children: children.map(frame) };
    };
    return {
      text,
      intent: best.tree.label,
      parse: parses[0]!.parse,
      parses,
      frame: frame(spanOf(best.tree)),
    };
  }

  /** Whether trees that were not given may be as likely as the last one that was. */
  override undecided({ parses = [] }: Prediction, tolerance: number): boolean {
    const last = parses.at(-1);
    const rest = parses.reduce((left, { score }) => left - score, 1);
    const near = parses.some(({ score }, i) => i > 0 && parses[i - 1]!.score - score <= tolerance);
    return last !== undefined && (near || last.score <= rest + 2 * tolerance);
  }
}

function actionName(id: number, labels: readonly string[]): string {
  if (id === SHIFT_ID) return SHIFT;
  return id === REDUCE_ID ? REDUCE : labels[id - OPEN_ID]!;
}

/** A row's parses by token, padded beyond its tokens as the batch was. */
interface FoundBrackets {
  /** `[parses, tokens, open]`, "" where no node begins. */
  readonly opens: readonly string[];
  /** `[parses, tokens]`. */
  readonly closes: ArrayLike<number>;
  /** Log-probabilities, `[parses]`. */
  readonly scores: ArrayLike<number>;
}

/** The trees of a row, the best first. A tree that is none is null. */
function foundTrees({ opens, closes, scores }: FoundBrackets, tokens: readonly string[]): ScoredTree[] {
  if (tokens.length === 0) return [];
  const width = closes.length / scores.length;
  const open = opens.length / closes.length;
  return Array.from(scores).flatMap((score, parse) => {
    if (score <= NO_PARSE) return [];
    const actions = tokens.flatMap((_, i) => {
      const at = parse * width + i;
      const labels = opens.slice(at * open, (at + 1) * open).filter((label) => label !== "");
      return [...labels, SHIFT, ...Array<string>(closes[at]!).fill(REDUCE)];
    });
    return [{ tree: wholeTree(actions, tokens), score: Math.exp(score) }];
  });
}

function wholeTree(actions: readonly string[], tokens: readonly string[]): ParseTree | null {
  try {
    return treeOf(actions, tokens);
  } catch (error) {
    if (error instanceof TreeError) return null;
    throw error;
  }
}

/** PyText's SemanticParsingTask. */
export const SemanticParsingTask = component({
  kind: "task",
  name: "SemanticParsingTask",
  schema,
  create: (config, context) => new SemanticParsing(config, context),
});
