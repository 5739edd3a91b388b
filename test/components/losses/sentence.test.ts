/** @file Losses of sentence embeddings against recorded ones of sentence-transformers 5.7.0 (bench/peers/record_sentence_losses.py), and brute force where texts repeat. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { EmbeddedText } from "../../../src/components/contracts.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Scope } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import {
  type Built,
  built,
  floats,
  gradientError,
  ints,
  normals,
  prefixMask,
  slot,
  testContext,
  withGradients,
} from "../models/harness.js";

interface Recorded {
  readonly rows: number;
  readonly dim: number;
  readonly vectors: readonly (readonly number[])[];
  readonly scores: readonly number[];
  readonly recorded: readonly {
    readonly loss: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly value: number;
    readonly gradients: readonly (readonly number[])[];
  }[];
}

const file = new URL("fixtures/sentence-losses.json", import.meta.url);
const { rows, dim, vectors, scores, recorded } = JSON.parse(readFileSync(file, "utf8")) as Recorded;

const TEXTS = ["anchor", "positive", "negative"] as const;
/** Places for pieces: each text's axis has a size of its own. */
const WIDTHS = { anchor: 2, positive: 3, negative: 4 };

/** The loss over fed vectors and pieces; of each text an axis. */
async function target(loss: string, config: object, count: number, engineName = "onnxruntime") {
  const context = testContext();
  const { component, config: options } = context.part(
    "sentence_embedding_loss",
    slot("sentence_embedding_loss", { [loss]: config }, context),
  );
  const names = TEXTS.slice(0, count);
  const build = (scope: Scope) => {
    const { graph } = scope;
    const [anchor, positive, negative = null] = names.map(
      (name): EmbeddedText => ({
        vector: graph.input(name, "float32", ["batch", dim]),
        ids: graph.input(`${name}_ids`, "int32", ["batch", `${name}_pieces`]),
        mask: graph.input(`${name}_mask`, "bool", ["batch", `${name}_pieces`]),
      }),
    ) as [EmbeddedText, EmbeddedText, EmbeddedText?];
    const given = component.reads.scores ? graph.input("scores", "float32", ["batch"]) : null;
    const { sum, count: n } = component.build(scope, options, { anchor, positive, negative, scores: given });
    return { ...withGradients(() => sum, names)(scope), count: n };
  };
  const store = new ParameterStore(1);
  const made = await built(await engine(engineName as never), "train", store, build, context);
  return { made, store, names };
}

/** Feeds of vectors, scores, and texts as lists of pieces; by default all different. */
function feeds(
  { graph }: Built["scope"],
  given: readonly ArrayLike<number>[],
  texts: readonly (readonly (readonly number[])[])[] = TEXTS.map((_, text) =>
    Array.from({ length: rows }, (_, row) => [text * rows + row]),
  ),
  own: readonly number[] = scores,
): Record<string, HostTensor> {
  const all: Record<string, HostTensor> = { scores: floats([own.length], own) };
  for (const [i, name] of TEXTS.slice(0, given.length).entries()) {
    const pieces = texts[i]!;
    const width = WIDTHS[name];
    all[name] = floats([pieces.length, dim], given[i]!);
    // What stands at padding is the filler 0, which is a piece like any other.
    const flat = pieces.flatMap((row) => Array.from({ length: width }, (_, place) => row[place] ?? 0));
    all[`${name}_ids`] = ints([pieces.length, width], flat);
    all[`${name}_mask`] = prefixMask(
      pieces.map(({ length }) => length),
      width,
    );
  }
  return Object.fromEntries(graph.inputs.map(({ name }) => [name, all[name]!]));
}

describe.each(engineNames)("on %s", (name) => {
  it.each(recorded)("$loss with $config has the recorded value and gradients", async (one) => {
    const { made, names } = await target(one.loss, one.config, one.gradients.length, name);
    const results = await made.run(feeds(made.scope, vectors.slice(0, names.length)));
    const [sum, count] = [results.loss!.data[0]!, results.count!.data[0]!];
    expect(count).toBe(one.loss === "CoSENTLoss" ? 1 : rows);
    expect(sum / count).toBeCloseTo(one.value, 4);
    for (const [i, text] of names.entries())
      for (const [at, slope] of results[`d:${text}`]!.data.entries())
        expect(slope / count).toBeCloseTo(one.gradients[i]![at]!, 4);
  });
});

test("a score range is scaled to a range of cosines", async () => {
  const config = { score_range: [0, 5], cosine_range: [-1, 1] };
  const { made } = await target("CosineSimilarityLoss", config, 2);
  const five = scores.map((score) => 5 * score);
  const { loss } = await made.run(feeds(made.scope, vectors.slice(0, 2), undefined, five));
  expect(loss!.data[0]).toBeCloseTo(
    scores.reduce(
      (sum, score, i) => sum + (cosine(i, vectors[0]!, i, vectors[1]!) - (2 * score - 1)) ** 2,
      0,
    ),
    4,
  );
});

const at = (row: number, data: ArrayLike<number>) =>
  Array.from({ length: dim }, (_, i) => data[row * dim + i]!);
const product = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
function cosine(row: number, a: ArrayLike<number>, other: number, b: ArrayLike<number>): number {
  const [x, y] = [at(row, a), at(other, b)];
  return product(x, y) / Math.hypot(...x) / Math.hypot(...y);
}

/** The loss as its definition says it, candidate by candidate. `texts` are keys. */
function bruteForce(
  given: readonly ArrayLike<number>[],
  texts: readonly (readonly string[])[],
  scale: number,
  symmetric: boolean,
): number {
  const [anchors, positives] = texts as [string[], string[]];
  const count = anchors.length;
  const belongs = (anchor: string, text: string): boolean =>
    anchor === text || anchors.some((one, k) => one === anchor && positives[k] === text);
  const surprisal = (right: number, others: readonly number[]): number =>
    -right + Math.log([right, ...others].reduce((sum, x) => sum + Math.exp(x), 0));
  const all = anchors.map((anchor, i) => {
    const near = (kind: number, j: number): number => scale * cosine(i, given[0]!, j, given[kind]!);
    const others = texts
      .slice(1)
      .flatMap((list, kind) => list.flatMap((text, j) => (belongs(anchor, text) ? [] : [near(kind + 1, j)])));
    const back = anchors.flatMap((one, k) =>
      belongs(one, positives[i]!) ? [] : [scale * cosine(k, given[0]!, i, given[1]!)],
    );
    const forward = surprisal(near(1, i), others);
    return symmetric ? (forward + surprisal(near(1, i), back)) / 2 : forward;
  });
  expect(all).toHaveLength(count);
  return all.reduce((a, b) => a + b, 0);
}

test("in a batch, texts that belong to an equal anchor or equal it are no negatives", async () => {
  const variants = await Promise.all(
    [2, 3].flatMap((count) =>
      [false, true].map(async (symmetric) => ({
        ...{ count, symmetric },
        ...(await target("MultipleNegativesRankingLoss", { scale: 3, symmetric }, count)),
      })),
    ),
  );
  // Few different pieces, some texts a prefix of others: so that many repeat.
  const text = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 2 });
  const batch = fc
    .integer({ min: 1, max: 6 })
    .chain((size) =>
      fc.tuple(...TEXTS.map(() => fc.array(text, { minLength: size, maxLength: size })), fc.integer()),
    );
  await fc.assert(
    fc.asyncProperty(batch, async ([anchors, positives, negatives, seed]) => {
      const texts = [anchors, positives, negatives] as number[][][];
      const given = texts.map((list, i) => normals(list.length * dim, `${seed as number} ${i}`));
      for (const { count, symmetric, made } of variants) {
        const own = texts.slice(0, count);
        const { loss } = await made.run(feeds(made.scope, given.slice(0, count), own));
        const keys = own.map((list) => list.map((pieces) => pieces.join(" ")));
        expect(loss!.data[0]).toBeCloseTo(bruteForce(given, keys, 3, symmetric), 3);
      }
    }),
    { numRuns: 40 },
  );
});

test.each([
  ["MultipleNegativesRankingLoss", { scale: 2, symmetric: true }, 3],
  ["CoSENTLoss", { scale: 2 }, 2],
  ["TripletLoss", { distance: "euclidean", margin: 1 }, 3],
  ["PairwiseRankingLoss", { margin: 1 }, 3],
] as const)("%s has the slope of finite differences, texts repeating", async (loss, config, count) => {
  const { made, store, names } = await target(loss, config, count);
  const texts = TEXTS.map(() => [[1], [1], [2], [3], [2]]);
  const fed = feeds(made.scope, vectors.slice(0, count), texts);
  expect(await gradientError(made, store, fed, names, 1e-2)).toBeLessThan(2e-3);
});

test("PairwiseRankingLoss is the hinge of two cosines, and TripletLoss over distances of cosines", async () => {
  for (const margin of [0.05, 0.5, 2]) {
    const losses = await Promise.all(
      [
        ["PairwiseRankingLoss", { margin }],
        ["TripletLoss", { distance: "cosine", margin }],
      ].map(async ([name, config]) => {
        const { made } = await target(name as string, config as object, 3);
        return (await made.run(feeds(made.scope, vectors))).loss!.data[0]!;
      }),
    );
    const sum = scores.reduce((total, _, i) => {
      const [near, far] = [1, 2].map((text) => cosine(i, vectors[0]!, i, vectors[text]!));
      return total + Math.max(0, far! - near! + margin);
    }, 0);
    for (const loss of losses) expect(loss).toBeCloseTo(sum, 4);
  }
});

test("equal texts have no endless slope", async () => {
  for (const distance of ["euclidean", "cosine", "manhattan"]) {
    const { made } = await target("TripletLoss", { distance, margin: 1 }, 3);
    const results = await made.run(feeds(made.scope, [vectors[0]!, vectors[0]!, vectors[0]!]));
    expect(results.loss!.data[0]).toBeCloseTo(rows, 4);
    for (const name of TEXTS)
      for (const x of results[`d:${name}`]!.data) expect(Number.isFinite(x)).toBe(true);
  }
});
