/** @file Where the models of a server come from: paths, and a store that is opened if one is named. */
import type { Log } from "../../registry/context.js";
import type { ModelSource } from "../contracts.js";
import { pathSource } from "../sources.js";
import { ModelCache } from "./model-cache.js";
import { isStoreReference, parseReference } from "./names.js";
import { openStore, storeAddress } from "./open-store.js";
import { ReachedStore } from "./reached-store.js";
import { isAway, StoreSource } from "./store-source.js";

/** What of a server's config says where models are. */
interface SourceSettings {
  readonly models: Readonly<
    Record<string, { readonly source: string; readonly labels: Readonly<Record<string, string>> }>
  >;
  readonly store: string | null;
  readonly store_cache: string;
  readonly store_poll_ms: number;
}

/** Makes sources by what the config says of them. */
export interface ServedSources {
  sourceOf(source: string, label?: string): ModelSource;
  /** When all that they gave has been released. */
  close(): Promise<void>;
}

/** Opens what a server's models come from. Throws `PTX_USAGE` for a reference that cannot be read, and what `openStore` throws, unless it is that the store does not answer. */
export async function openSources(config: SourceSettings, log: Log): Promise<ServedSources> {
  const sources = Object.values(config.models).flatMap(({ source, labels }) => [
    source,
    ...Object.values(labels),
  ]);
  const references = sources.filter(isStoreReference);
  for (const reference of references) parseReference(reference);
  if (references.length === 0) return { sourceOf: pathSource, close: async () => {} };
  const address = storeAddress(config.store ?? undefined);
  const store = new ReachedStore(address, () => openStore(address, { warn: (line) => log.warn(line) }));
  // One that is away may be back later, what is wrong with an address stays wrong.
  await store.get().catch((error: unknown) => {
    if (!isAway(error)) throw error;
  });
  const cache = new ModelCache(config.store_cache);
  return {
    sourceOf(source, label) {
      if (!isStoreReference(source)) return pathSource(source, label);
      const options = {
        store,
        cache,
        log,
        pollMs: config.store_poll_ms,
        ...(label !== undefined && { label }),
      };
      return new StoreSource(parseReference(source), options);
    },
    close: () => store.close(),
  };
}
