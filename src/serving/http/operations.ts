/** @file What is kept of HTTP requests for those who run the server: traces, a line in the log, figures. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { ObservedRequest, RequestObserver } from "../front/observed.js";

/** W3C Trace Context, level 1. */
const TRACE = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/** The trace that a request belongs to, for the log. */
function traceOf(header: unknown): { readonly trace_id: string; readonly span_id: string } | undefined {
  const match = typeof header === "string" ? TRACE.exec(header) : null;
  return match === null ? undefined : { trace_id: match[1]!, span_id: match[2]! };
}

/** Writes a line for every answer, passes the trace's headers on, and tells the observer. */
export function logRequests(
  app: FastifyInstance,
  { log, observe }: { readonly log: Logger; readonly observe?: RequestObserver },
): void {
  app.addHook("onRequest", ({ headers }, reply, done) => {
    if (traceOf(headers.traceparent) !== undefined) {
      reply.header("traceparent", headers.traceparent);
      if (typeof headers.tracestate === "string") reply.header("tracestate", headers.tracestate);
    }
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    const seen = observed(request, reply);
    observe?.(seen);
    const level = request.routeOptions.config.open ? "debug" : "info";
    if (log.isLevelEnabled(level)) log[level](lineOf(request, seen), "request");
    done();
  });
}

function lineOf({ id, facts, headers }: FastifyRequest, { seconds, ...seen }: ObservedRequest): object {
  return {
    ...{ reqId: id, ...seen, ms: Math.round(seconds * 1e5) / 100 },
    ...{ client: facts?.client, rows: facts?.rows },
    ...traceOf(headers.traceparent),
  };
}

function observed(request: FastifyRequest, reply: FastifyReply): ObservedRequest {
  const { facts } = request;
  return {
    route: request.routeOptions.url ?? "none",
    method: request.method,
    // A client that goes before its answer has had none; the field's number for that is nginx's.
    status: reply.raw.writableFinished ? reply.statusCode : 499,
    seconds: reply.elapsedTime / 1000,
    ...(facts?.fault !== undefined && { fault: facts.fault }),
    ...(facts?.model !== undefined && { model: facts.model }),
    ...(facts?.version !== undefined && { version: facts.version }),
  };
}
