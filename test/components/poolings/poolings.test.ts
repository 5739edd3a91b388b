import { describe, expect, it } from "vitest";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import {
  built,
  difference,
  floats,
  gradientError,
  mixed,
  normals,
  prefixMask,
  slot,
  tokenInputs,
  tokenVectors,
  withGradients,
} from "../models/harness.js";

const DIM = 3;
const names = ["SelfAttention", "MaxPool", "MeanPool", "LastTimestepPool", "BoundaryPool"] as const;
const rows = [
  { name: "long", length: 5 },
  { name: "short", length: 2 },
  { name: "empty", length: 0 },
  { name: "one", length: 1 },
];

function pool(raw: unknown) {
  const value = slot("pooling", raw);
  return (scope: Scope) =>
    scope.part("pooling", value, "pooling", (pooling, config, at) =>
      pooling.build(at, config, tokenInputs(scope, DIM)),
    );
}

async function pooled(raw: unknown, mode: Mode = "infer", store = new ParameterStore(5)) {
  return built(await engine("onnxruntime"), mode, store, (scope) => ({ doc: pool(raw)(scope) }));
}

describe.each(names)("%s", (name) => {
  it("gives a row the same vector whatever stands beside it, zeros when it has no tokens", async () => {
    const target = await pooled(name);
    const together = (await target.run(tokenVectors(rows, 7, DIM))).doc!;
    expect(together.dims).toEqual([4, DIM]);
    for (const [i, row] of rows.entries()) {
      const alone = (await target.run(tokenVectors([row], Math.max(1, row.length), DIM))).doc!;
      const own = { dims: [1, DIM], data: together.data.slice(i * DIM, (i + 1) * DIM) };
      expect(difference(alone, own)).toBeLessThan(1e-6);
    }
    expect(together.data.slice(2 * DIM, 3 * DIM)).toEqual([0, 0, 0]);
    expect(together.data.some((value) => Math.abs(value) > 0.1)).toBe(true);
  });

  it("never looks at what stands in padding", async () => {
    const target = await pooled(name);
    const feeds = tokenVectors(rows, 5, DIM);
    const clean = (await target.run(feeds)).doc!;
    const dirty = Float32Array.from(feeds.vectors.data as Float32Array);
    for (let i = 0; i < dirty.length; i++) {
      if (i % (5 * DIM) >= rows[Math.floor(i / (5 * DIM))]!.length * DIM) dirty[i] = 100;
    }
    const same = (await target.run({ ...feeds, vectors: floats([4, 5, DIM], dirty) })).doc!;
    expect(difference(clean, same)).toBe(0);
  });

  it.each(engineNames)("has the gradients that finite differences give, on %s", async (engineName) => {
    const store = new ParameterStore(5);
    const target = await built(
      await engine(engineName),
      "train",
      store,
      withGradients((scope) => mixed(pool(name)(scope)), ["vectors"]),
    );
    for (const { name: parameter, data } of store) data.set(normals(data.length, parameter));
    const feeds = tokenVectors(rows, 5, DIM);
    expect(await gradientError(target, store, feeds, ["vectors"], 3e-3)).toBeLessThan(3e-3);
  });
});

describe("what poolings compute", () => {
  const feeds = {
    vectors: floats([2, 3, DIM], [1, -2, 3, 5, -8, 0, 0, 0, 0, 4, 5, 6, 7, -1, 2, -3, -4, -5]),
    mask: prefixMask([2, 3], 3),
  };

  it.each([
    ["MaxPool", [5, -2, 3, 7, 5, 6]],
    ["MeanPool", [3, -5, 1.5, 8 / 3, 0, 1]],
    ["LastTimestepPool", [5, -8, 0, -3, -4, -5]],
    ["BoundaryPool", [1, -2, 3, 4, 5, 6]],
    [{ BoundaryPool: { boundary_type: "last" } }, [5, -8, 0, -3, -4, -5]],
    [{ BoundaryPool: { boundary_type: "firstlast" } }, [1, -2, 3, 5, -8, 0, 4, 5, 6, -3, -4, -5]],
  ])("%o", async (raw, expected) => {
    const { doc } = await (await pooled(raw)).run(feeds);
    expect(difference(doc!, { dims: [2, expected.length / 2], data: expected })).toBeLessThan(1e-6);
  });

  it("SelfAttention is the softmax-weighted mean of tanh(x W1) w2", async () => {
    const store = new ParameterStore(5);
    const target = await pooled({ SelfAttention: { attn_dimension: 2 } }, "infer", store);
    const first = normals(DIM * 2, "first");
    const second = normals(2, "second");
    store.get("pooling.ws1.weight")!.data.set(first);
    store.get("pooling.ws2.weight")!.data.set(second);
    const tokens = [
      [1, -2, 3],
      [5, -8, 0],
    ];
    const scores = tokens.map((token) =>
      [0, 1].reduce(
        (total, unit) =>
          total + second[unit]! * Math.tanh(token.reduce((sum, x, i) => sum + x * first[i * 2 + unit]!, 0)),
        0,
      ),
    );
    const share = scores.map(
      (score) => Math.exp(score) / scores.reduce((sum, other) => sum + Math.exp(other), 0),
    );
    const expected = [0, 1, 2].map((i) => share[0]! * tokens[0]![i]! + share[1]! * tokens[1]![i]!);
    const { doc } = await target.run(feeds);
    expect(
      difference({ dims: [3], data: doc!.data.slice(0, 3) }, { dims: [3], data: expected }),
    ).toBeLessThan(1e-5);
  });

  it("SelfAttention drops out in training only, the same elements for all tokens of a row", async () => {
    const train = await pooled("SelfAttention", "train");
    expect(train.scope.masks.map(({ shape, keep }) => [shape, keep])).toEqual([[["batch", 1, DIM], 0.6]]);
    expect((await pooled("SelfAttention")).scope.masks).toEqual([]);
  });
});
