import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { languageReport } from "../../src/metrics/language-report.js";

describe("a language model's figures", () => {
  it("are PyText's for its case: loss 2.4, perplexity 11.02", () => {
    expect(languageReport({ loss: 2.4, tokens: 7 }).perplexity).toBeCloseTo(11.02, 2);
  });

  it("are the number of tokens, and its logarithm, for a model that finds them all equally likely", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 1e9 }),
        (vocabulary, tokens) => {
          const report = languageReport({ loss: Math.log(vocabulary), tokens });
          expect(report.perplexity! / vocabulary).toBeCloseTo(1, 10);
          expect(report.bits_per_token).toBeCloseTo(Math.log2(vocabulary), 10);
          expect(report).toMatchObject({ loss: Math.log(vocabulary), tokens });
        },
      ),
    );
  });

  it("are 1 and 0 for a model that is always sure and right", () => {
    expect(languageReport({ loss: 0, tokens: 3 })).toEqual({
      tokens: 3,
      loss: 0,
      perplexity: 1,
      bits_per_token: 0,
    });
  });

  it("are null without a loss, without tokens, and where a double cannot hold them", () => {
    expect(languageReport({ loss: null, tokens: 3 })).toEqual({
      tokens: 3,
      loss: null,
      perplexity: null,
      bits_per_token: null,
    });
    expect(languageReport({ loss: 0, tokens: 0 })).toMatchObject({ perplexity: null, bits_per_token: null });
    expect(languageReport({ loss: 1000, tokens: 1 })).toMatchObject({ loss: 1000, perplexity: null });
  });

  it("are refused for what is no mean negative log-probability, or no number of tokens", () => {
    expect(() => languageReport({ loss: Number.NaN, tokens: 1 })).toThrow("loss is NaN");
    expect(() => languageReport({ loss: -0.1, tokens: 1 })).toThrow("loss is -0.1");
    expect(() => languageReport({ loss: 1, tokens: 1.5 })).toThrow("tokens is 1.5");
    expect(() => languageReport({ loss: 1, tokens: -1 })).toThrow("tokens is -1");
  });
});
