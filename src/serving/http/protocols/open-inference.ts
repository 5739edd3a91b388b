/** @file The Open Inference Protocol, version 2, over HTTP, with Triton's extensions for binary tensors and for the list of models. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { libraryVersion } from "../../../registry/version.js";
import { FrontError, sentence } from "../../front/faults.js";
import { checked } from "../../front/request-schema.js";
import { DATATYPES, type Datatype, type Element, fromRaw, toRaw } from "../../open-inference/datatypes.js";
import { type Inferred, infer, modelMetadata, versionReady } from "../../open-inference/infer.js";
import { elementsOf } from "../../open-inference/json-data.js";
import { type OipTensor, sizeOf } from "../../open-inference/tensors.js";
import { callerOf, nameModel, noteModel } from "../context.js";
import { type Protocol, type ProtocolTools, plainStatus } from "../protocol.js";

const parameters = Type.Optional(
  Type.Unsafe<Record<string, unknown>>({ type: "object", description: "Values by name." }),
);

const inputSchema = Type.Object(
  {
    name: Type.String({ description: "A column of the model." }),
    shape: Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, maxItems: 8 }),
    datatype: Type.Enum([...DATATYPES]),
    parameters,
    data: Type.Optional(Type.Unsafe<unknown>({ description: "The elements, flat or as nested lists." })),
  },
  { additionalProperties: false },
);

const inferSchema = Type.Object(
  {
    id: Type.Optional(Type.String({ description: "Comes back in the answer." })),
    parameters,
    inputs: Type.Array(inputSchema, { minItems: 1, maxItems: 64 }),
    outputs: Type.Optional(
      Type.Array(Type.Object({ name: Type.String(), parameters }, { additionalProperties: false }), {
        maxItems: 64,
      }),
    ),
  },
  { additionalProperties: false },
);
type InferBody = Static<typeof inferSchema>;

/** Where the JSON ends and the tensors' bytes begin. */
const LENGTH_HEADER = "inference-header-content-length";

/** The routes under `/v2`. */
export const openInference: Protocol = {
  name: "Open Inference Protocol",
  bodies: "bytes",
  refusal: (told) => ({ error: sentence(told) }),
  status: plainStatus,
  routes(scope, tools) {
    const { door } = tools;
    const { serving } = door;
    const config = { open: true };
    scope.get("/v2", { schema: { summary: "What the server is" } }, () => ({
      ...{ name: "pytext-ts", version: libraryVersion() },
      extensions: ["binary_tensor_data", "model_repository"],
    }));
    scope.get("/v2/health/live", { config, schema: { summary: "Whether the process answers" } }, () => ({
      live: true,
    }));
    scope.get(
      "/v2/health/ready",
      { config, schema: { summary: "Whether every model answers" } },
      (_, reply) => reply.code(door.ready ? 200 : 503).send({ ready: door.ready, live: true }),
    );
    scope.post("/v2/repository/index", { schema: { summary: "Models, versions and their states" } }, () =>
      serving.models().map(({ name, version, state, error }) => ({
        ...{ name, version, state: state === "ready" ? "READY" : "UNAVAILABLE" },
        ...(state !== "ready" && { reason: error ?? state }),
      })),
    );
    for (const verb of ["load", "unload"])
      scope.post(
        `/v2/repository/models/:model/${verb}`,
        { schema: { summary: `Refused: models are not ${verb}ed by clients` } },
        () => {
          throw new FrontError("unsupported", LOADING);
        },
      );
    for (const path of ["/v2/models/:model", "/v2/models/:model/versions/:version"])
      addModel(scope, path, tools);
  },
};

const LOADING =
  "clients load and unload nothing: the server follows its store (pytext-ts models promote NAME@VERSION), and its config says what it serves";

interface Target {
  readonly model: string;
  readonly version?: string;
}

function addModel(scope: FastifyInstance, path: string, tools: ProtocolTools): void {
  const { serving } = tools.door;
  scope.get(`${path}/ready`, { schema: { summary: "Whether a model answers" } }, (request, reply) => {
    const { model, version } = request.params as Target;
    const ready = versionReady(tools.door, model, version);
    return reply.code(ready ? 200 : 503).send({ name: model, ready });
  });
  scope.get(path, { schema: { summary: "A model's tensors" } }, (request) => {
    const { model, version } = request.params as Target;
    return modelMetadata(serving, model, version);
  });
  scope.post(
    `${path}/infer`,
    {
      config: { asks: "path" },
      schema: { summary: "Answers for rows as tensors", body: inferSchema },
      // Bytes may stand behind the JSON: it is checked when the two are parted.
      validatorCompiler: () => () => true,
    },
    (request, reply) => answerInfer(request, reply, tools),
  );
}

async function answerInfer(
  request: FastifyRequest,
  reply: FastifyReply,
  tools: ProtocolTools,
): Promise<FastifyReply> {
  const target = request.params as Target;
  const { body, raw } = parted(request, tools);
  const inference = {
    ...{ model: target.model, version: target.version, parameters: body.parameters ?? {} },
    inputs: () => tensorsOf(body, raw),
    outputs: (body.outputs ?? []).map(({ name }) => name),
  };
  request.facts.model = target.model;
  const { response, tensors } = await infer(tools.door, inference, callerOf(request));
  noteModel(request.facts, response);
  nameModel(reply, response);
  request.facts.rows = response.answers.length;
  return send(reply, body, { response, tensors });
}

/** The JSON of a request, and the bytes behind it. */
function parted(request: FastifyRequest, { readJson }: ProtocolTools): { body: InferBody; raw: Buffer } {
  const bytes = (request.body ?? Buffer.alloc(0)) as Buffer;
  const header = request.headers[LENGTH_HEADER];
  const length =
    header === undefined ? bytes.length : /^\d{1,10}$/.test(String(header)) ? Number(header) : -1;
  if (length < 0 || length > bytes.length)
    throw new FrontError(
      "malformed",
      `${String(header)} is no length of JSON in a body of ${bytes.length} bytes`,
      {
        place: "Inference-Header-Content-Length",
      },
    );
  const body = checked(inferSchema, readJson(bytes.subarray(0, length)));
  return { body, raw: bytes.subarray(length) };
}

function tensorsOf({ inputs }: InferBody, raw: Buffer): OipTensor[] {
  let at = 0;
  const tensors = inputs.map(({ name, shape, datatype, parameters, data }, i) => {
    const place = `inputs[${i}]`;
    const count = sizeOf(shape, place);
    const size = parameters?.binary_data_size;
    if (size === undefined)
      return { name, shape, datatype, data: fromJson(data, shape, datatype, `${place}.data`) };
    if (data !== undefined)
      throw new FrontError("invalid", "its data is given as JSON and as bytes", { place });
    if (!(Number.isSafeInteger(size) && Number(size) >= 0 && at + Number(size) <= raw.length))
      throw new FrontError("invalid", `there are ${raw.length - at} bytes left of the body`, {
        place: `${place}.parameters.binary_data_size`,
      });
    at += Number(size);
    const bytes = raw.subarray(at - Number(size), at);
    return { name, shape, datatype, data: fromRaw(datatype, bytes, count, `${place}.data`) };
  });
  if (at < raw.length)
    throw new FrontError("invalid", `${raw.length - at} bytes of the body belong to no input`, {
      place: "inputs",
    });
  return tensors;
}

function fromJson(data: unknown, shape: readonly number[], datatype: Datatype, place: string): Element[] {
  if (data === undefined) throw new FrontError("invalid", "it has no data", { place });
  return elementsOf(data, shape, datatype, place);
}

/** Sends the tensors, those that were asked for so as bytes behind the JSON. */
function send(reply: FastifyReply, body: InferBody, { response, tensors }: Inferred): FastifyReply {
  const wanted = new Map((body.outputs ?? []).map(({ name, parameters }) => [name, parameters]));
  const all = body.parameters?.binary_data_output === true;
  const chunks: Uint8Array[] = [];
  const outputs = tensors.map(({ name, datatype, shape, data, parameters }) => {
    const head = { name, datatype, shape };
    if ((wanted.get(name)?.binary_data ?? all) !== true)
      return { ...head, ...(parameters && { parameters }), data: Array.from(data) };
    const bytes = toRaw(datatype, data);
    chunks.push(bytes);
    return { ...head, parameters: { ...parameters, binary_data_size: bytes.length } };
  });
  const answer = {
    model_name: response.model,
    model_version: response.version,
    ...(body.id !== undefined && { id: body.id }),
    outputs,
  };
  if (chunks.length === 0) return reply.send(answer);
  const json = Buffer.from(JSON.stringify(answer), "utf8");
  return reply
    .header(LENGTH_HEADER, String(json.length))
    .type("application/octet-stream")
    .send(Buffer.concat([json, ...chunks]));
}
