import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawCandidates, logUniformProbability } from "../../../src/components/language/log-uniform.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { stream } from "../../../src/registry/random.js";
import { engineNames } from "../../graph/engines.js";
import { floats, gradientError, ints, normals } from "../models/harness.js";
import { gradientGraph, lively, logSoftmaxRows, surprisalGraph } from "./support.js";

const raw = { SampledSoftmax: { num_sampled: 4 } };
const sizes = { width: 3, vocab: 12 };
const targets = [0, 5, 2, 11];
const candidates = [2, 0, 7, 4];
const draws = 6;

const feeds = {
  states: floats([4, 3], normals(12, "states")),
  targets: ints([4], targets),
  "softmax.candidates": ints([5], [...candidates, draws]),
};

describe("the log-uniform distribution", () => {
  it("sums to 1 and falls with the id", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 3000 }), (size) => {
        const all = Array.from({ length: size }, (_, id) => logUniformProbability(id, size));
        expect(all.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
        expect(all.every((p, id) => id === 0 || p < all[id - 1]!)).toBe(true);
      }),
    );
  });

  it("is what single draws follow", () => {
    const counts = new Float64Array(10);
    for (let i = 0; i < 40_000; i++) {
      const id = new Int32Array(1);
      drawCandidates(stream(3, "one", i), 10, id);
      counts[id[0]!]!++;
    }
    for (const [id, count] of counts.entries())
      expect(Math.abs(count / 40_000 - logUniformProbability(id, 10))).toBeLessThan(0.01);
  });

  it("gives different candidates, as many as asked for, the same for the same stream", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 500 }), fc.integer(), (size, seed) => {
        const draw = (): [Int32Array, number] => {
          const ids = new Int32Array(Math.floor(size / 2));
          return [ids, drawCandidates(stream(seed, "test"), size, ids)];
        };
        const [ids, tries] = draw();
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.every((id) => id >= 0 && id < size)).toBe(true);
        expect(tries).toBeGreaterThanOrEqual(ids.length);
        expect(draw()).toEqual([ids, tries]);
      }),
    );
  });
});

describe.each([false, true])("SampledSoftmax in training, tied: %s", (tied) => {
  it("compares each target with the candidates, every logit less the logarithm of its expected count", async () => {
    const store = await lively(raw, { ...sizes, tied });
    const weight = store.get(tied ? "table" : "softmax.weight")!.data;
    const bias = store.get("softmax.bias")!.data;
    const logit = (row: number, id: number): number => {
      const p = Math.log((id + 2) / (id + 1)) / Math.log(sizes.vocab + 1);
      const expected = 1 - (1 - p) ** draws;
      const state = feeds.states.data.slice(row * 3, row * 3 + 3) as Float32Array;
      return state.reduce((sum, x, k) => sum + x * weight[id * 3 + k]!, bias[id]!) - Math.log(expected);
    };
    const wanted = targets.map((target, row) => {
      const compared = [target, ...candidates.filter((id) => id !== target)].map((id) => logit(row, id));
      return -logSoftmaxRows(compared, compared.length)[0]!;
    });
    const target = await surprisalGraph(raw, { ...sizes, tied }, "train", store);
    const { surprisal } = await target.run(feeds);
    for (const [row, value] of wanted.entries()) expect(surprisal!.data[row]).toBeCloseTo(value, 5);
  });

  it.each(engineNames)("has the gradients that finite differences give, on %s", async (name) => {
    const store = await lively(raw, { ...sizes, tied });
    const target = await gradientGraph(raw, { ...sizes, tied }, store, name);
    const given = { ...feeds, scale: floats([4], [1, 0.5, 2, 0]) };
    expect(await gradientError(target, store, given, ["states"])).toBeLessThan(2e-3);
  });
});

it("SampledSoftmax refuses samples that are most of the vocabulary", async () => {
  const many = { SampledSoftmax: { num_sampled: 7 } };
  await expect(surprisalGraph(many, sizes, "train", new ParameterStore(1))).rejects.toThrow(
    /num_sampled \(7\) must not be above half the size of the vocabulary \(12\)/,
  );
});
