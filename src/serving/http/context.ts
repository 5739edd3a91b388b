/** @file What the server keeps with each HTTP request. */
import type { ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ServeResponse } from "../contracts.js";
import type { Asked, Caller, Door } from "../front/door.js";

/** Of a request: who it is from, and what the log shall say of it. */
export class RequestFacts {
  model?: string;
  version?: string;
  rows?: number;
  /** Why there was no answer. */
  fault?: string;
  #signal: AbortSignal | undefined;

  constructor(
    public client: string,
    readonly response: ServerResponse,
  ) {}

  /** Aborted when the connection ends before the answer has gone. Made when it is asked for: most refusals do without. */
  get signal(): AbortSignal {
    this.#signal ??= goneSignal(this.response);
    return this.#signal;
  }
}

function goneSignal(response: ServerResponse): AbortSignal {
  if (response.destroyed) return AbortSignal.abort();
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

declare module "fastify" {
  interface FastifyRequest {
    facts: RequestFacts;
  }
}

/** The caller of a request. */
export function callerOf({ facts, id }: FastifyRequest, timeoutMs?: number): Caller {
  return {
    ...{ client: facts.client, requestId: id, signal: facts.signal },
    ...(timeoutMs !== undefined && { deadline: performance.now() + timeoutMs }),
  };
}

/** Headers that name the model of an answer, for protocols whose bodies do not. */
export function nameModel(
  reply: FastifyReply,
  { model, version }: Pick<ServeResponse, "model" | "version">,
): void {
  reply
    .header("x-model-name", encodeURIComponent(model))
    .header("x-model-version", encodeURIComponent(version));
}

/** Asks a model on behalf of a request, and notes for the log and in headers which one answered. */
export async function ask(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: Asked,
  timeoutMs?: number,
): Promise<ServeResponse> {
  const { facts } = request;
  facts.rows = asked.inputs.length;
  if (asked.model !== undefined) facts.model = asked.model;
  const response = await door.ask(asked, callerOf(request, timeoutMs));
  noteModel(facts, response);
  nameModel(reply, response);
  return response;
}

/** Notes which model answered, for the log. */
export function noteModel(
  facts: RequestFacts,
  { model, version }: Pick<ServeResponse, "model" | "version">,
): void {
  facts.model = model;
  facts.version = version;
}
