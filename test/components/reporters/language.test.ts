import { expect, test } from "vitest";
import { LanguageModelMetricReporter } from "../../../src/components/reporters/language.js";
import { Context } from "../../../src/registry/context.js";
import { Registry } from "../../../src/registry/registry.js";

const context = new Context(new Registry(), {
  log: { info: () => {}, warn: () => {} },
  settings: { seed: 0, threads: 1 },
});

const evaluated = { loss: Math.log(8), tokens: 5 };

test.each([
  ["perplexity", 8],
  ["bits_per_token", 3],
  ["loss", Math.log(8)],
] as const)("the selection metric may be %s, the lower the better", (name, value) => {
  const reporter = LanguageModelMetricReporter.create({ model_select_metric: name }, context);
  expect(reporter.select).toMatchObject({ name, higherIsBetter: false });
  expect(reporter.select.value(reporter.figures(evaluated))).toBeCloseTo(value, 12);
  expect(reporter.select.value(reporter.figures({ loss: null, tokens: 5 }))).toBeNull();
});

test("a loss that is not finite is an error of training", () => {
  const reporter = LanguageModelMetricReporter.create({ model_select_metric: "perplexity" }, context);
  expect(() => reporter.figures({ loss: Number.NaN, tokens: 5 })).toThrow(
    /^PTX_TRAINING {2}metric_reporter\n {2}loss is NaN/,
  );
});

test("running text has no rows that are right or wrong", () => {
  const reporter = LanguageModelMetricReporter.create({ model_select_metric: "perplexity" }, context);
  expect([reporter.compare(evaluated), reporter.worstRows]).toEqual([[], 0]);
});
