import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TaggingMetricReporter, TagsEvaluated } from "../../../src/components/reporters/contracts.js";
import { tagReader } from "../../../src/components/reporters/tag-reader.js";
import { SequenceTaggingMetricReporter } from "../../../src/components/reporters/tagging.js";
import { Context } from "../../../src/registry/context.js";
import { Registry } from "../../../src/registry/registry.js";

const context = new Context(new Registry(), {
  log: { info: () => {}, warn: () => {} },
  settings: { seed: 0, threads: 1 },
});

type Config = Parameters<typeof SequenceTaggingMetricReporter.create>[0];

function reporter(options: Partial<Config> = {}): TaggingMetricReporter {
  return SequenceTaggingMetricReporter.create(
    { model_select_metric: "entity_f1", worst_rows: 20, ...options },
    context,
  );
}

const LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"];
const PARTS = ["NOUN", "VERB", "O"];

/** Rows of tags by name, with the probabilities of the predicted. */
function evaluated(
  rows: readonly { readonly gold: string; readonly predicted: string; readonly scores: readonly number[] }[],
  labels: readonly string[] = LABELS,
): TagsEvaluated {
  const ids = (tags: string) =>
    Int32Array.from(tags === "" ? [] : tags.split(" "), (tag) => labels.indexOf(tag));
  return {
    labels,
    loss: 0.25,
    gold: rows.map(({ gold }) => ids(gold)),
    predicted: rows.map(({ predicted }) => ids(predicted)),
    scores: rows.map(({ scores }) => Float32Array.from(scores)),
  };
}

const rows = evaluated([
  { gold: "B-PER I-PER O", predicted: "B-PER I-PER O", scores: [0.5, 0.25, 0.75] },
  { gold: "B-LOC O", predicted: "B-PER O", scores: [0.75, 0.5] },
  { gold: "O O", predicted: "O B-LOC", scores: [0.125, 0.5] },
  { gold: "", predicted: "", scores: [] },
]);

describe("figures", () => {
  test("are of entities and of tokens", () => {
    expect(reporter().figures(rows)).toMatchObject({
      rows: 4,
      tokens: 7,
      loss: 0.25,
      token_accuracy: 5 / 7,
      sentence_accuracy: 2 / 4,
      entity_precision: 1 / 3,
      entity_recall: 1 / 2,
      entity_f1: 2 / 5,
      per_entity: { PER: { support: 1 }, LOC: { support: 1, recall: 0 } },
      confusions: {
        entities: [
          { gold: "LOC", predicted: "PER", count: 1 },
          { gold: null, predicted: "LOC", count: 1 },
        ],
      },
    });
  });

  test("of tags that stand for themselves are of tokens only", () => {
    const figures = reporter({ model_select_metric: "token_accuracy" }).figures(
      evaluated([{ gold: "NOUN VERB", predicted: "NOUN NOUN", scores: [1, 0.5] }], PARTS),
    );
    expect(figures).toMatchObject({ token_accuracy: 1 / 2, per_tag: { VERB: { recall: 0 } } });
    expect(figures).not.toHaveProperty("entity_f1");
  });

  test("without predictions are the loss, the others null", () => {
    const figures = reporter().figures({ ...rows, predicted: null, scores: null });
    expect(figures).toMatchObject({ loss: 0.25, tokens: 7, token_accuracy: null, entity_f1: null });
    expect(reporter().select.value(figures)).toBeNull();
  });

  test("hold nothing that JSON cannot", () => {
    const figures = reporter().figures(rows);
    expect(JSON.parse(JSON.stringify(figures))).toEqual({ ...figures });
  });

  test("of scores that are not probabilities are an error that says what happened", () => {
    const broken = evaluated([{ gold: "O O", predicted: "O O", scores: [0.5, Number.NaN] }]);
    expect(() => reporter().figures(broken)).toThrow(
      /^PTX_TRAINING {2}metric_reporter\n {2}the score of row 0, token 1 is NaN.*training diverged/,
    );
  });
});

describe("the selection metric", () => {
  test.each([
    ["entity_f1", 2 / 5],
    ["entity_precision", 1 / 3],
    ["entity_recall", 1 / 2],
    ["token_accuracy", 5 / 7],
    ["sentence_accuracy", 1 / 2],
    ["loss", 0.25],
  ] as const)("may be %s", (name, value) => {
    const { select } = reporter({ model_select_metric: name });
    expect(select.name).toBe(name);
    expect(select.higherIsBetter).toBe(name !== "loss");
    expect(select.value(reporter().figures(rows))).toBeCloseTo(value, 12);
  });

  test("about entities is refused where tags are none, with a tag that shows it", () => {
    expect(() => reporter().requireFit(PARTS)).toThrow(
      'PTX_CONFIG_VALUE  metric_reporter.model_select_metric\n  there is no "entity_f1" for these tags: "NOUN" is none of O, B-x, I-x, E-x, S-x; choose token_accuracy',
    );
    expect(() => reporter({ model_select_metric: "token_accuracy" }).requireFit(PARTS)).not.toThrow();
    for (const metric of ["entity_f1", "loss"] as const) {
      expect(() => reporter({ model_select_metric: metric }).requireFit(LABELS)).not.toThrow();
    }
  });
});

describe("tags are read as entities", () => {
  test.each([
    ["BIO", ["O", "B-a", "I-a"], "B-a I-a B-a", ["a 0-2", "a 2-3"]],
    ["IOB1", ["O", "B-a", "I-a"], "I-a I-a B-a", ["a 0-2", "a 2-3"]],
    ["BIOES", ["O", "B-a", "I-a", "E-a", "S-a"], "B-a I-a E-a S-a", ["a 0-3", "a 3-4"]],
    ["BILOU", ["O", "B-a", "I-a", "L-a", "U-a"], "B-a I-a L-a U-a", ["a 0-3", "a 3-4"]],
    ["names with dots and dashes", ["O", "B-a-b.c", "I-a-b.c"], "O B-a-b.c I-a-b.c", ["a-b.c 1-3"]],
  ])("in %s", (_, labels, tags, expected) => {
    const entities = tagReader(labels)!.entities(tags.split(" "));
    expect(entities.map(({ label, start, end }) => `${label} ${start}-${end}`)).toEqual(expected);
  });

  test("with the types in the order of the labels", () => {
    expect(tagReader(LABELS)!.types).toEqual(["PER", "LOC"]);
    expect(tagReader(["O"])!.types).toEqual([]);
  });

  test("only where every label is such a tag", () => {
    for (const odd of ["NOUN", "B-", "B", "b-a", "X-a", ""]) {
      expect(tagReader([...LABELS, odd]), odd).toBeNull();
    }
  });
});

describe("rows side by side", () => {
  test("hold all tags, whether they are all right, and how sure the model was of what is least so", () => {
    expect(reporter().compare(rows)).toEqual([
      { row: 0, gold: ["B-PER", "I-PER", "O"], predicted: ["B-PER", "I-PER", "O"], right: true, score: 0.25 },
      { row: 1, gold: ["B-LOC", "O"], predicted: ["B-PER", "O"], right: false, score: 0.25 },
      { row: 2, gold: ["O", "O"], predicted: ["O", "B-LOC"], right: false, score: 0.125 },
      { row: 3, gold: [], predicted: [], right: true, score: 1 },
    ]);
  });

  test("are none where nothing was predicted", () => {
    expect(reporter().compare({ ...rows, predicted: null, scores: null })).toEqual([]);
  });

  test("are right as often as the sentence accuracy says, for any tags", () => {
    const tag = fc.nat(LABELS.length - 1);
    const row = fc.array(fc.tuple(tag, tag, fc.float({ min: 0, max: 1, noNaN: true })), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (given) => {
        const any: TagsEvaluated = {
          labels: LABELS,
          loss: null,
          gold: given.map((one) => one.map(([gold]) => gold)),
          predicted: given.map((one) => one.map(([, predicted]) => predicted)),
          scores: given.map((one) => one.map(([, , score]) => score)),
        };
        const compared = reporter().compare(any);
        const { sentence_accuracy } = reporter().figures(any);
        expect(compared.filter(({ right }) => right).length / given.length).toBe(sentence_accuracy);
        for (const { gold, predicted, right, row: at } of compared) {
          expect(gold).toEqual(given[at]!.map(([id]) => LABELS[id]));
          expect(isDeepStrictEqual(gold, predicted)).toBe(right);
        }
      }),
    );
  });

  test("that went most wrong are kept as many as the config says", () => {
    expect(reporter({ worst_rows: 3 }).worstRows).toBe(3);
  });
});
