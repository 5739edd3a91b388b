/** How often a client may ask. */
export interface Rate {
  /** Requests a second, over time. */
  readonly requestsPerSecond: number;
  /** Requests that may come at once after a rest. */
  readonly burst: number;
}

/** Clients that are remembered; the one seen longest ago is forgotten first, and starts afresh. */
const MOST_CLIENTS = 10_000;

/**
 * Limits each client's requests by the generic cell rate algorithm: of a client only the time is kept at which its
 * requests so far would have come at the steady rate.
 */
export class RateLimiter {
  readonly #due = new Map<string, number>();

  constructor(
    readonly rate: Rate,
    readonly now: () => number = () => performance.now(),
    readonly mostClients = MOST_CLIENTS,
  ) {}

  /** Takes one request of a client. Milliseconds until it would be taken; 0: it is, now. */
  take(client: string): number {
    const now = this.now();
    const interval = 1000 / this.rate.requestsPerSecond;
    const due = Math.max(now, this.#due.get(client) ?? 0);
    const wait = due - now - (this.rate.burst - 1) * interval;
    if (wait > 1e-6) return wait;
    this.#due.delete(client);
    this.#due.set(client, due + interval);
    if (this.#due.size > this.mostClients) this.#due.delete(this.#due.keys().next().value!);
    return 0;
  }
}
