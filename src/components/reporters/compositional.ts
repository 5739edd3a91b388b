import { type Static, Type } from "typebox";
import { parsingReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import { type ParseTree, readTree, spanOf, TreeError, writeTree } from "../../text/trees.js";
import type { Figures } from "../trainers/contracts.js";
import type { ComparedRow, ParsesEvaluated, SequencesEvaluated } from "./contracts.js";
import { Reporter } from "./reporter.js";
import { worstRows } from "./reporting.js";

const METRICS = [
  "frame_accuracy",
  "frame_accuracy_top_k",
  "intent_accuracy",
  "bracket_f1",
  "tree_f1",
  "intent_macro_f1",
  "slot_macro_f1",
  "loss",
] as const;

const options = {
  model_select_metric: Type.Enum([...METRICS], {
    default: "frame_accuracy",
    description: "The figure on eval by which the best epoch is chosen.",
  }),
  worst_rows: worstRows,
};
const FIGURES =
  "frame accuracy (exact match), also among all trees that were found and by depth, bracket and tree metrics, trees that are none";

const schema = Type.Object(options, { description: `Figures for trees of intents and slots: ${FIGURES}.` });

class Compositional extends Reporter<ParsesEvaluated, Static<typeof schema>> {
  protected override report({ loss, rows }: ParsesEvaluated): Figures {
    const frames = rows?.map(({ gold, found }) => ({
      gold: spanOf(gold),
      predicted: found.map(({ tree }) => tree && spanOf(tree)),
    }));
    return parsingReport({ loss, rows: frames ?? null });
  }

  /** The lists hold the trees in brackets. A row's score is the probability of the right tree, 0 where it was not found. */
  override compare({ rows }: ParsesEvaluated): ComparedRow[] {
    return (rows ?? []).map(({ gold, found }, row) => {
      const right = writeTree(gold);
      const written = found.map(({ tree }) => (tree === null ? "" : writeTree(tree)));
      const [best] = written;
      return {
        row,
        gold: [right],
        predicted: best === undefined ? [] : [best],
        right: best === right,
        score: found[written.indexOf(right)]?.score ?? 0,
      };
    });
  }
}

/** PyText's CompositionalMetricReporter. */
export const CompositionalMetricReporter = component({
  kind: "parsing_metric_reporter",
  name: "CompositionalMetricReporter",
  schema,
  create: (config) => new Compositional(config),
});

/** The same of written sequences, which should be trees in brackets. */
class WrittenTrees extends Reporter<SequencesEvaluated, Static<typeof schema>> {
  readonly #trees = new Compositional(this.config);

  protected override report(evaluated: SequencesEvaluated): Figures {
    return this.#trees.figures(parsesOf(evaluated));
  }

  override compare(evaluated: SequencesEvaluated): ComparedRow[] {
    return this.#trees.compare(parsesOf(evaluated));
  }
}

function parsesOf({ loss, rows }: SequencesEvaluated): ParsesEvaluated {
  const parses = rows?.map(({ gold, found }) => ({
    gold: readTree(gold.text),
    found: found.map(({ text, score }) => ({ tree: treeOrNone(text), score })),
  }));
  return { loss, rows: parses ?? null };
}

function treeOrNone(text: string): ParseTree | null {
  try {
    return readTree(text);
  } catch (error) {
    if (error instanceof TreeError) return null;
    throw error;
  }
}

/** PyText's Seq2SeqCompositionalMetricReporter. */
export const Seq2SeqCompositionalMetricReporter = component({
  kind: "seq2seq_metric_reporter",
  name: "Seq2SeqCompositionalMetricReporter",
  schema: Type.Object(options, {
    description: `Figures for sequences that are trees in brackets: ${FIGURES}.`,
  }),
  create: (config) => new WrittenTrees(config),
});
