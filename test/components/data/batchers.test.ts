import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeBatcher } from "./support.js";

const lengthLists = fc
  .array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 200 })
  .map((list) => Int32Array.from(list));

const sizes = fc.record({
  train_batch_size: fc.integer({ min: 1, max: 9 }),
  eval_batch_size: fc.integer({ min: 1, max: 9 }),
});

const pooling = fc.record({
  ...{ train_batch_size: fc.integer({ min: 1, max: 9 }), eval_batch_size: fc.integer({ min: 1, max: 9 }) },
  pool_num_batches: fc.integer({ min: 1, max: 5 }),
  bucket_width: fc.integer({ min: 1, max: 10 }),
  max_tokens: fc.option(fc.integer({ min: 1, max: 200 })),
});

const everyBatcher = fc.oneof(
  sizes.map((config) => ({ name: "Batcher", config })),
  pooling.map((config) => ({ name: "PoolingBatcher", config })),
);

const flat = (batches: readonly Uint32Array[]) => batches.flatMap((batch) => [...batch]);
const longest = (batch: Uint32Array, lengths: Int32Array) =>
  Math.max(...Array.from(batch, (row) => lengths[row]!));

describe("every batcher", () => {
  it("visits every row once, in batches of at most the size asked for and never empty", () => {
    fc.assert(
      fc.property(everyBatcher, lengthLists, fc.nat(5), ({ name, config }, lengths, epoch) => {
        const batcher = makeBatcher(name, config);
        const rows = [...lengths.keys()];
        const train = batcher.train(lengths, 7, epoch);
        const held = batcher.eval(lengths, "eval");
        expect(flat(train).sort((a, b) => a - b)).toEqual(rows);
        expect(flat(held).sort((a, b) => a - b)).toEqual(rows);
        for (const batch of train) expect(batch.length).toBeLessThanOrEqual(config.train_batch_size);
        for (const batch of held) expect(batch.length).toBeLessThanOrEqual(config.eval_batch_size);
        for (const batch of [...train, ...held]) expect(batch.length).toBeGreaterThan(0);
      }),
    );
  });

  it("orders training rows by seed and epoch alone", () => {
    fc.assert(
      fc.property(
        everyBatcher,
        lengthLists,
        fc.nat(),
        fc.nat(100),
        ({ name, config }, lengths, seed, epoch) => {
          const order = () => makeBatcher(name, config).train(lengths, seed, epoch);
          expect(order()).toEqual(order());
        },
      ),
    );
  });

  it.each(["Batcher", "PoolingBatcher"])(
    "%s makes other batches in every epoch and for every seed, not the same ones in another order",
    (name) => {
      const lengths = Int32Array.from({ length: 400 }, (_, i) => 5 + (i % 40));
      const batcher = makeBatcher(name, { train_batch_size: 8 });
      const contents = (seed: number, epoch: number) =>
        new Set(batcher.train(lengths, seed, epoch).map((batch) => [...batch].sort((a, b) => a - b).join()));
      const firstEpoch = contents(1, 1);
      for (const other of [contents(1, 2), contents(2, 1)]) {
        expect([...other].filter((batch) => firstEpoch.has(batch)).length).toBeLessThan(3);
      }
    },
  );

  it.each(["Batcher", "PoolingBatcher"])(
    "%s takes the sizes of eval and test batches from the config",
    (name) => {
      const batcher = makeBatcher(name, { eval_batch_size: 2, test_batch_size: 5 });
      const lengths = new Int32Array(10).fill(1);
      expect([batcher.eval(lengths, "eval").length, batcher.eval(lengths, "test").length]).toEqual([5, 2]);
    },
  );
});

describe("Batcher", () => {
  // PyText's data_test.py: 10 rows in batches of 3, in order, the last one smaller.
  it("keeps eval rows in file order", () => {
    const batches = makeBatcher("Batcher", { eval_batch_size: 3 }).eval(new Int32Array(10), "eval");
    expect(batches.map((batch) => [...batch])).toEqual([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]);
  });
});

describe("PoolingBatcher", () => {
  it("keeps batches within the token budget, padding included, unless one row alone is longer", () => {
    fc.assert(
      fc.property(pooling, lengthLists, (config, lengths) => {
        const batcher = makeBatcher("PoolingBatcher", { ...config, max_tokens: 80 });
        for (const batch of [...batcher.train(lengths, 1, 1), ...batcher.eval(lengths, "test")]) {
          if (batch.length > 1) expect(batch.length * longest(batch, lengths)).toBeLessThanOrEqual(80);
        }
      }),
    );
  });

  it("does not split rows of equal length more than the budget asks for", () => {
    const lengths = new Int32Array(100).fill(10);
    const batcher = makeBatcher("PoolingBatcher", { train_batch_size: 32, max_tokens: 200 });
    expect(batcher.train(lengths, 1, 1).map(({ length }) => length)).toEqual([20, 20, 20, 20, 20]);
  });

  it("puts rows of like length together: within a pool, lengths in a batch of eval rows rise", () => {
    fc.assert(
      fc.property(lengthLists, (lengths) => {
        const order = flat(makeBatcher("PoolingBatcher").eval(lengths, "eval")).map((row) => lengths[row]!);
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }),
    );
  });

  it("lets lengths in a training batch differ by less than two bucket widths where rows of all lengths abound", () => {
    const lengths = Int32Array.from({ length: 6400 }, (_, i) => 1 + (i % 64));
    const batches = makeBatcher("PoolingBatcher", {
      train_batch_size: 10,
      pool_num_batches: 640,
      bucket_width: 4,
    }).train(lengths, 3, 1);
    for (const batch of batches) {
      const own = Array.from(batch, (row) => lengths[row]!);
      expect(Math.max(...own) - Math.min(...own)).toBeLessThan(8);
    }
  });

  it("pads far less than batches of random rows", () => {
    const lengths = Int32Array.from({ length: 5000 }, (_, i) => 1 + ((i * 7919) % 97));
    const padding = (name: string) => {
      const batches = makeBatcher(name, { train_batch_size: 32 }).train(lengths, 3, 1);
      const cells = batches.reduce((sum, batch) => sum + batch.length * longest(batch, lengths), 0);
      return 1 - lengths.reduce((sum, length) => sum + length, 0) / cells;
    };
    expect(padding("PoolingBatcher")).toBeLessThan(0.15);
    expect(padding("Batcher")).toBeGreaterThan(0.4);
  });
});
