import type { FastifyInstance } from "fastify";
import type { Door } from "../front/door.js";
import type { Told } from "../front/faults.js";
import type { ReadJson } from "./json-body.js";

/** What a protocol is given. */
export interface ProtocolTools {
  readonly door: Door;
  readonly readJson: ReadJson;
}

/** A family of routes with one shape of errors and one reading of bodies. */
export interface Protocol {
  /** The tag of its routes in the OpenAPI document. */
  readonly name: string;
  /** The body of a refusal. */
  refusal(told: Told, requestId: string): object;
  /** The status of a refusal, where it is not the usual one. */
  status?(told: Told): number;
  /**
   * How bodies are read: JSON that says so; that or NDJSON; JSON whatever its Content-Type says, as clients of the protocol
   * send it; or bytes.
   */
  readonly bodies: "json" | "json-or-lines" | "any-json" | "bytes";
  /** Adds the routes. */
  routes(scope: FastifyInstance, tools: ProtocolTools): void;
}

/** Protocols older than the code 422 answer 400 to what does not fit. */
export const plainStatus = ({ fault, http }: Told): number => (fault === "invalid" ? 400 : http);
