import { type Static, Type } from "typebox";
import { sameTokens, seq2seqReport } from "../../metrics/index.js";
import { component } from "../../registry/component.js";
import type { Figures } from "../trainers/contracts.js";
import type { ComparedRow, SequencesEvaluated } from "./contracts.js";
import { Reporter } from "./reporter.js";
import { worstRows } from "./reporting.js";

const METRICS = [
  "exact_match",
  "exact_match_top_k",
  "token_f1",
  "token_error_rate",
  "bleu",
  "chrf",
  "rouge1",
  "rouge2",
  "rougeL",
  "loss",
] as const;

const schema = Type.Object(
  {
    model_select_metric: Type.Enum([...METRICS], {
      default: "exact_match",
      description: "The figure on eval by which the best epoch is chosen.",
    }),
    bleu_tokenize: Type.Union([Type.Literal("13a"), Type.Literal("none")], {
      default: "13a",
      description:
        'How BLEU cuts texts, by sacrebleu\'s names: "13a" sets punctuation apart, "none" cuts at white space alone.',
    }),
    worst_rows: worstRows,
  },
  {
    description:
      "Figures for written sequences: exact match, also among all that were found, F1 and error rate of tokens (words, phonemes), BLEU and chrF as sacrebleu has them, ROUGE.",
  },
);

class Seq2Seq extends Reporter<SequencesEvaluated, Static<typeof schema>> {
  constructor(config: Static<typeof schema>) {
    super(config, ["loss", "token_error_rate"]);
  }

  protected override report({ loss, rows }: SequencesEvaluated): Figures {
    const given = rows?.map(({ gold, most, found }) => ({ gold, most, predicted: found })) ?? null;
    return seq2seqReport({ loss, rows: given, bleuTokenization: this.config.bleu_tokenize });
  }

  /** A row's score is that of the right sequence, 0 where it was not found. */
  override compare({ rows }: SequencesEvaluated): ComparedRow[] {
    return (rows ?? []).map(({ gold, found }, row) => {
      const at = found.findIndex(({ tokens }) => sameTokens(tokens, gold.tokens));
      const [best] = found;
      return {
        row,
        gold: [gold.text],
        predicted: best === undefined ? [] : [best.text],
        right: at === 0,
        score: at < 0 ? 0 : found[at]!.score,
      };
    });
  }
}

/** PyText's Seq2SeqMetricReporter. */
export const Seq2SeqMetricReporter = component({
  kind: "seq2seq_metric_reporter",
  name: "Seq2SeqMetricReporter",
  schema,
  create: (config) => new Seq2Seq(config),
});
