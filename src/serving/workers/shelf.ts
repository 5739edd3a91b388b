import type { LinkEvents, WorkerLink } from "./link.js";

/** Spare workers of a model: to start one costs far more than what a model takes to load, and it takes it from those at work. */
const MOST = 2;

/** A worker, and whom it talks to now. */
interface Kept {
  readonly link: WorkerLink;
  events: LinkEvents;
}

/**
 * Workers that outlive their pool. What a version leaves behind loads the next one: its program is read and compiled already,
 * so that a swap takes little from the workers that answer meanwhile.
 */
export class WorkerShelf {
  readonly #all = new Map<WorkerLink, Kept>();
  /** Those that are here; a spare one has let its model go. */
  readonly #here = new Set<Kept>();
  readonly #spare: Kept[] = [];
  #closed = false;
  #empty: () => void = () => {};

  constructor(readonly start: (events: LinkEvents) => WorkerLink) {}

  /** A worker without a model: a spare one, or a new one. */
  take(events: LinkEvents): WorkerLink {
    const spare = this.#spare.pop();
    if (spare !== undefined) {
      spare.events = events;
      this.#here.delete(spare);
      return spare.link;
    }
    const link = this.start({
      message: (message) => kept.events.message(message),
      exit: (reason) => {
        this.#all.delete(link);
        kept.events.exit(reason);
      },
    });
    const kept: Kept = { link, events };
    this.#all.set(link, kept);
    return link;
  }

  /**
   * Takes a worker that has nothing to do, and has it let its model go; `done` is called when it has. Gives whether it was
   * taken; if not it is still its pool's.
   */
  keep(link: WorkerLink, done: () => void): boolean {
    const kept = this.#all.get(link);
    if (this.#closed || kept === undefined || this.#here.size >= MOST) return false;
    this.#here.add(kept);
    kept.events = {
      message: () => {
        this.#spare.push(kept);
        done();
      },
      exit: () => {
        const at = this.#spare.indexOf(kept);
        if (at >= 0) this.#spare.splice(at, 1);
        else done();
        this.#here.delete(kept);
        if (this.#here.size === 0) this.#empty();
      },
    };
    link.send({ type: "unload" });
    return true;
  }

  /** Ends those that are here, and keeps no more. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#here.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#empty = resolve;
      for (const { link } of this.#here) link.send({ type: "close" });
    });
  }
}
