import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { engine, engineNames } from "../../graph/engines.js";
import { built, difference, floats, gradientError, ints, normals } from "../models/harness.js";
import {
  gradientGraph,
  lively,
  logProbabilitiesOf,
  logSoftmaxRows,
  product,
  surprisalGraph,
  turned,
} from "./support.js";

type Numbers = Readonly<Record<string, number[]>>;
const fixture = JSON.parse(readFileSync(new URL("fixtures/torch.json", import.meta.url), "utf8")) as {
  rows: number;
  width: number;
  vocab: number;
  full: Batch & { weight: number[]; bias: number[]; gradients: Numbers };
  adaptive: Batch & {
    cutoffs: number[];
    div_value: number;
    parameters: Numbers;
    gradients: Numbers;
    log_probabilities: number[];
  };
};

interface Batch {
  readonly states: number[];
  readonly targets: number[];
  readonly scale: number[];
  readonly losses: number[];
}

const { rows, width, vocab, full, adaptive } = fixture;
const sizes = { width, vocab };

const unscaled = ({ states, targets }: ReturnType<typeof feedsOf>) => ({ states, targets });

const feedsOf = ({
  states,
  targets,
  scale,
}: {
  states?: number[];
  targets?: number[];
  scale?: number[];
}) => ({
  states: floats([rows, width], states!),
  targets: ints([rows], targets!),
  scale: floats([rows], scale!),
});

const AdaptiveSoftmax = {
  AdaptiveSoftmax: { cutoffs: adaptive.cutoffs, div_value: adaptive.div_value },
};

describe("FullSoftmax", () => {
  const stored = (tied: boolean): ParameterStore => {
    const store = new ParameterStore(1);
    const shape = tied ? [vocab, width] : [width, vocab];
    const weight = tied ? full.weight : turned(full.weight, width);
    store.declare(tied ? "table" : "softmax.weight", shape, (data) => data.set(weight));
    store.declare("softmax.bias", [vocab], (data) => data.set(full.bias));
    return store;
  };

  it.each([
    ["with a matrix of its own", false],
    ["with the embedding's table", true],
  ])("has PyTorch's cross-entropy and gradients, %s", async (_title, tied) => {
    const feeds = feedsOf(full);
    for (const mode of ["train", "infer"] as const) {
      const target = await surprisalGraph("FullSoftmax", { ...sizes, tied }, mode, stored(tied));
      const { surprisal } = await target.run(unscaled(feeds));
      expect(difference(surprisal!, { dims: [rows], data: full.losses })).toBeLessThan(2e-6);
    }
    const target = await gradientGraph("FullSoftmax", { ...sizes, tied }, stored(tied));
    const results = await target.run(feeds);
    const weight = tied ? full.gradients.weight! : turned(full.gradients.weight!, width);
    const expected = {
      states: full.gradients.states!,
      [tied ? "table" : "softmax.weight"]: weight,
      "softmax.bias": full.gradients.bias!,
    };
    for (const [name, data] of Object.entries(expected)) {
      const own = results[`d:${name}`]!;
      expect(difference(own, { dims: own.dims, data }), name).toBeLessThan(2e-6);
    }
  });

  it.each(engineNames)("has the gradients that finite differences give, on %s", async (name) => {
    for (const tied of [false, true]) {
      const store = await lively("FullSoftmax", { ...sizes, tied });
      const target = await gradientGraph("FullSoftmax", { ...sizes, tied }, store, name);
      expect(await gradientError(target, store, feedsOf(full), ["states"])).toBeLessThan(2e-3);
    }
  });

  it("can do without biases", async () => {
    const raw = { FullSoftmax: { bias: false } };
    const store = await lively(raw, sizes);
    expect(store.names).toEqual(["softmax.weight"]);
    const target = await gradientGraph(raw, sizes, store);
    expect(await gradientError(target, store, feedsOf(full), ["states"])).toBeLessThan(2e-3);
  });

  it("tells a target that is all but impossible as an error of at least 85 nats in training, and exactly in inference", async () => {
    const store = new ParameterStore(1);
    store.declare("softmax.weight", [1, 3], (data) => data.set([0, 0, 0]));
    store.declare("softmax.bias", [3], (data) => data.set([0, 0, -500]));
    const feeds = { states: floats([1, 1], [1]), targets: ints([1], [2]) };
    const of = async (mode: "train" | "infer") =>
      (await (await surprisalGraph("FullSoftmax", { width: 1, vocab: 3 }, mode, store)).run(feeds)).surprisal!
        .data[0]!;
    expect(await of("infer")).toBeCloseTo(500 + Math.log(2), 3);
    expect(await of("train")).toBeGreaterThan(85);
  });
});

describe("AdaptiveSoftmax", () => {
  const stored = (): ParameterStore => {
    const store = new ParameterStore(1);
    for (const [name, values] of Object.entries(adaptive.parameters)) {
      const first = name.endsWith("head.weight") || name.endsWith("projection") ? width : undefined;
      const inner = first ?? values.length / (name.startsWith("cluster0") ? 3 : 4);
      store.declare(`softmax.${name}`, [inner, values.length / inner], (data) => data.set(values));
    }
    return store;
  };

  it("has the surprisals and gradients of PyTorch's AdaptiveLogSoftmaxWithLoss", async () => {
    const feeds = feedsOf(adaptive);
    for (const mode of ["train", "infer"] as const) {
      const target = await surprisalGraph(AdaptiveSoftmax, sizes, mode, stored());
      const { surprisal } = await target.run(unscaled(feeds));
      expect(difference(surprisal!, { dims: [rows], data: adaptive.losses })).toBeLessThan(2e-6);
    }
    const results = await (await gradientGraph(AdaptiveSoftmax, sizes, stored())).run(feeds);
    for (const [name, data] of Object.entries(adaptive.gradients)) {
      const own = results[name === "states" ? "d:states" : `d:softmax.${name}`]!;
      expect(difference(own, { dims: own.dims, data }), name).toBeLessThan(2e-6);
    }
  });

  it("has the log-probabilities of PyTorch's, which sum to 1", async () => {
    const target = await built(await engine("onnxruntime"), "infer", stored(), (scope) => ({
      all: logProbabilitiesOf(scope, AdaptiveSoftmax, sizes),
    }));
    const { all } = await target.run({ states: floats([rows, width], adaptive.states) });
    expect(difference(all!, { dims: [rows, vocab], data: adaptive.log_probabilities })).toBeLessThan(3e-6);
    for (let row = 0; row < rows; row++) {
      const sum = all!.data.slice(row * vocab, (row + 1) * vocab).reduce((a, b) => a + Math.exp(b), 0);
      expect(sum).toBeCloseTo(1, 5);
    }
  });

  it.each(engineNames)("has the gradients that finite differences give, on %s", async (name) => {
    const store = await lively(AdaptiveSoftmax, sizes);
    const target = await gradientGraph(AdaptiveSoftmax, sizes, store, name);
    expect(await gradientError(target, store, feedsOf(adaptive), ["states"])).toBeLessThan(2e-3);
  });

  it("computes batches that no cluster, or one alone, has targets in", async () => {
    const store = stored();
    const target = await gradientGraph(AdaptiveSoftmax, sizes, store);
    const all = await surprisalGraph(AdaptiveSoftmax, sizes, "infer", store);
    for (const targets of [[0, 1, 2], [5, 4, 6], [10, 7, 8], [3]]) {
      const feeds = {
        states: floats([targets.length, width], adaptive.states.slice(0, targets.length * width)),
        targets: ints([targets.length], targets),
        scale: floats([targets.length], Array(targets.length).fill(1)),
      };
      const { loss } = await target.run(feeds);
      const { surprisal } = await all.run(unscaled(feeds));
      expect(loss!.data[0]).toBeCloseTo(
        surprisal!.data.reduce((a, b) => a + b, 0),
        4,
      );
      expect(await gradientError(target, store, feeds, ["states"])).toBeLessThan(2e-3);
    }
  });

  it("refuses cutoffs that do not rise, or that the vocabulary does not reach", async () => {
    await expect(
      surprisalGraph({ AdaptiveSoftmax: { cutoffs: [4, 4] } }, sizes, "infer", new ParameterStore(1)),
    ).rejects.toThrow(/the cutoffs must rise, but they are 4, 4/);
    await expect(
      surprisalGraph({ AdaptiveSoftmax: { cutoffs: [4, vocab] } }, sizes, "infer", new ParameterStore(1)),
    ).rejects.toThrow(/the last cutoff \(11\) must be below the size of the vocabulary \(11\)/);
  });
});

describe.each([
  ["FullSoftmax", "FullSoftmax", {}],
  ["FullSoftmax, tied", "FullSoftmax", { tied: true }],
  ["SampledSoftmax", { SampledSoftmax: { num_sampled: 3 } }, {}],
  ["SampledSoftmax, tied", { SampledSoftmax: { num_sampled: 3 } }, { tied: true }],
  ["AdaptiveSoftmax", AdaptiveSoftmax, {}],
])("%s in inference", (_name, raw, more) => {
  it("gives surprisals that are the log-probabilities of the targets", async () => {
    const store = await lively(raw, { ...sizes, ...more });
    const target = await built(await engine("onnxruntime"), "infer", store, (scope) => ({
      all: logProbabilitiesOf(scope, raw, { ...sizes, ...more }),
    }));
    const feeds = {
      states: floats([rows, width], normals(rows * width, "states")),
      targets: ints([rows], full.targets),
    };
    const { all } = await target.run({ states: feeds.states });
    const { surprisal } = await (await surprisalGraph(raw, { ...sizes, ...more }, "infer", store)).run(feeds);
    for (const [row, id] of full.targets.entries())
      expect(surprisal!.data[row]).toBeCloseTo(-all!.data[row * vocab + id]!, 5);
  });

  it("is a softmax over all logits, unless it is the adaptive one", async () => {
    if (raw === AdaptiveSoftmax) return;
    const own = { ...sizes, ...more };
    const store = await lively(raw, own);
    const byRow = "tied" in own || raw !== "FullSoftmax";
    const weight = store.get("tied" in own ? "table" : "softmax.weight")!.data;
    const states = normals(rows * width, "states");
    const logits = product(states, byRow ? turned(weight, width) : weight, width, vocab);
    const bias = store.get("softmax.bias")!.data;
    const expected = logSoftmaxRows(
      logits.map((value, at) => value + bias[at % vocab]!),
      vocab,
    );
    const target = await built(await engine("onnxruntime"), "infer", store, (scope) => ({
      all: logProbabilitiesOf(scope, raw, own),
    }));
    const { all } = await target.run({ states: floats([rows, width], states) });
    expect(difference(all!, { dims: [rows, vocab], data: expected })).toBeLessThan(1e-5);
  });
});
