// Recorded by bench/peers/record_entities.py with seqeval 1.2.2 and the Python conlleval 0.2. The Perl conlleval of
// 2004 gives the same counts for the cases in BIO and IOB1; it does not know S.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { tagReader } from "../../../src/components/reporters/tag-reader.js";
import { type TaggingReport, taggingReport } from "../../../src/metrics/index.js";

type Figures = readonly [precision: number, recall: number, f1: number];
type Counts = readonly [gold: number, predicted: number, correct: number];

interface Case {
  readonly name: string;
  readonly gold: readonly string[];
  readonly predicted: readonly string[];
  readonly types: readonly string[];
  readonly accuracy: number;
  readonly seqeval: { readonly micro: Figures; readonly macro: Figures; readonly types: readonly number[][] };
  readonly conlleval: { readonly overall: Counts; readonly types: Readonly<Record<string, Counts>> };
  readonly strict?: Figures;
}

const cases = JSON.parse(
  readFileSync(new URL("fixtures/entities.json", import.meta.url), "utf8"),
) as readonly Case[];

function report({ gold, predicted }: Case): TaggingReport {
  const [goldTags, predictedTags] = [gold, predicted].map((rows) => rows.map((row) => row.split(" ")));
  const labels = [...new Set([...goldTags!, ...predictedTags!].flat())];
  const ids = (rows: readonly (readonly string[])[]) =>
    rows.map((row) => row.map((tag) => labels.indexOf(tag)));
  return taggingReport({
    labels,
    gold: ids(goldTags!),
    predicted: ids(predictedTags!),
    scores: null,
    reader: tagReader(labels),
    loss: null,
  });
}

describe.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) => {
  const figures = report(one);

  test("gives seqeval's precision, recall and F1 over all entities, its mean F1 of types and its accuracy", () => {
    const [precision, recall, f1] = one.seqeval.micro;
    expect(figures.entity_precision).toBeCloseTo(precision, 12);
    expect(figures.entity_recall).toBeCloseTo(recall, 12);
    expect(figures.entity_f1).toBeCloseTo(f1, 12);
    expect(figures.entity_macro_f1).toBeCloseTo(one.seqeval.macro[2], 12);
    expect(figures.token_accuracy).toBeCloseTo(one.accuracy, 12);
  });

  test("gives seqeval's figures of each type", () => {
    expect(Object.keys(figures.per_entity!).sort()).toEqual(one.types);
    for (const [index, type] of one.types.entries()) {
      const [precision, recall, f1, support] = one.seqeval.types[index]!;
      const ours = figures.per_entity![type]!;
      expect(ours.precision, type).toBeCloseTo(precision!, 12);
      expect(ours.recall, type).toBeCloseTo(recall!, 12);
      expect(ours.f1, type).toBeCloseTo(f1!, 12);
      expect(ours.support, type).toBe(support);
    }
  });

  test("gives what follows from conlleval's counts, over all and of each type", () => {
    const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
    const [gold, predicted, correct] = one.conlleval.overall;
    expect(figures.entity_precision).toBeCloseTo(share(correct, predicted), 12);
    expect(figures.entity_recall).toBeCloseTo(share(correct, gold), 12);
    for (const [type, [ofGold, ofPredicted, hits]] of Object.entries(one.conlleval.types)) {
      expect(figures.per_entity![type]!.support, type).toBe(ofGold);
      expect(figures.per_entity![type]!.precision, type).toBeCloseTo(share(hits, ofPredicted), 12);
      expect(figures.per_entity![type]!.recall, type).toBeCloseTo(share(hits, ofGold), 12);
    }
  });
});

test("where tags are valid seqeval's strict mode agrees; broken ones we read as conlleval does, not as strict mode", () => {
  const differing = cases.filter(
    (one) => one.strict !== undefined && Math.abs(one.strict[2] - report(one).entity_f1!) > 1e-12,
  );
  expect(differing.map(({ name }) => name)).toEqual([
    "any B, I and O",
    "any B, I and O of one type",
    "any B, I, E, S and O",
    "a prediction without its B",
  ]);
});
