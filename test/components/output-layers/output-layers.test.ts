import { describe, expect, it } from "vitest";
import type { Decision, ModelInput } from "../../../src/components/contracts.js";
import type { Tensorizer } from "../../../src/components/data/contracts.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { type EngineName, engine, engineNames } from "../../graph/engines.js";
import { type Built, built, difference, floats, ints, slot } from "../models/harness.js";

/** An output layer over fed logits; `counts` is what the target's tensorizer says of the training rows. */
async function layer(
  raw: unknown,
  labels: readonly string[],
  options: {
    readonly target?: boolean;
    readonly counts?: readonly number[];
    readonly engine?: EngineName;
    readonly form?: Decision;
    /** Whether the target has a teacher's logits. */
    readonly soft?: boolean;
  } = {},
): Promise<Built & { readonly threshold: number }> {
  const value = slot("output_layer", raw);
  let threshold = -1;
  const target = await built(
    await engine(options.engine ?? "onnxruntime"),
    "train",
    new ParameterStore(1),
    (scope) =>
      scope.part("output_layer", value, "output_layer", (output, config, at) => {
        const { logits: width } = output.spec(config, labels);
        threshold = output.threshold(config);
        const logits = scope.graph.input("logits", "float32", ["batch", width]);
        const target = (): ModelInput => ({
          tensorizer: (options.counts ? { labelCounts: () => options.counts } : {}) as unknown as Tensorizer,
          tensors: {
            ...((options.form ?? output.decision) === "multi-label"
              ? { values: scope.graph.input("target", "float32", ["batch", labels.length]) }
              : { ids: scope.graph.input("target", "int32", ["batch"]) }),
            ...(options.soft && {
              logits: scope.graph.input("soft", "float32", ["batch", labels.length]),
            }),
          },
        });
        const input = options.target === false ? undefined : target();
        const { loss, scores } = output.build(at, config, logits, input, labels);
        expect(loss === null).toBe(options.target === false);
        const outputs: Record<string, Tensor> = { scores };
        return loss === null ? outputs : { ...outputs, sum: loss.sum, count: loss.count };
      }),
  );
  return { ...target, threshold };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const log = Math.log;

describe.each(engineNames)("output layers on %s", (name) => {
  it("softmax: probabilities over all labels and the right one's negative logarithm", async () => {
    const target = await layer("ClassificationOutputLayer", ["a", "b", "c"], { engine: name });
    const { scores, sum, count } = await target.run({
      logits: floats([2, 3], [log(1), log(2), log(5), log(1), log(1), log(2)]),
      target: ints([2], [2, 0]),
    });
    expect(difference(scores!, { dims: [2, 3], data: [0.125, 0.25, 0.625, 0.25, 0.25, 0.5] })).toBeLessThan(
      1e-6,
    );
    expect(sum!.data[0]).toBeCloseTo(-log(0.625) - log(0.25), 5);
    expect(count!.data[0]).toBe(2);
  });

  it("binary: one logit, the second label's log-odds", async () => {
    const target = await layer("BinaryClassificationOutputLayer", ["ham", "spam"], { engine: name });
    const { scores, sum, count } = await target.run({
      logits: floats([2, 1], [log(3), -2]),
      target: ints([2], [1, 1]),
    });
    expect(difference(scores!, { dims: [2, 2], data: [0.25, 0.75, sigmoid(2), sigmoid(-2)] })).toBeLessThan(
      1e-6,
    );
    expect(sum!.data[0]).toBeCloseTo(-log(0.75) - log(sigmoid(-2)), 5);
    expect(count!.data[0]).toBe(2);
  });

  it("multi-label: a probability for each label by itself", async () => {
    const target = await layer("MultiLabelClassificationOutputLayer", ["a", "b", "c"], { engine: name });
    const { scores, sum, count } = await target.run({
      logits: floats([1, 3], [1, -2, 0]),
      target: floats([1, 3], [1, 0, 0]),
    });
    expect(difference(scores!, { dims: [1, 3], data: [sigmoid(1), sigmoid(-2), 0.5] })).toBeLessThan(1e-6);
    expect(sum!.data[0]).toBeCloseTo(-log(sigmoid(1)) - log(sigmoid(2)) - log(0.5), 5);
    expect(count!.data[0]).toBe(3);
  });
});

describe("the binary layer", () => {
  it("one logit learns from a teacher as two do", async () => {
    const distilled = { temperature: 2, hard_weight: 0.3 };
    const options = { soft: true };
    const [one, two] = await Promise.all([
      layer(
        { BinaryClassificationOutputLayer: { loss: { BinaryDistillationLoss: distilled } } },
        ["a", "b"],
        options,
      ),
      layer({ ClassificationOutputLayer: { loss: { DistillationLoss: distilled } } }, ["a", "b"], options),
    ]);
    const feeds = { target: ints([3], [1, 0, 1]), soft: floats([3, 2], [1, -1, 0.5, 2, 3, 3.5]) };
    const single = await one.run({ ...feeds, logits: floats([3, 1], [0.7, -2, 1.5]) });
    const double = await two.run({ ...feeds, logits: floats([3, 2], [0, 0.7, 0, -2, 1, 2.5]) });
    expect(Number(single.sum!.data[0])).toBeCloseTo(Number(double.sum!.data[0]), 5);
    expect(Number(single.count!.data[0])).toBe(3);
    await expect(layer("BinaryClassificationOutputLayer", ["a", "b"], options)).rejects.toThrow(
      "use BinaryDistillationLoss",
    );
  });

  it("agrees with softmax over two logits, weights included", async () => {
    const weights = { label_weights: { spam: 3 } };
    const binary = await layer({ BinaryClassificationOutputLayer: weights }, ["ham", "spam"]);
    const two = await layer({ ClassificationOutputLayer: weights }, ["ham", "spam"]);
    const logits = [0.3, -1.2, 2.5];
    const target = ints([3], [1, 0, 1]);
    const one = await binary.run({ logits: floats([3, 1], logits), target });
    const both = await two.run({
      logits: floats(
        [3, 2],
        logits.flatMap((x) => [0, x]),
      ),
      target,
    });
    for (const key of ["scores", "sum", "count"])
      expect(difference(one[key]!, both[key]!)).toBeLessThan(1e-5);
    expect(one.count!.data[0]).toBe(7);
  });

  it("keeps tiny probabilities of either label", async () => {
    const target = await layer("BinaryClassificationOutputLayer", ["ham", "spam"], {
      engine: "tensorflow",
      target: false,
    });
    const { scores } = await target.run({ logits: floats([2, 1], [50, -50]) });
    expect(scores!.data[0]).toBeGreaterThan(0);
    expect(scores!.data[3]).toBeGreaterThan(0);
  });

  it("refuses any other number of labels, naming them", async () => {
    await expect(layer("BinaryClassificationOutputLayer", ["a", "b", "c"])).rejects.toThrow(
      /two labels, but there are 3: a, b, c\n.*ClassificationOutputLayer/,
    );
  });
});

describe("label weights", () => {
  const logits = floats([2, 2], [0, 0, 0, 0]);

  it("count a label's rows as often as they say, others once", async () => {
    const target = await layer({ ClassificationOutputLayer: { label_weights: { b: 2.5 } } }, ["a", "b"]);
    const { sum, count } = await target.run({ logits, target: ints([2], [0, 1]) });
    expect(count!.data[0]).toBe(3.5);
    expect(sum!.data[0]).toBeCloseTo(3.5 * log(2), 5);
  });

  it("balanced: all labels count alike in the training rows", async () => {
    const counts = [6, 2];
    const target = await layer({ ClassificationOutputLayer: { label_weights: "balanced" } }, ["a", "b"], {
      counts,
    });
    const only = async (id: number) =>
      (await target.run({ logits, target: ints([2], [id, id]) })).count!.data[0]! / 2;
    expect([await only(0), await only(1)]).toEqual([Math.fround(8 / 12), 2]);
    expect(counts[0]! * (await only(0))).toBeCloseTo(counts[1]! * (await only(1)), 5);
  });

  it("multi-label: weigh a label's own column", async () => {
    const target = await layer({ MultiLabelClassificationOutputLayer: { label_weights: { a: 3 } } }, [
      "a",
      "b",
    ]);
    const { sum, count } = await target.run({
      logits: floats([2, 2], [1, 0, 1, 0]),
      target: floats([2, 2], [1, 0, 0, 1]),
    });
    expect(count!.data[0]).toBe(8);
    expect(sum!.data[0]).toBeCloseTo(-3 * (log(sigmoid(1)) + log(sigmoid(-1))) + 2 * log(2), 5);
  });

  it("of a label that does not exist are refused, with the nearest one", async () => {
    await expect(
      layer({ ClassificationOutputLayer: { label_weights: { spamm: 2 } } }, ["ham", "spam"]),
    ).rejects.toThrow(/"spamm"; did you mean "spam"/);
  });

  it("balanced without counts is refused rather than left out", async () => {
    await expect(
      layer({ ClassificationOutputLayer: { label_weights: "balanced" } }, ["a", "b"]),
    ).rejects.toThrow(/balanced/);
  });

  it("are not needed to predict", async () => {
    const target = await layer({ ClassificationOutputLayer: { label_weights: "balanced" } }, ["a", "b"], {
      target: false,
    });
    expect((await target.run({ logits })).scores!.data).toEqual([0.5, 0.5, 0.5, 0.5]);
  });
});

describe("settings of output layers", () => {
  it.each(["BinaryClassificationOutputLayer", "MultiLabelClassificationOutputLayer"])(
    "%s refuses a loss over classes, naming the ones that fit",
    async (name) => {
      await expect(layer({ [name]: { loss: "CrossEntropyLoss" } }, ["a", "b"])).rejects.toThrow(
        /CrossEntropyLoss.*BinaryCrossEntropyWithLogitsLoss or BinaryDistillationLoss or BinaryFocalLoss/,
      );
    },
  );

  it("softmax refuses a loss over labels", async () => {
    await expect(
      layer({ ClassificationOutputLayer: { loss: "BinaryFocalLoss" } }, ["a", "b"]),
    ).rejects.toThrow(/BinaryFocalLoss.*CrossEntropyLoss or DistillationLoss or FocalLoss/);
  });

  it.each([
    ["ClassificationOutputLayer", "multi-label", /needs one label a row.*\n.*LabelTensorizer/],
    ["BinaryClassificationOutputLayer", "multi-label", /needs one label a row/],
    ["MultiLabelClassificationOutputLayer", "single-label", /needs lists of labels.*\n.*LabelListTensorizer/],
  ] as const)(
    "%s refuses the other form of target (%s), naming the tensorizer that fits",
    async (name, form, told) => {
      await expect(layer(name, ["a", "b"], { form })).rejects.toThrow(told);
    },
  );

  it("the threshold of multi-label comes from the config", async () => {
    expect((await layer("MultiLabelClassificationOutputLayer", ["a"])).threshold).toBe(0.5);
    expect((await layer({ MultiLabelClassificationOutputLayer: { threshold: 0.3 } }, ["a"])).threshold).toBe(
      0.3,
    );
    expect(() => slot("output_layer", { MultiLabelClassificationOutputLayer: { threshold: 1.5 } })).toThrow(
      "threshold",
    );
  });
});
