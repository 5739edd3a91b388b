/** @file OpenAI's embeddings. */
import { type Static, Type } from "typebox";
import type { Told } from "../../front/faults.js";
import { FrontError } from "../../front/faults.js";
import { ask } from "../context.js";
import { type Protocol, plainStatus } from "../protocol.js";
import { writtenVector } from "../vectors.js";
import { vectorsOf } from "./own.js";

const embeddingsSchema = Type.Object(
  {
    model: Type.String({ description: "Name of a model." }),
    input: Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })], {
      description: "A text, or a list of them.",
    }),
    encoding_format: Type.Optional(Type.Enum(["float", "base64"], { description: '"float" if absent.' })),
    dimensions: Type.Optional(
      Type.Integer({ minimum: 1, description: "The length of the model's vectors; no other is had." }),
    ),
    user: Type.Optional(Type.String({ maxLength: 512, description: "For the log." })),
  },
  { additionalProperties: false },
);

/** OpenAI's word for a kind of error. */
function typeOf({ fault, http }: Told): string {
  if (fault === "unauthenticated") return "authentication_error";
  if (http === 429) return "rate_limit_error";
  return http < 500 ? "invalid_request_error" : "server_error";
}

/** `POST /v1/embeddings`. */
export const openai: Protocol = {
  name: "OpenAI",
  bodies: "json",
  refusal: (told) => ({
    error: {
      ...{ message: told.message, type: typeOf(told) },
      ...{ param: told.place ?? null, code: told.fault },
    },
  }),
  status: plainStatus,
  routes(scope, { door }) {
    const schema = { summary: "Vectors of texts", body: embeddingsSchema };
    scope.post("/v1/embeddings", { schema, config: { asks: "body" } }, async (request, reply) => {
      const { model, input, encoding_format, dimensions, user } = request.body as Static<
        typeof embeddingsSchema
      >;
      const inputs = typeof input === "string" ? [input] : input;
      if (user !== undefined) request.log.info({ reqId: request.id, end_user: user }, "end user");
      const response = await ask(door, request, reply, { model, inputs });
      const vectors = vectorsOf(response);
      const dim = vectors[0]!.dims.at(-1)!;
      if (vectors[0]!.dims.length > 1)
        throw new FrontError("invalid", "the model gives a vector a token: POST /v1/embed", {
          place: "model",
        });
      if (dimensions !== undefined && dimensions !== dim)
        throw new FrontError("invalid", `the model's vectors have ${dim} numbers, and are not cut`, {
          place: "dimensions",
        });
      const tokens = vectors.reduce((sum, one) => sum + one.tokens.length, 0);
      return {
        object: "list",
        data: vectors.map(({ vector, truncated }, index) => ({
          object: "embedding",
          index,
          embedding: writtenVector(vector, encoding_format ?? "float"),
          ...(truncated && { truncated }),
        })),
        model: response.model,
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      };
    });
  },
};
