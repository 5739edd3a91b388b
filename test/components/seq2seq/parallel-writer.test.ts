import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  drawMasked,
  type ParallelSearch,
  ParallelWriter,
} from "../../../src/components/seq2seq/parallel-writer.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import { greaterOrEqual } from "../../../src/graph/ops/elementwise.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import type { SlotValue } from "../../../src/registry/component.js";
import { stream } from "../../../src/registry/random.js";
import { type EngineName, engine } from "../../graph/engines.js";
import {
  built,
  gradientError,
  ints,
  slot,
  testContext,
  tokenInputs,
  withGradients,
} from "../models/harness.js";
import { PlainTransformer } from "./plain.js";
import { PlainParallelWriter } from "./plain-parallel.js";
import {
  type Case,
  DIM,
  type Found,
  lossFeeds,
  plainSource,
  sourceFeeds,
  spread,
  VOCAB,
  WRITTEN,
} from "./program.js";

const END = 2;
/** Tokens of the longest sequence, and how much a length counts. */
const [MOST, WEIGHT] = [4, 0.7] as const;

/** Words 4 to 6. Without tokens, and longer than any that is written, among them. */
const cases: readonly (Case & { readonly masked: readonly boolean[] })[] = [
  { name: "three", copied: [4, 5, 4], target: [5, 6, 4, END], masked: [true, false, true] },
  { name: "one", copied: [4], target: [END], masked: [true] },
  {
    name: "five",
    copied: [6, 4, 5, 5, 4],
    target: [6, 6, 4, 5, 0, END],
    masked: [false, false, true, true, true],
  },
  { name: "two", copied: [6, 4], target: [4, 5, END], masked: [true, true] },
];

/** A target's places. */
const placesOf = ({ target }: Case): readonly number[] =>
  target.length === 1 ? target : target.slice(0, -1);

interface Variant {
  readonly layers: number;
  readonly before: boolean;
}
const variants: readonly Variant[] = [
  { layers: 2, before: true },
  { layers: 1, before: false },
];

function writerIn(scope: Scope, { layers, before }: Variant, smoothing = 0): ParallelWriter {
  const value = slot("sequence_decoder", {
    TransformerDecoder: {
      ...{ num_layers: layers, num_attention_heads: 2, ffnn_embed_dim: 5 },
      ...{ activation: "tanh", normalize_before: before },
    },
  }) as SlotValue<"sequence_decoder">;
  return new ParallelWriter(scope, tokenInputs(scope, DIM), {
    ...{ vocab: VOCAB, dim: WRITTEN, dropout: 0, smoothing },
    ...{ most: MOST, lengthDim: 3, lengthWeight: WEIGHT },
    decoder: (at, sources) =>
      at.part("sequence_decoder", value, "decoder", (chosen, options, inner) =>
        chosen.build(inner, options, sources, WRITTEN),
      ),
  });
}

async function lossProgram(variant: Variant, mode: Mode, gradients = false) {
  const store = new ParameterStore(3);
  const lossOf = (scope: Scope) => {
    const ids = scope.graph.input("target", "int32", ["batch", "steps"]);
    const masked = scope.graph.input("masked", "bool", ["batch", "steps"]);
    const writer = writerIn(scope, variant, gradients ? 0.1 : 0);
    return writer.loss({ ids, mask: greaterOrEqual(ids, 0) }, masked);
  };
  const build = gradients
    ? withGradients((scope) => lossOf(scope).sum, ["vectors"])
    : (scope: Scope) => ({ ...lossOf(scope) });
  const target = await built(await engine("onnxruntime"), mode, store, build, testContext());
  spread(store);
  return { target, store };
}

/** Every place behind a target's tokens is said to be masked, which must not count. */
function feeds(more: number): Record<string, HostTensor> {
  const own = lossFeeds(cases, false, more);
  const [rows, steps] = own.target!.dims as [number, number];
  const data = Uint8Array.from({ length: rows * steps }, (_, i) =>
    (cases[Math.floor(i / steps)]!.masked[i % steps] ?? true) ? 1 : 0,
  );
  return { ...own, masked: { dtype: "bool", dims: [rows, steps], data } };
}

async function searchProgram(variant: Variant, options: ParallelSearch, name: EngineName = "onnxruntime") {
  const store = new ParameterStore(3);
  const program = await built(await engine(name), "infer", store, (scope) => {
    const { ids, scores } = writerIn(scope, variant).search(options);
    return { ids, scores };
  });
  spread(store);
  const find = async (some: readonly Case[], tokens?: number): Promise<Found[][]> => {
    const { ids, scores } = await program.run(sourceFeeds(some, false, tokens));
    expect(ids!.dims).toEqual([some.length, options.best, MOST + 1]);
    return some.map((_, row) =>
      Array.from({ length: options.best }, (_unused, i) => {
        const at = row * options.best + i;
        const own = ids!.data.slice(at * (MOST + 1), (at + 1) * (MOST + 1));
        return { ids: own.filter((id) => id >= 0), score: scores!.data[at]! };
      }),
    );
  };
  return { store, find };
}

const plainWriter = ({ layers, before }: Variant, store: ParameterStore, one: Case): PlainParallelWriter => {
  const { vectors } = plainSource(one, false);
  return new PlainParallelWriter(
    store,
    MOST,
    new PlainTransformer(store, { layers, heads: 2, before }, vectors),
    vectors,
  );
};

const total = (numbers: readonly number[]): number => numbers.reduce((all, x) => all + x, 0);

function expectSame(found: readonly Found[], wanted: readonly Found[]): void {
  expect(found.map(({ ids }) => ids)).toEqual(wanted.map(({ ids }) => ids));
  for (const [i, { score }] of wanted.entries()) expect(found[i]!.score).toBeCloseTo(score, 3);
}

describe.each(variants)("a parallel writer of $layers layers, normalising before: $before", (variant) => {
  it.each(["train", "infer"] as const)(
    "has the loss of plain code, whatever the padding (%s)",
    async (mode) => {
      const { target, store } = await lossProgram(variant, mode);
      const wanted = cases.map((one) =>
        plainWriter(variant, store, one).surprisals(placesOf(one), one.masked),
      );
      const sum = total(wanted.map(({ tokens, length }) => tokens + WEIGHT * length));
      for (const more of [0, 2]) {
        const { sum: found, count } = await target.run(feeds(more));
        expect(found!.data[0]).toBeCloseTo(sum, 3);
        expect(count!.data[0]).toBe(total(cases.map(({ masked }) => masked.filter(Boolean).length)));
      }
    },
  );

  it("has the gradients of its loss", async () => {
    const { target, store } = await lossProgram(variant, "train", true);
    expect(await gradientError(target, store, feeds(1), ["vectors"], 4e-3)).toBeLessThan(2e-3);
  });

  it.each([
    { lengths: 1, best: 1, passes: 1 },
    { lengths: 3, best: 2, passes: 3 },
    { lengths: MOST, best: MOST, passes: 6 },
  ])("finds what plain code finds: $lengths lengths, $passes passes", async (options) => {
    const { store, find } = await searchProgram(variant, options);
    const found = await find(cases);
    for (const [row, one] of cases.entries()) {
      const plain = plainWriter(variant, store, one);
      expectSame(found[row]!, plain.search(options.lengths, options.best, options.passes));
    }
  });
});

describe("a parallel search", () => {
  const [variant] = variants as [Variant];
  const options = { lengths: 3, best: 3, passes: 3 };

  it("does not depend on batch-mates or padding", async () => {
    const { find } = await searchProgram(variant, options);
    const together = await find([...cases, { name: "none", copied: [], target: [] }], 9);
    for (const [row, one] of cases.entries()) expectSame(together[row]!, (await find([one]))[0]!);
  });

  it("finds the same on both engines", async () => {
    const [ours, other] = await Promise.all(
      (["onnxruntime", "tensorflow"] as const).map(async (name) =>
        (await searchProgram(variant, options, name)).find(cases),
      ),
    );
    for (const [row, found] of ours!.entries()) expectSame(other![row]!, found);
  });
});

describe("drawn masks", () => {
  const draw = (lengths: readonly number[], steps: number, seed: number): number[][] => {
    const ids = lengths.flatMap((length) =>
      Array.from({ length: steps }, (_, i) => (i < length ? 4 : i === length ? END : 1)),
    );
    const into = new Int32Array(ids.length);
    drawMasked(stream(seed, "test"), into, ints([lengths.length, steps], ids));
    return lengths.map((_, row) => Array.from(into.slice(row * steps, (row + 1) * steps)));
  };

  it("hide one token to all, none behind the last, and are the same for the same stream", () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(lengths, fc.nat(), (rows, seed) => {
        const drawn = draw(rows, 8, seed);
        expect(draw(rows, 8, seed)).toEqual(drawn);
        for (const [i, mask] of drawn.entries()) {
          const length = Math.max(1, rows[i]!);
          expect(total(mask.slice(0, length))).toBeGreaterThan(0);
          expect(total(mask.slice(length))).toBe(0);
        }
      }),
    );
  });

  it("hide each number of tokens as often, and each place", () => {
    const drawn = draw(Array<number>(6000).fill(3), 4, 1);
    const counts = [1, 2, 3].map((count) => drawn.filter((mask) => total(mask) === count).length);
    const places = [0, 1, 2].map((place) => drawn.filter((mask) => mask[place] === 1).length);
    // Within four standard deviations.
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(4 * Math.sqrt(6000 * (2 / 9)));
    for (const place of places) expect(Math.abs(place - 4000)).toBeLessThan(4 * Math.sqrt(6000 * (2 / 9)));
  });
});
