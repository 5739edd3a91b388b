import { isIP } from "node:net";
import { pino } from "pino";
import type { JsonObject } from "../registry/json.js";
import { loadServeConfig } from "../serving/config.js";
import { ServingEngine } from "../serving/engine.js";
import { requestObserver } from "../serving/front/observe-requests.js";
import { ServingMetrics } from "../serving/metrics.js";
import { startFront } from "../serving/start-front.js";
import { openSources } from "../serving/store/served-sources.js";
import { loadRegistry } from "./session.js";

/** Options of `pytext-ts serve`: the file, and what stands in place of its keys. */
export interface ServeCommand {
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly grpcPort?: number;
  readonly logLevel?: string;
  readonly store?: string;
  readonly storeCache?: string;
  readonly workers?: number;
  readonly threads?: number;
  readonly isolation?: string;
  readonly maxBatchSize?: number;
  readonly maxBatchTokens?: number;
  readonly maxQueueDelayMs?: number;
  readonly include: readonly string[];
}

/** Keys of the server, and of its models. */
const [OF_SERVER, OF_MODELS] = [
  ["host", "port", "grpcPort", "logLevel", "store", "storeCache"],
  ["workers", "threads", "isolation", "maxBatchSize", "maxBatchTokens", "maxQueueDelayMs"],
] as const;

/** `pytext-ts serve MODEL...`: answers until a signal ends it. Its log goes to standard output, a JSON object a line. */
export async function serveCommand(models: readonly string[], command: ServeCommand): Promise<void> {
  const registry = await loadRegistry(command.include);
  const config = loadServeConfig(
    {
      ...{ models, config: command.config, include: command.include },
      ...{ front: keysOf(command, OF_SERVER), settings: keysOf(command, OF_MODELS) },
    },
    registry,
  );
  const log = pino({ level: config.log_level });
  const metrics = new ServingMetrics();
  const entry = new URL("./serve-worker.js", import.meta.url);
  const sources = await openSources(config, {
    info: (line) => log.info(line),
    warn: (line) => log.warn(line),
  });
  const { sourceOf } = sources;
  const engine = await ServingEngine.start({ config, sourceOf, metrics, log, entry });
  const observe = requestObserver(engine, metrics);
  const front = await startFront({
    serving: engine,
    settings: config,
    log,
    metrics: metrics.registry,
    observe,
  }).catch(async (error: unknown) => {
    await engine.drain();
    await sources.close();
    throw error;
  });
  if (config.keys.length === 0 && !isLoopback(config.host))
    log.warn(`anybody who reaches ${config.host} may ask: "keys" in the config lets only some in`);
  const { url } = front.http;
  log.info({ url, ...(front.grpcPort !== undefined && { grpc_port: front.grpcPort }) }, "listening");
  const signal = await ended();
  log.info({ signal }, "stopping");
  await front.stop();
  await sources.close();
  log.info("stopped");
}

/** Given options under the names that the config has for them. */
function keysOf(command: ServeCommand, names: readonly (keyof ServeCommand)[]): JsonObject {
  const key = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(
    names.flatMap((name) => (command[name] === undefined ? [] : [[key(name), command[name]]])),
  );
}

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));

/** The first signal to stop; the second one ends the process there and then. */
function ended(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals): void => {
      process.once("SIGTERM", () => process.exit(1)).once("SIGINT", () => process.exit(1));
      resolve(signal);
    };
    process.once("SIGTERM", stop).once("SIGINT", stop);
  });
}
