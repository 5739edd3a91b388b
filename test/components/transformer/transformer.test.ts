import { describe, expect, it } from "vitest";
import { learnedPositions, sinusoidalPositions } from "../../../src/components/transformer/positions.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import {
  built,
  difference,
  floats,
  normals,
  slot,
  tokenInputs,
  tokenVectors,
  type Value,
} from "../models/harness.js";

const DIM = 4;

function tokensOf(config: object, dim = DIM) {
  const value = slot("representation", { TransformerRepresentation: config });
  return (scope: Scope) =>
    scope.part("representation", value, "rep", (representation, resolved, at) => ({
      tokens: representation.build(at, resolved, tokenInputs(scope, dim)).tokens!,
    }));
}

async function ready(config: object, mode: Mode = "infer", store = new ParameterStore(2)) {
  const target = await built(await engine("onnxruntime"), mode, store, tokensOf(config));
  for (const { name, data } of store) data.set(normals(data.length, name).map((x) => x * 0.6));
  return target;
}

/** The feeds of one row of words. */
function words(vectors: readonly (readonly number[])[]) {
  return {
    vectors: floats([1, vectors.length, DIM], vectors.flat()),
    mask: { dtype: "bool" as const, dims: [1, vectors.length], data: new Uint8Array(vectors.length).fill(1) },
  };
}

const one = { num_layers: 1, num_attention_heads: 2 };
const drawn = (count: number, name: string): number[][] =>
  Array.from({ length: count }, (_, i) => [...normals(DIM, `${name}${i}`)]);

describe("positions", () => {
  it.each(engineNames)("are waves of ever longer periods, at 2,500 places too, on %s", async (name) => {
    const dim = 6;
    const target = await built(await engine(name), "infer", new ParameterStore(1), (scope) => {
      const { vectors } = tokenInputs(scope, 1);
      return { positions: sinusoidalPositions(scope.graph, vectors.dim(1), dim), vectors };
    });
    const count = 2500;
    const { positions } = await target.run(tokenVectors([{ name: "a", length: count }], count, 1));
    const expected = Array.from({ length: count * dim }, (_, i) => {
      const [place, element] = [Math.floor(i / dim), i % dim];
      const angle = place / 10000 ** ((element - (element % 2)) / dim);
      return element % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    });
    expect(difference(positions!, { dims: [count, dim], data: expected })).toBeLessThan(3e-4);
    const early = (value: Value): Value => ({ dims: [20, dim], data: value.data.slice(0, 20 * dim) });
    expect(difference(early(positions!), early({ dims: [], data: expected }))).toBeLessThan(2e-6);
  });

  it("that are learnt end with the last one, which places further on share", async () => {
    const store = new ParameterStore(1);
    const target = await built(await engine("onnxruntime"), "infer", store, (scope) => {
      const { vectors } = tokenInputs(scope, 1);
      return { positions: learnedPositions(scope, vectors.dim(1), 2, 3), vectors };
    });
    store.get("weight")!.data.set([1, 2, 3, 4, 5, 6]);
    const ask = async (count: number) =>
      (await target.run(tokenVectors([{ name: "a", length: count }], count, 1))).positions!.data;
    expect(await ask(2)).toEqual([1, 2, 3, 4]);
    expect(await ask(5)).toEqual([1, 2, 3, 4, 5, 6, 5, 6, 5, 6]);
  });

  it("are added to the words, scaled by the root of their size, before the first layer", async () => {
    const vectors = drawn(3, "word");
    const placed = vectors.map((vector, place) =>
      vector.map((x, i) => {
        const angle = place / 10000 ** ((i - (i % 2)) / DIM);
        return x * 2 + (i % 2 === 0 ? Math.sin(angle) : Math.cos(angle));
      }),
    );
    const { tokens: told } = await (await ready(one)).run(words(vectors));
    const { tokens: made } = await (await ready({ ...one, positions: "none" })).run(words(placed));
    expect(difference(told!, made!)).toBeLessThan(2e-6);
  });

  it("are all that tells an order from another", async () => {
    const vectors = drawn(4, "word");
    const turned = [...vectors].reverse();
    const rowsOf = ({ data }: Value) => [0, 1, 2, 3].map((i) => data.slice(i * DIM, (i + 1) * DIM));
    for (const [positions, same] of [
      ["none", true],
      ["learned", false],
      ["sinusoidal", false],
    ] as const) {
      const target = await ready({ ...one, positions });
      const there = rowsOf((await target.run(words(vectors))).tokens!);
      const back = rowsOf((await target.run(words(turned))).tokens!).reverse();
      const apart = difference({ dims: [16], data: there.flat() }, { dims: [16], data: back.flat() });
      if (same) expect(apart).toBeLessThan(1e-6);
      else expect(apart).toBeGreaterThan(1e-2);
    }
  });
});

describe("TransformerRepresentation", () => {
  it("refuses sizes that its heads cannot share out, in the config where it can be seen there", async () => {
    expect(() =>
      slot("representation", { TransformerRepresentation: { hidden_dim: 6, num_attention_heads: 4 } }),
    ).toThrow("hidden_dim (6) must be a multiple of num_attention_heads (4)");
    await expect(ready({ num_attention_heads: 3 })).rejects.toThrow(
      /rep\.layer0\.attention\n.*4 features cannot be shared out among 3 heads/,
    );
  });

  it.each([
    [{ activation: "rellu" }, "relu"],
    [{ positions: "sinus" }, "sinusoidal"],
    [{ num_layers: 0 }, "num_layers"],
    [{ num_heads: 2 }, "num_attention_heads"],
    [{ dropout: 1 }, "dropout"],
  ])("tells what is wrong with %o", (config, told) => {
    expect(() => slot("representation", { TransformerRepresentation: config })).toThrow(told);
  });

  it("drops out at the usual places, each by its own rate", async () => {
    const rates = { dropout: 0.25, attention_dropout: 0.5, activation_dropout: 0.75 };
    const { scope } = await ready({ ...one, ...rates, ffnn_embed_dim: 7 }, "train");
    expect(scope.masks.map(({ name, shape, keep }) => [name, shape.at(-1), keep])).toEqual([
      ["rep.dropout0", DIM, 0.75],
      ["rep.layer0.attention.dropout1", "tokens", 0.5],
      ["rep.layer0.dropout2", DIM, 0.75],
      ["rep.layer0.dropout3", 7, 0.25],
      ["rep.layer0.dropout4", DIM, 0.75],
    ]);
  });
});
