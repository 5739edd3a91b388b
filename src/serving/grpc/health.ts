/** @file `grpc.health.v1.Health`: whether the server answers, for those who ask every gRPC server the same. */
import { fileURLToPath } from "node:url";
import {
  loadPackageDefinition,
  type Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { Door } from "../front/door.js";
import { quoted } from "../front/quoted.js";

/** The file that defines the messages and the service. */
export const HEALTH_PROTO_FILE = fileURLToPath(new URL("./health.proto", import.meta.url));

/** What is asked after: all of the server, or the one service that it has beside this one. */
const SERVICES: ReadonlySet<string> = new Set(["", "inference.GRPCInferenceService"]);

/** How often those who watch are told of changes, in milliseconds. */
const LOOK_MS = 500;

interface Asked {
  readonly service: string;
}

interface Health {
  readonly status: "SERVING" | "NOT_SERVING" | "SERVICE_UNKNOWN";
}

type Watcher = ServerWritableStream<Asked, Health>;

/** Adds the service, which answers without a key. The returned function ends the streams of those who watch. */
export function addHealth(server: Server, door: Door): () => void {
  const definition = loadSync(HEALTH_PROTO_FILE, { enums: String, defaults: true });
  const { grpc } = loadPackageDefinition(definition) as unknown as {
    readonly grpc: { readonly health: { readonly v1: { readonly Health: ServiceClientConstructor } } };
  };
  const now = ({ service }: Asked): Health["status"] => {
    if (!SERVICES.has(service)) return "SERVICE_UNKNOWN";
    return door.ready ? "SERVING" : "NOT_SERVING";
  };
  const watchers = new Map<Watcher, Health["status"] | undefined>();
  const tell = (): void => {
    for (const [call, before] of watchers) {
      const health = now(call.request);
      if (health === before) continue;
      watchers.set(call, health);
      call.write({ status: health });
    }
  };
  const timer = setInterval(tell, LOOK_MS);
  timer.unref();
  server.addService(grpc.health.v1.Health.service, {
    Check: ({ request }: ServerUnaryCall<Asked, Health>, done: sendUnaryData<Health>) => {
      const health = now(request);
      if (health !== "SERVICE_UNKNOWN") done(null, { status: health });
      else {
        const details = `there is no service ${quoted(request.service)}; of models ModelReady tells`;
        done({ code: status.NOT_FOUND, details });
      }
    },
    Watch: (call: Watcher) => {
      watchers.set(call, undefined);
      call.on("cancelled", () => watchers.delete(call));
      tell();
    },
  });
  return () => {
    clearInterval(timer);
    tell();
    for (const call of watchers.keys()) call.end();
    watchers.clear();
  };
}
