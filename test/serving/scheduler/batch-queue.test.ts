/** @file The queue under any sequence of arrivals, batches, cancellations and passing time. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BatchingRules, BatchQueue } from "../../../src/serving/scheduler/batch-queue.js";
import type { Job } from "../../../src/serving/scheduler/job.js";
import { QueueRoom } from "../../../src/serving/scheduler/queue-room.js";

const RULES: BatchingRules = { rows: 8, tokens: 200, delay: 0, smallRequest: 2 };
const NEVER = Number.POSITIVE_INFINITY;

/** A queue whose time is a variable. */
class Bench {
  now = 0;
  readonly room = new QueueRoom({ rows: 1e6, characters: 1e9, wait: null });
  readonly queue: BatchQueue<string>;
  readonly names = new Map<Job<string>, number>();
  #jobs = 0;

  constructor(readonly rules: BatchingRules = RULES) {
    this.queue = new BatchQueue(rules, this.room, () => this.now);
  }

  add(
    client: string,
    lengths: readonly number[],
    more: { deadline?: number; key?: string } = {},
  ): Job<string> {
    const number = this.#jobs++;
    const { deadline = NEVER, key = "" } = more;
    const sizes = lengths.map((tokens) => ({ tokens, characters: 5 * tokens }));
    const characters = sizes.reduce((sum, size) => sum + size.characters, 0);
    this.room.enter({ rows: lengths.length, characters });
    const job = this.queue.add({
      ...{ client, key, sizes, deadline },
      rows: lengths.map((_, row) => `${number}.${row}`),
    });
    this.names.set(job, number);
    return job;
  }

  /** The next batch as "job.row" names; null: none. */
  take(): string[] | null {
    const { batch } = this.queue.turn();
    return batch?.rows.map(({ job, row }) => job.spec.rows[row]!) ?? null;
  }

  /** All batches until nothing waits. */
  drain(): string[][] {
    const batches: string[][] = [];
    for (let batch = this.take(); batch !== null; batch = this.take()) batches.push(batch);
    return batches;
  }
}

const client = fc.constantFrom("a", "b", "c", "d");
const lengths = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 20 });
const key = fc.constantFrom("", "mean", "cls");
const arrival = fc.record({ client, lengths, key });
const rules = fc.record({
  rows: fc.integer({ min: 1, max: 16 }),
  tokens: fc.integer({ min: 1, max: 600 }),
  delay: fc.constant(0),
  smallRequest: fc.integer({ min: 0, max: 4 }),
});

describe("batches", () => {
  test("hold every row once, whatever comes in between them (property)", () => {
    const step = fc.oneof(arrival, fc.constant("take" as const));
    fc.assert(
      fc.property(rules, fc.array(step, { maxLength: 40 }), (ruled, steps) => {
        const bench = new Bench(ruled);
        const taken: string[] = [];
        const added: string[] = [];
        for (const one of steps)
          if (one === "take") taken.push(...(bench.take() ?? []));
          else added.push(...bench.add(one.client, one.lengths, one).spec.rows);
        taken.push(...bench.drain().flat());
        expect(taken.toSorted()).toEqual(added.toSorted());
        expect([bench.room.rows, bench.room.characters, bench.queue.tokens]).toEqual([0, 0, 0]);
      }),
    );
  });

  test("keep the limits of rows and of padded tokens, and hold rows of one key (property)", () => {
    fc.assert(
      fc.property(rules, fc.array(arrival, { minLength: 1, maxLength: 20 }), (ruled, arrivals) => {
        const bench = new Bench(ruled);
        for (const one of arrivals) bench.add(one.client, one.lengths, one);
        for (let { batch } = bench.queue.turn(); batch !== undefined; batch = bench.queue.turn().batch) {
          const sizes = batch.rows.map(({ job, row }) => job.spec.sizes[row]!.tokens);
          expect(sizes.length).toBeLessThanOrEqual(ruled.rows);
          expect(batch.padded).toBe(Math.max(...sizes) * sizes.length);
          expect(batch.tokens).toBe(sizes.reduce((a, b) => a + b, 0));
          if (sizes.length > 1) expect(batch.padded).toBeLessThanOrEqual(ruled.tokens);
          expect(new Set(batch.rows.map(({ job }) => job.spec.key))).toEqual(new Set([batch.key]));
        }
      }),
    );
  });

  test("take a row of the oldest request after 64 others at the latest (property)", () => {
    const steps = fc.array(fc.oneof(arrival, fc.constant("take" as const)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(rules, steps, (ruled, all) => {
        const bench = new Bench(ruled);
        const waiting: { readonly rows: Set<string>; since: number }[] = [];
        let batches = 0;
        const take = (): boolean => {
          const oldest = waiting[0];
          const batch = bench.take();
          if (batch === null) return false;
          batches++;
          for (const one of waiting) for (const row of batch) if (one.rows.delete(row)) one.since = batches;
          if (oldest !== undefined) expect(batches - oldest.since).toBeLessThanOrEqual(64);
          while (waiting[0]?.rows.size === 0) waiting.shift();
          if (waiting[0] !== undefined && waiting[0] !== oldest)
            waiting[0].since = Math.max(waiting[0].since, batches);
          return true;
        };
        for (const one of all)
          if (one === "take") take();
          else {
            const { rows } = bench.add(one.client, one.lengths, one).spec;
            waiting.push({ rows: new Set(rows), since: batches });
          }
        while (take());
        expect(waiting).toEqual([]);
      }),
    );
  });

  test("reach the oldest request even if its client is served all the time with rows of another key", () => {
    const bench = new Bench({ ...RULES, rows: 2 });
    bench.add("a", [30], { key: "rare" });
    const taken: string[] = [];
    for (let i = 0; i < 80 && !taken.includes("0.0"); i++) {
      for (const client of ["b", "a"]) bench.add(client, [client === "a" ? 11 : 10]);
      taken.push(...bench.take()!);
    }
    expect(taken).toContain("0.0");
  });

  test("are made of rows of like length where there is a choice", () => {
    const bench = new Bench({ ...RULES, rows: 4 });
    for (let i = 0; i < 8; i++) bench.add(`client ${i}`, [i % 2 === 0 ? 10 : 40]);
    const sizes = bench.drain().map((batch) => new Set(batch.map((name) => Number(name.split(".")[0]) % 2)));
    expect(sizes.map(({ size }) => size)).toEqual([1, 1]);
  });

  test("are not filled with rows that came after most of those that wait", () => {
    const bench = new Bench({ ...RULES, rows: 64, tokens: 10_000 });
    for (let i = 0; i < 100; i++) bench.add("a", [i > 0 && i < 50 ? 100 : 10]);
    expect(bench.take()).toEqual(["0.0"]);
  });

  test("of a request with more rows than a batch has take its short rows first, so that there is little padding", () => {
    const bench = new Bench({ ...RULES, rows: 3, tokens: 1000 });
    bench.add("a", [90, 10, 50, 11, 91, 51, 12, 92, 52]);
    expect(bench.drain()).toEqual([
      ["0.1", "0.3", "0.6"],
      ["0.2", "0.5", "0.8"],
      ["0.0", "0.4", "0.7"],
    ]);
  });
});

describe("clients", () => {
  test("that have always something waiting get equally many tokens, but for a window of rows (property)", () => {
    const length = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(fc.array(length, { minLength: 2, maxLength: 4 }), rules, (own, ruled) => {
        const bench = new Bench({ ...ruled, smallRequest: 0 });
        const given = own.map(() => 0);
        // A window of rows, and one for every 64 batches that the oldest request was kept waiting.
        const window = (4 * ruled.rows + 2) * Math.max(...own);
        for (const [i, tokens] of own.entries()) bench.add(String(i), Array(2000).fill(tokens));
        for (let batch = 0; batch < 60; batch++) {
          const rows = bench.take() ?? [];
          for (const name of rows) given[Number(name.split(".")[0])]! += own[Number(name.split(".")[0])]!;
          expect(Math.max(...given) - Math.min(...given)).toBeLessThanOrEqual(window);
        }
      }),
      { numRuns: 30 },
    );
  });

  test("whose rows are alike are served in turn, however much one of them asks for", () => {
    const bench = new Bench({ ...RULES, rows: 4, smallRequest: 0 });
    bench.add("greedy", Array(1000).fill(10));
    bench.add("modest", Array(6).fill(10));
    const order = [bench.take(), bench.take(), bench.take()].flat().map((name) => name!.split(".")[0]);
    expect(order.filter((name) => name === "1")).toHaveLength(6);
  });

  test("do not gain by having been away", () => {
    const bench = new Bench({ ...RULES, rows: 2, smallRequest: 0 });
    bench.add("a", Array(400).fill(10));
    for (let i = 0; i < 100; i++) bench.take();
    bench.add("b", Array(100).fill(10));
    const next = Array.from({ length: 20 }, () => bench.take()!).flat();
    const share = next.filter((name) => name.startsWith("1.")).length / next.length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
  });
});

describe("small requests", () => {
  test("go before large ones that came first, which get a batch in four all the same", () => {
    const bench = new Bench({ ...RULES, rows: 2 });
    bench.add("bulk", Array(100).fill(10));
    const leaders: string[] = [];
    for (let i = 0; i < 40; i++) {
      while (bench.room.rows < 150) bench.add(`client ${i}`, [10]);
      leaders.push(bench.take()![0]!.split(".")[0]!);
    }
    expect(leaders.slice(0, 3)).not.toContain("0");
    expect(leaders.filter((name) => name === "0")).toHaveLength(10);
  });

  test("fill up the batch of a large one", () => {
    const bench = new Bench({ ...RULES, rows: 8 });
    bench.add("bulk", [10, 10, 10]);
    bench.add("small", [10]);
    expect(bench.take()!.toSorted()).toEqual(["0.0", "0.1", "0.2", "1.0"]);
  });
});

describe("what nobody waits for any more", () => {
  test("is dropped at its deadline and not before (property)", () => {
    const timed = fc.record({ client, lengths, wait: fc.integer({ min: 1, max: 100 }) });
    fc.assert(
      fc.property(fc.array(timed, { maxLength: 20 }), fc.integer({ min: 0, max: 120 }), (arrivals, later) => {
        const bench = new Bench();
        const jobs = arrivals.map((one) => bench.add(one.client, one.lengths, { deadline: one.wait }));
        bench.now = later;
        const expired = bench.queue.expire();
        const due = jobs.filter(({ spec }) => spec.deadline <= later);
        expect(new Set(expired)).toEqual(new Set(due));
        const left = bench.drain().flat();
        const kept = jobs.filter((job) => !due.includes(job)).flatMap(({ spec }) => [...spec.rows]);
        expect(left.toSorted()).toEqual(kept.toSorted());
        expect(bench.room.rows).toBe(0);
      }),
    );
  });

  test("is not in a batch once it was removed, part of it having run already (property)", () => {
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 2, maxLength: 10 }), fc.nat(), (arrivals, which) => {
        const bench = new Bench({ ...RULES, rows: 3 });
        const jobs = arrivals.map((one) => bench.add(one.client, one.lengths, one));
        const gone = jobs[which % jobs.length]!;
        const before = bench.take()!;
        bench.queue.remove(gone);
        bench.queue.remove(gone);
        const after = bench.drain().flat();
        const name = `${bench.names.get(gone)}.`;
        expect(after.filter((row) => row.startsWith(name))).toEqual([]);
        const others = jobs.filter((job) => job !== gone).flatMap(({ spec }) => [...spec.rows]);
        const seen = [...before.filter((row) => !row.startsWith(name)), ...after];
        expect(seen.toSorted()).toEqual(others.toSorted());
        expect([bench.room.rows, bench.room.characters, bench.queue.tokens]).toEqual([0, 0, 0]);
      }),
    );
  });
});

describe("a batch that is not full", () => {
  test("waits for the delay, counted from its oldest row, and not when it is full", () => {
    const bench = new Bench({ ...RULES, rows: 3, delay: 10 });
    bench.add("a", [5]);
    bench.now = 4;
    bench.add("b", [5]);
    expect(bench.queue.turn()).toEqual({ expired: [], wait: 6 });
    bench.now = 10;
    expect(bench.take()).toHaveLength(2);
    bench.add("a", [5, 5, 5]);
    expect(bench.take()).toHaveLength(3);
  });

  test("is full by its tokens, too", () => {
    const bench = new Bench({ ...RULES, tokens: 100, delay: 10 });
    bench.add("a", [60]);
    expect(bench.take()).toBeNull();
    bench.add("a", [50]);
    expect(bench.take()).toHaveLength(1);
  });
});
