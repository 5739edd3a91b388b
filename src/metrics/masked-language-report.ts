import { MetricsError } from "./errors.js";
import { languageReport } from "./language-report.js";

/** What the figures of a model that tells hidden pieces are computed from. */
export type MaskedLanguageInput = {
  /** Mean negative log-probability of the hidden pieces in nats; null where none was computed. */
  readonly loss: number | null;
  /** How many pieces were hidden. */
  readonly pieces: number;
  /** For how many of them the likeliest piece was right; null where nobody looked, as in training. */
  readonly hits: number | null;
};

/** One split's entry in metrics.json for models that tell hidden pieces. */
export type MaskedLanguageReport = {
  readonly masked_pieces: number;
  readonly loss: number | null;
  /** `exp(loss)`. Null beyond the range of doubles. */
  readonly perplexity: number | null;
  /** Share of the hidden pieces that were told right. */
  readonly accuracy: number | null;
};

/** Figures of a model that tells hidden pieces. Throws `MetricsError` for a loss that is negative or not finite. */
export function maskedLanguageReport({ loss, pieces, hits }: MaskedLanguageInput): MaskedLanguageReport {
  const { perplexity } = languageReport({ loss, tokens: pieces });
  if (hits !== null && !(Number.isInteger(hits) && hits >= 0 && hits <= pieces))
    throw new MetricsError(`hits is ${hits}, expected a whole number up to ${pieces}`);
  const accuracy = hits === null || pieces === 0 ? null : hits / pieces;
  return { masked_pieces: pieces, loss, perplexity, accuracy };
}
