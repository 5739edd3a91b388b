import fc from "fast-check";
import { Type } from "typebox";
import { describe, expect, test } from "vitest";
import type { BatchSampler, SampledTask } from "../../../src/components/samplers/contracts.js";
import { samplers } from "../../../src/components/samplers/index.js";
import { Slot } from "../../../src/registry/component.js";
import { Context } from "../../../src/registry/context.js";
import { throwIfAny } from "../../../src/registry/errors.js";
import { Registry } from "../../../src/registry/registry.js";
import { resolveValue } from "../../../src/registry/resolve.js";

const registry = new Registry().add(...samplers);
const log = { info: () => {}, warn: () => {} };
const context = new Context(registry, { log, settings: { seed: 0, threads: 1 } });
const schema = Type.Object({ sampler: Slot("batch_sampler", { description: "under test" }) });

/** A sampler as a config makes it. */
function sampler(name: string, config: object = {}): BatchSampler {
  const { value, problems } = resolveValue(
    registry,
    schema,
    { sampler: { [name]: config } },
    { source: "test", checkFiles: false },
  );
  throwIfAny(problems);
  const part = context.part("batch_sampler", (value as { sampler: never }).sampler);
  return part.component.create(part.config, context);
}

const tasksOf = (batches: readonly number[]): SampledTask[] =>
  batches.map((count, i) => ({ name: `t${i}`, batches: count }));

/** How often each task has its turn. */
function counts(turns: ArrayLike<number>, tasks: number): number[] {
  const seen = Array<number>(tasks).fill(0);
  for (const task of Array.from(turns)) seen[task]!++;
  return seen;
}

const batches = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 });
const seed = fc.integer({ min: 0, max: 1000 });
const epoch = fc.integer({ min: 0, max: 20 });
const total = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0);

describe("round robin", () => {
  test("gives each task as many turns as the smallest has batches, one after the other", () => {
    fc.assert(
      fc.property(batches, seed, epoch, (sizes, run, at) => {
        const turns = [...sampler("RoundRobinBatchSampler").turns(tasksOf(sizes), run, at)];
        const rounds = Math.min(...sizes);
        expect(turns).toEqual(Array.from({ length: rounds }, () => sizes.map((_, i) => i)).flat());
      }),
    );
  });

  test("ends when the named task has had all its batches", () => {
    const turns = sampler("RoundRobinBatchSampler", { iter_to_set_epoch: "t1" }).turns(tasksOf([2, 5]), 0, 0);
    expect(counts(turns, 2)).toEqual([5, 5]);
  });

  test("goes on in the next epoch where an epoch of a given length stopped", () => {
    const robin = sampler("RoundRobinBatchSampler", { batches_per_epoch: 4 });
    const run = [0, 1, 2].flatMap((at) => [...robin.turns(tasksOf([9, 9, 9]), 0, at)]);
    expect(run).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });

  test("refuses a task that is not there, and two lengths of an epoch", () => {
    const unknown = sampler("RoundRobinBatchSampler", { iter_to_set_epoch: "t11" });
    expect(() => unknown.turns(tasksOf([1, 1]), 0, 0)).toThrow('no task called "t11"; did you mean "t1"?');
    expect(() => sampler("RoundRobinBatchSampler", { iter_to_set_epoch: "t", batches_per_epoch: 1 })).toThrow(
      "keep one",
    );
  });
});

test("the natural sampler gives each task as many turns as it has batches, in an order that changes", () => {
  fc.assert(
    fc.property(batches, seed, epoch, (sizes, run, at) => {
      const natural = sampler("NaturalBatchSampler");
      expect(counts(natural.turns(tasksOf(sizes), run, at), sizes.length)).toEqual(sizes);
    }),
  );
  const orders = [0, 1, 2].map((at) =>
    sampler("NaturalBatchSampler")
      .turns(tasksOf([20, 20]), 7, at)
      .join(),
  );
  expect(new Set(orders).size).toBe(3);
});

describe("shares by weight", () => {
  const weights = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 });

  test("are met in each epoch to within one turn, and a share of 0 has none", () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 100 }), seed, epoch, (shares, count, run, at) => {
        fc.pre(total(shares) > 0);
        const tasks = tasksOf(shares.map(() => 3));
        const probabilities = Object.fromEntries(shares.map((share, i) => [`t${i}`, share]));
        const turns = sampler("RandomizedBatchSampler", {
          unnormalized_iterator_probs: probabilities,
          batches_per_epoch: count,
        }).turns(tasks, run, at);
        expect(turns).toHaveLength(count);
        for (const [i, got] of counts(turns, shares.length).entries()) {
          expect(Math.abs(got - (count * shares[i]!) / total(shares))).toBeLessThan(1);
          if (shares[i] === 0) expect(got).toBe(0);
        }
      }),
    );
  });

  test("are met on average even where an epoch has room for a part of a turn only", () => {
    const rare = sampler("RandomizedBatchSampler", {
      unnormalized_iterator_probs: { t0: 9.7, t1: 0.3 },
      batches_per_epoch: 10,
    });
    const epochs = 2000;
    const turns = Array.from(
      { length: epochs },
      (_, at) => counts(rare.turns(tasksOf([1, 1]), 3, at), 2)[1]!,
    );
    // Each epoch is one draw with p = 0.3: the mean's standard deviation is sqrt(0.3 * 0.7 / 2000) = 0.0102.
    expect(Math.abs(total(turns) / epochs - 0.3)).toBeLessThan(4 * 0.0102);
  });

  test("are equal by default, and an epoch is as long as all tasks together", () => {
    const turns = sampler("RandomizedBatchSampler").turns(tasksOf([3, 7]), 0, 0);
    expect(counts(turns, 2)).toEqual([5, 5]);
  });

  test("must name each task, and not be 0 altogether", () => {
    const with_ = (unnormalized_iterator_probs: object) => () =>
      sampler("RandomizedBatchSampler", { unnormalized_iterator_probs }).turns(tasksOf([1, 1]), 0, 0);
    expect(with_({ t0: 1 })).toThrow('"t1" has no number');
    expect(with_({ t0: 1, t1: 1, t2: 1 })).toThrow('no task called "t2"');
    expect(with_({ t0: 0, t1: 0 })).toThrow("all shares are 0");
  });
});

describe("two alternating tables of shares", () => {
  test("take every other turn each, over the ends of epochs too", () => {
    const alternating = sampler("AlternatingRandomizedBatchSampler", {
      unnormalized_iterator_probs: { t0: 1, t1: 0, t2: 0 },
      second_unnormalized_iterator_probs: { t0: 0, t1: 1, t2: 3 },
      batches_per_epoch: 7,
    });
    const run = Array.from({ length: 8 }, (_, at) => [
      ...alternating.turns(tasksOf([5, 5, 5]), 1, at),
    ]).flat();
    expect(run.map((task) => task === 0)).toEqual(run.map((_, turn) => turn % 2 === 0));
    const [, second, third] = counts(run, 3);
    expect(second! + third!).toBe(28);
    expect(Math.abs(third! - 21)).toBeLessThan(8);
  });

  test("have as many turns together as asked for, each table's shares met to within one turn", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), seed, epoch, (count, run, at) => {
        const turns = sampler("AlternatingRandomizedBatchSampler", {
          unnormalized_iterator_probs: { t0: 2, t1: 1 },
          batches_per_epoch: count,
        }).turns(tasksOf([4, 4]), run, at);
        expect(turns).toHaveLength(count);
        const first = Array.from(turns).filter((_, turn) => (at * count + turn) % 2 === 0);
        expect(Math.abs(counts(first, 2)[0]! - (first.length * 2) / 3)).toBeLessThan(1);
      }),
    );
  });
});

test("a temperature puts shares between sizes and equality: n^(1 / T)", () => {
  fc.assert(
    fc.property(
      batches,
      fc.double({ min: 0.5, max: 20, noNaN: true }),
      seed,
      epoch,
      (sizes, temperature, run, at) => {
        const turns = sampler("TemperatureBatchSampler", { temperature, batches_per_epoch: 200 }).turns(
          tasksOf(sizes),
          run,
          at,
        );
        const powers = sizes.map((size) => size ** (1 / temperature));
        for (const [i, got] of counts(turns, sizes.length).entries())
          expect(Math.abs(got - (200 * powers[i]!) / total(powers))).toBeLessThan(1 + 1e-9);
      },
    ),
  );
});

test("every sampler's turns depend on seed and epoch alone", () => {
  for (const { name } of samplers) {
    const [a, b] = [sampler(name), sampler(name)];
    b.turns(tasksOf([30, 40]), 5, 2);
    expect([...b.turns(tasksOf([30, 40]), 5, 3)]).toEqual([...a.turns(tasksOf([30, 40]), 5, 3)]);
  }
});
