import { type BatchLimits, chooseRows } from "./choose-rows.js";
import { type Candidate, fairOrder } from "./fair-order.js";
import { FairShares } from "./fair-shares.js";
import { Job, type JobSpec } from "./job.js";
import type { QueueRoom } from "./queue-room.js";

/** How batches are made. */
export interface BatchingRules extends BatchLimits {
  /** Milliseconds that a batch which is not full waits for more rows. */
  readonly delay: number;
  /** Requests of so many rows at most have the lane of small ones. */
  readonly smallRequest: number;
}

/** Rows that run together. */
export interface Batch<T> {
  readonly key: string;
  readonly rows: readonly { readonly job: Job<T>; readonly row: number }[];
  /** About how many tokens the rows have. */
  readonly tokens: number;
  /** With padding. */
  readonly padded: number;
  /** Whether rows were left that a further worker could begin with. */
  readonly more: boolean;
}

/** What there is for a worker that is free. */
export interface Turn<T> {
  /** Jobs whose deadline has passed; no row of theirs waits any more. */
  readonly expired: readonly Job<T>[];
  readonly batch?: Batch<T>;
  /** Milliseconds after which there is a batch even if nothing comes in. */
  readonly wait?: number;
}

/**
 * Among how many rows some of like length are looked for: a share of those that wait, so that a row of unusual length is
 * not passed by until the last; but as many as this, and no more than so many batches' worth.
 */
const WINDOW = { share: 0.5, least: 32, batches: 4 };

/** Each batch of this number begins in the lane of large requests, if there are any. */
const LARGE_EVERY = 4;

/** The oldest request begins the next batch if so many have taken nothing of it, whatever its client had otherwise. */
const PATIENCE = 64;

/** Jobs by client, each client's in the order of their arrival. */
class Lane<T> {
  readonly clients = new Map<string, Set<Job<T>>>();
  readonly shares = new FairShares();

  add(job: Job<T>): void {
    const { client } = job.spec;
    const jobs = this.clients.get(client);
    if (jobs === undefined) this.shares.arrive(client);
    this.clients.set(client, (jobs ?? new Set()).add(job));
  }

  delete(job: Job<T>): void {
    const { client } = job.spec;
    const jobs = this.clients.get(client)!;
    jobs.delete(job);
    if (jobs.size === 0) this.clients.delete(client);
  }

  /** The oldest job of the client that had least so far. */
  neediest(): Job<T> | undefined {
    let [found, least] = [undefined as ReadonlySet<Job<T>> | undefined, Number.POSITIVE_INFINITY];
    for (const [client, jobs] of this.clients) {
      const time = this.shares.timeOf(client);
      if (time < least) [found, least] = [jobs, time];
    }
    return firstOf(found ?? []);
  }
}

function firstOf<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}

/**
 * Rows that wait for a worker, and the rule by which they become batches. Nothing here waits or runs: time is a function.
 *
 * A batch begins with the client that had least so far (`FairShares`), in three of four batches that of small requests. It
 * is filled from a window of the rows that are next in fair order, with those whose length is nearest. A request
 * is kept waiting for more than 64 batches by older ones only.
 */
export class BatchQueue<T> {
  readonly #jobs = new Set<Job<T>>();
  readonly #small = new Lane<T>();
  readonly #large = new Lane<T>();
  #batches = 0;
  #rows = 0;
  #tokens = 0;
  #deadline = Number.POSITIVE_INFINITY;

  constructor(
    readonly rules: BatchingRules,
    readonly room: QueueRoom,
    readonly clock: () => number,
  ) {}

  /** Tokens that wait, about. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Whether as many rows wait as a batch takes. */
  full(): boolean {
    return this.#rows >= this.rules.rows;
  }

  /** Queues rows, for which there is room already. */
  add(spec: JobSpec<T>): Job<T> {
    const job = new Job(spec, this.clock(), this.#batches, spec.rows.length > this.rules.rows);
    this.#jobs.add(job);
    this.#laneOf(job).add(job);
    this.#rows += spec.rows.length;
    this.#tokens += spec.sizes.reduce((sum, { tokens }) => sum + tokens, 0);
    this.#deadline = Math.min(this.#deadline, spec.deadline);
    return job;
  }

  /** Drops a job's rows that wait; does nothing where none does. */
  remove(job: Job<T>): void {
    for (const row of [...job.rows()]) this.#take(job, row);
  }

  /** Drops what has expired, and gives the rows that a free worker is to run now, if there are any. */
  turn(): Turn<T> {
    const expired = this.expire();
    const oldest = firstOf(this.#jobs);
    if (oldest === undefined) return { expired };
    const starved = this.#batches - oldest.served >= PATIENCE;
    const anchor = starved ? oldest : this.#neediest()!;
    const wait = oldest.arrived + this.rules.delay - this.clock();
    if (wait > 0 && !this.#enough(anchor.spec.key)) return { expired, wait };
    this.#batches++;
    const window = this.#window(anchor);
    const { shares } = this.#laneOf(anchor);
    if (!starved) shares.advance(shares.timeOf(anchor.spec.client));
    const lengths = window.map(({ tokens }) => tokens);
    const chosen = chooseRows(lengths, this.rules).map((at) => window[at]!);
    return { expired, batch: this.#batch(anchor.spec.key, chosen) };
  }

  #batch(key: string, chosen: readonly Candidate<T>[]): Batch<T> {
    let [sum, longest] = [0, 0];
    for (const { job, row, tokens } of chosen) {
      job.served = this.#batches;
      this.#laneOf(job).shares.charge(job.spec.client, tokens);
      this.#take(job, row);
      sum += tokens;
      longest = Math.max(longest, tokens);
    }
    for (const { shares, clients } of [this.#small, this.#large]) shares.prune(clients);
    const rows = chosen.map(({ job, row }) => ({ job, row }));
    return { key, rows, tokens: sum, padded: longest * rows.length, more: this.#rows > 0 };
  }

  /** Drops the jobs whose deadline has come, and gives them. */
  expire(): Job<T>[] {
    const now = this.clock();
    if (now < this.#deadline) return [];
    const expired = [...this.#jobs].filter(({ spec }) => now >= spec.deadline);
    for (const job of expired) this.remove(job);
    this.#deadline = [...this.#jobs].reduce(
      (least, { spec }) => Math.min(least, spec.deadline),
      Number.POSITIVE_INFINITY,
    );
    return expired;
  }

  #neediest(): Job<T> | undefined {
    const large = (this.#batches + 1) % LARGE_EVERY === 0;
    const [first, second] = large ? [this.#large, this.#small] : [this.#small, this.#large];
    return first.neediest() ?? second.neediest();
  }

  #laneOf({ spec }: Job<T>): Lane<T> {
    return spec.rows.length <= this.rules.smallRequest ? this.#small : this.#large;
  }

  /** The rows that are next, the anchor's first one before all, then those of its lane before those of the other. */
  #window(anchor: Job<T>): Candidate<T>[] {
    const { key, sizes } = anchor.spec;
    const row = firstOf(anchor.rows())!;
    const window = [{ job: anchor, row, tokens: sizes[row]!.tokens }];
    const most = Math.min(
      WINDOW.batches * this.rules.rows,
      Math.max(WINDOW.least, WINDOW.share * this.#rows),
    );
    const own = this.#laneOf(anchor);
    for (const { clients, shares } of [own, own === this.#small ? this.#large : this.#small])
      for (const next of fairOrder(clients, key, shares)) {
        if (window.length >= most) return window;
        if (next.job !== anchor || next.row !== row) window.push(next);
      }
    return window;
  }

  /** Whether a batch with this key would be full, in rows or tokens. */
  #enough(key: string): boolean {
    let [rows, tokens] = [0, 0];
    for (const job of this.#jobs) {
      if (job.spec.key !== key) continue;
      rows += job.waiting;
      for (const row of job.rows()) tokens += job.spec.sizes[row]!.tokens;
      if (rows >= this.rules.rows || tokens >= this.rules.tokens) return true;
    }
    return false;
  }

  #take(job: Job<T>, row: number): void {
    const { spec } = job;
    const { tokens, characters } = spec.sizes[row]!;
    job.take(row);
    this.room.leave({ rows: 1, characters });
    this.#rows--;
    this.#tokens -= tokens;
    if (job.waiting > 0) return;
    this.#jobs.delete(job);
    this.#laneOf(job).delete(job);
  }
}
