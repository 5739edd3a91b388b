/** @file The dispatcher with workers that answer when they are told to. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ServeError } from "../../../src/serving/contracts.js";
import type { BatchingRules } from "../../../src/serving/scheduler/batch-queue.js";
import { type BatchResult, type BatchRunner, Dispatcher } from "../../../src/serving/scheduler/dispatcher.js";
import { QueueRoom, type RoomLimits } from "../../../src/serving/scheduler/queue-room.js";

interface Given {
  readonly rows: readonly string[];
  readonly settle: (outcome: Error | ((row: string) => string | ServeError)) => void;
}

/** Workers that have one batch each, and end it when the test says so. */
class Hands implements BatchRunner<string, string> {
  readonly given: Given[] = [];
  busy = 0;

  constructor(readonly size: number) {}

  free(): boolean {
    return this.busy < this.size;
  }

  run(_key: string, rows: readonly string[]): Promise<BatchResult<string>> {
    this.busy++;
    return new Promise((resolve, reject) => {
      this.given.push({
        rows,
        settle: (outcome) => {
          this.busy--;
          if (outcome instanceof Error) reject(outcome);
          else resolve({ answers: rows.map(outcome), milliseconds: 5, occupied: 5 });
        },
      });
    });
  }
}

const RULES: BatchingRules = { rows: 4, tokens: 1000, delay: 0, smallRequest: 2 };
const observer = { began: vi.fn(), ended: vi.fn() };

function desk(workers = 1, rules = RULES, limits: RoomLimits = { rows: 100, characters: 1e6, wait: null }) {
  const hands = new Hands(workers);
  const room = new QueueRoom(limits);
  const dispatcher = new Dispatcher(rules, room, hands, observer, () => Date.now());
  const ask = (
    client: string,
    texts: readonly string[],
    more: { deadline?: number; signal?: AbortSignal } = {},
  ) =>
    dispatcher.submit({
      ...{ client, key: "", rows: texts },
      sizes: texts.map((text) => ({ tokens: text.length, characters: text.length })),
      ...{ deadline: more.deadline ?? Number.POSITIVE_INFINITY, signal: more.signal },
    });
  return { hands, room, dispatcher, ask };
}

const echo = (row: string): string => row.toUpperCase();
const faultOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "answered",
    (error: unknown) => (error as ServeError).fault,
  );

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("answers", () => {
  test("come in the order of a request's rows, however they were cut and joined (property)", async () => {
    const requests = fc.array(
      fc.record({
        client: fc.constantFrom("a", "b", "c"),
        lengths: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 15 }),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(requests, fc.integer({ min: 1, max: 3 }), async (all, workers) => {
        const { hands, ask, dispatcher } = desk(workers);
        const texts = all.map(({ lengths }, i) =>
          lengths.map((length, row) => `${i}.${row}.`.padEnd(length, "x")),
        );
        const answered = all.map(({ client }, i) => ask(client, texts[i]!));
        while (dispatcher.live > 0) {
          // The worker that was given last is done first.
          hands.given.splice(-1)[0]!.settle(echo);
          await vi.advanceTimersByTimeAsync(1);
        }
        for (const [i, promise] of answered.entries()) {
          const { answers, timings } = await promise;
          expect(answers).toEqual(texts[i]!.map(echo));
          expect(timings.batches).toBeGreaterThan(0);
        }
      }),
    );
  });

  test("are gathered while all workers are busy: the next batch holds what came meanwhile", async () => {
    const { hands, ask } = desk();
    const first = ask("a", ["one"]);
    const others = ["two", "six", "ten"].map((text) => ask("a", [text]));
    expect(hands.given.map(({ rows }) => rows)).toEqual([["one"]]);
    hands.given[0]!.settle(echo);
    await first;
    await vi.advanceTimersByTimeAsync(0);
    expect(hands.given[1]!.rows).toEqual(["two", "six", "ten"]);
    hands.given[1]!.settle(echo);
    expect((await Promise.all(others)).map(({ answers }) => answers[0])).toEqual(["TWO", "SIX", "TEN"]);
  });

  test("tell where the time went", async () => {
    const { hands, ask } = desk();
    const first = ask("a", ["one"]);
    const second = ask("a", ["two"]);
    await vi.advanceTimersByTimeAsync(20);
    hands.given[0]!.settle(echo);
    await first;
    await vi.advanceTimersByTimeAsync(30);
    hands.given[1]!.settle(echo);
    expect((await second).timings).toEqual({ queue: 20, inference: 5, total: 50, batches: 1 });
  });
});

describe("faults", () => {
  test("of a row are those of its request alone, which says which input it was", async () => {
    const { hands, ask } = desk();
    const busy = ask("a", ["busy"]);
    const [good, bad] = [ask("a", ["good"]), ask("b", ["fine", "baad"])];
    hands.given[0]!.settle(echo);
    await busy;
    await vi.advanceTimersByTimeAsync(0);
    const wrong = (row: string) => (row === "baad" ? new ServeError("invalid", "no text") : echo(row));
    expect(hands.given[1]!.rows.toSorted()).toEqual(["baad", "fine", "good"]);
    hands.given[1]!.settle(wrong);
    expect((await good).answers).toEqual(["GOOD"]);
    await expect(bad).rejects.toMatchObject({
      fault: "invalid",
      message: "inputs[1]: no text",
      place: "inputs[1]",
    });
  });

  test("of a batch are those of its requests alone; what waits goes on, and the rest of a broken request is not run", async () => {
    const { hands, ask, room } = desk();
    const lost = ask("a", ["one1", "two2", "six6", "ten7", "more", "many"]);
    const next = ask("b", ["next"]);
    expect(hands.given[0]!.rows).toHaveLength(4);
    hands.given[0]!.settle(new ServeError("unavailable", "lost"));
    expect(await faultOf(lost)).toBe("unavailable");
    await vi.advanceTimersByTimeAsync(0);
    expect(hands.given[1]!.rows).toEqual(["next"]);
    hands.given[1]!.settle(echo);
    expect((await next).answers).toEqual(["NEXT"]);
    expect(room.rows).toBe(0);
  });

  test("that are none of ours are told as one of the server", async () => {
    const { hands, ask } = desk();
    const asked = ask("a", ["one"]);
    hands.given[0]!.settle(new TypeError("oops"));
    expect(await faultOf(asked)).toBe("internal");
  });

  test("of all workers answer everything that is open", async () => {
    const { dispatcher, ask } = desk();
    const all = ["one", "two"].map((text) => faultOf(ask("a", [text])));
    dispatcher.fail(new ServeError("unavailable", "nobody is left"));
    expect(await Promise.all(all)).toEqual(["unavailable", "unavailable"]);
    expect(dispatcher.live).toBe(0);
  });
});

describe("time", () => {
  test("that has passed before a request comes, while it waits or while it runs gives `deadline` at that moment", async () => {
    const { hands, ask, room, dispatcher } = desk();
    const now = Date.now();
    expect(await faultOf(ask("a", ["late"], { deadline: now }))).toBe("deadline");
    const done: string[] = [];
    const running = faultOf(ask("a", ["runs"], { deadline: now + 50 })).then((fault) =>
      done.push(`runs ${fault}`),
    );
    const waiting = faultOf(ask("a", ["waits"], { deadline: now + 20 })).then((fault) =>
      done.push(`waits ${fault}`),
    );
    await vi.advanceTimersByTimeAsync(19);
    expect(done).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(done).toEqual(["waits deadline"]);
    expect(room.rows).toBe(0);
    await vi.advanceTimersByTimeAsync(30);
    expect(done).toEqual(["waits deadline", "runs deadline"]);
    await Promise.all([running, waiting]);
    hands.given[0]!.settle(echo); // nobody wants the answer, and nothing breaks
    await vi.advanceTimersByTimeAsync(0);
    expect(hands.given).toHaveLength(1);
    expect(dispatcher.live).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("of the delay passes before a batch begins that is not full", async () => {
    const { hands, ask } = desk(1, { ...RULES, delay: 10 });
    void ask("a", ["one"]);
    await vi.advanceTimersByTimeAsync(5);
    void ask("a", ["two"]);
    expect(hands.given).toEqual([]);
    await vi.advanceTimersByTimeAsync(5);
    expect(hands.given[0]!.rows).toEqual(["one", "two"]);
  });
});

describe("a client that goes", () => {
  test("is answered with `cancelled`, and what waits for it is not run", async () => {
    const { hands, ask, room } = desk();
    const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
    const running = faultOf(ask("a", ["runs"], first));
    const waiting = faultOf(ask("a", ["waits"], second));
    const stays = ask("b", ["stays"], third);
    first.abort();
    second.abort();
    expect(await Promise.all([running, waiting])).toEqual(["cancelled", "cancelled"]);
    expect(room.rows).toBe(1);
    hands.given[0]!.settle(echo);
    await vi.advanceTimersByTimeAsync(0);
    expect(hands.given[1]!.rows).toEqual(["stays"]);
    hands.given[1]!.settle(echo);
    expect((await stays).answers).toEqual(["STAYS"]);
    third.abort(); // too late to matter
    expect(await faultOf(ask("a", ["gone"], { signal: AbortSignal.abort() }))).toBe("cancelled");
  });
});

test("what does not fit is refused at once with a time to come back, and fits when something has gone", async () => {
  const { hands, ask } = desk(1, RULES, { rows: 3, characters: 1e6, wait: null });
  const all = ["one1", "two2", "six6", "ten7"].map((text) => faultOf(ask("a", [text])));
  await expect(ask("a", ["more"])).rejects.toMatchObject({ fault: "overloaded", retryAfter: 1 });
  hands.given[0]!.settle(echo);
  await vi.advanceTimersByTimeAsync(0);
  all.push(faultOf(ask("a", ["more"])));
  while (hands.busy > 0) {
    hands.given.at(-1)!.settle(echo);
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(new Set(await Promise.all(all))).toEqual(new Set(["answered"]));
});

test("what would be answered too late, by what waits and by what runs, is refused", async () => {
  const { hands, room, dispatcher, ask } = desk(1, RULES, { rows: 100, characters: 1e6, wait: 50 });
  const answered = [ask("a", Array<string>(5).fill("aaaa"))];
  // 16 tokens in 5 ms; the other 4 run now.
  hands.given[0]!.settle(echo);
  await vi.advanceTimersByTimeAsync(0);
  const row = { rows: 1, characters: 0 };
  expect([room.rows, hands.busy, dispatcher.refusal(row, 1000)]).toEqual([0, 1, undefined]);
  answered.push(ask("a", ["d".repeat(8)]));
  const tokens = (50 / 5) * 16 - 4 - 8;
  expect(dispatcher.refusal(row, tokens)).toBeUndefined();
  expect(dispatcher.refusal(row, tokens + 1)).toMatchObject({ fault: "overloaded", retryAfter: 1 });
  await expect(ask("a", ["e".repeat(tokens + 1)])).rejects.toMatchObject({ fault: "overloaded" });
  for (const at of [1, 2]) {
    hands.given[at]!.settle(echo);
    await vi.advanceTimersByTimeAsync(0);
  }
  await Promise.all(answered);
});
