/** @file The Open Inference Protocol over gRPC, and gRPC's own health checks. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServerUnaryCall,
  type ServiceClientConstructor,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ptxError } from "../../registry/errors.js";
import { libraryVersion } from "../../registry/version.js";
import type { Caller, Door } from "../front/door.js";
import { sentence, told } from "../front/faults.js";
import { type ObservedRequest, type RequestObserver, requestId } from "../front/observed.js";
import type { FrontSettings } from "../front/settings.js";
import { infer, modelMetadata, versionReady } from "../open-inference/infer.js";
import { addHealth } from "./health.js";
import { type InferRequest, inputsOf, parametersOf, responseOf } from "./messages.js";

/** Writes to the server's log. */
export interface GrpcLog {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** What a gRPC server stands before. */
export interface GrpcFront {
  readonly door: Door;
  /** The port; 0 takes a free one. */
  readonly port: number;
  readonly log: GrpcLog;
  readonly observe?: RequestObserver;
}

/** A server that listens. */
export interface GrpcServer {
  readonly port: number;
  /** Takes no more calls, and waits for those that are there, for a time. */
  stop(): Promise<void>;
}

/** The file that defines the messages and the service. */
export const PROTO_FILE = fileURLToPath(new URL("./open-inference.proto", import.meta.url));

/** Starts to listen. Throws `PTX_USAGE` where it cannot. */
export async function startGrpc(front: GrpcFront): Promise<GrpcServer> {
  const { settings } = front.door;
  const server = new Server({
    "grpc.max_receive_message_length": settings.max_body_bytes,
    "grpc.max_send_message_length": -1,
    "grpc.max_concurrent_streams": MOST_STREAMS,
    "grpc.max_connection_idle_ms": settings.keep_alive_timeout_ms,
    "grpc.keepalive_time_ms": settings.idle_timeout_ms,
    interceptors: [bodyTimeout(settings.body_timeout_ms)],
  });
  server.addService(serviceOf(), methods(front));
  const endWatching = addHealth(server, front.door);
  const address = `${settings.host.includes(":") ? `[${settings.host}]` : settings.host}:${front.port}`;
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(address, credentialsOf(settings), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(ptxError("PTX_USAGE", `gRPC ${address}`, `cannot listen: ${error.message}`));
    });
  });
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        endWatching();
        const patience = setTimeout(() => server.forceShutdown(), settings.drain_timeout_ms);
        server.tryShutdown(() => {
          clearTimeout(patience);
          resolve();
        });
      }),
  };
}

/** Calls of one connection at a time. */
const MOST_STREAMS = 256;

function credentialsOf({ tls }: FrontSettings): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const pair = { cert_chain: readFileSync(tls.cert), private_key: readFileSync(tls.key) };
  return ServerCredentials.createSsl(null, [pair]);
}

function serviceOf(): ServiceClientConstructor["service"] {
  const definition = loadSync(PROTO_FILE, { keepCase: true, longs: String, defaults: true, oneofs: true });
  const { inference } = loadPackageDefinition(definition) as unknown as {
    readonly inference: { readonly GRPCInferenceService: ServiceClientConstructor };
  };
  return inference.GRPCInferenceService.service;
}

/** Ends calls whose message does not come in time. */
function bodyTimeout(milliseconds: number): ServerInterceptor {
  return (_, call) => {
    let timer: NodeJS.Timeout | undefined;
    return new ServerInterceptingCall(call, {
      start: (next) => {
        next({
          onReceiveMetadata: (metadata, proceed) => {
            const details = `the message did not come within ${milliseconds} ms`;
            timer = setTimeout(() => {
              call.sendStatus({ code: status.DEADLINE_EXCEEDED, details, metadata: null });
            }, milliseconds);
            proceed(metadata);
          },
          onReceiveMessage: (message, proceed) => {
            clearTimeout(timer);
            proceed(message);
          },
          onCancel: () => clearTimeout(timer),
        });
      },
      sendStatus: (result, next) => {
        clearTimeout(timer);
        next(result);
      },
    });
  };
}

type Call<Q = Target> = ServerUnaryCall<Q, object>;

interface Target {
  readonly name: string;
  readonly version: string;
}

/** What a call is known by while it is answered. */
interface CallFacts extends Caller {
  model?: string;
  version?: string;
  rows?: number;
}

type Answer<Q> = (request: Q, facts: CallFacts) => object | Promise<object>;

function methods(front: GrpcFront): UntypedServiceImplementation {
  const { serving } = front.door;
  const versionOf = (version: string): string | undefined => (version === "" ? undefined : version);
  const open = <Q>(name: string, answer: Answer<Q>) => handler(front, name, true, answer);
  const keyed = <Q>(name: string, answer: Answer<Q>) => handler(front, name, false, answer);
  return {
    ServerLive: open("ServerLive", () => ({ live: true })),
    ServerReady: open("ServerReady", () => ({ ready: front.door.ready })),
    ServerMetadata: open("ServerMetadata", () => ({
      ...{ name: "pytext-ts", version: libraryVersion(), extensions: [] },
    })),
    ModelReady: keyed<Target>("ModelReady", ({ name, version }) => ({
      ready: versionReady(front.door, name, versionOf(version)),
    })),
    ModelMetadata: keyed<Target>("ModelMetadata", ({ name, version }) =>
      modelMetadata(serving, name, versionOf(version)),
    ),
    ModelInfer: keyed<InferRequest>("ModelInfer", async (request, facts) => {
      const { model_name: model, model_version: version, parameters, outputs } = request;
      front.door.count(facts.client);
      facts.model = model;
      const inference = {
        ...{ model, version: versionOf(version), parameters: parametersOf(parameters) },
        inputs: () => inputsOf(request),
        outputs: outputs.map(({ name }) => name),
      };
      const { response, tensors } = await infer(front.door, inference, facts);
      facts.version = response.version;
      facts.rows = response.answers.length;
      return responseOf(request, response, tensors);
    }),
  };
}

/** Answers calls, errors by their status, and writes a line of the log for each. */
function handler<Q>(front: GrpcFront, name: string, open: boolean, answer: Answer<Q>) {
  return (call: Call<Q>, done: sendUnaryData<object>): void => {
    const started = performance.now();
    const id = requestId({ headers: { "x-request-id": first(call.metadata, "x-request-id") } });
    const controller = new AbortController();
    call.on("cancelled", () => controller.abort());
    const facts: CallFacts = {
      client: addressOf(call),
      requestId: id,
      signal: controller.signal,
      ...deadlineOf(call),
    };
    const tell = (grpc: string, fault?: string): void =>
      report(front, { name, open, grpc, fault, started, facts });
    const reply = async (): Promise<object> => {
      if (open) return answer(call.request, facts);
      const client = front.door.identify(first(call.metadata, "authorization"), facts.client);
      return answer(call.request, Object.assign(facts, { client }));
    };
    reply().then(
      (value) => {
        tell("OK");
        const metadata = new Metadata();
        metadata.set("x-request-id", id);
        done(null, value, metadata);
      },
      (error: unknown) => {
        const reason = told(error);
        tell(reason.grpc, reason.fault);
        if (reason.fault === "internal") front.log.error({ reqId: id, err: error }, "a fault of the server");
        const metadata = new Metadata();
        metadata.set("x-request-id", id);
        if (reason.retryAfter !== undefined) metadata.set("retry-after", String(reason.retryAfter));
        done({ code: status[reason.grpc], details: sentence(reason), metadata });
      },
    );
  };
}

const first = (metadata: Metadata, key: string): string | undefined => {
  const [value] = metadata.get(key);
  return typeof value === "string" ? value : undefined;
};

/** The caller's address without its port. */
const addressOf = (call: Pick<Call, "getPeer" | "getDeadline">): string =>
  call.getPeer().replace(/:\d+$/, "");

function deadlineOf(call: Pick<Call, "getPeer" | "getDeadline">): Pick<Caller, "deadline"> {
  const deadline = Number(call.getDeadline());
  return Number.isFinite(deadline) ? { deadline: performance.now() + deadline - Date.now() } : {};
}

interface Report {
  readonly name: string;
  readonly open: boolean;
  readonly grpc: string;
  readonly fault: string | undefined;
  readonly started: number;
  readonly facts: CallFacts;
}

function report({ log, observe }: GrpcFront, { name, open, grpc, fault, started, facts }: Report): void {
  const { requestId: reqId, client, model, version, rows } = facts;
  const seen: ObservedRequest = {
    ...{ route: `inference.GRPCInferenceService/${name}`, method: "gRPC", status: grpc },
    seconds: (performance.now() - started) / 1000,
    ...(fault !== undefined && { fault }),
    ...(model !== undefined && { model }),
    ...(version !== undefined && { version }),
  };
  observe?.(seen);
  const { seconds, ...rest } = seen;
  if (!open) log.info({ reqId, ...rest, ms: Math.round(seconds * 1e5) / 100, client, rows }, "request");
}
