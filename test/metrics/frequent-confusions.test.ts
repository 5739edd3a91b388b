import fc from "fast-check";
import { expect, it } from "vitest";
import { confusionMatrix } from "../../src/metrics/confusion.js";
import {
  ConfusionCounter,
  frequentConfusions,
  LISTED_CONFUSIONS,
} from "../../src/metrics/frequent-confusions.js";
import { labelledRows, names } from "./arbitraries.js";

it("the most frequent come first, equal counts by name with null last, other bounds behind", () => {
  const counter = new ConfusionCounter();
  counter.add({ gold: "b", predicted: "a" });
  counter.add({ gold: null, predicted: "a" });
  counter.add({ gold: "a", predicted: null });
  counter.add({ gold: "a", predicted: "c" });
  counter.add({ gold: "a", predicted: "b", other_bounds: true });
  counter.add({ gold: "a", predicted: "b" });
  counter.add({ gold: "c", predicted: "a" }, 3);
  expect(counter.mostFrequent()).toEqual([
    { gold: "c", predicted: "a", count: 3 },
    { gold: "a", predicted: "b", count: 1 },
    { gold: "a", predicted: "b", other_bounds: true, count: 1 },
    { gold: "a", predicted: "c", count: 1 },
    { gold: "a", predicted: null, count: 1 },
    { gold: "b", predicted: "a", count: 1 },
    { gold: null, predicted: "a", count: 1 },
  ]);
  expect(counter.mostFrequent(2)).toHaveLength(2);
});

it("a label called null is not nothing", () => {
  const counter = new ConfusionCounter();
  counter.add({ gold: "null", predicted: "a" });
  counter.add({ gold: null, predicted: "a" });
  expect(counter.mostFrequent()).toHaveLength(2);
});

it("those of a matrix are its errors, each counted as often as it was made", () => {
  fc.assert(
    fc.property(labelledRows, ({ labelCount, rows }) => {
      const [gold, predicted] = [rows.map(([left]) => left), rows.map(([, right]) => right)];
      const labels = names(labelCount);
      const matrix = confusionMatrix(labels, Int32Array.from(gold), Int32Array.from(predicted));
      const confusions = frequentConfusions(matrix, labelCount ** 2);
      for (const { gold: truth, predicted: said, count } of confusions) {
        expect(truth).not.toBe(said);
        expect(count).toBe(
          rows.filter(([left, right]) => labels[left] === truth && labels[right] === said).length,
        );
      }
      const errors = rows.filter(([left, right]) => left !== right).length;
      expect(confusions.reduce((sum, { count }) => sum + count, 0)).toBe(errors);
      expect(frequentConfusions(matrix)).toEqual(confusions.slice(0, LISTED_CONFUSIONS));
    }),
  );
});
