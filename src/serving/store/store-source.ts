/** @file What a server serves from a store: the version that a reference means, followed as it moves. */
import type { Log } from "../../registry/context.js";
import type { ModelBundle, ModelSource } from "../contracts.js";
import { entryPath, softLease } from "./fetch-version.js";
import type { ModelCache } from "./model-cache.js";
import type { Lease, ModelStore, ResolvedVersion } from "./model-store.js";
import { DEFAULT_ALIAS, type ModelReference, printReference } from "./names.js";

/** How a source of versions behaves. */
export interface StoreSourceOptions {
  readonly store: ModelStore;
  readonly cache: ModelCache;
  readonly log: Log;
  /** The label that it is served under; its alias when absent. */
  readonly label?: string;
  /** How often the store is asked whether something changed; it is told at once where the store can do that. */
  readonly pollMs?: number;
}

/** The versions of `store:NAME[@VERSION|@ALIAS]`. */
export class StoreSource implements ModelSource {
  readonly name: string;
  readonly label: string;
  /** Absent for a version: it never changes. */
  readonly watch?: (changed: () => void) => () => Promise<void>;
  #warned = false;

  constructor(
    readonly reference: ModelReference,
    readonly options: StoreSourceOptions,
  ) {
    this.name = `store:${printReference(reference)}`;
    const { store, pollMs, label } = options;
    const own = reference.version === undefined ? (reference.alias ?? DEFAULT_ALIAS) : "default";
    this.label = label ?? own;
    if (reference.version === undefined)
      this.watch = (changed) => store.watch(reference.model, changed, pollMs);
  }

  async currentVersion(): Promise<string> {
    return String((await this.options.store.resolve(this.reference)).version);
  }

  /** Fetches the version into the cache, checks every byte of it, and keeps it from being collected until it is released. */
  async current(signal?: AbortSignal): Promise<ModelBundle> {
    const { store, cache } = this.options;
    const version = await store.resolve(this.reference);
    const lease = await this.#lease(version);
    try {
      const manifest = await store.manifest(version);
      const { folder, release } = await cache.open(store, version, manifest, signal);
      return {
        version: String(version.version),
        path: entryPath(folder, manifest),
        release: async () => {
          await Promise.all([release(), lease?.release()]);
        },
      };
    } catch (error) {
      await lease?.release();
      throw error;
    }
  }

  /** It is warned of once. */
  async #lease(version: ResolvedVersion): Promise<Lease | undefined> {
    return softLease(this.options.store, version, "serving", (line) => {
      if (!this.#warned) this.options.log.warn(line);
      this.#warned = true;
    });
  }
}
