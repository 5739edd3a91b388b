import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Serving } from "./contracts.js";
import { Door } from "./front/door.js";
import type { MetricsText, RequestObserver } from "./front/observed.js";
import type { FrontSettings } from "./front/settings.js";
import { type HttpServer, startHttp } from "./http/server.js";

/** What stands behind the doors, and what is told of those who come. */
export interface FrontOptions {
  readonly serving: Serving;
  readonly settings: FrontSettings;
  readonly log: Logger;
  /** What `/metrics` shows. */
  readonly metrics?: MetricsText;
  /** Told of every answer. */
  readonly observe?: RequestObserver;
}

/** Servers that listen. */
export interface Front {
  readonly http: Pick<HttpServer, "url" | "port">;
  /** The port of gRPC, where it is on. */
  readonly grpcPort?: number;
  /** Says that it is not ready, takes no more requests, answers those that are there, and then lets the engine go. */
  stop(): Promise<void>;
}

/** Opens the doors: HTTP, and gRPC if it has a port. Both share keys, rates and limits. Throws as they do. */
export async function startFront({ serving, settings, ...rest }: FrontOptions): Promise<Front> {
  const door = new Door(serving, settings);
  const http = await startHttp({ door, ...rest });
  const { grpc_port: port } = settings;
  if (port === null) return { http, stop: () => stopAll(door, [http]) };
  try {
    // gRPC takes some time to load, and most servers do without.
    const { startGrpc } = await import("./grpc/server.js");
    const { observe } = rest;
    const grpc = await startGrpc({ door, port, log: rest.log, ...(observe && { observe }) });
    return { http, grpcPort: grpc.port, stop: () => stopAll(door, [http, grpc]) };
  } catch (error) {
    await http.stop();
    throw error;
  }
}

async function stopAll(door: Door, servers: readonly { stop(): Promise<void> }[]): Promise<void> {
  door.close();
  await sleep(door.settings.drain_delay_ms);
  await Promise.all(servers.map((server) => server.stop()));
  await door.serving.drain();
}
