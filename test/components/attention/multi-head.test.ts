import { describe, expect, it } from "vitest";
import { multiHeadAttention } from "../../../src/components/attention/multi-head.js";
import { paddingBias } from "../../../src/components/attention/padding-bias.js";
import { reshape } from "../../../src/graph/ops/shaping.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode } from "../../../src/graph/scope.js";
import { engine } from "../../graph/engines.js";
import { built, difference, floats, normals, tokenInputs } from "../models/harness.js";

const DIM = 4;

/** The feeds of one row of words. */
function words(vectors: readonly (readonly number[])[]) {
  return {
    vectors: floats([1, vectors.length, DIM], vectors.flat()),
    mask: { dtype: "bool" as const, dims: [1, vectors.length], data: new Uint8Array(vectors.length).fill(1) },
  };
}

const drawn = (count: number, name: string): number[][] =>
  Array.from({ length: count }, (_, i) => [...normals(DIM, `${name}${i}`)]);

describe("multi-head attention", () => {
  /** Each formula written out with loops, in double precision. */
  function byHand(
    x: readonly (readonly number[])[],
    heads: number,
    store: ParameterStore,
    dropped: (head: number, i: number, j: number) => number = () => 1,
  ): number[][] {
    const numbers = (name: string) => store.get(name)!.data;
    const size = DIM / heads;
    const project = (row: readonly number[], name: string, out: number) =>
      Array.from({ length: out }, (_, j) =>
        row.reduce(
          (sum, value, i) => sum + value * numbers(`${name}.weight`)[i * out + j]!,
          numbers(`${name}.bias`)[j]!,
        ),
      );
    const inner = x.map((row) => project(row, "in_proj", 3 * DIM));
    return x.map((_, i) => {
      const gathered = Array.from({ length: heads }, (_, head) => {
        const part = (row: number[], which: number) =>
          row.slice(which * DIM + head * size, which * DIM + (head + 1) * size);
        const query = part(inner[i]!, 0);
        const scores = inner.map((row) =>
          part(row, 1).reduce((sum, key, k) => sum + (key * query[k]!) / Math.sqrt(size), 0),
        );
        const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
        return Array.from({ length: size }, (_, k) =>
          inner.reduce(
            (sum, row, j) => sum + (Math.exp(scores[j]!) / total) * dropped(head, i, j) * part(row, 2)[k]!,
            0,
          ),
        );
      }).flat();
      return project(gathered, "out_proj", DIM);
    });
  }

  async function attention(mode: Mode, heads: number, dropout: number, store: ParameterStore) {
    const target = await built(await engine("onnxruntime"), mode, store, (scope) => {
      const { vectors, mask } = tokenInputs(scope, DIM);
      const rows = reshape(vectors, ["batch*tokens", DIM]);
      const bias = paddingBias(mask, "float32", 2);
      return { y: multiHeadAttention(scope, rows, { places: mask, bias, heads, dropout }).rows };
    });
    for (const { name, data } of store) data.set(normals(data.length, name));
    return target;
  }

  it.each([1, 2, 4])("is the softmax-weighted mean of values in each of %i heads", async (heads) => {
    const store = new ParameterStore(3);
    const target = await attention("infer", heads, 0, store);
    const vectors = drawn(3, "token");
    const { y } = await target.run(words(vectors));
    expect(difference(y!, { dims: [3, DIM], data: byHand(vectors, heads, store).flat() })).toBeLessThan(2e-6);
  });

  it("drops weights out after the softmax", async () => {
    const store = new ParameterStore(3);
    const target = await attention("train", 2, 0.5, store);
    const keep = [2, 0, 0, 2, 2, 2, 0, 0, 2, 0, 2, 2, 2, 2, 0, 0, 2, 0];
    const [dropout] = target.scope.masks;
    expect(dropout).toMatchObject({ shape: ["batch", 2, "tokens", "tokens"], keep: 0.5 });
    const vectors = drawn(3, "token");
    const { y } = await target.run({ ...words(vectors), [dropout!.name]: floats([1, 2, 3, 3], keep) });
    const expected = byHand(vectors, 2, store, (head, i, j) => keep[(head * 3 + i) * 3 + j]!);
    expect(difference(y!, { dims: [3, DIM], data: expected.flat() })).toBeLessThan(3e-6);
  });

  it("names its parameters, and makes queries, keys and values by one product", async () => {
    const store = new ParameterStore(3);
    await attention("infer", 2, 0, store);
    expect(Object.fromEntries([...store].map(({ name, shape }) => [name, shape]))).toEqual({
      "in_proj.weight": [DIM, 3 * DIM],
      "in_proj.bias": [3 * DIM],
      "out_proj.weight": [DIM, DIM],
      "out_proj.bias": [DIM],
    });
  });
});
