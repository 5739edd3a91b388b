import type { StoreBackend } from "./backend.js";

const POLL_MS = 5000;
/** By how much longer a store is left in peace that does not answer. */
const MOST_SELDOM = 12;

/**
 * Calls back when a document's revision has changed, until the returned function is called. The store is asked every
 * `pollMs`, and at once when it says itself that something changed. While it cannot be reached it is asked more seldom,
 * and `warn` is told once.
 */
export function watchDocument(
  backend: StoreBackend,
  key: string,
  changed: () => void,
  { pollMs = POLL_MS, warn }: { readonly pollMs?: number; warn(line: string): void },
): () => Promise<void> {
  let ended = false;
  let known: string | undefined | null = null;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let again = false;

  const look = async (): Promise<void> => {
    try {
      const revision = (await backend.document(key))?.revision;
      if (failures > 0) warn("the store answers again");
      failures = 0;
      const first = known === null;
      const same = known === revision;
      known = revision;
      if (!first && !same && !ended) changed();
    } catch (error) {
      if (failures++ === 0) warn(`changes are not seen: ${(error as Error).message}`);
    }
  };
  const run = (): void => {
    clearTimeout(timer);
    if (ended) return;
    if (looking !== undefined) {
      again = true;
      return;
    }
    looking = look().finally(() => {
      looking = undefined;
      if (ended) return;
      const wait = again ? 0 : pollMs * Math.min(MOST_SELDOM, 2 ** Math.max(0, failures - 1));
      again = false;
      timer = setTimeout(run, wait);
      timer.unref();
    });
  };
  run();
  const listening = backend.listen?.(key, run).then(
    (stop) => {
      run(); // what changed before there was anybody to tell
      return stop;
    },
    (error: Error) => {
      warn(
        `the store cannot tell of changes, and is asked every ${pollMs / 1000} s instead: ${error.message}`,
      );
      return undefined;
    },
  );
  return async () => {
    ended = true;
    clearTimeout(timer);
    await looking;
    await (await listening)?.();
  };
}
