import { availableParallelism } from "node:os";
import type { ModelSettings } from "./config.js";
import { type ModelBundle, type ModelSource, type ServedModel, ServeError } from "./contracts.js";
import { ModelVersion, type VersionHouse } from "./model-version.js";
import { QueueRoom } from "./scheduler/queue-room.js";
import { startWorker } from "./workers/link.js";
import { WorkerShelf } from "./workers/shelf.js";

/** What the hosts of a server share. */
export interface HostDeps extends Pick<VersionHouse, "include" | "metrics" | "log"> {
  /** The module that workers run. */
  readonly entry: URL;
}

/** A label of the model, and the version that it points to now. */
interface Track {
  readonly label: string;
  readonly source: ModelSource;
  current: ModelVersion | null;
  /** The version that did not load. It is not tried again before the label has pointed elsewhere. */
  bad: { readonly version: string; readonly message: string; readonly since: number } | null;
  /** A look at the source is under way, and whether there is to be another. */
  looking: Promise<void> | null;
  again: boolean;
  failures: number;
  retry: NodeJS.Timeout | undefined;
  stop: (() => Promise<void> | void) | undefined;
}

/** A version, and when it is loaded. */
interface Loading {
  readonly version: ModelVersion;
  readonly loaded: Promise<void>;
}

/** First wait before a source that failed is asked again, and the longest one, in milliseconds. */
const BACK_OFF = { first: 1000, most: 60_000 };

/**
 * One model by its name: the labels that requests may name, and the versions that they point to. A label that moves is
 * followed: the new version is loaded beside the old one, and only when it has answered its test do new requests go to it.
 */
export class ModelHost {
  readonly #tracks: Track[];
  /** By version, those that load included: a version is loaded once, however many labels point to it. */
  readonly #versions = new Map<string, Loading>();
  /** Those that are loaded, and those that close. */
  readonly #here = new Set<ModelVersion>();
  readonly #closing = new AbortController();
  readonly house: VersionHouse;

  constructor(
    readonly name: string,
    settings: ModelSettings,
    sources: readonly ModelSource[],
    { entry, ...deps }: HostDeps,
  ) {
    const { max_queue_rows: rows, max_queue_characters: characters, max_queue_wait_ms: wait } = settings;
    const workers = settings.workers ?? availableParallelism();
    const room = new QueueRoom({ rows, characters, wait });
    const shelf = new WorkerShelf((events) => startWorker(settings.isolation, entry, events));
    this.house = { ...deps, model: name, settings, workers, shelf, room };
    this.#tracks = sources.map((source) => ({
      ...{ label: source.label, source, current: null, bad: null, looking: null, again: false },
      ...{ failures: 0, retry: undefined, stop: undefined },
    }));
  }

  /** Loads what the labels point to, and follows them. Rejects with the reason where one cannot be served. */
  async start(): Promise<void> {
    try {
      for (const track of this.#tracks) {
        const bundle = await track.source.current(this.#closing.signal);
        this.#point(track, await this.#loaded(bundle));
      }
    } catch (error) {
      await this.close();
      throw error;
    }
    for (const track of this.#tracks) track.stop = track.source.watch?.(() => void this.#look(track));
  }

  /** Whether every label points to a version that answers. */
  get ready(): boolean {
    return this.#tracks.every(({ current }) => current?.ready === true);
  }

  /** The version that is meant. Throws `not_found`, or `unavailable` where it does not answer. */
  find(version?: string): ModelVersion {
    const label =
      version === undefined ? this.#tracks[0] : this.#tracks.find((track) => track.label === version);
    const found = label === undefined ? this.#current(version!) : label.current;
    if (found === undefined) {
      const known = this.list().filter(({ state }) => state === "ready");
      const names = known.flatMap((one) => [one.version, ...one.labels]).join(", ");
      throw new ServeError(
        "not_found",
        `the model "${this.name}" has no such version or label  known: ${names}`,
      );
    }
    if (found?.ready !== true)
      throw new ServeError("unavailable", `the model "${this.name}" is not ready`, { retryAfter: 1 });
    return found;
  }

  /** Why a request of one usual row for the first label would be refused now. */
  refusal(): ServeError | undefined {
    return this.#tracks[0]?.current?.refusal();
  }

  /** Every version that is here, and those that were not let in. */
  list(): ServedModel[] {
    const labelsOf = (version: ModelVersion): string[] =>
      this.#tracks.filter(({ current }) => current === version).map(({ label }) => label);
    const here = [...this.#versions.values()].map(({ version }): ServedModel => {
      const { since, description } = version;
      const labels = labelsOf(version);
      const state = version.state === "ready" && labels.length === 0 ? "draining" : version.state;
      const about = { name: this.name, version: version.version, labels, state, since };
      return { ...about, ...(description && { description }) };
    });
    const bad = this.#tracks.flatMap(({ label, bad: one }): ServedModel[] =>
      one === null
        ? []
        : [
            {
              name: this.name,
              version: one.version,
              labels: [],
              state: "failed",
              error: `${label}: ${one.message}`,
              since: one.since,
            },
          ],
    );
    const first = this.#tracks[0]?.current?.version;
    return [
      ...here.filter(({ version }) => version === first),
      ...here.filter(({ version }) => version !== first),
      ...bad,
    ];
  }

  /** Ends the following of labels, lets go of versions, and waits until what they have to do is done. */
  async close(): Promise<void> {
    this.#closing.abort();
    for (const track of this.#tracks) {
      clearTimeout(track.retry);
      await track.stop?.();
      await track.looking;
      this.#point(track, null);
    }
    await Promise.all([this.house.shelf.close(), ...[...this.#here].map(({ gone }) => gone)]);
  }

  #current(name: string): ModelVersion | undefined {
    return this.#tracks.find(({ current }) => current?.version === name)?.current ?? undefined;
  }

  /** Looks which version is current, one look at a time. */
  async #look(track: Track): Promise<void> {
    track.again = true;
    track.looking ??= this.#lookUntilQuiet(track);
    await track.looking;
  }

  async #lookUntilQuiet(track: Track): Promise<void> {
    while (track.again && !this.#closing.signal.aborted) {
      track.again = false;
      clearTimeout(track.retry);
      try {
        await this.#follow(track);
        track.failures = 0;
      } catch (error) {
        if (this.#closing.signal.aborted) break;
        this.#sourceFailed(track, error);
      }
    }
    track.looking = null;
  }

  /** Brings a label to the version that its source has. Rejects where the source cannot be asked. */
  async #follow(track: Track): Promise<void> {
    const { signal } = this.#closing;
    const started = performance.now();
    const wanted = await track.source.currentVersion(signal);
    if (track.bad !== null && track.bad.version !== wanted) this.#setBad(track, null);
    if (wanted === track.current?.version || wanted === track.bad?.version) return;
    const bundle = await track.source.current(signal);
    let next: ModelVersion;
    try {
      next = await this.#loaded(bundle);
    } catch (error) {
      this.#refused(track, bundle.version, error);
      return;
    }
    if (signal.aborted) return next.release();
    const { metrics, log } = this.house;
    const seconds = (performance.now() - started) / 1000;
    const from = track.current?.version;
    this.#point(track, next);
    metrics.swapSeconds.observe({ model: this.name }, seconds);
    log.info({ model: this.name, label: track.label, from, to: next.version, seconds }, "label moved");
  }

  /** The version of a bundle, loaded once, and acquired for a label. */
  async #loaded(bundle: ModelBundle): Promise<ModelVersion> {
    const known = this.#versions.get(bundle.version);
    if (known !== undefined) await bundle.release();
    const { version, loaded } = known ?? this.#load(bundle);
    version.acquire();
    try {
      await loaded;
    } catch (error) {
      this.#versions.delete(bundle.version);
      throw error;
    }
    return version;
  }

  #load(bundle: ModelBundle): Loading {
    const version = new ModelVersion(this.house, bundle, () => this.#versions.delete(bundle.version));
    const load = async (): Promise<void> => {
      await version.load();
      this.#here.add(version);
      void version.gone.then(() => this.#here.delete(version));
    };
    const loading = { version, loaded: load() };
    this.#versions.set(bundle.version, loading);
    return loading;
  }

  /** Sends the requests to come to a version, which is acquired already, and lets go of the one before. */
  #point(track: Track, next: ModelVersion | null): void {
    const { current, label } = track;
    const { modelCurrent } = this.house.metrics;
    track.current = next;
    if (current !== null) {
      modelCurrent.remove({ model: this.name, label, version: current.version });
      current.release();
    }
    if (next !== null) modelCurrent.set({ model: this.name, label, version: next.version }, 1);
  }

  #sourceFailed(track: Track, error: unknown): void {
    const wait = Math.min(BACK_OFF.most, BACK_OFF.first * 2 ** track.failures++);
    const reason = (error as Error).message;
    this.house.metrics.swapFailures.inc({ model: this.name, reason: "source" });
    this.house.log.warn(
      { model: this.name, label: track.label, source: track.source.name, reason, againInMs: wait },
      "the source of the model cannot be read; what is loaded serves on",
    );
    track.retry = setTimeout(() => void this.#look(track), wait);
  }

  #refused(track: Track, version: string, error: unknown): void {
    const message = (error as Error).message;
    this.house.metrics.swapFailures.inc({ model: this.name, reason: "load" });
    this.#setBad(track, { version, message, since: Date.now() });
    this.house.log.error(
      { model: this.name, label: track.label, version, serving: track.current?.version, reason: message },
      "the new version cannot be served; the one before serves on",
    );
  }

  #setBad(track: Track, bad: Track["bad"]): void {
    const { modelBad } = this.house.metrics;
    const { label } = track;
    if (track.bad !== null) modelBad.remove({ model: this.name, label, version: track.bad.version });
    if (bad !== null) modelBad.set({ model: this.name, label, version: bad.version }, 1);
    track.bad = bad;
  }
}
