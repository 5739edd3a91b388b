/** @file Why a request is refused, in the words and numbers of HTTP and gRPC. */
import { printable } from "../../registry/printable.js";
import { Refusal, SERVE_FAULTS, ServeError, type ServeFault } from "../contracts.js";

/** Faults that the front finds by itself, before the engine is asked. */
const FRONT_FAULTS = {
  /** Bytes that are not a message of the protocol: broken JSON, a wrong length, a route that no protocol has. */
  malformed: { http: 400, grpc: "INVALID_ARGUMENT" },
  /** No key, or one that nobody has. */
  unauthenticated: { http: 401, grpc: "UNAUTHENTICATED" },
  /** No such address. */
  no_route: { http: 404, grpc: "UNIMPLEMENTED" },
  /** The address exists for another method. */
  method: { http: 405, grpc: "UNIMPLEMENTED" },
  /** Something of the protocol that this server does another way. */
  unsupported: { http: 501, grpc: "UNIMPLEMENTED" },
  /** The body did not come in time. */
  slow_body: { http: 408, grpc: "DEADLINE_EXCEEDED" },
  /** A body of more bytes than are taken. */
  body_size: { http: 413, grpc: "RESOURCE_EXHAUSTED" },
  /** A body in a form that the address does not take. */
  media_type: { http: 415, grpc: "INVALID_ARGUMENT" },
  /** The client's share of requests is used up. */
  rate_limited: { http: 429, grpc: "RESOURCE_EXHAUSTED" },
} as const;

const ALL = { ...SERVE_FAULTS, ...FRONT_FAULTS };

/** Every reason for which there is no answer. */
export type Fault = ServeFault | keyof typeof FRONT_FAULTS;

/** A refusal by the front. */
export class FrontError extends Refusal<Fault> {
  override readonly name = "FrontError";
}

/** What a client is told of an error. */
export interface Told {
  readonly fault: Fault;
  readonly http: number;
  /** The name of gRPC's status. */
  readonly grpc: (typeof ALL)[Fault]["grpc"];
  readonly message: string;
  readonly place?: string;
  readonly retryAfter?: number;
}

/** Messages repeat what clients call things: never at any length. */
const [LONGEST_MESSAGE, LONGEST_PLACE] = [800, 200];

/** Puts an error into words for the client. Of faults of this program it says only that there was one: the log has the rest. */
export function told(error: unknown): Told {
  if (error instanceof ServeError || error instanceof FrontError) {
    const { fault, message, place, retryAfter } = error;
    const own = place === undefined ? message : withoutPlace(message, place);
    return {
      ...{ fault, ...ALL[fault], message: printable(own, LONGEST_MESSAGE) },
      ...(place !== undefined && { place: printable(place, LONGEST_PLACE) }),
      ...(retryAfter !== undefined && { retryAfter }),
    };
  }
  const known = fromFastify(error);
  if (known !== undefined) return { ...known, ...ALL[known.fault] };
  return {
    fault: "internal",
    ...ALL.internal,
    message: "a fault of the server; its log has the request's id",
  };
}

/** A message that may begin with the place, which is told beside it. */
const withoutPlace = (message: string, place: string): string =>
  message.startsWith(`${place}: `) ? message.slice(place.length + 2) : message;

/** The place and what is wrong there, in one line. */
export const sentence = ({ place, message }: Pick<Told, "place" | "message">): string =>
  place === undefined ? message : `${place}: ${message}`;

/** Fastify's own refusals. */
function fromFastify(error: unknown): { readonly fault: Fault; readonly message: string } | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("statusCode" in error)) return undefined;
  const { code, statusCode, message } = error as Error & { code: unknown; statusCode: unknown };
  if (typeof code !== "string" || !code.startsWith("FST_ERR_")) return undefined;
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE")
    return { fault: "media_type", message: "the body must be JSON, with Content-Type: application/json" };
  return typeof statusCode === "number" && statusCode < 500 ? { fault: "malformed", message } : undefined;
}
