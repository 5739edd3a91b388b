/** @file serve.json: which models, how their rows become batches, where they run. */
import { basename } from "node:path";
import { type Static, Type } from "typebox";
import { ptxError, throwIfAny } from "../registry/errors.js";
import { fromEntries, isObject, type JsonObject } from "../registry/json.js";
import { parseJsonc, readConfigText } from "../registry/jsonc.js";
import type { Registry } from "../registry/registry.js";
import { resolveValue } from "../registry/resolve.js";
import { POOLINGS } from "../tasks/embed/options.js";
import type { ServeEmbedOptions } from "./contracts.js";
import { frontProperties } from "./front/settings.js";
import { ISOLATIONS } from "./workers/link.js";

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T, description: string) =>
  Type.Union([schema, Type.Null()], { default: null, description });

const choice = <T extends string>(names: readonly T[], options: { default?: T; description: string }) =>
  Type.Union(
    names.map((name) => Type.Literal(name)),
    options,
  );

const embedSchema = Type.Object(
  {
    pooling: Type.Optional(choice(POOLINGS, { description: "How a text's states become its vector." })),
    layers: Type.Optional(
      Type.Array(Type.Integer(), { minItems: 1, description: "Whose states: -1 is the last layer." }),
    ),
    mask_cls_sep: Type.Optional(
      Type.Boolean({
        description: "Leaves special pieces out of the pooling; attention sees them all the same.",
      }),
    ),
    max_seq_len: Type.Optional(
      Type.Integer({ minimum: 1, description: "Tokens of a text at most, special ones included." }),
    ),
    normalize: Type.Optional(Type.Boolean({ description: "Brings vectors to the length 1." })),
  },
  {
    additionalProperties: false,
    default: {},
    description: "What encoders are asked for where a request leaves it open.",
  },
);

/** How a model is served; under `defaults` for all of them. */
const settings = {
  kind: choice(["auto", "predictor", "encoder"], {
    default: "auto",
    description:
      "What a run gives: predictions of its task, or vectors of its encoder. auto: runs and exported files predict, other folders give vectors.",
  }),
  task: nullable(Type.String(), "Which of a run's several tasks."),
  adapter: nullable(Type.String(), "Folder of a low-rank adapter in PEFT's form, for an encoder."),
  embed: embedSchema,
  isolation: choice(ISOLATIONS, {
    default: "thread",
    description:
      "Where the model runs. process: a fault of the run time ends one worker alone, and a run that hangs can be ended; costs memory.",
  }),
  workers: nullable(
    Type.Integer({ minimum: 1, maximum: 256 }),
    "Copies of the model that run at a time; null: one for each processor core: on Linux they stand back for the front.",
  ),
  threads: Type.Integer({ minimum: 1, maximum: 1024, default: 1, description: "Threads of a worker." }),
  spinning: Type.Boolean({
    default: false,
    description: "Threads wait busily between operators: faster, and wasteful in a mostly idle server.",
  }),
  max_batch_size: Type.Integer({
    minimum: 1,
    maximum: 4096,
    default: 64,
    description: "Rows that run together at most; of predictors, 64 at most run in one go.",
  }),
  max_batch_tokens: Type.Integer({
    minimum: 1,
    default: 8192,
    description:
      "Tokens that run together at most, padding included: as estimated from the texts, of encoders as counted. A longer row runs alone.",
  }),
  max_queue_delay_ms: Type.Number({
    minimum: 0,
    maximum: 60_000,
    default: 0,
    description: "How long a batch that is not full waits for more rows, while a worker is free.",
  }),
  small_request_rows: Type.Integer({
    minimum: 0,
    default: 8,
    description: "Requests of so many rows at most go before larger ones in three of four batches.",
  }),
  max_queue_rows: Type.Integer({ minimum: 1, default: 1024, description: "Rows that wait at most." }),
  max_queue_characters: Type.Integer({
    minimum: 1,
    default: 4_000_000,
    description: "Characters of text that wait at most.",
  }),
  max_queue_wait_ms: nullable(
    Type.Number({ minimum: 1 }),
    "Refuses what would be answered later, by what waits, what runs, and what workers got done lately; null: only what does not fit.",
  ),
  timeout_ms: Type.Number({
    minimum: 1,
    maximum: 86_400_000,
    default: 30_000,
    description: "When a request without a deadline of its own is given up.",
  }),
  load_timeout_ms: Type.Number({
    minimum: 1,
    maximum: 86_400_000,
    default: 300_000,
    description: "How long a worker may take to load the model.",
  }),
  run_timeout_ms: Type.Number({
    minimum: 1,
    maximum: 86_400_000,
    default: 120_000,
    description: "How long a batch may take; then its worker is replaced.",
  }),
} as const;

const modelSchema = Type.Object(
  {
    source: Type.String({
      minLength: 1,
      description:
        "A path (exported file, run folder, folder of an encoder), or store:NAME[@VERSION|@ALIAS].",
    }),
    labels: Type.Record(Type.String({ pattern: "^[A-Za-z][A-Za-z0-9_-]{0,63}$" }), Type.String(), {
      default: {},
      additionalProperties: false,
      description:
        'Further versions that are served beside the first, by the label that requests name: {"canary": "store:NAME@canary"}.',
    }),
    ...settings,
  },
  { additionalProperties: false, description: "A model." },
);

/** What a model's name may look like: it stands in paths of addresses and in figures. */
const MODEL_NAME = "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$";

/** The schema of serve.json. */
export const serveSchema = Type.Object(
  {
    models: Type.Record(Type.String({ pattern: MODEL_NAME }), modelSchema, {
      additionalProperties: false,
      default: {},
      description:
        'The models by name; a path stands for {"source": path}. The first one answers requests that name none.',
    }),
    defaults: Type.Object(settings, {
      additionalProperties: false,
      default: {},
      description: "Settings of models that say nothing else.",
    }),
    store: nullable(
      Type.String({ minLength: 1 }),
      "Where store:NAME is looked up: file:DIR, postgres://..., mongodb://... or s3://...; null: $PYTEXT_TS_STORE, else file:model-store.",
    ),
    store_cache: Type.String({
      minLength: 1,
      default: "model-cache",
      description: "The folder that models of a store are fetched into.",
    }),
    store_poll_ms: Type.Number({
      minimum: 50,
      maximum: 3_600_000,
      default: 5000,
      description: "How often a store is asked whether an alias has moved, beside what it tells itself.",
    }),
    include: Type.Array(Type.String(), {
      default: [],
      description: "Files that export components of your own.",
    }),
    ...frontProperties,
  },
  { additionalProperties: false, description: "A server." },
);

/** How a model is served, every default filled in. */
export type ModelSettings = Static<typeof modelSchema>;

/** A server's whole config. */
export type ServeConfig = Static<typeof serveSchema>;

/** What a server is made from. */
export interface ServeArguments {
  /** A file (JSON with comments), or its content. */
  readonly config?: string | JsonObject | undefined;
  /** `PATH`, `NAME=PATH`, `store:NAME@ALIAS`: before those of the file. */
  readonly models: readonly string[];
  /** Settings in place of the file's `defaults`. */
  readonly settings: JsonObject;
  /** Keys of the server itself in place of the file's. */
  readonly front?: JsonObject;
  readonly include: readonly string[];
}

/** The config of a server: a file, and what the command line says beside it. Throws `PtxError` with everything that is wrong with it. */
export function loadServeConfig(args: ServeArguments, registry: Registry): ServeConfig {
  const { config = {} } = args;
  const file = typeof config === "string";
  const written: unknown = file ? parseJsonc(readConfigText(config), config) : config;
  const source = file ? config : "serve";
  if (!isObject(written)) throw ptxError("PTX_CONFIG_TYPE", source, "a config is an object {...}");
  const named = args.models.map(namedModel);
  const twice = named.find(([name], i) => named.findIndex(([other]) => other === name) < i);
  if (twice !== undefined)
    throw ptxError("PTX_USAGE", twice[1], `two models are called "${twice[0]}"`, "NAME=PATH names one");
  const defaults = { ...objectAt(written, "defaults"), ...args.settings };
  const ofFile = objectAt(written, "models");
  const given = Object.fromEntries(
    named.map(([name, path]) => [name, { ...(asObject(ofFile[name]) as object | undefined), source: path }]),
  );
  const models = Object.entries({ ...given, ...ofFile, ...given }).map(
    ([name, model]) => [name, withDefaults(asObject(model), defaults)] as const,
  );
  if (models.length === 0)
    throw ptxError("PTX_USAGE", source, "there is no model to serve", "pytext-ts serve MODEL.onnx");
  const whole = {
    ...written,
    ...args.front,
    ...{ models: fromEntries(models), defaults },
    include: [...(Array.isArray(written.include) ? written.include : []), ...args.include],
  };
  const { value, problems } = resolveValue(registry, serveSchema, whole, { source, checkFiles: false });
  throwIfAny(problems.map((problem) => ({ ...problem, hint: "docs/serve-config.md lists the keys" })));
  return value as ServeConfig;
}

/** A model of the command line: `NAME=PATH`, or a path whose base name is the name. */
function namedModel(text: string): [name: string, source: string] {
  const given = /^([^=/\\:]+)=(.+)$/.exec(text);
  if (given !== null) return [given[1]!, given[2]!];
  const store = /^store:([^@]+)/.exec(text);
  if (store !== null) return [basename(store[1]!), text];
  return [basename(text).replace(/\.(onnx|ort)$/, ""), text];
}

/** A path stands for a model that has nothing else to say. */
const asObject = (model: unknown): unknown => (typeof model === "string" ? { source: model } : model);

const objectAt = (config: JsonObject, key: string): JsonObject => {
  const value = config[key];
  return isObject(value) ? value : {};
};

/** A model's own settings before those for all; a key that no model has is told where it stands. */
function withDefaults(model: unknown, defaults: JsonObject): unknown {
  if (!isObject(model)) return model;
  const known = Object.entries(defaults).filter(([key]) => Object.hasOwn(settings, key));
  return { ...Object.fromEntries(known), ...model };
}

/** An encoder's settings as the engine has them. */
export function embedOptions({ embed }: Pick<ModelSettings, "embed">): ServeEmbedOptions {
  const { pooling, layers, mask_cls_sep, max_seq_len, normalize } = embed;
  return {
    ...(pooling !== undefined && { pooling }),
    ...(layers !== undefined && { layers }),
    ...(mask_cls_sep !== undefined && { maskClsSep: mask_cls_sep }),
    ...(max_seq_len !== undefined && { maxSeqLen: max_seq_len }),
    ...(normalize !== undefined && { normalize }),
  };
}
