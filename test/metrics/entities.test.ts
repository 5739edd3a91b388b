import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Entity, entityFigures } from "../../src/metrics/entities.js";
import type { PrecisionRecallF1 } from "../../src/metrics/precision-recall.js";

const TYPES = ["LOC", "PER", "ORG"];

function entity(label: string, start: number, end: number): Entity {
  return { label, start, end };
}

/** Entities of one row that do not overlap, as tags give them. */
const row = fc
  .array(
    fc.record({
      label: fc.constantFrom("LOC", "PER"),
      gap: fc.nat(1),
      length: fc.integer({ min: 1, max: 2 }),
    }),
    {
      maxLength: 4,
    },
  )
  .map((parts) => {
    let at = 0;
    return parts.map(({ label, gap, length }) => {
      const start = at + gap;
      at = start + length;
      return entity(label, start, at);
    });
  });
const rows = fc.array(fc.tuple(row, row), { maxLength: 8 });

/** Each entity of each row as one string: what the definition's sets hold. */
function spans(of: readonly (readonly Entity[])[], type?: string): Set<string> {
  return new Set(
    of.flatMap((entities, index) =>
      entities
        .filter(({ label }) => type === undefined || label === type)
        .map(({ label, start, end }) => `${index}:${start}-${end}:${label}`),
    ),
  );
}

/** Precision, recall and F1 of two sets, straight from the definition. */
function ofSets(gold: Set<string>, predicted: Set<string>): PrecisionRecallF1 {
  if (gold.size === 0 && predicted.size === 0) return { precision: null, recall: null, f1: null };
  const both = [...gold].filter((one) => predicted.has(one)).length;
  const precision = predicted.size === 0 ? 0 : both / predicted.size;
  const recall = gold.size === 0 ? 0 : both / gold.size;
  return { precision, recall, f1: both === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

function expectClose(actual: PrecisionRecallF1, expected: PrecisionRecallF1): void {
  for (const figure of ["precision", "recall", "f1"] as const) {
    if (expected[figure] === null) expect(actual[figure]).toBeNull();
    else expect(actual[figure]).toBeCloseTo(expected[figure], 12);
  }
}

describe("figures of entities", () => {
  it("are those of the sets of all spans, and of each type's", () => {
    fc.assert(
      fc.property(rows, (given) => {
        const [gold, predicted] = [given.map(([left]) => left), given.map(([, right]) => right)];
        const figures = entityFigures(TYPES, gold, predicted);
        expectClose(figures.micro, ofSets(spans(gold), spans(predicted)));
        const perType = TYPES.map((type) => ofSets(spans(gold, type), spans(predicted, type)));
        for (const [index, type] of TYPES.entries()) {
          expectClose(figures.perType[type]!, perType[index]!);
          expect(figures.perType[type]!.support).toBe(spans(gold, type).size);
        }
        const seen = perType.flatMap(({ f1 }) => (f1 === null ? [] : [f1]));
        const mean = seen.reduce((a, b) => a + b, 0) / seen.length;
        if (seen.length === 0) expect(figures.macro.f1).toBeNull();
        else expect(figures.macro.f1).toBeCloseTo(mean, 12);
      }),
    );
  });

  it("do not change with the order of rows, and move along with the names of types", () => {
    const renamed = (of: Entity[][]) =>
      of.map((one) => one.map(({ label, ...at }) => ({ label: `${label}!`, ...at })));
    fc.assert(
      fc.property(rows, (given) => {
        const [gold, predicted] = [given.map(([left]) => left), given.map(([, right]) => right)];
        const figures = entityFigures(TYPES, gold, predicted);
        expect(entityFigures(TYPES, [...gold].reverse(), [...predicted].reverse())).toEqual(figures);
        const other = entityFigures(
          TYPES.map((type) => `${type}!`),
          renamed(gold),
          renamed(predicted),
        );
        expect(other.micro).toEqual(figures.micro);
        expect(other.macro).toEqual(figures.macro);
        for (const type of TYPES) expect(other.perType[`${type}!`]).toEqual(figures.perType[type]);
      }),
    );
  });

  it("change precision with recall when gold and prediction change places", () => {
    fc.assert(
      fc.property(rows, (given) => {
        const [gold, predicted] = [given.map(([left]) => left), given.map(([, right]) => right)];
        const { micro } = entityFigures(TYPES, gold, predicted);
        const turned = entityFigures(TYPES, predicted, gold).micro;
        expect(turned).toEqual({ precision: micro.recall, recall: micro.precision, f1: micro.f1 });
      }),
    );
  });

  it("are 1, without confusions, where all are found", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1 }), (gold) => {
        fc.pre(gold.some((entities) => entities.length > 0));
        const { micro, macro, confusions } = entityFigures(TYPES, gold, gold);
        expect([micro, macro]).toEqual([
          { precision: 1, recall: 1, f1: 1 },
          { precision: 1, recall: 1, f1: 1 },
        ]);
        expect(confusions).toEqual([]);
      }),
    );
  });

  it("are null where there is no entity at all, with every type listed", () => {
    const none = { precision: null, recall: null, f1: null };
    expect(entityFigures(TYPES, [[], []], [[], []])).toEqual({
      micro: none,
      macro: none,
      perType: Object.fromEntries(TYPES.map((type) => [type, { ...none, support: 0 }])),
      confusions: [],
    });
    expect(entityFigures([], [], []).micro).toEqual(none);
  });

  it("refuse another number of rows, and a type that is not listed", () => {
    expect(() => entityFigures(TYPES, [[]], [])).toThrow(
      "predicted holds 0 values, expected 1 (the entities of each row of gold)",
    );
    expect(() => entityFigures(["A"], [[], []], [[], [entity("B", 0, 1)]])).toThrow(
      'predicted[1] has an entity of type "B", which is none of "A"',
    );
  });
});

describe("confusions of entities", () => {
  it("pair those of the same tokens, then those that share some, and leave what nothing stands against", () => {
    const gold = [
      [entity("LOC", 0, 2), entity("PER", 3, 4)],
      [entity("LOC", 0, 1), entity("LOC", 2, 3)],
      [entity("PER", 1, 3), entity("PER", 4, 6)],
    ];
    const predicted = [
      [entity("ORG", 0, 2), entity("PER", 3, 4)],
      [entity("ORG", 0, 1), entity("PER", 1, 2)],
      [entity("PER", 0, 2), entity("LOC", 3, 5)],
    ];
    expect(entityFigures(TYPES, gold, predicted).confusions).toEqual([
      { gold: "LOC", predicted: "ORG", count: 2 },
      { gold: "LOC", predicted: null, count: 1 },
      { gold: "PER", predicted: "LOC", other_bounds: true, count: 1 },
      { gold: "PER", predicted: "PER", other_bounds: true, count: 1 },
      { gold: null, predicted: "PER", count: 1 },
    ]);
  });

  it("prefer the entity of the same tokens to one that was met before and shares some", () => {
    const gold = [[entity("LOC", 0, 3), entity("PER", 1, 2)]];
    const predicted = [[entity("ORG", 1, 2)]];
    expect(entityFigures(TYPES, gold, predicted).confusions).toEqual([
      { gold: "LOC", predicted: null, count: 1 },
      { gold: "PER", predicted: "ORG", count: 1 },
    ]);
  });

  it("add up to the errors: gold that was not hit, and predictions that hit nothing", () => {
    fc.assert(
      fc.property(rows, (given) => {
        const [gold, predicted] = [given.map(([left]) => left), given.map(([, right]) => right)];
        const { confusions } = entityFigures(TYPES, gold, predicted);
        const [have, said] = [spans(gold), spans(predicted)];
        expect(
          confusions.some(({ gold: a, predicted: b, other_bounds: o }) => a === b && o === undefined),
        ).toBe(false);
        const sum = (of: typeof confusions) => of.reduce((total, { count }) => total + count, 0);
        const missed = [...have].filter((one) => !said.has(one)).length;
        const wrong = [...said].filter((one) => !have.has(one)).length;
        expect(sum(confusions.filter((one) => one.gold !== null))).toBe(missed);
        expect(sum(confusions.filter((one) => one.predicted !== null))).toBe(wrong);
      }),
    );
  });
});
