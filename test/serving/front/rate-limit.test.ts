import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RateLimiter } from "../../../src/serving/front/rate-limit.js";

describe("RateLimiter", () => {
  test("a burst passes at once, then one request every interval", () => {
    let now = 5000;
    const limiter = new RateLimiter({ requestsPerSecond: 4, burst: 3 }, () => now);
    expect([1, 2, 3].map(() => limiter.take("a"))).toEqual([0, 0, 0]);
    expect(limiter.take("a")).toBeCloseTo(250);
    expect(limiter.take("b")).toBe(0);
    now += 250;
    expect(limiter.take("a")).toBe(0);
    expect(limiter.take("a")).toBeCloseTo(250);
    now += 10_000;
    expect([1, 2, 3, 4].map(() => limiter.take("a") === 0)).toEqual([true, true, true, false]);
  });

  test("never takes more than burst + rate * time in any stretch, and what it names as the wait is enough", () => {
    const steps = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (waits, burst) => {
        let now = 0;
        const limiter = new RateLimiter({ requestsPerSecond: 3, burst }, () => now);
        const taken: number[] = [];
        for (const wait of waits) {
          now += wait;
          const left = limiter.take("c");
          if (left > 0) {
            now += left;
            expect(limiter.take("c")).toBe(0);
          }
          taken.push(now);
        }
        for (const [i, from] of taken.entries())
          for (const [j, to] of taken.entries())
            if (j >= i) expect(j - i + 1).toBeLessThanOrEqual(burst + ((to - from) * 3) / 1000 + 1e-6);
      }),
      { numRuns: 50 },
    );
  });

  test("remembers so many clients and no more", () => {
    const limiter = new RateLimiter({ requestsPerSecond: 1, burst: 1 }, () => 0, 2);
    expect(["a", "b", "a", "c", "a"].map((client) => limiter.take(client) === 0)).toEqual([
      ...[true, true, false, true, true],
    ]);
  });
});
