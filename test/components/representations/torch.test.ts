import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { zeroPadding } from "../../../src/components/masking.js";
import { mul } from "../../../src/graph/ops/elementwise.js";
import { reduceSum } from "../../../src/graph/ops/reduction.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { engine } from "../../graph/engines.js";
import {
  type Built,
  built,
  difference,
  floats,
  prefixMask,
  slot,
  tokenInputs,
  type Value,
  withGradients,
} from "../models/harness.js";

/** What PyTorch made of the same words: origin in the fixture. */
interface Recorded {
  readonly title: string;
  readonly representation: unknown;
  readonly vectors: readonly number[];
  readonly mix: readonly number[];
  readonly tokens: Value;
  /** Dropout masks by our names; none where the case has no dropout. */
  readonly masks: Readonly<Record<string, readonly number[]>>;
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

const { lengths, dim, cases } = JSON.parse(
  readFileSync(new URL("fixtures/torch.json", import.meta.url), "utf8"),
) as { lengths: number[]; dim: number; cases: Recorded[] };
const sizes = [lengths.length, Math.max(...lengths)] as const;

function tokensOf(raw: unknown) {
  const value = slot("representation", raw);
  return (scope: Scope) =>
    scope.part("representation", value, "rep", (representation, config, at) => {
      const { vectors, mask } = tokenInputs(scope, dim);
      // As embeddings do it: what a window past a row's end would teach padding is dropped.
      return representation.build(at, config, { vectors: zeroPadding(vectors, mask), mask }).tokens!;
    });
}

async function forwardOf({ representation }: Recorded, mode: Mode, store: ParameterStore): Promise<Built> {
  return built(await engine("onnxruntime"), mode, store, (scope) => ({
    tokens: tokensOf(representation)(scope),
  }));
}

/** A store that holds the recorded weights, each of them and none besides. */
async function storeOf(recorded: Recorded): Promise<ParameterStore> {
  const store = new ParameterStore(1);
  await forwardOf(recorded, "infer", store);
  expect(store.names.sort()).toEqual(Object.keys(recorded.parameters).sort());
  for (const [name, values] of Object.entries(recorded.parameters)) {
    expect(store.get(name)!.data.length, name).toBe(values.length);
    store.get(name)!.data.set(values);
  }
  return store;
}

/** Words and dropout masks as recorded. */
function feedsOf({ scope }: Built, { vectors, masks, mix, tokens }: Recorded, names: readonly string[]) {
  expect(scope.masks.map(({ name }) => name).sort()).toEqual(Object.keys(masks).sort());
  const dropped = scope.masks.map(({ name, shape }) => {
    const known = new Map<unknown, number>([
      ["batch", sizes[0]],
      ["tokens", sizes[1]],
      ["batch*tokens", sizes[0] * sizes[1]],
    ]);
    return [
      name,
      floats(
        shape.map((size) => known.get(size) ?? Number(size)),
        masks[name]!,
      ),
    ] as const;
  });
  const all = {
    vectors: floats([...sizes, dim], vectors),
    mask: prefixMask(lengths, sizes[1]),
    mix: floats(tokens.dims, mix),
  };
  return Object.fromEntries([...Object.entries(all).filter(([name]) => names.includes(name)), ...dropped]);
}

describe.each(cases)("$title against PyTorch", (recorded) => {
  const hasDropout = Object.keys(recorded.masks).length > 0;

  it.each(hasDropout ? (["train"] as const) : (["train", "infer"] as const))(
    "gives the same vectors of words, in mode %s",
    async (mode) => {
      const target = await forwardOf(recorded, mode, await storeOf(recorded));
      const { tokens } = await target.run(feedsOf(target, recorded, ["vectors", "mask"]));
      expect(difference(tokens!, recorded.tokens)).toBeLessThan(2e-6);
    },
  );

  it("has the same gradients", async () => {
    const target = await built(
      await engine("onnxruntime"),
      "train",
      await storeOf(recorded),
      withGradients(
        (scope) => {
          const tokens = tokensOf(recorded.representation)(scope);
          const mix = scope.graph.input("mix", "float32", tokens.shape);
          return reduceSum(mul(tokens, mix), []);
        },
        ["vectors"],
      ),
    );
    const results = await target.run(feedsOf(target, recorded, ["vectors", "mask", "mix"]));
    for (const [name, values] of Object.entries(recorded.gradients)) {
      const own = results[`d:${name}`]!;
      const scale = Math.max(1, ...values.map(Math.abs));
      expect(difference(own, { dims: own.dims, data: values }) / scale, name).toBeLessThan(3e-6);
    }
  });
});
