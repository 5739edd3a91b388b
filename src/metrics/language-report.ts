import { MetricsError } from "./errors.js";
import { requireLoss } from "./report-parts.js";

/** What a language model's figures are computed from. */
export type LanguageInput = {
  /** Mean negative log-probability of the tokens in nats; null where none was computed. */
  readonly loss: number | null;
  /** How many tokens were predicted. */
  readonly tokens: number;
};

/** One split's entry in metrics.json for language models. */
export type LanguageReport = {
  readonly tokens: number;
  readonly loss: number | null;
  /** `exp(loss)`: among how many equally likely tokens the model is as unsure. Null beyond the range of doubles. */
  readonly perplexity: number | null;
  /** `loss / ln 2`: for tokens that are characters, the bits for each character; for words, for each word. */
  readonly bits_per_token: number | null;
};

/** Figures of a language model. Throws `MetricsError` for a loss that is negative or not finite. */
export function languageReport({ loss, tokens }: LanguageInput): LanguageReport {
  requireLoss(loss);
  if (!Number.isInteger(tokens) || tokens < 0) {
    throw new MetricsError(`tokens is ${tokens}, expected a whole number from 0`);
  }
  if (loss !== null && loss < 0) {
    throw new MetricsError(`loss is ${loss}, a mean negative log-probability is at least 0`);
  }
  const measured = tokens === 0 ? null : loss;
  return {
    tokens,
    loss,
    perplexity: measured === null ? null : perplexity(measured),
    bits_per_token: measured === null ? null : measured / Math.LN2,
  };
}

function perplexity(loss: number): number | null {
  const value = Math.exp(loss);
  return Number.isFinite(value) ? value : null;
}
