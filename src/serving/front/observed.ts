/** @file What those who run a server see of its requests, whatever their protocol. */
import { randomUUID } from "node:crypto";

/** An answer that has gone. */
export interface ObservedRequest {
  /** The route's pattern, never the address itself: figures shall not grow with what clients think up. */
  readonly route: string;
  readonly method: string;
  /** HTTP's number, or the name of gRPC's status. */
  readonly status: number | string;
  readonly seconds: number;
  readonly fault?: string;
  readonly model?: string;
  readonly version?: string;
}

/** Told of every answer. */
export type RequestObserver = (request: ObservedRequest) => void;

/** A registry of figures as text; prom-client's is one. */
export interface MetricsText {
  readonly contentType: string;
  metrics(): Promise<string>;
}

const ID = /^[\w.:-]{1,128}$/;

/** The client's own id of a request, if it is a plain one; else a new one. */
export function requestId({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): string {
  const given = headers["x-request-id"];
  return typeof given === "string" && ID.test(given) ? given : randomUUID();
}
