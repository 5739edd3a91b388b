import { type Static, Type } from "typebox";
import { parsingReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import { spanOf, writeTree } from "../../text/trees.js";
import type { Figures } from "../trainers/contracts.js";
import type { ComparedRow, ParsesEvaluated } from "./contracts.js";
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

const schema = Type.Object(
  {
    model_select_metric: Type.Enum([...METRICS], {
      default: "frame_accuracy",
      description: "The figure on eval by which the best epoch is chosen.",
    }),
    worst_rows: worstRows,
  },
  {
    description:
      "Figures for trees of intents and slots: frame accuracy (exact match), also among all trees that were found and by depth, bracket and tree metrics, trees that are none.",
  },
);

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
