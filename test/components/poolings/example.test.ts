import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import * as library from "../../../src/index.js";
import { includeFiles } from "../../../src/registry/include.js";
import { engine } from "../../graph/engines.js";
import {
  built,
  difference,
  gradientError,
  mixed,
  slot,
  testContext,
  tokenInputs,
  tokenVectors,
  withGradients,
} from "../models/harness.js";

const example = fileURLToPath(new URL("../../../examples/gated-pooling.ts", import.meta.url));
const raw = { PureDocAttention: { pooling: { GatedPooling: { bias: 0.5, dropout: 0.25 } }, dropout: 0 } };
const rows = [
  { name: "long", length: 4 },
  { name: "empty", length: 0 },
  { name: "one", length: 1 },
];

describe("a pooling from a user's own file (examples/gated-pooling.ts)", () => {
  const context = testContext();
  beforeAll(() => includeFiles(context.registry, [example], library));

  const doc = (scope: Scope) =>
    scope.part("representation", slot("representation", raw, context), "rep", (representation, config, at) =>
      representation.build(at, config, tokenInputs(scope, 3)),
    ).doc!;

  async function pooled(mode: Mode, store: ParameterStore) {
    return built(await engine("onnxruntime"), mode, store, (scope) => ({ doc: doc(scope) }), context);
  }

  it("fills a slot of a built-in component, its config checked by its schema", async () => {
    const store = new ParameterStore(1);
    const { scope } = await pooled("train", store);
    expect(store.get("rep.pooling.bias")!.data).toEqual(new Float32Array([0.5, 0.5, 0.5]));
    expect(scope.masks).toMatchObject([{ keep: 0.75 }]);
    const wrong = { PureDocAttention: { pooling: { GatedPooling: { biass: 1 } } } };
    expect(() => slot("representation", wrong, context)).toThrow(/did you mean "bias"/);
  });

  it("is the gated mean, whatever stands beside a row", async () => {
    const store = new ParameterStore(1);
    const target = await pooled("infer", store);
    store.get("rep.pooling.weight")!.data.fill(0); // all gates alike: a plain mean
    const feeds = tokenVectors(rows, 6, 3);
    const { doc: together } = await target.run(feeds);
    const first = Array.from(feeds.vectors.data as Float32Array).slice(0, 12);
    const mean = [0, 1, 2].map((i) => (first[i]! + first[i + 3]! + first[i + 6]! + first[i + 9]!) / 4);
    expect(
      difference({ dims: [3], data: together!.data.slice(0, 3) }, { dims: [3], data: mean }),
    ).toBeLessThan(1e-5);
    expect(together!.data.slice(3, 6)).toEqual([0, 0, 0]);
    const { doc: alone } = await target.run(tokenVectors([rows[2]!], 1, 3));
    expect(difference(alone!, { dims: [1, 3], data: together!.data.slice(6) })).toBeLessThan(1e-6);
  });

  it("has gradients without writing any", async () => {
    const store = new ParameterStore(1);
    const build = withGradients((scope) => mixed(doc(scope)), ["vectors"]);
    const target = await built(await engine("onnxruntime"), "train", store, build, context);
    expect(await gradientError(target, store, tokenVectors(rows, 4, 3), ["vectors"], 3e-3)).toBeLessThan(
      3e-3,
    );
  });
});
