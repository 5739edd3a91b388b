import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ClassificationMetricReporter } from "../../../src/components/reporters/classification.js";
import type { ClassMetricReporter, Evaluated } from "../../../src/components/reporters/contracts.js";
import { worstOf } from "../../../src/components/reporters/reporting.js";
import { TopKClassificationMetricReporter } from "../../../src/components/reporters/top-k-classification.js";
import { classificationReport, multiLabelReport } from "../../../src/metrics/index.js";
import { Context } from "../../../src/registry/context.js";
import { Registry } from "../../../src/registry/registry.js";

/** Config of the reporter. */
interface Options {
  readonly model_select_metric: string;
  readonly target_label: string | null;
  readonly worst_rows: number;
}

function reporter(options: Partial<Options> = {}, warnings: string[] = []): ClassMetricReporter {
  const log = { info: () => {}, warn: (line: string) => void warnings.push(line) };
  const context = new Context(new Registry(), { log, settings: { seed: 0, threads: 1 } });
  const config = {
    model_select_metric: "accuracy",
    target_label: null,
    worst_rows: 20,
    ...options,
  } as Options;
  return ClassificationMetricReporter.create(config as never, context);
}

const LABELS = ["cat", "dog", "a,b"];

/** Rows of one label each: the gold id and the scores. */
function single(rows: readonly (readonly [gold: number, ...scores: number[]])[], labels = LABELS): Evaluated {
  return {
    labels,
    decision: "single-label",
    threshold: 0,
    gold: Int32Array.from(rows, ([gold]) => gold),
    scores: Float32Array.from(rows.flatMap(([, ...scores]) => scores)),
    loss: 0.5,
  };
}

/** Rows of any number of labels: 0/1 gold, then the scores. */
function several(
  rows: readonly (readonly [gold: readonly number[], scores: readonly number[]])[],
  labels: string[],
): Evaluated {
  return {
    labels,
    decision: "multi-label",
    threshold: 0.5,
    gold: Uint8Array.from(rows.flatMap(([gold]) => gold)),
    scores: Float32Array.from(rows.flatMap(([, scores]) => scores)),
    loss: 0.25,
  };
}

const rows = single([
  [0, 0.7, 0.2, 0.1],
  [1, 0.6, 0.3, 0.1],
  [2, 0.1, 0.85, 0.05],
  [1, 0.2, 0.5, 0.3],
]);

describe("figures", () => {
  test("of one label a row are the classification report's", () => {
    const { labels, gold, scores, loss } = rows;
    expect(reporter().figures(rows)).toEqual(
      classificationReport({ labels, gold: gold as Int32Array, scores, loss }),
    );
  });

  test("of several labels are the multi-label report's, at the model's threshold", () => {
    const evaluated = {
      ...several(
        [
          [
            [1, 0],
            [0.4, 0.1],
          ],
          [
            [0, 1],
            [0.7, 0.45],
          ],
        ],
        ["x", "y"],
      ),
      threshold: 0.4,
    };
    const { labels, gold, scores, loss } = evaluated;
    const report = multiLabelReport({ labels, gold: gold as Uint8Array, scores, loss, thresholds: 0.4 });
    expect(reporter().figures(evaluated)).toEqual(report);
    expect(report.per_class.x).toMatchObject({ recall: 1, precision: 0.5 });
  });

  test("of two labels take the binary view of target_label", () => {
    const two = single(
      [
        [0, 0.9, 0.1],
        [1, 0.8, 0.2],
      ],
      ["ham", "spam"],
    );
    expect(reporter({ target_label: "ham" }).figures(two)).toMatchObject({
      binary: { positive_label: "ham", recall: 1, precision: 0.5 },
    });
    expect(reporter().figures(two)).toMatchObject({ binary: { positive_label: "spam", recall: 0 } });
  });

  test("of a split that lacks a class are null where nothing defines them", () => {
    const figures = reporter().figures(
      single([
        [0, 0.7, 0.2, 0.1],
        [0, 0.6, 0.3, 0.1],
      ]),
    );
    expect(figures).toMatchObject({ accuracy: 1, per_class: { dog: { support: 0, roc_auc: null } } });
    expect(JSON.parse(JSON.stringify(figures))).toEqual({ ...figures }); // no NaN, nothing undefined
  });

  test("of scores that are not probabilities are an error that says what happened", () => {
    const broken = single([[0, Number.NaN, 0.2, 0.1]]);
    expect(() => reporter().figures(broken)).toThrow(
      /^PTX_TRAINING {2}metric_reporter\n.*NaN means that training diverged/,
    );
  });
});

describe("the selection metric", () => {
  const figures = reporter().figures(rows);
  const severalRows = several(
    [
      [
        [1, 0],
        [0.9, 0.6],
      ],
      [
        [0, 1],
        [0.7, 0.4],
      ],
    ],
    ["a", "b"],
  );

  test("is a figure of the whole split, or of target_label", () => {
    expect(reporter().select).toMatchObject({ name: "accuracy", higherIsBetter: true });
    expect(reporter().select.value(figures)).toBe(0.5);
    const { per_class } = figures as unknown as { per_class: Record<string, Record<string, number>> };
    for (const [metric, figure] of [
      ["label_f1", "f1"],
      ["label_precision", "precision"],
      ["label_recall", "recall"],
      ["label_avg_precision", "average_precision"],
      ["label_roc_auc", "roc_auc"],
    ] as const) {
      const { select } = reporter({ model_select_metric: metric, target_label: "dog" });
      expect(select.value(figures), metric).toBe(per_class.dog![figure]);
      expect(select.value(figures)).toBeTypeOf("number");
    }
  });

  const averages = ["precision", "recall", "f1"].flatMap((figure) =>
    ["macro", "micro", "weighted"].map((average) => `${average}_${figure}`),
  );
  const lower = ["loss", "log_loss", "brier", "hamming_loss"];

  test.each([
    ["one label a row", figures, ["accuracy", ...averages, "roc_auc", "mcc", ...lower.slice(0, 3)]],
    [
      "several labels",
      reporter().figures(severalRows),
      ["accuracy", ...averages, "roc_auc", "mean_average_precision", "loss", "brier", "hamming_loss"],
    ],
  ])("of %s may be any figure of the split; losses and errors are better when lower", (_, split, metrics) => {
    for (const metric of metrics) {
      const { select } = reporter({ model_select_metric: metric as Options["model_select_metric"] });
      expect(select.higherIsBetter, metric).toBe(!lower.includes(metric));
      expect(select.value(split), metric).toBe(split[metric]);
      expect(select.value(split), metric).toBeTypeOf("number");
    }
  });

  test("about a label needs to be told which", () => {
    const check = (options: Partial<Options>) =>
      ClassificationMetricReporter.check!({
        model_select_metric: "accuracy",
        target_label: null,
        worst_rows: 1,
        ...options,
      } as never);
    expect(check({ model_select_metric: "label_f1" })).toEqual([
      {
        path: "target_label",
        message: 'model_select_metric "label_f1" is about one label: name it in target_label',
      },
    ]);
    expect(check({ model_select_metric: "label_f1", target_label: "dog" })).toEqual([]);
    expect(check({})).toEqual([]);
  });

  test("and target_label must fit the task", () => {
    expect(() => reporter({ target_label: "dig" }).requireFit(LABELS, "single-label")).toThrow(
      'PTX_CONFIG_VALUE  metric_reporter.target_label\n  no label is called "dig"; did you mean "dog"?  known: cat, dog, a,b',
    );
    expect(() => reporter({ model_select_metric: "mcc" }).requireFit(LABELS, "multi-label")).toThrow(
      'there is no "mcc" where a row may have several labels',
    );
    expect(() =>
      reporter({ model_select_metric: "hamming_loss" }).requireFit(LABELS, "single-label"),
    ).toThrow('there is no "hamming_loss" where a row has one label');
    expect(() =>
      reporter({ model_select_metric: "mcc", target_label: "dog" }).requireFit(LABELS, "single-label"),
    ).not.toThrow();
  });
});

test("a target_label that changes nothing is warned of", () => {
  const warned = (options: Partial<Options>, labels: string[]) => {
    const warnings: string[] = [];
    reporter(options, warnings).requireFit(labels, "single-label");
    return warnings;
  };
  expect(warned({ target_label: "dog" }, LABELS)).toEqual([
    expect.stringContaining('target_label "dog" changes nothing: of 3 labels'),
  ]);
  expect(warned({ target_label: "dog", model_select_metric: "label_recall" }, LABELS)).toEqual([]);
  expect(warned({ target_label: "dog" }, ["cat", "dog"])).toEqual([]);
  expect(warned({}, LABELS)).toEqual([]);
});

describe("the worst rows", () => {
  test("are the wrong ones, the least probable truth first", () => {
    expect(worstOf(reporter(), rows)).toEqual([
      { row: 2, gold: ["a,b"], predicted: ["dog"], right: false, score: Math.fround(0.05) },
      { row: 1, gold: ["dog"], predicted: ["cat"], right: false, score: Math.fround(0.3) },
    ]);
    expect(worstOf(reporter({ worst_rows: 1 }), rows)).toHaveLength(1);
    expect(worstOf(reporter({ worst_rows: 0 }), rows)).toEqual([]);
  });

  test("of several labels go by the label that is most wrong", () => {
    const labels = ["a", "b", "a,b"];
    const evaluated = several(
      [
        [
          [1, 0, 0],
          [0.9, 0.1, 0.2],
        ],
        [
          [1, 1, 0],
          [0.9, 0.4, 0.1],
        ],
        [
          [0, 0, 0],
          [0.1, 0.99, 0.2],
        ],
        [
          [1, 1, 0],
          [0.1, 0.2, 0.8],
        ],
      ],
      labels,
    );
    expect(worstOf(reporter(), evaluated)).toEqual([
      { row: 2, gold: [], predicted: ["b"], right: false, score: expect.closeTo(0.01, 6) },
      { row: 3, gold: ["a", "b"], predicted: ["a,b"], right: false, score: expect.closeTo(0.1, 6) }, // not the same as "a,b"
      { row: 1, gold: ["a", "b"], predicted: ["a"], right: false, score: expect.closeTo(0.4, 6) },
    ]);
  });

  test("are as many as the accuracy says, for any scores", () => {
    const row = fc.tuple(
      fc.nat(2),
      fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (given) => {
        const evaluated = single(given.map(([gold, scores]) => [gold, ...scores]));
        const worst = worstOf(reporter({ worst_rows: 100 }), evaluated);
        const { accuracy } = reporter().figures(evaluated) as unknown as { accuracy: number };
        expect(worst.length).toBe(Math.round((1 - accuracy) * given.length));
        expect(new Set(worst.map(({ row: at }) => at)).size).toBe(worst.length);
        for (const [i, { score }] of worst.entries())
          expect(score).toBeGreaterThanOrEqual(worst[i - 1]?.score ?? 0);
      }),
    );
  });
});

describe("the accuracy within the likeliest labels", () => {
  const topK = (topk: number, metric = "top_k_accuracy"): ClassMetricReporter => {
    const context = new Context(new Registry(), {
      log: { info: () => {}, warn: () => {} },
      settings: { seed: 0, threads: 1 },
    });
    const config = { model_select_metric: metric, target_label: null, worst_rows: 20, topk };
    return TopKClassificationMetricReporter.create(config as never, context);
  };

  test("counts rows whose label is among so many, and can choose the epoch", () => {
    const scores = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 4, maxLength: 4 });
    const drawn = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), scores), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(drawn, fc.integer({ min: 1, max: 3 }), (given, k) => {
        const rows = given.map(([gold, parts]): [number, ...number[]] => {
          // Different scores: ties have an order of their own.
          const apart = parts.map((part, i) => part + i / 8);
          const sum = apart.reduce((a, b) => a + b);
          return [gold, ...apart.map((part) => part / sum)];
        });
        const right = rows.filter(([gold, ...all]) => all.filter((one) => one > all[gold]!).length < k);
        const reporter = topK(k);
        const figures = reporter.figures(single(rows, ["a", "b", "c", "d"]));
        expect(figures.top_k_accuracy).toEqual({ [k]: right.length / rows.length });
        expect(reporter.select.value(figures)).toBe(right.length / rows.length);
        expect(topK(k, "accuracy").select.value(figures)).toBe(figures.accuracy);
      }),
    );
  });

  test("is refused where it would always be 1, or there is no one right label", () => {
    expect(() => topK(3).requireFit(LABELS, "single-label")).toThrow(
      /metric_reporter\.topk\n.*of 3 labels the likeliest 3 always hold the right one/,
    );
    expect(() => topK(2).requireFit(LABELS, "multi-label")).toThrow(/a row may have several labels/);
    expect(() => topK(2).requireFit(LABELS, "single-label")).not.toThrow();
  });
});
