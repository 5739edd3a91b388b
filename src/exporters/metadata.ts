import type { Labels } from "../components/contracts.js";
import { INPUT_FORMS, type InputForm } from "../components/data/contracts.js";
import type { Fingerprint } from "../components/data/data-handler.js";
import type { RunnableModel } from "../graph/onnx/runnable.js";
import { ptxError } from "../registry/errors.js";
import { isObject } from "../registry/json.js";
import { printConfig, resolveConfig } from "../registry/load-config.js";
import { printable } from "../registry/printable.js";
import type { Registry } from "../registry/registry.js";
import type { RunConfig } from "../registry/run-config.js";
import { OFFSET_UNITS, type OffsetUnit } from "../text/offsets.js";

/** How a file takes texts and tells places in them. */
export interface Signature {
  readonly input: InputForm;
  /** What places in texts count in. */
  readonly unit: OffsetUnit;
  /** Sizes of inputs' axes that are the same in every run. */
  readonly sizes: ReadonlyMap<string, number>;
}

/**
 * What an exported file says of itself, as its metadata holds it: each key a text, all but `task`, `part`, `version`,
 * `input` and `offset_unit` as JSON. The model card is written from the same. The content hash stands beside it, see
 * `contentHash`, and rows to check the file by, see self-test.ts.
 */
export interface ModelFacts extends Signature {
  readonly task: string;
  /** Which of the config's several tasks it is; absent where there is one. */
  readonly part?: string;
  /** The version of this library that exported it. */
  readonly version: string;
  /** The run's resolved config. */
  readonly config: unknown;
  readonly labels: Labels;
  /** How texts become tokens: the tokenizers of the config, by the place that each has there without class names. */
  readonly tokenizers: Readonly<Record<string, unknown>>;
  /** The figures of the run's splits to six significant digits, without lists, and how many epochs there were. */
  readonly metrics: Readonly<Record<string, unknown>>;
  /** The files that the run read, with their SHA-256. */
  readonly data: readonly Fingerprint[];
}

/** What facts are made from. */
export interface FactSources extends Signature {
  readonly task: string;
  readonly part: string | undefined;
  readonly version: string;
  readonly config: RunConfig;
  readonly labels: Labels;
  readonly metrics: Readonly<Record<string, unknown>>;
  readonly data: readonly Fingerprint[];
}

/** The metadata of an exported file. */
export function writeMetadata(sources: FactSources): Record<string, string> {
  const { task, part, version, config, labels, metrics, data, input, unit, sizes } = sources;
  return {
    task,
    ...(part !== undefined && { part }),
    version,
    input,
    offset_unit: unit,
    ...(sizes.size > 0 && { sizes: JSON.stringify(Object.fromEntries(sizes)) }),
    config: JSON.stringify(JSON.parse(printConfig(config))),
    labels: JSON.stringify(labels),
    tokenizers: JSON.stringify(tokenizersIn(config.task, part)),
    metrics: JSON.stringify(shortMetrics(metrics)),
    data: JSON.stringify(data),
  };
}

/** A run's figures as an exported file tells them: to six significant digits, without lists, and how many epochs there were. */
export function shortMetrics(metrics: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { epochs, ...figures } = metrics;
  const whole = { ...figures, epochs: Array.isArray(epochs) ? epochs.length : null };
  return JSON.parse(JSON.stringify(whole, small)) as Readonly<Record<string, unknown>>;
}

/** A figure to six significant digits, and no list of them (confusions, bins): a file of many classes is kilobytes smaller; the run's folder has it all. */
function small(_key: string, value: unknown): unknown {
  if (Array.isArray(value)) return undefined;
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

/** The facts in a model's metadata. Throws `PTX_MODEL_FILE` for a model that this library did not export. */
export function readFacts(metadata: Readonly<Record<string, string>>, where: string): ModelFacts {
  const { task, part, version = "", config, labels, input, offset_unit: unit } = metadata;
  if (task === undefined || config === undefined || labels === undefined) throw foreign(where);
  const read = <T>(key: string, fits: (value: unknown) => value is T, otherwise?: T): T => {
    const text = metadata[key];
    if (text === undefined && otherwise !== undefined) return otherwise;
    const value = parsed(text ?? "", key, where);
    if (fits(value)) return value;
    throw ptxError("PTX_MODEL_FILE", where, `its metadata "${key}" is not what an exported file has there`);
  };
  const facts = {
    task,
    ...(part !== undefined && { part }),
    version,
    sizes: new Map(Object.entries(read("sizes", areSizes, {}))),
    config: read("config", isObject),
    labels: read("labels", isLabels),
    tokenizers: read("tokenizers", isObject, {}),
    metrics: read("metrics", isObject, {}),
    data: read("data", areFingerprints, []),
  };
  if (!isOneOf(INPUT_FORMS, input) || !isOneOf(OFFSET_UNITS, unit)) throw foreign(where);
  return { ...facts, input, unit };
}

/** An exported file's facts with its config resolved, ready to make its task. */
export interface ModelMetadata extends Signature {
  readonly config: RunConfig;
  readonly part: string | undefined;
  readonly labels: Labels;
}

/** The metadata of a file that this library exported. Throws `PTX_MODEL_FILE` for any other. */
export function loadMetadata({ path, metadata }: RunnableModel, registry: Registry): ModelMetadata {
  const { part, config, labels, input, unit, sizes } = readFacts(metadata, path);
  const { config: resolved } = resolveConfig(config as object, registry, {
    source: `${path}  config`,
    checkFiles: false,
  });
  return { config: resolved, part, labels, input, unit, sizes };
}

function foreign(where: string): Error {
  return ptxError(
    "PTX_MODEL_FILE",
    where,
    "the file does not carry the task, config, labels and form of input that an exported file has",
    "pytext-ts export RUN --onnx FILE writes one",
  );
}

function parsed(text: string, key: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw ptxError(
      "PTX_MODEL_FILE",
      where,
      `its metadata "${key}" is not valid JSON: ${printable((error as Error).message)}`,
    );
  }
}

/** Every value under a key `tokenizer`. Keys of classes begin with a capital; they are left out of the place. */
function tokenizersIn(task: unknown, part: string | undefined): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const visit = (value: unknown, place: readonly string[]): void => {
    if (!isObject(value)) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "tasks" && part !== undefined && isObject(inner) && part in inner)
        visit(inner[part], place);
      else if (key === "tokenizer" && inner !== null) found[place.join(".")] = inner;
      else visit(inner, /^[A-Z]/.test(key) ? place : [...place, key]);
    }
  };
  visit(task, []);
  return found;
}

function isOneOf<T extends string>(known: readonly T[], value: string | undefined): value is T {
  return (known as readonly (string | undefined)[]).includes(value);
}

function areSizes(value: unknown): value is Record<string, number> {
  return isObject(value) && Object.values(value).every((size) => Number.isInteger(size) && Number(size) > 0);
}

function isLabels(value: unknown): value is Labels {
  return isObject(value) && Object.values(value).every(areTexts);
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

function areFingerprints(value: unknown): value is Fingerprint[] {
  const texts = ["split", "file", "sha256"];
  return (
    Array.isArray(value) &&
    value.every((print) => isObject(print) && texts.every((key) => typeof print[key] === "string"))
  );
}
