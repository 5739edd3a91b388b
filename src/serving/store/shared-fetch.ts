/** Work that several wait for. It goes on as long as one of them still does, whoever began it. */
export class SharedFetch {
  readonly #controller = new AbortController();
  readonly #work: Promise<void>;
  /** Resolves when it has ended, well or not. */
  readonly ended: Promise<void>;
  #waiting = 0;

  constructor(run: (signal: AbortSignal) => Promise<void>) {
    this.#work = run(this.#controller.signal);
    this.ended = this.#work.catch(() => {}); // whoever waits is told
  }

  /** Whether everybody has gone, so that it is being given up. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Resolves or rejects as the work does, at once with the signal's reason if others wait on; the last one waits until it has stopped. */
  wait(signal?: AbortSignal): Promise<void> {
    this.#waiting++;
    if (signal === undefined) return this.#work;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting--;
        if (this.#waiting === 0) this.#controller.abort(signal.reason);
        else reject(signal.reason as Error);
      };
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
      this.#work.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
    });
  }
}
