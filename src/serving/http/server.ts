import { readFileSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import cors from "@fastify/cors";
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import type { Logger } from "pino";
import { ptxError } from "../../registry/errors.js";
import type { Door } from "../front/door.js";
import { FrontError, told } from "../front/faults.js";
import { type MetricsText, type RequestObserver, requestId } from "../front/observed.js";
import { checked, compiledCheck } from "../front/request-schema.js";
import { RequestFacts } from "./context.js";
import { bodyOf, jsonReader } from "./json-body.js";
import { addDocument } from "./openapi.js";
import { logRequests } from "./operations.js";
import { addPage } from "./page.js";
import type { Protocol, ProtocolTools } from "./protocol.js";
import { bertAsService } from "./protocols/bert-as-service.js";
import { openInference } from "./protocols/open-inference.js";
import { openai } from "./protocols/openai.js";
import { ownProtocol } from "./protocols/own.js";
import { tensorflowServing } from "./protocols/tensorflow.js";
import { NDJSON, STREAM } from "./stream.js";

/** What an HTTP server stands before. */
export interface HttpFront {
  readonly door: Door;
  readonly log: Logger;
  /** What `/metrics` shows. */
  readonly metrics?: MetricsText;
  /** Told of every answer. */
  readonly observe?: RequestObserver;
}

/** A server that listens. */
export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, and waits for those that are there, for a time. */
  stop(): Promise<void>;
}

/** Every protocol that is spoken. */
const PROTOCOLS: readonly Protocol[] = [ownProtocol, openInference, tensorflowServing, openai, bertAsService];

/** Starts to listen. Throws `PTX_USAGE` where it cannot, `PTX_FILE_MISSING` for a certificate that is not there. */
export async function startHttp(front: HttpFront): Promise<HttpServer> {
  const { settings } = front.door;
  const app = await httpApp(front);
  try {
    const { host, port, max_connections: backlog } = settings;
    // Who connects while the front is busy waits here, and is not left to try again a second later.
    await app.listen({ host, port, backlog });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "EADDRINUSE" ? "another program listens there" : (error as Error).message;
    throw ptxError("PTX_USAGE", `${settings.host}:${settings.port}`, `cannot listen: ${reason}`);
  }
  app.server.maxConnections = settings.max_connections;
  const { port } = app.server.address() as AddressInfo;
  const host = settings.host.includes(":") ? `[${settings.host}]` : settings.host;
  return {
    url: `${settings.tls === null ? "http" : "https"}://${host}:${port}`,
    port,
    async stop() {
      const patience = setTimeout(() => app.server.closeAllConnections(), settings.drain_timeout_ms);
      // A connection that was busy when the server closed is idle once its answer has gone.
      const idle = setInterval(() => app.server.closeIdleConnections(), CLOSING_MS);
      await app.close();
      clearTimeout(patience);
      clearInterval(idle);
    },
  };
}

/** The server's routes, not listening yet. */
async function httpApp(front: HttpFront): Promise<FastifyInstance> {
  const { door } = front;
  const { settings } = door;
  const app = newApp(front);
  const tools: ProtocolTools = { door, readJson: jsonReader(app) };
  app.setValidatorCompiler(({ schema }) => {
    compiledCheck(schema as object);
    return (value: unknown) => validated(schema as never, value);
  });
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.setErrorHandler(refuseAs(ownProtocol));
  app.setNotFoundHandler((request) => {
    throw new FrontError(
      "no_route",
      `nothing is at ${request.method} ${pathOf(request)}; GET /openapi.json lists what is`,
    );
  });
  addGate(app, door);
  logRequests(app, front);
  if (settings.cors_origins.length > 0) await app.register(cors, { origin: settings.cors_origins });
  const methods = methodsByPath(app);
  await addDocument(app);
  addOperations(app, front);
  addPage(app);
  for (const protocol of PROTOCOLS)
    await app.register(async (scope) => {
      scope.addHook("onRoute", (route) => {
        route.schema = { ...route.schema, tags: [protocol.name] };
      });
      scope.setErrorHandler(refuseAs(protocol));
      readBodies(scope, protocol, tools);
      protocol.routes(scope, tools);
    });
  refuseOtherMethods(app, methods);
  await app.ready();
  return app;
}

function newApp({ door: { settings }, log }: HttpFront): FastifyInstance {
  const { tls } = settings;
  const connections = {
    headersTimeout: settings.headers_timeout_ms,
    connectionsCheckingInterval: CHECKING_MS,
    // Node's own refusal of such requests has no reason in it.
    requireHostHeader: false,
  };
  return Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // Lines name their request themselves: a logger for each costs more than the few lines that there are.
    childLoggerFactory: (logger) => logger,
    genReqId: requestId,
    trustProxy: settings.trust_proxy.length > 0 ? settings.trust_proxy : false,
    connectionTimeout: settings.idle_timeout_ms,
    keepAliveTimeout: settings.keep_alive_timeout_ms,
    // A stream may take any time to come: each body has a time limit of its own.
    requestTimeout: 0,
    ...(tls === null
      ? { http: connections }
      : { https: { ...connections, cert: pem(tls.cert), key: pem(tls.key) } }),
    clientErrorHandler: refuseConnection,
    frameworkErrors: (error, request, reply) => void refuseAs(ownProtocol)(error, request, reply),
  }) as unknown as FastifyInstance;
}

/** How often connections are looked over for headers that are late, and for those that a closing server may end. */
const [CHECKING_MS, CLOSING_MS] = [1000, 50];

function pem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw ptxError("PTX_FILE_MISSING", file, `cannot be read: ${(error as Error).message}`);
  }
}

function validated(schema: never, value: unknown): { value: unknown } | { error: Error } {
  if (value === STREAM) return { value };
  try {
    return { value: checked(schema, value) };
  } catch (error) {
    return { error: error as Error };
  }
}

const pathOf = ({ url }: FastifyRequest): string => url.split("?")[0]!.slice(0, 200);

/** Lets requests in that may come, and notes who they are from. */
function addGate(app: FastifyInstance, door: Door): void {
  app.decorateRequest("facts", null as never);
  // Asynchronous, so that what came with the request is parsed before it is answered: no answer shall be followed by a second one
  // about bytes behind the request that are none.
  app.addHook("onRequest", async (request, reply) => {
    request.facts = new RequestFacts(request.ip, reply.raw);
    reply.header("x-request-id", request.id);
    if (!door.open) reply.header("connection", "close");
    letIn(request, door);
  });
}

/** Throws for whom may not come, or not now: all that can be told before a body is read. */
function letIn(request: FastifyRequest, door: Door): void {
  const { headers, raw, routeOptions, facts } = request;
  if (headers.host === undefined && raw.httpVersion === "1.1")
    throw new FrontError("malformed", "the header Host is missing, which HTTP/1.1 requires");
  const { open, asks } = routeOptions.config;
  if (open) return;
  facts.client = door.identify(headers.authorization, request.ip);
  if (request.method !== "POST") return;
  door.count(facts.client);
  // A stream waits where there is no room.
  if (asks === undefined || headers["content-type"]?.startsWith(NDJSON) === true) return;
  door.serving.requireRoom(
    asks === "path" ? (request.params as { readonly model: string }).model : undefined,
  );
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether the route answers without a key. */
    readonly open?: boolean;
    /** The route asks a model, which its path or its body names. */
    readonly asks?: "path" | "body";
  }
}

type ErrorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** Answers an error in a protocol's shape. */
const refuseAs =
  (protocol: Protocol): ErrorHandler =>
  (error, request, reply) => {
    const reason = told(error);
    const { facts } = request;
    if (facts) facts.fault = reason.fault;
    if (reason.fault === "internal")
      request.log.error({ reqId: request.id, err: error }, "a fault of the server");
    if (reason.retryAfter !== undefined) reply.header("retry-after", String(reason.retryAfter));
    if (reason.fault === "unauthenticated") reply.header("www-authenticate", "Bearer");
    if (!request.raw.complete && !readAway(request)) reply.header("connection", "close");
    return reply
      .code(protocol.status?.(reason) ?? reason.http)
      .type("application/json; charset=utf-8")
      .send(protocol.refusal(reason, request.id));
  };

/** Bytes of a body that are read for nothing, so that its connection can stay: to open another one costs more. */
const READ_FOR_NOTHING = 65_536;

/** Whether what is still to come of a body is so little. */
const readAway = ({ headers }: FastifyRequest): boolean =>
  Number(headers["content-length"] ?? Number.POSITIVE_INFINITY) <= READ_FOR_NOTHING;

/** Answers what is no HTTP. */
function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  const [status, message] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? ["431 Request Header Fields Too Large", "the headers are too large"]
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? ["408 Request Timeout", "the headers did not come in time"]
        : ["400 Bad Request", `this is no HTTP request: ${error.message}`];
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({ error: { code: "malformed", message } });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** Reads bodies as a protocol's clients send them. */
function readBodies(scope: FastifyInstance, { bodies }: Protocol, { door, readJson }: ProtocolTools): void {
  const { max_body_bytes: bytes, body_timeout_ms: milliseconds } = door.settings;
  const limits = { bytes, milliseconds };
  scope.removeAllContentTypeParsers();
  const json = async (_: FastifyRequest, payload: FastifyRequest["raw"]) =>
    readJson(await bodyOf(payload, limits));
  if (bodies === "any-json") scope.addContentTypeParser("*", json);
  else if (bodies === "bytes")
    scope.addContentTypeParser("*", (_: FastifyRequest, payload: FastifyRequest["raw"]) =>
      bodyOf(payload, limits),
    );
  else {
    scope.addContentTypeParser("application/json", json);
    if (bodies === "json-or-lines")
      scope.addContentTypeParser(NDJSON, (_request, _payload, done) => done(null, STREAM));
  }
}

/** The routes for those who run the server. */
function addOperations(app: FastifyInstance, { door, metrics }: HttpFront): void {
  const config = { open: true };
  const tags = ["Operations"];
  app.get("/livez", { config, schema: { tags, summary: "Whether the process answers" } }, () => ({
    live: true,
  }));
  app.get("/readyz", { config, schema: { tags, summary: "Whether every model answers" } }, (_, reply) => {
    return reply.code(door.ready ? 200 : 503).send({ ready: door.ready });
  });
  if (metrics !== undefined)
    app.get("/metrics", { schema: { tags, summary: "Figures for Prometheus" } }, async (_, reply) =>
      reply.type(metrics.contentType).send(await metrics.metrics()),
    );
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** The methods of every path, as routes are added. */
function methodsByPath(app: FastifyInstance): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  app.addHook("onRoute", ({ url, method }) => {
    const known = found.get(url) ?? new Set();
    for (const one of [method].flat()) known.add(one);
    found.set(url, known);
  });
  return found;
}

function refuseOtherMethods(app: FastifyInstance, found: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const [url, methods] of [...found]) {
    if (url.includes("*")) continue;
    const allow = [...methods].join(", ");
    app.route({
      url,
      method: METHODS.filter((method) => !methods.has(method)),
      schema: { hide: true },
      onRequest: async (request, reply) => {
        reply.header("allow", allow);
        throw new FrontError("method", `${request.method} is not for this address; ${allow} is`);
      },
      handler: () => {},
    });
  }
}
