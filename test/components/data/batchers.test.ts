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

const growing = fc
  .record({
    start: fc.integer({ min: 1, max: 5 }),
    more: fc.integer({ min: 1, max: 30 }),
    epoch_period: fc.integer({ min: 1, max: 6 }),
    step_size: fc.integer({ min: 1, max: 4 }),
    gamma: fc.double({ min: 1.1, max: 4, noNaN: true }),
    eval_batch_size: fc.integer({ min: 1, max: 9 }),
    linear: fc.boolean(),
  })
  .map(({ start, more, gamma, linear, eval_batch_size, ...growth }) => {
    const sizes = { start_batch_size: start, end_batch_size: start + more, ...growth };
    return {
      name: linear ? "LinearDynamicPoolingBatcher" : "ExponentialDynamicPoolingBatcher",
      config: { eval_batch_size, scheduler_config: linear ? sizes : { ...sizes, gamma } },
      most: start + more,
    };
  });

const everyBatcher = fc.oneof(
  growing,
  sizes.map((config) => ({ name: "Batcher", config, most: config.train_batch_size })),
  pooling.map((config) => ({ name: "PoolingBatcher", config, most: config.train_batch_size })),
);

const flat = (batches: readonly Uint32Array[]) => batches.flatMap((batch) => [...batch]);
const longest = (batch: Uint32Array, lengths: Int32Array) =>
  Math.max(...Array.from(batch, (row) => lengths[row]!));

describe("every batcher", () => {
  it("visits every row once, in batches of at most the size asked for and never empty", () => {
    fc.assert(
      fc.property(everyBatcher, lengthLists, fc.nat(5), ({ name, config, most }, lengths, epoch) => {
        const batcher = makeBatcher(name, config);
        const rows = [...lengths.keys()];
        const train = batcher.train(lengths, 7, epoch);
        const held = batcher.eval(lengths, "eval");
        expect(flat(train).sort((a, b) => a - b)).toEqual(rows);
        expect(flat(held).sort((a, b) => a - b)).toEqual(rows);
        for (const batch of train) expect(batch.length).toBeLessThanOrEqual(most);
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

describe("batchers whose batches grow", () => {
  const rows = new Int32Array(3000).fill(1);
  const sizesOf = (name: string, scheduler_config: object, epochs: number): number[] => {
    const batcher = makeBatcher(name, { scheduler_config });
    return Array.from({ length: epochs }, (_, epoch) =>
      Math.max(...batcher.train(rows, 1, epoch).map(({ length }) => length)),
    );
  };
  const growth = { start_batch_size: 32, end_batch_size: 256, epoch_period: 5 };

  // PyText's dynamic_pooling_batcher_test.py: 32, then 32 + (256 - 32) / 5 rounded up; by a factor of 2: 64.
  it("have the sizes of PyText's in each epoch", () => {
    const [linear, exponential] = ["LinearDynamicPoolingBatcher", "ExponentialDynamicPoolingBatcher"];
    expect(sizesOf(linear!, growth, 8)).toEqual([32, 77, 122, 167, 212, 256, 256, 256]);
    expect(sizesOf(linear!, { ...growth, step_size: 4 }, 8)).toEqual([32, 32, 32, 32, 212, 212, 256, 256]);
    expect(sizesOf(exponential!, { ...growth, gamma: 2 }, 5)).toEqual([32, 64, 128, 256, 256]);
    expect(sizesOf(exponential!, { ...growth, gamma: 1.1 }, 7)).toEqual([32, 36, 39, 43, 47, 52, 256]);
    expect(sizesOf(linear!, { end_batch_size: 42 }, 11)).toEqual([...Array(11).keys()].map((i) => 32 + i));
    expect(sizesOf(exponential!, {}, 3)).toEqual([32, 160, 256]);
  });

  it("never become smaller, and tell from when on they stay", () => {
    fc.assert(
      fc.property(growing, ({ name, config, most }) => {
        const { evenFrom } = makeBatcher(name, config);
        const sizes = sizesOf(name, config.scheduler_config, evenFrom! + 3);
        expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
        expect(sizes[0]).toBe(config.scheduler_config.start_batch_size);
        expect(sizes.slice(evenFrom)).toEqual([most, most, most]);
      }),
      { numRuns: 30 },
    );
  });

  it("must have somewhere to grow", () => {
    expect(() =>
      makeBatcher("LinearDynamicPoolingBatcher", { scheduler_config: { start_batch_size: 256 } }),
    ).toThrow("batches grow from start_batch_size 256, so end_batch_size must be larger, got 256");
  });
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
