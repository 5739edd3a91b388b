import { describe, expect, test } from "vitest";
import type { ServeError } from "../../../src/serving/contracts.js";
import { QueueRoom } from "../../../src/serving/scheduler/queue-room.js";
import { ServiceRate } from "../../../src/serving/scheduler/service-rate.js";

function faultOf(act: () => void): Pick<ServeError, "fault" | "retryAfter"> {
  try {
    act();
  } catch (error) {
    const { fault, retryAfter } = error as ServeError;
    return { fault, ...(retryAfter !== undefined && { retryAfter }) };
  }
  throw new Error("nothing was thrown");
}

describe("the room of a queue", () => {
  const limits = { rows: 10, characters: 100, wait: 50 };
  const seconds = (rows: number): number => rows;

  test("is full by rows or by characters, and tells when there is room for those that are too many", () => {
    const room = new QueueRoom(limits);
    room.enter({ rows: 8, characters: 10 }, 0, seconds);
    expect(faultOf(() => room.enter({ rows: 5, characters: 1 }, 0, seconds))).toEqual({
      fault: "overloaded",
      retryAfter: 3,
    });
    expect(faultOf(() => room.enter({ rows: 1, characters: 95 }, 0, seconds)).fault).toBe("overloaded");
    room.enter({ rows: 2, characters: 90 }, 0, seconds);
    expect([room.rows, room.characters]).toEqual([10, 100]);
    room.leave({ rows: 10, characters: 100 });
    room.enter({ rows: 10, characters: 100 }, 0, seconds);
  });

  test("refuses for good what it could never hold", () => {
    const room = new QueueRoom(limits);
    expect(faultOf(() => room.enter({ rows: 11, characters: 1 }, 0, seconds))).toEqual({
      fault: "too_large",
    });
    expect(faultOf(() => room.enter({ rows: 1, characters: 101 }, 0, seconds))).toEqual({
      fault: "too_large",
    });
  });

  test("refuses what would wait too long, but not when nothing waits", () => {
    const room = new QueueRoom(limits);
    room.enter({ rows: 1, characters: 1 }, 1000, seconds);
    expect(faultOf(() => room.enter({ rows: 1, characters: 1 }, 51, seconds)).fault).toBe("overloaded");
    room.enter({ rows: 1, characters: 1 }, 50, seconds);
  });
});

describe("the rate of service", () => {
  test("is the mean of the newest batches, shared among workers", () => {
    const rate = new ServiceRate();
    expect(rate.timeOf(1000, 1)).toBe(0);
    expect(rate.secondsFor(1000, 1)).toBe(1);
    for (let i = 0; i < 200; i++) rate.observe(100, 10, 50);
    expect(rate.timeOf(1000, 1)).toBeCloseTo(500);
    expect(rate.timeOf(1000, 2)).toBeCloseTo(250);
    expect(rate.secondsFor(1000, 2)).toBe(3);
    for (let i = 0; i < 200; i++) rate.observe(100, 10, 100);
    expect(rate.timeOf(1000, 1)).toBeCloseTo(1000);
  });

  test("tells nobody to stay away for more than a minute", () => {
    const rate = new ServiceRate();
    rate.observe(10, 1, 10_000);
    expect(rate.secondsFor(1000, 1)).toBe(60);
  });
});
