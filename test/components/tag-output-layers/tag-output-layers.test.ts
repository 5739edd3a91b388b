import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../src/graph/autodiff.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode } from "../../../src/graph/scope.js";
import { type EngineName, engine, engineNames } from "../../graph/engines.js";
import { type Built, built, floats, ints, prefixMask, slot } from "../models/harness.js";

const NAMES = ["a", "b", "c"];

/** A tag output layer over fed logits, mask and target. */
async function layer(
  raw: unknown,
  options: { readonly engine?: EngineName; readonly mode?: Mode; readonly target?: boolean } = {},
  names: readonly string[] = NAMES,
): Promise<Built> {
  const value = slot("tag_output_layer", raw);
  const used = await engine(options.engine ?? "onnxruntime");
  return built(used, options.mode ?? "train", new ParameterStore(1), (scope) =>
    scope.part("tag_output_layer", value, "output_layer", (output, config, at) => {
      const logits = scope.graph.input("logits", "float32", ["batch", "tokens", names.length]);
      const mask = scope.graph.input("mask", "bool", ["batch", "tokens"]);
      const target =
        options.target === false ? undefined : scope.graph.input("target", "int32", ["batch", "tokens"]);
      const { loss, tags, scores } = output.build(at, config, { logits, mask, target, labels: names });
      expect(loss === null).toBe(options.target === false);
      const outputs: Record<string, Tensor> = {};
      if (tags !== null && scores !== null) Object.assign(outputs, { tags, scores });
      if (loss === null) return outputs;
      return { ...outputs, ...loss, gradient: gradients(loss.sum, [logits])[0] as Tensor };
    }),
  );
}

/** Rows of logits with their right labels; what stands behind each row's end is `padding`. */
function feeds(rows: readonly (readonly [number[], number])[][], width: number, padding: number) {
  const logits = new Float32Array(rows.length * width * 3).fill(padding);
  const target = new Int32Array(rows.length * width).fill(2);
  for (const [i, row] of rows.entries()) {
    logits.set(
      row.flatMap(([scores]) => scores),
      i * width * 3,
    );
    target.set(
      row.map(([, label]) => label),
      i * width,
    );
  }
  return {
    logits: floats([rows.length, width, 3], logits),
    mask: prefixMask(
      rows.map((row) => row.length),
      width,
    ),
    target: ints([rows.length, width], target),
  };
}

const anyRows = fc.array(
  fc.array(
    fc.tuple(
      fc.array(
        fc.integer({ min: -40, max: 40 }).map((n) => n / 8),
        { minLength: 3, maxLength: 3 },
      ),
      fc.nat(2),
    ),
    { maxLength: 4 },
  ),
  { minLength: 1, maxLength: 4 },
);

function logSoftmax(scores: readonly number[]): number[] {
  const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
  return scores.map((score) => score - total);
}

describe.each(engineNames)("a softmax for each token, on %s", (name) => {
  it.each([
    { config: {}, smoothing: 0, weights: [1, 1, 1] },
    { config: { label_smoothing: 0.3 }, smoothing: 0.3, weights: [1, 1, 1] },
    { config: { label_weights: { b: 2.5, c: 0 } }, smoothing: 0, weights: [1, 2.5, 0] },
    { config: { label_smoothing: 0.2, label_weights: { a: 0.5 } }, smoothing: 0.2, weights: [0.5, 1, 1] },
  ])("adds up the tokens' cross entropies and weights, padding left out: $config", async (given) => {
    const { config, smoothing, weights } = given;
    const target = await layer({ WordTaggingOutputLayer: config }, { engine: name });
    await fc.assert(
      fc.asyncProperty(anyRows, fc.constantFrom(0, 5, -9), async (rows, padding) => {
        const { sum, count } = await target.run(feeds(rows, 5, padding));
        let [loss, total] = [0, 0];
        for (const [scores, label] of rows.flat()) {
          const surprise = logSoftmax(scores).map((x, i) => -x * weights[i]!);
          const spread = surprise.reduce((a, b) => a + b, 0) / 3;
          loss += (1 - smoothing) * surprise[label]! + smoothing * spread;
          total += weights[label]!;
        }
        expect(sum!.data[0]).toBeCloseTo(loss, 3);
        expect(count!.data[0]).toBeCloseTo(total, 5);
      }),
      { numRuns: name === "tensorflow" ? 10 : 40 },
    );
  });

  it("gives each token its most likely label with its probability, and padding nothing", async () => {
    const target = await layer("WordTaggingOutputLayer", { engine: name, target: false, mode: "infer" });
    const rows: [number[], number][][] = [
      [
        [[1, 3, 2], 0],
        [[0, -1, 4], 0],
      ],
      [[[5, 5, 5], 0]],
      [],
    ];
    const { logits, mask } = feeds(rows, 3, 8);
    const { tags, scores } = await target.run({ logits, mask });
    expect(tags!.data).toEqual([1, 2, -1, 0, -1, -1, -1, -1, -1]);
    const probabilities = [
      Math.exp(logSoftmax([1, 3, 2])[1]!),
      Math.exp(logSoftmax([0, -1, 4])[2]!),
      0,
      1 / 3,
      0,
      0,
      0,
      0,
      0,
    ];
    for (const [i, wanted] of probabilities.entries()) expect(scores!.data[i]).toBeCloseTo(wanted, 6);
  });

  it("passes the gradient of a token's cross entropy to its logits and none to padding", async () => {
    const target = await layer("WordTaggingOutputLayer", { engine: name });
    const { gradient } = await target.run(feeds([[[[1, 3, 2], 0]], []], 2, 8));
    const p = logSoftmax([1, 3, 2]).map(Math.exp);
    const wanted = [p[0]! - 1, p[1]!, p[2]!, ...Array(9).fill(0)];
    for (const [i, value] of gradient!.data.entries()) expect(value).toBeCloseTo(wanted[i]!, 6);
  });
});

describe("tag output layers", () => {
  it.each(["WordTaggingOutputLayer", "CRFOutputLayer"])(
    "%s predicts the same with and without a target",
    async (name) => {
      const { target, ...given } = feeds(
        [
          [
            [[1, 3, 2], 0],
            [[4, 0, 1], 2],
          ],
          [[[0, 1, 0], 1]],
        ],
        3,
        0,
      );
      const withTarget = await (await layer(name, { mode: "infer" })).run({ ...given, target });
      const without = await (await layer(name, { mode: "infer", target: false })).run(given);
      expect(withTarget.tags).toEqual(without.tags);
      expect(withTarget.scores).toEqual(without.scores);
    },
  );

  it("refuse a weight for a label that does not exist, with the nearest one", async () => {
    await expect(
      layer({ WordTaggingOutputLayer: { label_weights: { "B-cty": 2 } } }, {}, ["O", "B-city", "I-city"]),
    ).rejects.toThrow(/"B-cty"; did you mean "B-city"/);
  });

  it("refuse constraints of a scheme that the labels do not follow, at their place in the model", async () => {
    await expect(layer({ CRFOutputLayer: { constraints: "bio" } })).rejects.toThrow(
      /output_layer\.CRFOutputLayer\.constraints\n.*"a" is none of its tags/,
    );
  });

  it("refuse constraints that do not exist", () => {
    expect(() => slot("tag_output_layer", { CRFOutputLayer: { constraints: "iob1" } })).toThrow(
      /constraints/,
    );
  });
});
