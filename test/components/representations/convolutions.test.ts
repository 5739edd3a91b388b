import { describe, expect, it } from "vitest";
import { distinctLookup, wholeLookup } from "../../../src/components/distinct.js";
import { zeroPadding } from "../../../src/components/masking.js";
import { around, offsetsFrom } from "../../../src/components/representations/token-windows.js";
import { equal, not } from "../../../src/graph/ops/elementwise.js";
import { gather } from "../../../src/graph/ops/lookup.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { engine } from "../../graph/engines.js";
import {
  built,
  difference,
  floats,
  ints,
  mixed,
  normals,
  slot,
  tokenInputs,
  tokenVectors,
  withGradients,
} from "../models/harness.js";

const DIM = 3;

describe("windows at every token", () => {
  it.each([
    { offsets: [0] },
    { offsets: [-1, 0, 1] },
    { offsets: [-4, -2, 0] },
    { offsets: [1, 3] },
    { offsets: [-2, -1] },
  ])("hold the vectors at $offsets, and what is asked for beyond the ends", async ({ offsets }) => {
    const target = await built(await engine("onnxruntime"), "infer", new ParameterStore(1), (scope) => ({
      windows: around(tokenInputs(scope, 2).vectors, offsets, -7),
      mask: scope.graph.inputs[1]!,
    }));
    const [batch, tokens] = [2, 3];
    const data = normals(batch * tokens * 2, "x");
    const { mask } = tokenVectors(
      [
        { name: "a", length: 3 },
        { name: "b", length: 3 },
      ],
      tokens,
      1,
    );
    const { windows } = await target.run({ vectors: floats([batch, tokens, 2], data), mask });
    const expected = Array.from({ length: batch * tokens }, (_, row) =>
      offsets.flatMap((offset) => {
        const at = (row % tokens) + offset;
        return at < 0 || at >= tokens
          ? [-7, -7]
          : [...data.slice((row + offset) * 2, (row + offset + 1) * 2)];
      }),
    );
    expect(windows).toEqual({ dims: [batch, tokens, 2 * offsets.length], data: expected.flat() });
  });

  it("stand as far apart as asked", () => {
    expect(offsetsFrom(-2, 2)).toEqual([-2, -1, 0, 1, 2]);
    expect(offsetsFrom(-4, 0, 2)).toEqual([-4, -2, 0]);
    expect(offsetsFrom(0, 0)).toEqual([0]);
  });
});

function tokensOf(raw: unknown) {
  const value = slot("representation", raw);
  return (scope: Scope) =>
    scope.part("representation", value, "rep", (representation, config, at) => ({
      tokens: representation.build(at, config, tokenInputs(scope, DIM)).tokens!,
    }));
}

describe("DeepCNN", () => {
  async function ready(config: object, store = new ParameterStore(1)) {
    const target = await built(
      await engine("onnxruntime"),
      "infer",
      store,
      tokensOf({ DeepCNNRepresentation: { kernel_num: 2, ...config } }),
    );
    return target;
  }

  /** How far the output of each of 9 words moves when the fifth one does. */
  async function reach(config: object): Promise<number[]> {
    const store = new ParameterStore(1);
    const target = await ready(config, store);
    for (const { name, data } of store) data.set(normals(data.length, name));
    const feeds = tokenVectors([{ name: "a", length: 9 }], 9, DIM);
    const before = (await target.run(feeds)).tokens!.data;
    const moved = Float32Array.from(feeds.vectors.data as Float32Array);
    for (let i = 4 * DIM; i < 5 * DIM; i++) moved[i]! += 1;
    const after = (await target.run({ ...feeds, vectors: floats([1, 9, DIM], moved) })).tokens!.data;
    return Array.from({ length: 9 }, (_, i) =>
      Math.abs(before[2 * i]! - after[2 * i]!) + Math.abs(before[2 * i + 1]! - after[2 * i + 1]!) > 0 ? 1 : 0,
    );
  }

  it.each([
    [{ kernel_sizes: [3] }, [0, 0, 0, 1, 1, 1, 0, 0, 0]],
    [{ kernel_sizes: [3, 3] }, [0, 0, 1, 1, 1, 1, 1, 0, 0]],
    [{ kernel_sizes: [3, 3], dilated: true }, [0, 1, 1, 1, 1, 1, 1, 1, 0]],
    [{ kernel_sizes: [1] }, [0, 0, 0, 0, 1, 0, 0, 0, 0]],
    [{ kernel_sizes: [2, 2], causal: true }, [0, 0, 0, 0, 1, 1, 1, 0, 0]],
    [{ kernel_sizes: [2, 2], causal: true, dilated: true }, [0, 0, 0, 0, 1, 1, 1, 1, 0]],
  ])("%o: a word is heard by the words in its reach", async (config, expected) => {
    expect(await reach({ ...config, activation: "tanh" })).toEqual(expected);
  });

  it("begins with filters about as long as they were drawn when it learns their length", async () => {
    const store = new ParameterStore(1);
    await ready({ kernel_sizes: [5], kernel_num: 40, weight_norm: true }, store);
    const direction = store.get("rep.conv0.weight_v")!.data;
    const length = store.get("rep.conv0.weight_g")!.data;
    const mean = Math.sqrt(direction.reduce((sum, x) => sum + x * x, 0) / length.length);
    expect(length[0]! / mean).toBeGreaterThan(0.9);
    expect(length[0]! / mean).toBeLessThan(1.1);
    expect(new Set(length).size).toBe(1);
  });

  it("refuses windows without a middle, unless they end at their token", () => {
    const even = { kernel_sizes: [3, 4] };
    expect(() => slot("representation", { DeepCNNRepresentation: even })).toThrow(
      /kernel_sizes\[1\][\s\S]*a window of 4 tokens has no middle/,
    );
    expect(() => slot("representation", { DeepCNNRepresentation: { ...even, causal: true } })).not.toThrow();
  });
});

describe("BSeqCNN", () => {
  const raw = { BSeqCNNRepresentation: { kernel_num: 2, kernel_sizes: [2, 3], fwd_bwd_context_len: 2 } };
  const ids = ints([2, 4], [2, 5, 2, 3, 4, 2, 1, 1]);

  it.each(["train", "infer"] as const)(
    "gives the same when words are looked up once for each different one, in mode %s",
    async (mode: Mode) => {
      const results = [];
      for (const once of [true, false]) {
        const store = new ParameterStore(3);
        const value = slot("representation", raw);
        const build = (scope: Scope) => {
          const table = scope.parameter("table", [6, DIM]);
          const places = scope.graph.input("ids", "int32", ["batch", "tokens"]);
          const mask = not(equal(places, 1));
          const input = { vectors: zeroPadding(gather(table, places), mask), mask };
          const distinct =
            mode === "train" ? distinctLookup(table, places, mask) : wholeLookup(table, places, 1);
          return scope.part("representation", value, "rep", (representation, config, at) =>
            mixed(representation.build(at, config, once ? { ...input, distinct } : input).tokens!),
          );
        };
        const graph = mode === "train" ? withGradients(build) : (scope: Scope) => ({ loss: build(scope) });
        const target = await built(await engine("onnxruntime"), mode, store, graph);
        for (const { name, data } of store) data.set(normals(data.length, name));
        store.get("table")!.data.fill(0, DIM, 2 * DIM);
        results.push(await target.run({ ids }));
      }
      for (const [name, value] of Object.entries(results[0]!)) {
        const scale = Math.max(1, ...value.data.map(Math.abs));
        expect(difference(value, results[1]![name]!) / scale, name).toBeLessThan(5e-6);
      }
    },
  );
});
