/**
 * @file Who is next: start-time fair queueing (Goyal, Vin and Cheng, 1996) with a row for a packet and its tokens for a length.
 * Each client has a virtual time that grows by what it is given; the one that is furthest behind goes first. A client that
 * comes, or comes back, starts at the present at the earliest: it has no claims for the past, and keeps its debts.
 */
export class FairShares {
  readonly #times = new Map<string, number>();
  #present = 0;

  /** The virtual time of a client that waits. */
  timeOf(client: string): number {
    return this.#times.get(client) ?? this.#present;
  }

  /** A client of which nothing waited has rows now. */
  arrive(client: string): void {
    this.#times.set(client, Math.max(this.timeOf(client), this.#present));
  }

  /** The neediest client is being served: its time is the present. */
  advance(time: number): void {
    this.#present = Math.max(this.#present, time);
  }

  charge(client: string, tokens: number): void {
    this.#times.set(client, this.timeOf(client) + tokens);
  }

  /** Forgets those that owe nothing and have nothing here, once there are many. */
  prune(waiting: ReadonlyMap<string, unknown>): void {
    if (this.#times.size <= 64 + 2 * waiting.size) return;
    for (const [client, time] of this.#times)
      if (time <= this.#present && !waiting.has(client)) this.#times.delete(client);
  }
}
