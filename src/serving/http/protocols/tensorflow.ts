/** @file TensorFlow Serving's REST interface. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Prediction } from "../../../tasks/prediction.js";
import {
  type ModelDescription,
  ServeError,
  type ServeInput,
  type ServeResponse,
  type VersionState,
} from "../../contracts.js";
import type { Door } from "../../front/door.js";
import { FrontError, sentence } from "../../front/faults.js";
import { quoted } from "../../front/quoted.js";
import { textOf } from "../../open-inference/datatypes.js";
import { inputMetadata, outputMetadata, type TensorMetadata } from "../../open-inference/tensors.js";
import { ask } from "../context.js";
import { type Protocol, plainStatus } from "../protocol.js";
import { writtenVector } from "../vectors.js";

const SIGNATURE = "serving_default";
const signature = Type.Optional(Type.Enum([SIGNATURE, ""], { description: `"${SIGNATURE}", the only one.` }));
const anyValue = { description: 'A value; of texts also {"b64": "..."}.' };

const predictSchema = Type.Object(
  {
    signature_name: signature,
    instances: Type.Optional(
      Type.Array(Type.Unsafe<unknown>(anyValue), {
        minItems: 1,
        description: "Rows: values, or objects by column.",
      }),
    ),
    inputs: Type.Optional(Type.Unsafe<unknown>({ description: "Columns: a list, or an object of lists." })),
  },
  { additionalProperties: false },
);

const exampleSchema = Type.Unsafe<Record<string, unknown>>({ type: "object" });
const examplesSchema = Type.Object(
  {
    signature_name: signature,
    context: Type.Optional(exampleSchema),
    examples: Type.Array(exampleSchema, { minItems: 1, description: "Rows, objects by column." }),
  },
  { additionalProperties: false },
);

interface Target {
  readonly model: string;
  readonly version?: string;
  readonly label?: string;
}

const NAME = ":model([^:/]+)";

/** The routes under `/v1/models/NAME`. */
export const tensorflowServing: Protocol = {
  name: "TensorFlow Serving",
  bodies: "any-json",
  refusal: (told) => ({ error: sentence(told) }),
  status: plainStatus,
  routes(scope, { door }) {
    for (const at of ["", "/versions/:version([0-9]+)", "/labels/:label([^:/]+)"]) addModel(scope, door, at);
  },
};

const versionOf = ({ version, label }: Target): string | undefined => version ?? label;

function addModel(scope: FastifyInstance, door: Door, at: string): void {
  const path = `/v1/models/${NAME}${at}`;
  scope.get(path, { schema: { summary: "States of a model's versions" } }, (request) =>
    statusOf(door, request.params as Target),
  );
  scope.get(`${path}/metadata`, { schema: { summary: "A model's signature" } }, (request) =>
    metadataOf(door, request.params as Target),
  );
  const post = <B>(
    verb: string,
    summary: string,
    body: object,
    answer: (body: B, request: FastifyRequest, reply: FastifyReply) => Promise<object>,
  ): void => {
    const options = { config: { asks: "path" as const }, schema: { summary, body } };
    scope.post(`${path}::${verb}`, options, (request, reply) => answer(request.body as B, request, reply));
  };
  post(
    "predict",
    "Predictions, by rows or by columns",
    predictSchema,
    (body: Static<typeof predictSchema>, ...rest) => predict(door, body, ...rest),
  );
  post("classify", "Labels with scores", examplesSchema, (body: Static<typeof examplesSchema>, ...rest) =>
    examples(door, body, ...rest, classes),
  );
  post("regress", "A number a row", examplesSchema, (body: Static<typeof examplesSchema>, ...rest) =>
    examples(door, body, ...rest, (prediction) => prediction.score),
  );
}

async function predict(
  door: Door,
  { instances, inputs }: Static<typeof predictSchema>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const target = request.params as Target;
  if ((instances === undefined) === (inputs === undefined))
    throw new FrontError("invalid", 'expected either "instances" (rows) or "inputs" (columns)');
  const { description } = door.serving.find(target.model, versionOf(target));
  const rows =
    instances !== undefined
      ? instances.map((value, i) => rowOf(value, description, `instances[${i}]`))
      : rowsOfColumns(inputs, description);
  const response = await send(door, target, rows, request, reply, instances ? "instances" : "inputs");
  const answers = response.kind === "encoder" ? response.answers.map(vectorOf) : response.answers.map(bare);
  return instances !== undefined ? { predictions: answers } : { outputs: columnsOf(answers) };
}

/** Asks with places named as this protocol names its rows. */
async function send(
  door: Door,
  { model, ...at }: Target,
  inputs: readonly ServeInput[],
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
): Promise<ServeResponse> {
  try {
    return await ask(door, request, reply, { model, version: at.version ?? at.label, inputs });
  } catch (error) {
    if (!(error instanceof ServeError) || error.place === undefined) throw error;
    const { fault, message, cause, retryAfter, place } = error;
    throw new ServeError(fault, message, {
      ...{ cause, place: place.replace(/^inputs/, name) },
      ...(retryAfter !== undefined && { retryAfter }),
    });
  }
}

/** The only named tensor of an encoder drops its name. */
const vectorOf = ({
  vector,
  dims,
}: {
  readonly vector: Float32Array;
  readonly dims: readonly number[];
}): unknown =>
  dims.length === 1
    ? writtenVector(vector, "float")
    : Array.from({ length: dims[0]! }, (_, i) =>
        writtenVector(vector.subarray(i * dims[1]!, (i + 1) * dims[1]!), "float"),
      );

/** As with an encoder, where a prediction is a vector and nothing else. */
const bare = (prediction: Prediction): unknown =>
  prediction.embedding !== undefined && Object.keys(prediction).length === 1
    ? prediction.embedding
    : prediction;

/** Rows of objects as an object of columns. */
function columnsOf(answers: readonly unknown[]): unknown {
  const rows = answers.filter(
    (answer) => typeof answer === "object" && answer !== null && !Array.isArray(answer),
  );
  if (rows.length < answers.length) return answers;
  const names = [...new Set(rows.flatMap((row) => Object.keys(row as object)))];
  return Object.fromEntries(
    names.map((name) => [name, rows.map((row) => (row as Record<string, unknown>)[name] ?? null)]),
  );
}

function rowOf(value: unknown, { columns }: ModelDescription, place: string): ServeInput {
  if (typeof value === "string") return value;
  const row = decoded(value, place);
  if (typeof row === "string") return row;
  if (typeof row === "object" && row !== null && !Array.isArray(row)) return row as Record<string, unknown>;
  if (columns.length === 1) return { [columns[0]!]: row };
  throw new FrontError("invalid", `expected an object with the model's inputs: ${columns.join(", ")}`, {
    place,
  });
}

/** Values with `{"b64": "..."}` read as the text that it holds. */
function decoded(value: unknown, place: string): unknown {
  if (Array.isArray(value)) return value.map((inner, i) => decoded(inner, `${place}[${i}]`));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [key, text] = entries[0] ?? [];
  if (entries.length !== 1 || key !== "b64")
    return Object.fromEntries(entries.map(([name, inner]) => [name, decoded(inner, `${place}.${name}`)]));
  if (typeof text !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
    throw new FrontError("invalid", "expected base64", { place: `${place}.b64` });
  return textOf(Buffer.from(text, "base64"), `${place}.b64`);
}

function rowsOfColumns(inputs: unknown, { columns }: ModelDescription): ServeInput[] {
  const whole = decoded(inputs, "inputs");
  const byName: Record<string, unknown> =
    typeof whole === "object" && whole !== null && !Array.isArray(whole)
      ? (whole as Record<string, unknown>)
      : { [columns[0]!]: whole };
  if (columns.length > 1 && byName !== whole)
    throw new FrontError("invalid", `expected an object with the model's inputs: ${columns.join(", ")}`, {
      place: "inputs",
    });
  const names = Object.keys(byName);
  const lists = Object.values(byName).map((values) => (Array.isArray(values) ? values : [values]));
  const count = lists[0]?.length ?? 0;
  const odd = lists.findIndex(({ length }) => length !== count);
  if (odd > 0)
    throw new FrontError(
      "invalid",
      `${quoted(names[0]!)} has ${count} rows and ${quoted(names[odd]!)} has ${lists[odd]!.length}`,
      {
        place: "inputs",
      },
    );
  if (count === 0) throw new FrontError("invalid", "there are no rows", { place: "inputs" });
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(names.map((name, i) => [name, lists[i]![row] as unknown])),
  );
}

/** `[label, score]` of each label; undefined: the model does not classify. */
function classes({ scores }: Prediction): [string, number][] | undefined {
  return scores && Object.entries(scores);
}

async function examples(
  door: Door,
  { context = {}, examples: given }: Static<typeof examplesSchema>,
  request: FastifyRequest,
  reply: FastifyReply,
  read: (prediction: Prediction) => unknown,
): Promise<object> {
  const target = request.params as Target;
  const rows = given.map(
    (example, i) => decoded({ ...context, ...example }, `examples[${i}]`) as Record<string, unknown>,
  );
  const response = await send(door, target, rows, request, reply, "examples");
  const results = response.kind === "encoder" ? [undefined] : response.answers.map(read);
  if (results.includes(undefined))
    throw new FrontError("invalid", "the model's answers are of another kind: ask it by :predict");
  return { results };
}

/** States by TensorFlow Serving's names. */
const STATES: Readonly<Record<VersionState, string>> = {
  loading: "LOADING",
  ready: "AVAILABLE",
  draining: "UNLOADING",
  failed: "END",
};

function statusOf({ serving }: Door, { model, version, label }: Target): object {
  const all = serving.models().filter(({ name }) => name === model);
  if (all.length === 0) serving.find(model);
  const wanted = all.filter(
    (served) =>
      (version === undefined || served.version === version) &&
      (label === undefined || served.labels.includes(label)),
  );
  if (wanted.length === 0)
    throw new ServeError("not_found", `the model has no version ${quoted(version ?? label ?? "")}`);
  return {
    model_version_status: wanted.map((served) => ({
      version: served.version,
      state: STATES[served.state],
      status: {
        error_code: served.error === undefined ? "OK" : "UNKNOWN",
        error_message: served.error ?? "",
      },
    })),
  };
}

function metadataOf({ serving }: Door, target: Target): object {
  const { name, version, description } = serving.find(target.model, versionOf(target));
  return {
    model_spec: { name, signature_name: "", version },
    metadata: {
      signature_def: {
        signature_def: {
          [SIGNATURE]: {
            inputs: signatureOf(inputMetadata(description)),
            outputs: signatureOf(outputMetadata(description)),
            method_name: "tensorflow/serving/predict",
          },
        },
      },
    },
  };
}

const DTYPES: Readonly<Record<string, string>> = {
  ...{ BYTES: "DT_STRING", FP32: "DT_FLOAT", FP64: "DT_DOUBLE", INT32: "DT_INT32", BOOL: "DT_BOOL" },
};

function signatureOf(tensors: readonly TensorMetadata[]): object {
  return Object.fromEntries(
    tensors.map(({ name, datatype, shape }) => [
      name,
      {
        dtype: DTYPES[datatype],
        tensor_shape: { dim: shape.map((size) => ({ size: String(size), name: "" })), unknown_rank: false },
        name: `${name}:0`,
      },
    ]),
  );
}
