import { describe, expect, test } from "vitest";
import type { ServeError } from "../../../src/serving/contracts.js";
import { QueueRoom } from "../../../src/serving/scheduler/queue-room.js";
import { ServiceRate } from "../../../src/serving/scheduler/service-rate.js";

function faultOf(refusal: ServeError | undefined): Pick<ServeError, "fault" | "retryAfter"> {
  const { fault, retryAfter } = refusal!;
  return { fault, ...(retryAfter !== undefined && { retryAfter }) };
}

describe("the room of a queue", () => {
  const limits = { rows: 10, characters: 100, wait: 50 };
  const seconds = (rows: number): number => rows;

  test("is full by rows or by characters, and tells when there is room for those that are too many", () => {
    const room = new QueueRoom(limits);
    room.enter({ rows: 8, characters: 10 });
    expect(faultOf(room.refusal({ rows: 5, characters: 1 }, 0, seconds))).toEqual({
      fault: "overloaded",
      retryAfter: 3,
    });
    expect(faultOf(room.refusal({ rows: 1, characters: 95 }, 0, seconds)).fault).toBe("overloaded");
    room.enter({ rows: 2, characters: 90 });
    expect([room.rows, room.characters]).toEqual([10, 100]);
    room.leave({ rows: 10, characters: 100 });
    expect(room.refusal({ rows: 10, characters: 100 }, 0, seconds)).toBeUndefined();
  });

  test("refuses for good what it could never hold", () => {
    const room = new QueueRoom(limits);
    expect(faultOf(room.refusal({ rows: 11, characters: 1 }, 0, seconds))).toEqual({
      fault: "too_large",
    });
    expect(faultOf(room.refusal({ rows: 1, characters: 101 }, 0, seconds))).toEqual({
      fault: "too_large",
    });
  });

  test("refuses what would wait too long, but not when nothing waits", () => {
    const room = new QueueRoom(limits);
    expect(room.refusal({ rows: 1, characters: 1 }, 1000, seconds)).toBeUndefined();
    room.enter({ rows: 1, characters: 1 });
    expect(faultOf(room.refusal({ rows: 1, characters: 1 }, 51, seconds)).fault).toBe("overloaded");
    expect(room.refusal({ rows: 1, characters: 1 }, 50, seconds)).toBeUndefined();
  });
});

describe("the rate of service", () => {
  test("is the mean of the newest batches, shared among workers", () => {
    const rate = new ServiceRate();
    expect(rate.timeOf(1000, 1)).toBe(0);
    expect(rate.secondsFor(1000, 1)).toBe(1);
    expect(rate.tokensOfRow).toBe(1);
    for (let i = 0; i < 200; i++) rate.observe(100, 10, 50);
    expect(rate.timeOf(1000, 1)).toBeCloseTo(500);
    expect(rate.timeOf(1000, 2)).toBeCloseTo(250);
    expect(rate.secondsFor(1000, 2)).toBe(3);
    expect(rate.tokensOfRow).toBeCloseTo(10);
    for (let i = 0; i < 200; i++) rate.observe(100, 10, 100);
    expect(rate.timeOf(1000, 1)).toBeCloseTo(1000);
  });

  test("tells nobody to stay away for more than a minute", () => {
    const rate = new ServiceRate();
    rate.observe(10, 1, 10_000);
    expect(rate.secondsFor(1000, 1)).toBe(60);
  });
});
