import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { engineNames } from "../../graph/engines.js";
import { difference, gradientError, normals } from "../models/harness.js";
import { enumerate, isBio, isBioes, logSumExp, type Row, scoreOf } from "./enumerate.js";
import {
  anyScore,
  type Batch,
  batches,
  type CrfProgram,
  crfProgram,
  feedsOf,
  setWeights,
  tiedScore,
  wideScore,
} from "./program.js";

const THREE = ["a", "b", "c"];
const BIO = ["O", "B-x", "I-x", "B-y", "I-y"];
const BIOES = ["O", "B-x", "I-x", "E-x", "S-x"];
const runs = { onnxruntime: 60, tensorflow: 12 } as const;

/** Row `i` of an output `[batch, tokens]`, without padding. */
const rowOf = (value: { dims: readonly number[]; data: readonly number[] }, i: number, length: number) =>
  value.data.slice(i * value.dims[1]!, i * value.dims[1]! + length);

function numbersOf(count: number, name: string, scale: number): number[] {
  return Array.from(normals(count, name), (x) => x * scale);
}

/** A long row with random scores. */
function longRow(length: number, labels: number, scale = 3): Row {
  const matrix = (rows: number, name: string): number[][] =>
    Array.from({ length: rows }, (_, i) => numbersOf(labels, `${name}${i}`, scale));
  return {
    emissions: matrix(length, "e"),
    transitions: matrix(labels, "t"),
    start: numbersOf(labels, "s", scale),
    end: numbersOf(labels, "f", scale),
  };
}

/** PyText's own check (crf_test.py): the forward recursion, with "start" and "stop" as two labels more in one table of transitions. */
function pytextLogPartition({ emissions, transitions, start, end }: Row): number {
  const NEVER = -10000;
  const [labels, first, stop] = [start.length, start.length, start.length + 1];
  const table = Array.from({ length: labels + 2 }, (_, from) =>
    Array.from({ length: labels + 2 }, (_, to) => {
      if (to === first || from === stop) return NEVER;
      if (from === first) return to === stop ? NEVER : start[to]!;
      return to === stop ? end[from]! : transitions[from]![to]!;
    }),
  );
  let alphas: number[] = table.map((_, label) => (label === first ? 0 : NEVER));
  for (const token of emissions) {
    alphas = table.map((_, to) =>
      to < labels ? logSumExp(alphas.map((alpha, from) => alpha + table[from]![to]!)) + token[to]! : NEVER,
    );
  }
  return logSumExp(alphas.map((alpha, from) => alpha + table[from]![stop]!));
}

describe.each(engineNames)("a CRF on %s", (name) => {
  const property = <T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => Promise<void>) =>
    fc.assert(fc.asyncProperty(arbitrary, holds), { numRuns: runs[name] });

  it("has the negative log-likelihood that writing out all sequences gives, summed over rows", async () => {
    const crf = await crfProgram(THREE, { engine: name, mode: "train" });
    await property(batches(3, 5, anyScore), async (batch) => {
      const { loss, count } = await crf.run(batch);
      const wanted = batch.rows.reduce(
        (sum, row, i) => sum + enumerate(row).logPartition - scoreOf(row, batch.targets[i]!),
        0,
      );
      expect(Math.abs(loss!.data[0]! - wanted)).toBeLessThan(2e-5 * (1 + wanted));
      expect(count!.data[0]).toBe(batch.rows.length);
    });
  });

  it("is as exact for scores that are 40 apart", async () => {
    const [train, infer] = [
      await crfProgram(THREE, { engine: name, mode: "train" }),
      await crfProgram(THREE, { engine: name }),
    ];
    await property(batches(3, 5, wideScore), async (batch) => {
      const [{ loss }, { tags, scores }] = [await train.run(batch), await infer.run(batch)];
      let wanted = 0;
      for (const [i, row] of batch.rows.entries()) {
        const { logPartition, marginals } = enumerate(row);
        wanted += logPartition - scoreOf(row, batch.targets[i]!);
        const path = rowOf(tags!, i, row.emissions.length);
        for (const [t, score] of rowOf(scores!, i, row.emissions.length).entries())
          expect(Math.abs(score - marginals[t]![path[t]!]!)).toBeLessThan(1e-5);
      }
      expect(Math.abs(loss!.data[0]! - wanted)).toBeLessThan(2e-5 * (1 + wanted));
    });
  });

  it("gives a sequence that none of all sequences is better than", async () => {
    const crf = await crfProgram(THREE, { engine: name });
    await property(batches(3, 5, anyScore), async (batch) => {
      const { tags } = await crf.run(batch);
      for (const [i, row] of batch.rows.entries()) {
        const path = rowOf(tags!, i, row.emissions.length);
        expect(scoreOf(row, path)).toBeCloseTo(enumerate(row).best, 4);
      }
    });
  });

  it("gives one of the best sequences where several are equally good", async () => {
    const crf = await crfProgram(THREE, { engine: name });
    await property(batches(3, 4, tiedScore), async (batch) => {
      const { tags } = await crf.run(batch);
      for (const [i, row] of batch.rows.entries())
        expect(scoreOf(row, rowOf(tags!, i, row.emissions.length))).toBe(enumerate(row).best);
    });
  });

  it.each([
    { names: THREE, constraints: "none", isValid: () => true },
    { names: BIO, constraints: "bio", isValid: isBio },
    { names: BIOES, constraints: "bioes", isValid: isBioes },
  ])("gives each tag its probability over all sequences, constraints $constraints", async (scheme) => {
    const { names, isValid } = scheme;
    const crf = await crfProgram(names, { engine: name, constraints: scheme.constraints });
    await property(batches(names.length, 4, anyScore), async (batch) => {
      const { tags, scores } = await crf.run(batch);
      for (const [i, row] of batch.rows.entries()) {
        const { marginals } = enumerate(row, (path) => isValid(path.map((id) => names[id]!)));
        const path = rowOf(tags!, i, row.emissions.length);
        for (const [t, score] of rowOf(scores!, i, row.emissions.length).entries())
          expect(Math.abs(score - marginals[t]![path[t]!]!)).toBeLessThan(1e-5);
      }
    });
  });

  it.each([
    { names: BIO, constraints: "bio", isValid: isBio },
    { names: BIOES, constraints: "bioes", isValid: isBioes },
  ])(
    "never breaks $constraints, and is the best of what is valid",
    async ({ names, constraints, isValid }) => {
      const crf = await crfProgram(names, { engine: name, constraints });
      const valid = (path: readonly number[]): boolean => isValid(path.map((id) => names[id]!));
      await property(batches(names.length, 4, anyScore), async (batch) => {
        const { tags } = await crf.run(batch);
        for (const [i, row] of batch.rows.entries()) {
          const path = rowOf(tags!, i, row.emissions.length);
          expect(valid(path)).toBe(true);
          expect(scoreOf(row, path)).toBeCloseTo(enumerate(row, valid).best, 4);
        }
      });
    },
  );

  it.each([
    { names: THREE, constraints: "none" },
    { names: BIO, constraints: "bio" },
  ])("has the gradients that finite differences give, constraints $constraints", async (scheme) => {
    const { names, constraints } = scheme;
    const crf = await crfProgram(names, { engine: name, mode: "train", constraints, gradients: true });
    const rows = [5, 2, 1, 0].map((length) => longRow(length, names.length, 1));
    const targets = [[0, 1, 2, 2, 1], [1, 2], [1], []];
    setWeights(crf.store, rows[0]!);
    const feeds = feedsOf({ rows, targets }, names.length);
    expect(await gradientError(crf.target, crf.store, feeds, ["logits"])).toBeLessThan(1e-3);
  });

  it("gives a row the same results whatever stands beside it and behind it", async () => {
    const crf = await crfProgram(BIO, { engine: name, constraints: "bio" });
    const rows = [6, 3, 1, 0].map((length, i) => ({
      ...longRow(1, BIO.length),
      emissions: Array.from({ length }, (_, t) => numbersOf(BIO.length, `row${i}.${t}`, 3)),
    }));
    const targets = [[0, 1, 2, 0, 3, 4], [1, 2, 0], [3], []];
    const together = await crf.run({ rows, targets }, 9, 77);
    let loss = 0;
    for (const [i, row] of rows.entries()) {
      const length = row.emissions.length;
      const alone = await crf.run({ rows: [row], targets: [targets[i]!] });
      loss += alone.loss!.data[0]!;
      expect(rowOf(together.tags!, i, length)).toEqual(alone.tags!.data.slice(0, length));
      for (const [t, score] of rowOf(together.scores!, i, length).entries())
        expect(score).toBeCloseTo(alone.scores!.data[t]!, 5);
      expect(rowOf(together.tags!, i, 9).slice(length)).toEqual(Array(9 - length).fill(-1));
      expect(rowOf(together.scores!, i, 9).slice(length)).toEqual(Array(9 - length).fill(0));
    }
    expect(together.loss!.data[0]).toBeCloseTo(loss, 4);
  });

  it("has loss 0 and no gradient for rows without tokens", async () => {
    const crf = await crfProgram(BIO, { engine: name, mode: "train", constraints: "bio", gradients: true });
    const { emissions, ...weights } = longRow(0, BIO.length);
    const empty = { ...weights, emissions };
    const results = await crf.run({ rows: [empty, empty], targets: [[], []] }, 3, 5);
    for (const [key, { data }] of Object.entries(results))
      expect(
        data.every((value) => value === (key === "count" ? 2 : 0)),
        key,
      ).toBe(true);
  });

  it("takes a single token as a softmax with start and end added", async () => {
    const crf = await crfProgram(THREE, { engine: name });
    const row = longRow(1, 3, 1);
    const logits = row.emissions[0]!.map((x, i) => x + row.start[i]! + row.end[i]!);
    const { loss, tags, scores } = await crf.run({ rows: [row], targets: [[2]] });
    expect(loss!.data[0]).toBeCloseTo(logSumExp(logits) - logits[2]!, 5);
    expect(tags!.data).toEqual([logits.indexOf(Math.max(...logits))]);
    expect(scores!.data[0]).toBeCloseTo(Math.exp(Math.max(...logits) - logSumExp(logits)), 5);
  });

  it("agrees with PyText's recursion for 2 to 10 labels and 1 to 10 tokens", async () => {
    for (const labels of [2, 5, 10]) {
      const crf = await crfProgram(Array.from({ length: labels }, String), { engine: name, mode: "train" });
      for (const length of [1, 4, 10]) {
        const row = longRow(length, labels);
        const target = Array.from({ length }, (_, t) => (t * 7) % labels);
        const { loss } = await crf.run({ rows: [row], targets: [target] });
        expect(loss!.data[0]).toBeCloseTo(pytextLogPartition(row) - scoreOf(row, target), 4);
      }
    }
  });
});

describe("a CRF over 512 tokens", () => {
  const names = BIO;
  const row = longRow(512, names.length);

  it.each(engineNames)("keeps its precision, on %s", async (name) => {
    const crf = await crfProgram(names, { engine: name });
    const { tags } = await crf.run({ rows: [row], targets: [Array(512).fill(0)] });
    const { loss } = await crf.run({ rows: [row], targets: [tags!.data] });
    const wanted = pytextLogPartition(row) - scoreOf(row, tags!.data);
    expect(Math.abs(loss!.data[0]! - wanted)).toBeLessThan(5e-5 * wanted);
  });

  it("has as gradient the expected labels less the right ones: they sum to 0 at each token", async () => {
    const crf = await crfProgram(names, { mode: "train", gradients: true });
    const results = await crf.run({ rows: [row], targets: [Array(512).fill(0)] });
    const byLogits = results["d:logits"]!.data;
    for (let t = 0; t < 512; t++) {
      const token = byLogits.slice(t * names.length, (t + 1) * names.length);
      expect(Math.abs(token.reduce((a, b) => a + b, 0))).toBeLessThan(1e-4);
    }
    expect(results["d:crf.transitions"]!.data.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 2);
  });
});

describe("scores of any size", () => {
  const extreme = fc.constantFrom(-1e6, -3000, -90, -50, 0, 50, 90, 3000, 1e6);
  const finite = async (crf: CrfProgram, batch: Batch) => {
    for (const [key, { data }] of Object.entries(await crf.run(batch)))
      expect(data.every(Number.isFinite), key).toBe(true);
  };

  it.each(engineNames)("give finite losses and gradients, on %s", async (name) => {
    for (const constraints of ["none", "bio"]) {
      const crf = await crfProgram(BIO, { engine: name, mode: "train", constraints, gradients: true });
      await fc.assert(
        fc.asyncProperty(batches(BIO.length, 6, extreme), (batch) => finite(crf, batch)),
        { numRuns: runs[name] },
      );
    }
  });

  it.each(engineNames)("give valid tags with scores above 0 and up to 1, on %s", async (name) => {
    const crf = await crfProgram(BIO, { engine: name, constraints: "bio" });
    await fc.assert(
      fc.asyncProperty(batches(BIO.length, 6, extreme), async (batch) => {
        await finite(crf, batch);
        const { tags, scores } = await crf.run(batch);
        for (const [i, { emissions }] of batch.rows.entries()) {
          expect(isBio(rowOf(tags!, i, emissions.length).map((id) => BIO[id]!))).toBe(true);
          expect(rowOf(scores!, i, emissions.length).every((score) => score > 0 && score <= 1)).toBe(true);
        }
      }),
      { numRuns: runs[name] },
    );
  });
});

describe("constraints in training", () => {
  const isValid = (path: readonly number[]): boolean => isBio(path.map((id) => BIO[id]!));

  it("share the likelihood among valid sequences only", async () => {
    const crf = await crfProgram(BIO, { mode: "train", constraints: "bio" });
    await fc.assert(
      fc.asyncProperty(batches(BIO.length, 4, anyScore), async (batch) => {
        fc.pre(batch.targets.every(isValid));
        const { loss } = await crf.run(batch);
        const wanted = batch.rows.reduce(
          (sum, row, i) => sum + enumerate(row, isValid).logPartition - scoreOf(row, batch.targets[i]!),
          0,
        );
        expect(Math.abs(loss!.data[0]! - wanted)).toBeLessThan(2e-5 * (1 + wanted));
      }),
      { numRuns: 40 },
    );
  });

  it("read a target that breaks them as one valid sequence more", async () => {
    const crf = await crfProgram(BIO, { mode: "train", constraints: "bio", gradients: true });
    const row = longRow(3, BIO.length, 1);
    for (const broken of [
      [2, 0, 0],
      [0, 4, 4],
      [1, 4, 0],
    ]) {
      const own = scoreOf(row, broken);
      const { loss } = await crf.run({ rows: [row], targets: [broken] });
      const wanted = logSumExp([enumerate(row, isValid).logPartition, own]) - own;
      expect(loss!.data[0]).toBeCloseTo(wanted, 5);
    }
  });

  it("teach nothing about transitions that no sequence has", async () => {
    const crf = await crfProgram(BIO, { mode: "train", constraints: "bio", gradients: true });
    const results = await crf.run({ rows: [longRow(4, BIO.length)], targets: [[0, 1, 2, 0]] });
    const byTransition = results["d:crf.transitions"]!.data;
    const [outside, insideX] = [0, 2];
    expect(byTransition[outside * BIO.length + insideX]).toBe(0);
    expect(byTransition[outside * BIO.length + outside]).not.toBe(0);
    expect(results["d:crf.start"]!.data[insideX]).toBe(0);
  });
});

describe("in training", () => {
  it("nothing is decoded", async () => {
    const crf = await crfProgram(THREE, { mode: "train" });
    const results = await crf.run({ rows: [longRow(2, 3)], targets: [[0, 1]] });
    expect(Object.keys(results).sort()).toEqual(["count", "loss"]);
  });

  it("the loss is that of inference", async () => {
    const batch = {
      rows: [longRow(5, 3), longRow(2, 3)],
      targets: [
        [0, 1, 2, 1, 0],
        [2, 2],
      ],
    };
    const [train, infer] = await Promise.all(
      (["train", "infer"] as const).map(async (mode) => (await crfProgram(THREE, { mode })).run(batch)),
    );
    expect(difference(train!.loss!, infer!.loss!)).toBeLessThan(1e-6);
  });
});
