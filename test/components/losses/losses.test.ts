import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../src/graph/autodiff.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { div } from "../../../src/graph/ops/elementwise.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { type EngineName, engine, engineNames } from "../../graph/engines.js";
import { type Built, built, difference, floats, ints, slot } from "../models/harness.js";

interface Fixture {
  readonly given: { logits: number[]; classes: number[]; labels: number[]; weights: number[] };
  readonly recorded: Readonly<Record<string, { loss: number; gradient: number[] }>>;
}

const { given, recorded } = (
  JSON.parse(readFileSync(new URL("../models/fixtures/torch-layers.json", import.meta.url), "utf8")) as {
    losses: Fixture;
  }
).losses;

/** A loss over `logits [batch, width]` with its gradient: outputs loss (mean), sum, count, gradient (of the mean). */
async function lossOf(
  raw: unknown,
  kind: "class" | "labels",
  width: number,
  weights: readonly number[] | null,
  name: EngineName = "onnxruntime",
): Promise<Built> {
  const value = slot("loss", raw);
  return built(await engine(name), "train", new ParameterStore(1), (scope) =>
    scope.part("loss", value, "loss", (loss, config, at) => {
      expect(loss.target).toBe(kind);
      const logits = scope.graph.input("logits", "float32", ["batch", width]);
      const target: Tensor =
        kind === "class"
          ? scope.graph.input("target", "int32", ["batch"])
          : scope.graph.input("target", "float32", ["batch", width]);
      const classWeights = weights && scope.graph.constant("float32", [weights.length], weights);
      const { sum, count } = loss.build(at, config, { logits, target, classWeights });
      const mean = div(sum, count);
      return { loss: mean, sum, count, gradient: gradients(mean, [logits])[0] as Tensor };
    }),
  );
}

const logits = floats([5, 4], given.logits);
const classes = ints([5], given.classes);
const labels = floats([5, 4], given.labels);

describe.each(engineNames)("losses against PyTorch's recorded values, on %s", (name) => {
  it.each([
    ["cross_entropy", "CrossEntropyLoss", {}, null],
    ["cross_entropy_weighted", "CrossEntropyLoss", {}, given.weights],
    ["cross_entropy_smoothed", "CrossEntropyLoss", { label_smoothing: 0.2 }, null],
    ["cross_entropy_weighted_smoothed", "CrossEntropyLoss", { label_smoothing: 0.2 }, given.weights],
    ["cross_entropy", "FocalLoss", { alpha: 1, gamma: 0 }, null],
    ["cross_entropy_weighted", "FocalLoss", { alpha: 1, gamma: 0 }, given.weights],
    ["binary", "BinaryCrossEntropyWithLogitsLoss", {}, null],
    ["binary_weighted", "BinaryCrossEntropyWithLogitsLoss", {}, given.weights],
    ["binary_smoothed", "BinaryCrossEntropyWithLogitsLoss", { label_smoothing: 0.2 }, null],
  ] as const)("%s is %s with %o", async (key, className, config, weights) => {
    const kind = key.startsWith("binary") ? "labels" : "class";
    const target = await lossOf({ [className]: config }, kind, 4, weights, name);
    const results = await target.run({ logits, target: kind === "class" ? classes : labels });
    expect(results.loss!.data[0]).toBeCloseTo(recorded[key]!.loss, 5);
    expect(difference(results.gradient!, { dims: [5, 4], data: recorded[key]!.gradient })).toBeLessThan(2e-6);
  });
});

/** What each row and label contributes, straight from the definition, in doubles. */
function focalByDefinition(p: number, alpha: number, gamma: number): number {
  return -alpha * (1 - p) ** gamma * Math.log(p);
}

const smallLogit = fc.double({ min: -6, max: 6, noNaN: true });

describe("focal losses follow their definition (Lin et al., 2017)", () => {
  it("over classes", async () => {
    const target = await lossOf({ FocalLoss: { alpha: 0.7, gamma: 1.5 } }, "class", 3, null);
    await fc.assert(
      fc.asyncProperty(fc.array(smallLogit, { minLength: 3, maxLength: 3 }), fc.nat(2), async (row, gold) => {
        const { loss } = await target.run({ logits: floats([1, 3], row), target: ints([1], [gold]) });
        const p = Math.exp(row[gold]!) / row.reduce((total, x) => total + Math.exp(x), 0);
        const expected = focalByDefinition(p, 0.7, 1.5);
        expect(Math.abs(loss!.data[0]! - expected)).toBeLessThan(1e-5 * (1 + expected));
      }),
      { numRuns: 50 },
    );
  });

  it("over labels, with alpha for those that hold and 1 - alpha for the others", async () => {
    const target = await lossOf({ BinaryFocalLoss: { alpha: 0.3, gamma: 2 } }, "labels", 2, null);
    await fc.assert(
      fc.asyncProperty(fc.tuple(smallLogit, smallLogit), async (row) => {
        const { sum, count } = await target.run({
          logits: floats([1, 2], row),
          target: floats([1, 2], [1, 0]),
        });
        const p = row.map((x) => 1 / (1 + Math.exp(-x)));
        const expected = focalByDefinition(p[0]!, 0.3, 2) + focalByDefinition(1 - p[1]!, 0.7, 2);
        expect(Math.abs(sum!.data[0]! - expected)).toBeLessThan(1e-5 * (1 + expected));
        expect(count!.data[0]).toBe(2);
      }),
      { numRuns: 50 },
    );
  });

  it("have the gradients that finite differences give, for any gamma", async () => {
    for (const gamma of [0, 0.5, 1, 2, 5]) {
      const target = await lossOf({ FocalLoss: { alpha: 1, gamma } }, "class", 4, given.weights);
      const { gradient } = await target.run({ logits, target: classes });
      for (let i = 0; i < given.logits.length; i++) {
        const at = async (step: number): Promise<number> => {
          const moved = given.logits.map((x, j) => (j === i ? x + step : x));
          return (await target.run({ logits: floats([5, 4], moved), target: classes })).loss!.data[0]!;
        };
        const numeric = ((await at(5e-3)) - (await at(-5e-3))) / 1e-2;
        expect(Math.abs(numeric - gradient!.data[i]!)).toBeLessThan(2e-3);
      }
    }
  });
});

describe("BinaryCrossEntropyLoss", () => {
  it.each([
    [true, 1 / 2],
    [false, 1],
  ])("with reweight_negative %s is a yes or no for each class, by definition", async (reweight, share) => {
    const target = await lossOf(
      { BinaryCrossEntropyLoss: { reweight_negative: reweight } },
      "class",
      3,
      null,
    );
    const yes = (x: number): number => 1 / (1 + Math.exp(-x));
    await fc.assert(
      fc.asyncProperty(fc.tuple(smallLogit, smallLogit, smallLogit), fc.nat(2), async (row, gold) => {
        const { loss, gradient } = await target.run({
          logits: floats([1, 3], row),
          target: ints([1], [gold]),
        });
        const expected = row.reduce(
          (sum, x, k) => sum - (k === gold ? Math.log(yes(x)) : share * Math.log(yes(-x))),
          0,
        );
        expect(Math.abs(loss!.data[0]! - expected)).toBeLessThan(1e-5 * (1 + expected));
        for (const [k, x] of row.entries())
          expect(gradient!.data[k]).toBeCloseTo(k === gold ? yes(x) - 1 : share * yes(x), 5);
      }),
      { numRuns: 30 },
    );
  });
});

describe("HingeLoss", () => {
  it("is what wrong logits lack to the margin, by definition, and so is its gradient", async () => {
    const target = await lossOf({ HingeLoss: { margin: 1.5 } }, "class", 3, [1, 2, 4]);
    const row = fc.tuple(smallLogit, smallLogit, smallLogit, fc.nat(2));
    await fc.assert(
      fc.asyncProperty(fc.tuple(row, row), async (rows) => {
        const golds = rows.map((one) => one[3]);
        const { sum, count, gradient } = await target.run({
          logits: floats(
            [2, 3],
            rows.flatMap((one) => one.slice(0, 3)),
          ),
          target: ints([2], golds),
        });
        const reaches = rows.map((one) =>
          [0, 1, 2].map((k) => (k === one[3] ? -1 : 1.5 - one[one[3]]! + one[k]!)),
        );
        const lacks = reaches.map((own) => own.map((reach) => Math.max(0, reach)));
        const weights = golds.map((gold) => [1, 2, 4][gold]!);
        const total = weights.reduce((a, b) => a + b, 0);
        const expected = lacks.reduce(
          (all, own, i) => all + (weights[i]! * own.reduce((a, b) => a + b)) / 3,
          0,
        );
        expect(Math.abs(sum!.data[0]! - expected)).toBeLessThan(1e-5 * (1 + expected));
        expect(count!.data[0]).toBe(total);
        // On which side of the bend a logit lies is not known in float32 where it all but touches it.
        if (reaches.some((own) => own.some((reach) => Math.abs(reach) < 1e-4))) return;
        for (const [i, own] of lacks.entries())
          for (const k of own.keys()) {
            const slope = k === golds[i] ? -own.filter((lack) => lack > 0).length : Math.sign(own[k]!);
            expect(gradient!.data[i * 3 + k]).toBeCloseTo((weights[i]! * slope) / 3 / total, 5);
          }
      }),
      { numRuns: 30 },
    );
  });
});

describe("AUCPRHingeLoss", () => {
  const anchors = 3;
  const [low, high] = [0.2, 0.8];
  const precisions = [0.4, 0.6, 0.8];
  /** The loss of rows by the formulas of section 5 of its paper, and whatever is asked of a multiplier below zero. */
  function byDefinition(
    rows: readonly (readonly number[])[],
    golds: readonly number[],
    thresholds: readonly number[],
    multipliers: readonly number[],
  ): number {
    const width = rows[0]!.length;
    let total = 0;
    for (const c of rows[0]!.keys()) {
      const prior = (1 + golds.filter((gold) => gold === c).length) / (2 + rows.length);
      for (const [k, p] of precisions.entries()) {
        const lambda = Math.max(0, multipliers[c * anchors + k]!);
        for (const [i, row] of rows.entries()) {
          const margin = row[c]! - thresholds[c * anchors + k]!;
          const hinge =
            golds[i] === c
              ? (1 + lambda * (1 - p)) * Math.max(0, 1 - margin)
              : lambda * p * Math.max(0, 1 + margin);
          total += hinge - lambda * (1 - p) * prior;
        }
      }
    }
    return total / anchors / (rows.length * width);
  }

  async function program(store: ParameterStore) {
    const value = slot("loss", {
      AUCPRHingeLoss: { num_anchors: anchors, precision_range_lower: low, precision_range_upper: high },
    });
    return built(await engine("onnxruntime"), "train", store, (scope) =>
      scope.part("loss", value, "loss", (loss, config, at) => {
        const input = scope.graph.input("logits", "float32", ["batch", 4]);
        const target = scope.graph.input("target", "int32", ["batch"]);
        const { sum, count } = loss.build(at, config, { logits: input, target, classWeights: null });
        const mean = div(sum, count);
        const wanted = [input, ...scope.graph.parameters];
        const [ofLogits, ...others] = gradients(mean, wanted) as Tensor[];
        return {
          ...{ loss: mean, gradient: ofLogits! },
          ...Object.fromEntries(others.map((one, i) => [`of:${scope.graph.parameters[i]!.name}`, one])),
        };
      }),
    );
  }

  it("is the mean over anchors of the Lagrangian, whose multipliers have their gradient turned round", async () => {
    const store = new ParameterStore(1);
    const target = await program(store);
    const names = store.names;
    const [thresholds, multipliers] = ["thresholds", "multipliers"].map(
      (name) => store.get(names.find((one) => one.endsWith(name))!)!,
    );
    expect(new Set(multipliers!.data)).toEqual(new Set([1]));
    thresholds!.data.set(thresholds!.data.map((_, i) => (i % 5) / 10 - 0.2));
    multipliers!.data.set(multipliers!.data.map((_, i) => 0.25 + (i % 4) / 3));
    const rows = Array.from({ length: 5 }, (_, i) => given.logits.slice(i * 4, i * 4 + 4));
    const at = (r: readonly (readonly number[])[], b: readonly number[], l: readonly number[]) =>
      byDefinition(r, given.classes, b, l);
    const [b, l] = [[...thresholds!.data], [...multipliers!.data]];
    const results = await target.run({ logits, target: classes });
    expect(results.loss!.data[0]).toBeCloseTo(at(rows, b, l), 4);
    const slope = (move: (step: number) => number): number => (move(1e-4) - move(-1e-4)) / 2e-4;
    const moved = (list: readonly number[], i: number, step: number) =>
      list.map((x, j) => (i === j ? x + step : x));
    for (const i of given.logits.keys())
      expect(results.gradient!.data[i]).toBeCloseTo(
        slope((step) =>
          at(
            rows.map((row, r) => moved(row, i - 4 * r, step)),
            b,
            l,
          ),
        ),
        3,
      );
    for (const i of b.keys()) {
      expect(results[`of:${thresholds!.name}`]!.data[i]).toBeCloseTo(
        slope((step) => at(rows, moved(b, i, step), l)),
        3,
      );
      expect(results[`of:${multipliers!.name}`]!.data[i]).toBeCloseTo(
        -slope((step) => at(rows, b, moved(l, i, step))),
        3,
      );
    }
  });
});

describe("losses are finite, with finite gradients, for logits of any size", () => {
  const huge = [1e4, -1e4, 0, 0, 80, -80, -1e30, 1e30];
  const rows = huge.flatMap((a) => huge.map((b) => [a, b]));
  const feeds = (kind: string): Record<string, HostTensor> => ({
    logits: floats([rows.length, 2], rows.flat()),
    target:
      kind === "class"
        ? ints(
            [rows.length],
            rows.map((_, i) => i % 2),
          )
        : floats(
            [rows.length, 2],
            rows.flatMap((_, i) => [i % 2, 1 - (i % 2)]),
          ),
  });

  it.each([
    ["CrossEntropyLoss", "class", {}],
    ["FocalLoss", "class", { gamma: 0.5 }],
    ["BinaryCrossEntropyWithLogitsLoss", "labels", {}],
    ["BinaryFocalLoss", "labels", { gamma: 0.5 }],
  ] as const)("%s", async (name, kind, config) => {
    const target = await lossOf({ [name]: config }, kind, 2, null);
    const { loss, gradient } = await target.run(feeds(kind));
    expect(loss!.data.every(Number.isFinite)).toBe(true);
    expect(loss!.data[0]).toBeGreaterThan(1);
    expect(gradient!.data.every(Number.isFinite)).toBe(true);
  });
});

describe("a loss is a sum and a count", () => {
  it.each([
    ["CrossEntropyLoss", "class"],
    ["FocalLoss", "class"],
    ["BinaryCrossEntropyWithLogitsLoss", "labels"],
    ["BinaryFocalLoss", "labels"],
    ["HingeLoss", "class"],
  ] as const)("%s over a batch is the sums and counts of its parts together", async (name, kind) => {
    const target = await lossOf(name, kind, 4, given.weights);
    const part = async (from: number, to: number) => {
      const cut = (data: readonly number[], width: number) => data.slice(from * width, to * width);
      const results = await target.run({
        logits: floats([to - from, 4], cut(given.logits, 4)),
        target:
          kind === "class"
            ? ints([to - from], cut(given.classes, 1))
            : floats([to - from, 4], cut(given.labels, 4)),
      });
      return [results.sum!.data[0]!, results.count!.data[0]!] as const;
    };
    const [whole, first, second] = [await part(0, 5), await part(0, 2), await part(2, 5)];
    expect(first[0] + second[0]).toBeCloseTo(whole[0], 4);
    expect(first[1] + second[1]).toBeCloseTo(whole[1], 5);
  });

  it("counts rows by their class's weight, and labels by theirs", async () => {
    const byClass = await (await lossOf("CrossEntropyLoss", "class", 4, given.weights)).run({
      logits,
      target: classes,
    });
    expect(byClass.count!.data[0]).toBe(given.classes.reduce((total, id) => total + given.weights[id]!, 0));
    const byLabel = await (await lossOf("BinaryCrossEntropyWithLogitsLoss", "labels", 4, given.weights)).run({
      logits,
      target: labels,
    });
    expect(byLabel.count!.data[0]).toBe(5 * given.weights.reduce((a, b) => a + b, 0));
  });
});
