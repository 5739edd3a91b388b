import type { Logger } from "pino";
import { ptxError } from "../registry/errors.js";
import type { ModelSettings, ServeConfig } from "./config.js";
import {
  type ModelDescription,
  type ModelSource,
  type ServedModel,
  ServeError,
  type ServeRequest,
  type ServeResponse,
  type Serving,
} from "./contracts.js";
import type { ServingMetrics } from "./metrics.js";
import { ModelHost } from "./model-host.js";

/** What a server is made of. */
export interface EngineOptions {
  readonly config: Pick<ServeConfig, "models" | "include">;
  /** Where versions come from, by what the config calls a source; `label` is to be its label, where one is given. */
  readonly sourceOf: (source: string, label?: string) => ModelSource;
  readonly metrics: ServingMetrics;
  readonly log: Logger;
  /** The module that workers run: `serve-worker.js` beside the command line. */
  readonly entry: URL;
}

/** The models of a server behind one door. */
export class ServingEngine implements Serving {
  readonly #hosts: ReadonlyMap<string, ModelHost>;
  #draining: Promise<void> | undefined;

  private constructor(
    hosts: readonly ModelHost[],
    readonly options: EngineOptions,
  ) {
    this.#hosts = new Map(hosts.map((host) => [host.name, host]));
    for (const { name, house } of hosts) options.metrics.watchQueue(name, house.room);
  }

  /** Loads all models. Rejects with the reason where one cannot be served; then nothing is left running. */
  static async start(options: EngineOptions): Promise<ServingEngine> {
    const { config, sourceOf, entry, metrics, log } = options;
    const deps = { include: config.include, entry, metrics, log };
    const hosts = Object.entries(config.models).map(
      ([name, settings]) => new ModelHost(name, settings, sourcesOf(name, settings, sourceOf), deps),
    );
    const started: ModelHost[] = [];
    try {
      for (const host of hosts) {
        await host.start();
        started.push(host);
      }
    } catch (error) {
      await Promise.all(started.map((host) => host.close()));
      throw error;
    }
    return new ServingEngine(hosts, options);
  }

  models(): readonly ServedModel[] {
    return [...this.#hosts.values()].flatMap((host) => host.list());
  }

  find(name?: string, version?: string): ServedModel & { readonly description: ModelDescription } {
    const host = this.#host(name);
    const found = host.find(version);
    const listed = host.list().find((one) => one.version === found.version && one.state !== "failed")!;
    return { ...listed, description: found.description! };
  }

  has(name: string): boolean {
    return this.#hosts.has(name);
  }

  requireRoom(name?: string): void {
    const hosts = name === undefined ? [...this.#hosts.values()] : [this.#hosts.get(name)];
    const refusals = hosts.map((host) => host?.refusal());
    const [refusal] = refusals;
    if (refusal === undefined || refusals.includes(undefined)) return;
    this.options.metrics.fault(name ?? "", refusal.fault);
    throw refusal;
  }

  async submit(request: ServeRequest): Promise<ServeResponse> {
    let model = "";
    try {
      if (this.#draining !== undefined) throw new ServeError("unavailable", "the server is going down");
      const host = this.#host(request.model);
      model = host.name;
      return await host.find(request.version).submit(request);
    } catch (error) {
      const known = error instanceof ServeError ? error : this.#unexpected(error, request);
      this.options.metrics.fault(model, known.fault);
      throw known;
    }
  }

  get ready(): boolean {
    return this.#draining === undefined && [...this.#hosts.values()].every((host) => host.ready);
  }

  drain(): Promise<void> {
    this.#draining ??= Promise.all([...this.#hosts.values()].map((host) => host.close())).then(() => {});
    return this.#draining;
  }

  #host(name?: string): ModelHost {
    const [first] = this.#hosts.values();
    const found = name === undefined ? first : this.#hosts.get(name);
    if (found !== undefined) return found;
    const known = [...this.#hosts.keys()].join(", ");
    throw new ServeError("not_found", `there is no such model  known: ${known}`);
  }

  #unexpected(error: unknown, { requestId }: ServeRequest): ServeError {
    this.options.log.error({ requestId, err: error }, "a fault of the server");
    return new ServeError("internal", "a fault of the server", { cause: error });
  }
}

/** The sources of a model's labels, its own first. */
function sourcesOf(
  name: string,
  settings: ModelSettings,
  sourceOf: EngineOptions["sourceOf"],
): ModelSource[] {
  const own = sourceOf(settings.source);
  const others = Object.entries(settings.labels);
  if (others.some(([label]) => label === own.label))
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `models.${name}.labels.${own.label}`,
      `"${own.label}" is the label of the source ${settings.source} already`,
    );
  return [own, ...others.map(([label, source]) => sourceOf(source, label))];
}
