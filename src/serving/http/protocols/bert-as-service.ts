/** @file bert-as-service's HTTP interface. */
import { type Static, Type } from "typebox";
import { libraryVersion } from "../../../registry/version.js";
import type { ServeInput } from "../../contracts.js";
import { FrontError, sentence } from "../../front/faults.js";
import { ask } from "../context.js";
import { type Protocol, plainStatus } from "../protocol.js";
import { written } from "../vectors.js";
import { vectorsOf } from "./own.js";

const encodeSchema = Type.Object(
  {
    id: Type.Optional(
      Type.Union([Type.Integer(), Type.String(), Type.Null()], { description: "Comes back." }),
    ),
    texts: Type.Array(Type.String({ pattern: "\\S", description: "A text that is not blank." }), {
      minItems: 1,
      description: 'Texts; "a ||| b" is a pair.',
    }),
    is_tokenized: Type.Optional(Type.Boolean({ description: "false: texts are cut here." })),
    show_tokens: Type.Optional(Type.Boolean({ description: "Give what the model read." })),
  },
  { additionalProperties: false },
);

const PAIR = /^(.*) \|\|\| (.*)$/s;

/** A text, or the two of a pair. */
function inputOf(text: string): ServeInput {
  const pair = PAIR.exec(text);
  return pair === null ? text : [pair[1]!, pair[2]!];
}

/** `POST /encode`, `GET /status/server`, `GET /status/client`. */
export const bertAsService: Protocol = {
  name: "bert-as-service",
  bodies: "json",
  refusal: (told) => ({ status: plainStatus(told), error: sentence(told) }),
  status: plainStatus,
  routes(scope, { door }) {
    const counts = { num_data_request: 0, num_total_seq: 0, num_sys_request: 0 };
    const clients = new Set<string>();
    const started = new Date().toISOString();
    const schema = { summary: "Vectors of texts", body: encodeSchema };
    scope.post("/encode", { schema, config: { asks: "body" } }, async (request, reply) => {
      const { id, texts, is_tokenized, show_tokens } = request.body as Static<typeof encodeSchema>;
      if (is_tokenized)
        throw new FrontError("invalid", "texts are cut by the model's own tokenizer", {
          place: "is_tokenized",
        });
      const response = await ask(door, request, reply, {
        model: door.firstEncoder(),
        inputs: texts.map(inputOf),
      });
      const vectors = vectorsOf(response, show_tokens);
      counts.num_data_request += 1;
      counts.num_total_seq += texts.length;
      if (clients.size < MOST_CLIENTS) clients.add(request.facts.client);
      const result = vectors.map((vector) => written(vector));
      return {
        ...{ id: id ?? null, result, results: result, status: 200 },
        ...(show_tokens && { tokens: vectors.map(({ tokens }) => tokens) }),
      };
    });
    const status = () => {
      counts.num_sys_request += 1;
      return {
        ...counts,
        num_total_request: counts.num_data_request + counts.num_sys_request,
        num_total_client: clients.size,
        server_version: libraryVersion(),
        server_start_time: started,
        models: door.serving.models().map(({ name, version, state }) => ({ name, version, state })),
      };
    };
    scope.get("/status/server", { schema: { summary: "What the server has done" } }, status);
    scope.get("/status/client", { schema: { summary: "The same: clients keep no state here" } }, status);
  },
};

/** Clients that are told apart in the count. */
const MOST_CLIENTS = 10_000;
