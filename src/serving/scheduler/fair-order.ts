import type { FairShares } from "./fair-shares.js";
import type { Job } from "./job.js";

/** A row that could be next. */
export interface Candidate<T> {
  readonly job: Job<T>;
  readonly row: number;
  readonly tokens: number;
}

/** A client's rows, and its virtual time if those before them were taken. */
interface Turn<T> {
  time: number;
  /** The number of the client, to break ties: who came first. */
  readonly place: number;
  next: Candidate<T>;
  readonly rest: Iterator<Candidate<T>>;
}

/** Rows of jobs with a key in fair order: each time the next row of the client that would then be furthest behind. */
export function* fairOrder<T>(
  clients: ReadonlyMap<string, ReadonlySet<Job<T>>>,
  key: string,
  shares: FairShares,
): Generator<Candidate<T>> {
  const heap: Turn<T>[] = [];
  let place = 0;
  for (const [client, jobs] of clients) {
    const rest = rowsOf(jobs, key);
    const first = rest.next();
    if (first.done !== true)
      heap.push({ time: shares.timeOf(client), place: place++, next: first.value, rest });
  }
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at);
  while (heap.length > 0) {
    const turn = heap[0]!;
    yield turn.next;
    const next = turn.rest.next();
    if (next.done === true) {
      const last = heap.pop()!;
      if (heap.length > 0) heap[0] = last;
    } else {
      turn.time += turn.next.tokens;
      turn.next = next.value;
    }
    sink(heap, 0);
  }
}

/** A client's rows, those of its oldest job first. */
function* rowsOf<T>(jobs: ReadonlySet<Job<T>>, key: string): Generator<Candidate<T>> {
  for (const job of jobs)
    if (job.spec.key === key)
      for (const row of job.rows()) yield { job, row, tokens: job.spec.sizes[row]!.tokens };
}

function before<T>(a: Turn<T>, b: Turn<T>): boolean {
  return a.time < b.time || (a.time === b.time && a.place < b.place);
}

/** Restores the order of a binary heap below a place. */
function sink<T>(heap: Turn<T>[], from: number): void {
  for (let at = from; ; ) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    let least = at;
    if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
    if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
    if (least === at) return;
    [heap[at], heap[least]] = [heap[least]!, heap[at]!];
    at = least;
  }
}
