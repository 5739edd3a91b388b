import { PtxError } from "../../registry/errors.js";
import { type ModelDescription, type ServeAnswer, ServeError } from "../contracts.js";
import type { BatchResult, BatchRunner } from "../scheduler/dispatcher.js";
import type { LinkEvents, WorkerLink } from "./link.js";
import type { FromWorker, ModelSpec, RowValues, ToWorker } from "./messages.js";
import type { WorkerShelf } from "./shelf.js";

/** How a pool is made. */
export interface PoolOptions {
  readonly spec: ModelSpec;
  readonly workers: number;
  /** Milliseconds that a worker may take to load. */
  readonly loadTimeout: number;
  /** Milliseconds that a batch may take; then its worker is given up. */
  readonly runTimeout: number;
  /** Where workers come from, and where those that are of no more use here may go. */
  readonly shelf: Pick<WorkerShelf, "take" | "keep">;
  readonly watch: PoolWatch;
}

/** What is told of workers. */
export interface PoolWatch {
  /** One can take a batch. */
  free(): void;
  /** One has ended that was not told to. */
  lost(worker: string, reason: string): void;
  /** One has taken the place of a lost one. */
  restarted(worker: string): void;
  /** None is left, and new ones do not load. */
  broken(reason: string): void;
  /** A fault of the model on a row: the client is told nothing of it. */
  failed(detail: string): void;
  resident(worker: string, bytes: number | null): void;
}

/** First wait before a lost worker is replaced, and the longest one, in milliseconds; each is twice the one before. */
const BACK_OFF = { first: 100, most: 30_000 };

/** Workers that were lost without an answer in between, before the model counts as broken. */
const BROKEN_AFTER = 3;

/** A batch that a worker has, or is to have next. */
interface Run {
  readonly message: Extract<ToWorker, { type: "run" }>;
  resolve(result: BatchResult<ServeAnswer>): void;
  reject(error: ServeError): void;
}

/** A place for a worker. */
interface Seat {
  link: WorkerLink | null;
  ready: boolean;
  /** The batches that it has: one runs, one more may wait inside. */
  readonly runs: Run[];
  /** When the batch that runs could begin. */
  began: number;
  timer: NodeJS.Timeout | undefined;
}

const lost = (): ServeError =>
  new ServeError("unavailable", "the worker that had this input was lost: try again", { retryAfter: 1 });

/** Workers that serve one version of a model. A worker that ends takes its batch with it, and is replaced. */
export class WorkerPool implements BatchRunner<RowValues, ServeAnswer> {
  readonly #seats: Seat[];
  readonly #links = new Set<WorkerLink>();
  /** Workers that were given away and have not let the model go yet. */
  readonly #given = new Set<WorkerLink>();
  /** Batches that a lost worker had not begun. */
  readonly #stranded: Run[] = [];
  #losses = 0;
  #next = 0;
  #closing: (() => void) | null = null;

  constructor(readonly options: PoolOptions) {
    this.#seats = Array.from({ length: options.workers }, () => ({
      ...{ link: null, ready: false, runs: [], began: 0, timer: undefined },
    }));
  }

  /** Loads the model in one worker, which tests it, and then in the others. Rejects with the reason where it cannot be served. */
  async load(): Promise<{ readonly description: ModelDescription; readonly warmUp: number }> {
    const [first, ...others] = this.#seats;
    try {
      const loaded = await this.#fill(first!, true);
      // One after the other: what serves meanwhile needs the processor, too.
      for (const seat of others) await this.#fill(seat, false);
      return loaded;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  get size(): number {
    return this.#seats.filter(({ ready }) => ready).length;
  }

  free(full: boolean): boolean {
    return this.#seat(full) !== undefined;
  }

  async run(key: string, rows: readonly RowValues[]): Promise<BatchResult<ServeAnswer>> {
    const seat = this.#seat(true);
    if (seat === undefined) throw new ServeError("internal", "no worker is free");
    const message = { type: "run", id: this.#next++, key, rows } as const;
    return new Promise((resolve, reject) => this.#give(seat, { message, resolve, reject }));
  }

  #give(seat: Seat, run: Run): void {
    seat.runs.push(run);
    if (seat.runs.length === 1) this.#startClock(seat);
    seat.link!.send(run.message);
  }

  /** Somebody has time: for what was left behind first. */
  #freed(): void {
    for (let seat = this.#seat(false); seat !== undefined; seat = this.#seat(false)) {
      const run = this.#stranded.shift();
      if (run === undefined) break;
      this.#give(seat, run);
    }
    this.options.watch.free();
  }

  /** Gives idle workers away, tells the others to end once what they have is done, and waits for that. Called once. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#closing = resolve;
      for (const { link, timer } of this.#seats) if (link === null) clearTimeout(timer);
      for (const seat of this.#seats) this.#giveAway(seat);
      for (const link of this.#links) link.send({ type: "close" });
      this.#closed();
    });
  }

  #giveAway({ link, ready, runs }: Seat): void {
    const { shelf, watch } = this.options;
    const given =
      link !== null &&
      ready &&
      runs.length === 0 &&
      shelf.keep(link, () => {
        this.#given.delete(link);
        this.#closed();
      });
    if (!given) return;
    this.#links.delete(link);
    this.#given.add(link);
    watch.resident(link.name, null);
  }

  /** The place of the least busy worker that takes another batch. */
  #seat(full: boolean): Seat | undefined {
    const idle = this.#seats.find(({ ready, runs }) => ready && runs.length === 0);
    return idle ?? (full ? this.#seats.find(({ ready, runs }) => ready && runs.length === 1) : undefined);
  }

  /** Starts a worker at a place and has it load the model. */
  #fill(seat: Seat, selfTest: boolean): Promise<{ description: ModelDescription; warmUp: number }> {
    const { shelf, spec, loadTimeout } = this.options;
    return new Promise((resolve, reject) => {
      const events: LinkEvents = {
        message: (message) => {
          if (message.type === "loaded") {
            clearTimeout(seat.timer);
            seat.ready = true;
            resolve(message);
          } else if (message.type === "refused") {
            this.#leave(seat, link);
            link.send({ type: "close" });
            const { problems } = message;
            reject(problems === undefined ? new Error(message.message) : new PtxError(problems));
          } else if (message.type === "answers") this.#answered(seat, link, message);
        },
        exit: (reason) => {
          reject(new Error(`a worker (${link.name}) ended while it loaded: ${reason}`));
          this.#exited(seat, link, reason);
        },
      };
      const link = shelf.take(events);
      this.#links.add(link);
      seat.link = link;
      seat.timer = setTimeout(() => link.abandon(), loadTimeout);
      link.send({ type: "load", spec, selfTest });
    });
  }

  #answered(seat: Seat, link: WorkerLink, message: Extract<FromWorker, { type: "answers" }>): void {
    const run = seat.runs.shift()!;
    const occupied = performance.now() - seat.began;
    clearTimeout(seat.timer);
    if (seat.runs.length > 0) this.#startClock(seat);
    this.#losses = 0;
    if (message.resident !== undefined) this.options.watch.resident(link.name, message.resident);
    const { milliseconds } = message;
    run.resolve({ answers: this.#unpacked(message), milliseconds, occupied });
    this.#freed();
  }

  #unpacked({ answers }: Extract<FromWorker, { type: "answers" }>): (ServeAnswer | ServeError)[] {
    if ("rows" in answers) {
      let at = 0;
      return answers.rows.map((row) => {
        const size = row.dims.reduce((product, dim) => product * dim, 1);
        at += size;
        return { ...row, vector: answers.data.subarray(at - size, at) };
      });
    }
    return answers.map((answer) => {
      if (!("failed" in answer)) return answer;
      const { fault, message, detail } = answer.failed;
      if (detail !== undefined) this.options.watch.failed(detail);
      return new ServeError(fault, message);
    });
  }

  #startClock(seat: Seat): void {
    seat.began = performance.now();
    seat.timer = setTimeout(() => seat.link?.abandon(), this.options.runTimeout);
  }

  /** A worker has ended: because it was told to, because its model was refused, or by a fault. */
  #exited(seat: Seat, link: WorkerLink, reason: string): void {
    this.#links.delete(link);
    this.options.watch.resident(link.name, null);
    const served = seat.link === link && seat.ready;
    this.#leave(seat, link);
    if (this.#closing !== null) this.#closed();
    if (!served) return; // `#fill` tells whoever waits for it
    if (this.#closing === null) this.options.watch.lost(link.name, reason);
    const [begun, ...others] = seat.runs.splice(0);
    begun?.reject(lost());
    this.#stranded.push(...others);
    if (this.#closing !== null) return;
    this.#replace(seat, reason);
    this.#freed();
  }

  #leave(seat: Seat, link: WorkerLink): void {
    if (seat.link !== link) return;
    clearTimeout(seat.timer);
    seat.link = null;
    seat.ready = false;
  }

  #replace(seat: Seat, reason: string): void {
    const wait = Math.min(BACK_OFF.most, BACK_OFF.first * 2 ** this.#losses);
    this.#losses++;
    if (this.size === 0 && this.#losses > BROKEN_AFTER) {
      for (const run of this.#stranded.splice(0)) run.reject(lost());
      this.options.watch.broken(reason);
    }
    seat.timer = setTimeout(() => void this.#refill(seat), wait);
  }

  async #refill(seat: Seat): Promise<void> {
    try {
      await this.#fill(seat, false);
    } catch (error) {
      if (this.#closing === null) this.#replace(seat, (error as Error).message);
      return;
    }
    this.options.watch.restarted(seat.link!.name);
    this.#freed();
  }

  #closed(): void {
    if (this.#links.size === 0 && this.#given.size === 0) this.#closing?.();
  }
}
