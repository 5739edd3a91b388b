/** @file What a server serves from a store: the version that a reference means, followed as it moves. */
import type { Log } from "../../registry/context.js";
import { PtxError } from "../../registry/errors.js";
import type { ModelBundle, ModelSource } from "../contracts.js";
import { entryPath, softLease } from "./fetch-version.js";
import { recalledVersion, rememberVersion } from "./last-known.js";
import type { CachedVersion, ModelCache } from "./model-cache.js";
import type { Lease, ResolvedVersion } from "./model-store.js";
import { DEFAULT_ALIAS, type ModelReference, printReference } from "./names.js";
import type { ReachedStore } from "./reached-store.js";

/** How a source of versions behaves. */
export interface StoreSourceOptions {
  readonly store: ReachedStore;
  readonly cache: ModelCache;
  readonly log: Log;
  /** The label that it is served under; its alias when absent. */
  readonly label?: string;
  /** How often the store is asked whether something changed; it is told at once where the store can do that. */
  readonly pollMs?: number;
}

/** How often a store that was away at the start is looked for, in milliseconds. */
const LOOK_AGAIN = 5000;

/** Whether an error means that the store does not answer, rather than that it answers no. */
export const isAway = (error: unknown): boolean => error instanceof PtxError && error.code === "PTX_STORE";

/** The versions of `store:NAME[@VERSION|@ALIAS]`. */
export class StoreSource implements ModelSource {
  readonly name: string;
  readonly label: string;
  /** Absent for a version: it never changes. */
  readonly watch?: (changed: () => void) => () => Promise<void>;
  #warned = false;
  #served = false;

  constructor(
    readonly reference: ModelReference,
    readonly options: StoreSourceOptions,
  ) {
    this.name = `store:${printReference(reference)}`;
    const { label } = options;
    const own = reference.version === undefined ? (reference.alias ?? DEFAULT_ALIAS) : "default";
    this.label = label ?? own;
    if (reference.version === undefined) this.watch = (changed) => this.#watch(changed);
  }

  async currentVersion(): Promise<string> {
    const store = await this.options.store.get();
    return String((await store.resolve(this.reference)).version);
  }

  /**
   * Fetches the version into the cache, checks every byte of it, and keeps it from being collected until it is released. The
   * first time, if the store is away, it is the version that the reference meant when the store was last asked.
   */
  async current(signal?: AbortSignal): Promise<ModelBundle> {
    try {
      return await this.#fetched(signal);
    } catch (error) {
      const kept = this.#served || !isAway(error) ? undefined : await this.#kept(error as Error);
      if (kept === undefined) throw error;
      return kept;
    } finally {
      this.#served = true;
    }
  }

  async #fetched(signal?: AbortSignal): Promise<ModelBundle> {
    const { cache } = this.options;
    const store = await this.options.store.get();
    const version = await store.resolve(this.reference);
    const lease = await this.#lease(version);
    try {
      const manifest = await store.manifest(version);
      const cached = await cache.open(store, version, manifest, signal);
      await rememberVersion(cache.root, this.options.store.key, this.reference, { version, manifest });
      return bundleOf(version, cached, entryPath(cached.folder, manifest), lease);
    } catch (error) {
      await lease?.release();
      throw error;
    }
  }

  async #kept(error: Error): Promise<ModelBundle | undefined> {
    const { cache, log } = this.options;
    const known = await recalledVersion(cache.root, this.options.store.key, this.reference);
    const cached = known && (await cache.openKept(known.version, known.manifest));
    if (known === undefined || cached === undefined) return undefined;
    const { version, manifest } = known;
    log.warn(
      `${this.name}: the store does not answer; version ${version.version} is served, which it meant last, until the store does (${error.message})`,
    );
    return bundleOf(version, cached, entryPath(cached.folder, manifest));
  }

  /** Watches the store, as soon as it is there. */
  #watch(changed: () => void): () => Promise<void> {
    const { store: reached, pollMs } = this.options;
    let [ended, late] = [false, false];
    let timer: NodeJS.Timeout | undefined;
    let stop: (() => Promise<void>) | undefined;
    const attach = async (): Promise<void> => {
      try {
        const store = await reached.get();
        if (ended) return;
        stop = store.watch(this.reference.model, changed, pollMs);
        if (late) changed();
      } catch {
        late = true;
        if (!ended) timer = setTimeout(again, pollMs ?? LOOK_AGAIN);
      }
    };
    let attaching = attach();
    function again(): void {
      attaching = attach();
    }
    return async () => {
      ended = true;
      clearTimeout(timer);
      await attaching;
      await stop?.();
    };
  }

  /** It is warned of once. */
  async #lease(version: ResolvedVersion): Promise<Lease | undefined> {
    return softLease(await this.options.store.get(), version, "serving", (line) => {
      if (!this.#warned) this.options.log.warn(line);
      this.#warned = true;
    });
  }
}

const bundleOf = (
  { version }: Pick<ResolvedVersion, "version">,
  cached: CachedVersion,
  path: string,
  lease?: Lease,
): ModelBundle => ({
  version: String(version),
  path,
  release: async () => {
    await Promise.all([cached.release(), lease?.release()]);
  },
});
