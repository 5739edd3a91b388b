/** @file Training on tokens alone gives what training on the padded batch gives: results and gradients. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placesOf } from "../../../src/components/trainers/token-feeds.js";
import { PackedRows } from "../../../src/components/transformer/packed-rows.js";
import { gradients, isSparse } from "../../../src/graph/autodiff.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import { Graph, type Tensor } from "../../../src/graph/graph.js";
import { add, mul } from "../../../src/graph/ops/elementwise.js";
import { reduceSum } from "../../../src/graph/ops/reduction.js";
import { concat } from "../../../src/graph/ops/shaping.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { optimize } from "../../../src/graph/passes.js";
import { Scope } from "../../../src/graph/scope.js";
import { type EngineName, engine, engineNames } from "../../graph/engines.js";
import {
  floats,
  ints,
  normals,
  prefixMask,
  slot,
  testContext,
  tokenInputs,
  tokenVectors,
} from "../models/harness.js";

const DIM = 8;

/** The sum of a tensor's elements, each times a number of its own. */
const mixedSum = (x: Tensor, name: string): Tensor =>
  reduceSum(
    mul(x, x.graph.input(name, "float32", x.shape)),
    x.shape.map((_, i) => i),
  );

function placeFeeds({ dims, data }: HostTensor): Record<string, HostTensor> {
  const { places, ranks } = placesOf(data as Uint8Array);
  return { "tokens0.places": ints([places.length], places), "tokens0.ranks": ints(dims, ranks) };
}

/** Results of a Transformer over words, and the gradients by its parameters and by the words. */
async function trained(
  on: EngineName,
  packed: boolean,
  lengths: readonly number[],
  config: object,
): Promise<Record<string, Float32Array>> {
  const [store, graph, context] = [new ParameterStore(5), new Graph(), testContext()];
  const scope = Scope.root(graph, "train", store, context, { places: packed });
  const value = slot("representation", {
    TransformerRepresentation: { num_layers: 2, num_attention_heads: 2, ffnn_embed_dim: 6, ...config },
  });
  const inputs = tokenInputs(scope, DIM);
  const { doc, tokens } = scope.part("representation", value, "rep", (part, resolved, at) =>
    part.build(at, resolved, inputs),
  );
  graph.output("doc", doc!);
  graph.output("tokens", tokens!);
  const loss = add(mixedSum(doc!, "mix_doc"), mixedSum(tokens!, "mix_tokens"));
  const by = [inputs.vectors, ...graph.parameters];
  for (const [i, gradient] of gradients(loss, by).entries()) {
    if (gradient === null || isSparse(gradient)) throw new Error(`no dense gradient by ${by[i]!.name}`);
    graph.output(`by ${by[i]!.name}`, gradient);
  }
  optimize(graph);
  for (const { name, data } of store) data.set(normals(data.length, name).map((x) => x / 2));
  const most = Math.max(...lengths, 1);
  const words = tokenVectors(
    lengths.map((length, i) => ({ name: `row${i}`, length })),
    most,
    DIM,
  );
  const program = await (await engine(on)).compile(graph);
  const results = await program.run({
    ...words,
    ...store.feeds(graph.parameters.map(({ name }) => name)),
    mix_doc: floats([lengths.length, DIM], normals(lengths.length * DIM, "doc")),
    mix_tokens: floats([lengths.length, most, DIM], normals(lengths.length * most * DIM, "tokens")),
    ...(packed && placeFeeds(words.mask)),
  });
  await program.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]),
  );
}

const largest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), a.length === b.length ? 0 : Infinity);

describe.each(engineNames)("a Transformer that is trained on tokens alone, on %s", (on) => {
  it.each([
    [[5, 2, 3], {}],
    [[4, 0, 1], { normalize_before: false }],
    [[3, 3], { pooling: "BoundaryPool" }],
    [[0, 0], {}],
    [[1, 4], { positions: "none", pooling: "MaxPool" }],
  ])("gives the results and gradients of the padded batch with lengths %j, %j", async (lengths, config) => {
    const [whole, packed] = [
      await trained(on, false, lengths, config),
      await trained(on, true, lengths, config),
    ];
    expect(Object.keys(packed)).toEqual(Object.keys(whole));
    for (const [name, values] of Object.entries(whole)) {
      const size = Math.max(1, ...values.map(Math.abs));
      expect(largest(packed[name]!, values) / size, name).toBeLessThan(2e-5);
    }
    if (Math.max(...lengths) > 0)
      expect(
        largest(
          whole["by vectors"]!,
          whole["by vectors"]!.map(() => 0),
        ),
      ).toBeGreaterThan(0.01);
  });

  it("moves rows and parts of rows to their places and back", async () => {
    const graph = new Graph();
    const scope = Scope.root(graph, "train", new ParameterStore(1), testContext(), { places: true });
    const rows = new PackedRows(scope.tokenPlaces(graph.input("mask", "bool", ["batch", "tokens"]))!, 2);
    const x = graph.input("x", "float32", [6, 1]);
    graph.output("packed", rows.pack(x));
    graph.output("unpacked", rows.unpack(rows.pack(x)));
    const parts = graph.input("parts", "float32", ["token_rows0", 6]);
    graph.output("heads", concat(rows.byHead(parts, 1), 1));
    graph.output("joined", rows.joined(graph.input("taken", "float32", ["batch", 2, "tokens", 1]), 1));
    const mask = prefixMask([1, 3], 3);
    const program = await (await engine(on)).compile(graph);
    const results = await program.run({
      mask,
      ...placeFeeds(mask),
      x: floats([6, 1], [1, 9, 9, 4, 5, 6]),
      parts: floats(
        [4, 6],
        Array.from({ length: 24 }, (_, i) => i),
      ),
      taken: floats(
        [2, 2, 3, 1],
        Array.from({ length: 12 }, (_, i) => i),
      ),
    });
    const numbers = (name: string): number[] => [...(results[name]!.data as Float32Array)];
    expect(numbers("packed")).toEqual([1, 4, 5, 6]);
    expect(numbers("unpacked")).toEqual([1, 0, 0, 4, 5, 6]);
    const second = [0, 1, 2, 3, 4, 5].map((part) => [6, 12, 18].map((from) => from + part));
    expect(numbers("heads").filter((_, i) => i >= 18)).toEqual(second.flat());
    expect(numbers("heads").filter((_, i) => i < 18 && i % 3 === 0)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(numbers("joined")).toEqual([0, 3, 6, 9, 7, 10, 8, 11]);
    await program.release();
  });
});

it("places and ranks of tokens undo each other, and there is always one place", () => {
  fc.assert(
    fc.property(fc.uint8Array({ max: 1, minLength: 1, maxLength: 40 }), (mask) => {
      const { places, ranks } = placesOf(mask);
      const tokens = [...mask.keys()].filter((at) => mask[at] === 1);
      expect([...places]).toEqual(tokens.length > 0 ? tokens : [0]);
      for (const [at, there] of mask.entries())
        expect(ranks[at]).toBe(there === 1 ? places.indexOf(at) : places.length);
    }),
  );
});

it("inference and graphs whose runs do not tell are left as they are", () => {
  for (const mode of ["train", "infer"] as const) {
    const graph = new Graph();
    const scope = Scope.root(graph, mode, new ParameterStore(1), testContext());
    expect(scope.tokenPlaces(graph.input("mask", "bool", ["batch", "tokens"]))).toBeUndefined();
    expect(graph.inputs).toHaveLength(1);
  }
});
