/** @file The server's own protocol: `/v1/predict` and `/v1/embed`, whole or as streams. */
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Embedded } from "../../../tasks/embed/contracts.js";
import { inUnit, type Prediction } from "../../../tasks/prediction.js";
import { UNITS, type UnitName } from "../../../text/offset-units.js";
import type { ServeEmbedOptions, ServeInput, ServeResponse } from "../../contracts.js";
import type { Door } from "../../front/door.js";
import { embedOptionsOf, embedProperties, fromQuery } from "../../front/embed-options.js";
import { FrontError } from "../../front/faults.js";
import { quoted } from "../../front/quoted.js";
import { checked } from "../../front/request-schema.js";
import { ask } from "../context.js";
import type { Protocol, ProtocolTools } from "../protocol.js";
import { listSchema, rowSchema, targetProperties, textSchema, timeoutProperty } from "../rows-schema.js";
import { NDJSON, STREAM, streamAnswers } from "../stream.js";
import { type VectorEncoding, written } from "../vectors.js";

const predictOptions = {
  ...targetProperties,
  ...timeoutProperty,
  offset_unit: Type.Optional(
    Type.Enum(Object.keys(UNITS) as UnitName[], {
      description: 'What start and end count; "utf16" if absent.',
    }),
  ),
};
const predictSchema = Type.Object(
  { ...predictOptions, inputs: Type.Union([Type.String(), listSchema(rowSchema)]) },
  { additionalProperties: false },
);
const predictQuery = Type.Object(predictOptions, { additionalProperties: false });

const vectorOptions = {
  ...embedProperties,
  show_tokens: Type.Optional(Type.Boolean({ description: "Give what the model read of each text." })),
  encoding_format: Type.Optional(
    Type.Enum(["float", "base64"], {
      description: 'Lists of numbers, or the bytes of little-endian float32 in base64; "float" if absent.',
    }),
  ),
};
const embedOptions = { ...targetProperties, ...timeoutProperty, ...vectorOptions };
const embedSchema = Type.Object(
  { ...embedOptions, inputs: Type.Union([Type.String(), listSchema(textSchema)]) },
  { additionalProperties: false },
);
const embedQuery = Type.Object(embedOptions, { additionalProperties: false });

/** `POST /v1/predict`, `POST /v1/embed`, `GET /v1/models`. */
export const ownProtocol: Protocol = {
  name: "pytext-ts",
  bodies: "json-or-lines",
  refusal: ({ fault, message, place }, requestId) => ({
    error: { code: fault, message, ...(place !== undefined && { place }), request_id: requestId },
  }),
  routes(scope, tools) {
    addPredict(scope, tools);
    addEmbed(scope, tools);
    scope.get("/v1/models", { schema: { summary: "The models and their versions" } }, () => models(tools));
  },
};

function addPredict(scope: FastifyInstance, { door, readJson }: ProtocolTools): void {
  const schema = {
    summary: "Predictions for rows; with application/x-ndjson a stream of them",
    body: predictSchema,
    consumes: ["application/json", NDJSON],
  };
  scope.post("/v1/predict", { schema, config: { asks: "body" } }, async (request, reply) => {
    if (request.body === STREAM) {
      const { offset_unit, ...target } = checked(predictQuery, timed(request.query), "malformed");
      return streamAnswers(request, reply, { door, readJson, row: rowSchema }, target, (response) =>
        predictionsOf(response).map((prediction) => ({
          prediction: inUnit(prediction, UNITS[offset_unit ?? "utf16"]),
        })),
      );
    }
    requireNoQuery(request.query);
    const { inputs, offset_unit, timeout_ms, ...target } = request.body as Static<typeof predictSchema>;
    const response = await ask(door, request, reply, { ...target, inputs: listOf(inputs) }, timeout_ms);
    const predictions = predictionsOf(response).map((one) => inUnit(one, UNITS[offset_unit ?? "utf16"]));
    return { ...headOf(response), predictions };
  });
}

function addEmbed(scope: FastifyInstance, { door, readJson }: ProtocolTools): void {
  const schema = {
    summary: "Vectors of texts; with application/x-ndjson a stream of them",
    body: embedSchema,
    consumes: ["application/json", NDJSON],
  };
  scope.post("/v1/embed", { schema, config: { asks: "body" } }, async (request, reply) => {
    if (request.body === STREAM) {
      const { target, embed, show } = vectorsAsked(
        door,
        checked(embedQuery, timed(fromQuery(request.query as Record<string, unknown>)), "malformed"),
      );
      return streamAnswers(request, reply, { door, readJson, row: textSchema }, { ...target, embed }, show);
    }
    requireNoQuery(request.query);
    const { inputs, ...options } = request.body as Static<typeof embedSchema>;
    const { target, embed, show } = vectorsAsked(door, options);
    const { timeout_ms, ...model } = target;
    const response = await ask(door, request, reply, { ...model, embed, inputs: listOf(inputs) }, timeout_ms);
    return { ...headOf(response), embeddings: show(response) };
  });
}

/** Options of vectors, parted by who reads them. */
function vectorsAsked(door: Door, all: Static<typeof embedQuery>) {
  const { model, version, timeout_ms, show_tokens, encoding_format, ...options } = all;
  const embed: ServeEmbedOptions = embedOptionsOf(options);
  const target = { model: model ?? door.firstEncoder(), version, timeout_ms };
  const show = (response: ServeResponse) =>
    vectorsOf(response, show_tokens).map((embedded) =>
      vectorShown(embedded, show_tokens ?? false, encoding_format ?? "float"),
    );
  return { target, embed, show };
}

function vectorShown(embedded: Embedded, tokens: boolean, encoding: VectorEncoding) {
  return {
    embedding: written(embedded, encoding),
    dims: embedded.dims,
    truncated: embedded.truncated,
    ...(tokens && { tokens: embedded.tokens, unknown: embedded.unknown }),
  };
}

/** A query's `timeout_ms` as a number. */
function timed(query: unknown): Record<string, unknown> {
  const { timeout_ms: timeout, ...rest } = query as Record<string, unknown>;
  if (timeout === undefined) return rest;
  return { ...rest, timeout_ms: /^\d{1,9}$/.test(String(timeout)) ? Number(timeout) : timeout };
}

function requireNoQuery(query: unknown): void {
  const [key] = Object.keys(query as object);
  if (key !== undefined)
    throw new FrontError("malformed", "options stand in the body; in the query only of a stream", {
      place: key,
    });
}

const listOf = <T extends ServeInput>(inputs: string | readonly T[]): readonly (string | T)[] =>
  typeof inputs === "string" ? [inputs] : inputs;

function headOf({ model, version, timings }: ServeResponse) {
  const { queue, inference, total } = timings;
  const rounded = (milliseconds: number): number => Math.round(milliseconds * 100) / 100;
  return {
    ...{ model, version },
    timings: { queue_ms: rounded(queue), inference_ms: rounded(inference), total_ms: rounded(total) },
  };
}

/** The predictions in an answer. Throws `invalid` where the model gives vectors. */
function predictionsOf(response: ServeResponse): readonly Prediction[] {
  if (response.kind === "predictor") return response.answers;
  throw new FrontError("invalid", `the model ${quoted(response.model)} gives vectors: POST /v1/embed`, {
    place: "model",
  });
}

/**
 * The vectors in an answer: an encoder's, or of a predictor that was trained to give them, which does not tell its tokens.
 * Throws `invalid` for what a model does not give.
 */
export function vectorsOf(response: ServeResponse, tokens = false): readonly Embedded[] {
  if (response.kind === "encoder") return response.answers;
  if (tokens)
    throw new FrontError("invalid", `the model ${quoted(response.model)} does not tell its tokens`, {
      place: "show_tokens",
    });
  return response.answers.map(({ embedding, truncated = false }) => {
    if (embedding === undefined)
      throw new FrontError(
        "invalid",
        `the model ${quoted(response.model)} gives no vectors: POST /v1/predict`,
        {
          place: "model",
        },
      );
    return {
      ...{ vector: Float32Array.from(embedding), dims: [embedding.length], truncated },
      ...{ tokens: [], unknown: 0, empty: false },
    };
  });
}

function models({ door }: ProtocolTools) {
  const all = door.serving.models();
  const named = [...new Set(all.map(({ name }) => name))];
  return {
    object: "list",
    data: named.map((name) => {
      const versions = all.filter((served) => served.name === name);
      return {
        ...{ id: name, object: "model", owned_by: "pytext-ts" },
        created: Math.floor(versions[0]!.since / 1000),
        versions: versions.map(({ version, labels, state, error, description }) => ({
          ...{ version, labels, state },
          ...(error !== undefined && { error }),
          ...(description !== undefined && {
            kind: description.kind,
            task: description.task,
            columns: description.columns,
            labels_of: description.labels,
            ...(description.dim !== undefined && { dim: description.dim }),
            ...(description.maxTokens !== undefined && { max_tokens: description.maxTokens }),
          }),
        })),
      };
    }),
  };
}
