import { setImmediate as othersTurn } from "node:timers/promises";
import { ServeError, type ServeTimings } from "../contracts.js";
import { type Batch, type BatchingRules, BatchQueue } from "./batch-queue.js";
import type { Job } from "./job.js";
import type { RowSize } from "./lengths.js";
import type { QueueRoom, Space } from "./queue-room.js";
import { ServiceRate } from "./service-rate.js";

/** What a worker made of a batch: an answer for each row, or what is wrong with it. */
export interface BatchResult<A> {
  readonly answers: readonly (A | ServeError)[];
  /** Milliseconds inside the worker. */
  readonly milliseconds: number;
  /** Milliseconds until it was back, from when the worker had it and nothing else before it. */
  readonly occupied: number;
}

/** Those that run batches. */
export interface BatchRunner<T, A> {
  /** How many there are that live. */
  readonly size: number;
  /** Whether one of them could begin with a batch now; a full batch is taken early, while another one runs. */
  free(full: boolean): boolean;
  /** Gives a batch to one that is free. Rejects with a `ServeError` where it was lost. */
  run(key: string, rows: readonly T[]): Promise<BatchResult<A>>;
}

/** What is told of batches and waiting, for figures. */
export interface DispatchObserver {
  /** A batch begins; `waits` are its rows' milliseconds in the queue. */
  began(batch: Pick<Batch<unknown>, "tokens" | "padded">, waits: readonly number[]): void;
  ended(milliseconds: number): void;
}

/** What is asked for. */
export interface Call<T> {
  readonly client: string;
  readonly key: string;
  readonly rows: readonly T[];
  readonly sizes: readonly RowSize[];
  /** On the dispatcher's clock; infinity: none. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

/** Answers in the order of the rows. */
export interface Answered<A> {
  readonly answers: readonly A[];
  readonly timings: ServeTimings;
}

/** A call on its way. */
interface Live<T, A> {
  readonly call: Call<T>;
  readonly job: Job<T>;
  readonly answers: A[];
  readonly began: number;
  left: number;
  queue: number;
  inference: number;
  batches: number;
  settle(outcome: ServeError | null): void;
}

/** Who waits for an answer writes it at once: after so many of a batch's answers other connections have their turn. */
const ANSWERS_AT_ONCE = 4;

/** `setTimeout` takes no longer time. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Brings what waits to those that run it, and answers back; sees to deadlines and to clients that have gone. */
export class Dispatcher<T, A> {
  readonly #queue: BatchQueue<T>;
  readonly #rate = new ServiceRate();
  readonly #live = new Map<Job<T>, Live<T, A>>();
  /** Tokens of the batches that workers have. */
  #running = 0;
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;

  constructor(
    readonly rules: BatchingRules,
    readonly room: QueueRoom,
    readonly runner: BatchRunner<T, A>,
    readonly observer: DispatchObserver,
    readonly clock: () => number,
  ) {
    this.#queue = new BatchQueue(rules, room, clock);
  }

  /** Calls that have no answer yet. */
  get live(): number {
    return this.#live.size;
  }

  /** Why rows would be refused now; unless told otherwise it is one row as long as those of late. */
  refusal(
    space: Space = { rows: 1, characters: 0 },
    tokens = this.#rate.tokensOfRow,
  ): ServeError | undefined {
    const workers = this.runner.size;
    const wait = this.#rate.timeOf(this.#queue.tokens + this.#running + tokens, workers);
    return this.room.refusal(space, wait, (over) => this.#rate.secondsFor(over, workers));
  }

  /** Rejects with `ServeError`s alone. */
  async submit(call: Call<T>): Promise<Answered<A>> {
    const { rows, sizes, deadline, signal } = call;
    if (signal?.aborted) throw gone();
    if (this.clock() >= deadline) throw late();
    const space = { rows: rows.length, characters: sum(sizes, "characters") };
    const refusal = this.refusal(space, sum(sizes, "tokens"));
    if (refusal !== undefined) throw refusal;
    this.room.enter(space);
    const job = this.#queue.add(call);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => live.settle(gone());
      const live: Live<T, A> = {
        ...{ call, job, answers: [], began: this.clock(), left: rows.length },
        ...{ queue: 0, inference: 0, batches: 0 },
        settle: (outcome) => {
          if (!this.#live.delete(job)) return;
          this.#queue.remove(job);
          if (this.#live.size === 0) this.#sleep();
          signal?.removeEventListener("abort", onAbort);
          if (outcome !== null) reject(outcome);
          else resolve({ answers: live.answers, timings: this.#timings(live) });
        },
      };
      this.#live.set(job, live);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#wakeAt(deadline);
      this.pump();
    });
  }

  /** Gives batches to those that are free; to be called when one becomes free. */
  pump(): void {
    for (;;) {
      if (!this.runner.free(false) && !(this.#queue.full() && this.runner.free(true))) return;
      const { expired, batch, wait } = this.#queue.turn();
      for (const job of expired) this.#live.get(job)?.settle(late());
      if (wait !== undefined) this.#wakeAt(this.clock() + wait);
      if (batch === undefined) return;
      void this.#run(batch);
    }
  }

  /** Answers everything that is open with an error: nobody is left to run it. */
  fail(error: ServeError): void {
    for (const live of [...this.#live.values()]) live.settle(error);
  }

  async #run(batch: Batch<T>): Promise<void> {
    const start = this.clock();
    const waits = batch.rows.map(({ job }) => start - job.arrived);
    this.observer.began(batch, waits);
    const part = new Set(batch.rows.map(({ job }) => job));
    for (const job of part) {
      const live = this.#live.get(job)!;
      if (live.batches++ === 0) live.queue = start - live.began;
    }
    const rows = batch.rows.map(({ job, row }) => job.spec.rows[row]!);
    this.#running += batch.tokens;
    const result = await this.runner.run(batch.key, rows).catch(faultOf);
    this.#running -= batch.tokens;
    if (result instanceof ServeError) for (const job of part) this.#live.get(job)?.settle(result);
    else this.#account(batch, part, result);
    this.pump();
    if (result instanceof ServeError) return;
    for (const [i, { job, row }] of batch.rows.entries()) {
      if (i > 0 && i % ANSWERS_AT_ONCE === 0) await othersTurn();
      this.#answer(job, row, result.answers[i]!);
    }
  }

  #account(batch: Batch<T>, part: ReadonlySet<Job<T>>, { milliseconds, occupied }: BatchResult<A>): void {
    if (batch.more) this.#rate.observe(batch.tokens, batch.rows.length, occupied);
    this.observer.ended(milliseconds);
    for (const job of part) {
      const live = this.#live.get(job);
      if (live !== undefined) live.inference += milliseconds;
    }
  }

  #answer(job: Job<T>, row: number, answer: A | ServeError): void {
    const live = this.#live.get(job);
    if (live === undefined) return; // it has expired, its client has gone, or another row was wrong
    if (answer instanceof ServeError) {
      live.settle(answer.fault === "invalid" ? atInput(answer, row) : answer);
      return;
    }
    live.answers[row] = answer;
    if (--live.left === 0) live.settle(null);
  }

  #timings({ began, queue, inference, batches }: Live<T, A>): ServeTimings {
    return { queue, inference, total: this.clock() - began, batches };
  }

  /** Looks after deadlines and waiting batches at a time, or before. */
  #wakeAt(time: number): void {
    if (time >= this.#wakesAt) return;
    clearTimeout(this.#timer);
    this.#wakesAt = time;
    const wait = Math.min(LONGEST_TIMER, Math.max(0, Math.ceil(time - this.clock())));
    this.#timer = setTimeout(() => {
      this.#wakesAt = Number.POSITIVE_INFINITY;
      this.#expire();
      this.pump();
    }, wait);
  }

  #expire(): void {
    const now = this.clock();
    let next = Number.POSITIVE_INFINITY;
    for (const live of [...this.#live.values()]) {
      const { deadline } = live.call;
      if (now >= deadline) live.settle(late());
      else next = Math.min(next, deadline);
    }
    if (next < Number.POSITIVE_INFINITY) this.#wakeAt(next);
  }

  #sleep(): void {
    clearTimeout(this.#timer);
    this.#wakesAt = Number.POSITIVE_INFINITY;
  }
}

const faultOf = (error: unknown): ServeError =>
  error instanceof ServeError ? error : new ServeError("internal", "the batch failed", { cause: error });
const gone = (): ServeError => new ServeError("cancelled", "the client has gone");
const late = (): ServeError => new ServeError("deadline", "there was no answer before the deadline");

/** Says which input of the request it was. */
function atInput(error: ServeError, row: number): ServeError {
  const place = `inputs[${row}]`;
  return new ServeError("invalid", `${place}: ${error.message}`, { place, cause: error.cause });
}

function sum(sizes: readonly RowSize[], what: keyof RowSize): number {
  return sizes.reduce((total, size) => total + size[what], 0);
}
