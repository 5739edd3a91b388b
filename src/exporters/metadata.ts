import type { Labels } from "../components/contracts.js";
import { INPUT_FORMS, type InputForm } from "../components/data/contracts.js";
import { readMetadata } from "../graph/onnx/file.js";
import { ptxError } from "../registry/errors.js";
import { isObject } from "../registry/json.js";
import { printConfig, resolveConfig } from "../registry/load-config.js";
import type { Registry } from "../registry/registry.js";
import type { RunConfig } from "../registry/run-config.js";
import type { ModelTask } from "../tasks/task.js";
import { OFFSET_UNITS, type OffsetUnit } from "../text/offsets.js";

/** What an exported file says of itself, as its metadata holds it. */
export interface ModelMetadata {
  readonly config: RunConfig;
  /** Which of the config's several tasks it is. */
  readonly part: string | undefined;
  readonly labels: Labels;
  readonly input: InputForm;
  /** What places in texts count in. */
  readonly unit: OffsetUnit;
  /** Sizes of inputs' axes that are the same in every run. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** How a file takes texts and tells places in them. */
export type Signature = Pick<ModelMetadata, "input" | "unit" | "sizes">;

/** The metadata of an exported file: task, config, labels, and the run's figures. */
export function writeMetadata(
  task: ModelTask,
  config: RunConfig,
  metrics: Readonly<Record<string, unknown>>,
  part: string | undefined,
  { input, unit, sizes }: Signature,
): Record<string, string> {
  const { epochs, ...figures } = metrics;
  return {
    task: task.name,
    ...(part !== undefined && { part }),
    config: printConfig(config),
    labels: JSON.stringify(task.labels),
    input,
    offset_unit: unit,
    ...(sizes.size > 0 && { sizes: JSON.stringify(Object.fromEntries(sizes)) }),
    metrics: JSON.stringify({ ...figures, epochs: Array.isArray(epochs) ? epochs.length : null }),
  };
}

/** The metadata of a file that this library exported. Throws `PTX_MODEL_FILE` for any other. */
export async function loadMetadata(path: string, registry: Registry): Promise<ModelMetadata> {
  const { task, part, config, labels, input, offset_unit: unit, sizes = "{}" } = await readMetadata(path);
  const names = labels === undefined ? undefined : (JSON.parse(labels) as unknown);
  if (
    task === undefined ||
    config === undefined ||
    !isLabels(names) ||
    !isOneOf(INPUT_FORMS, input) ||
    !isOneOf(OFFSET_UNITS, unit)
  ) {
    throw ptxError(
      "PTX_MODEL_FILE",
      path,
      "the file does not carry the task, config, labels and form of input that an exported file has",
      "pytext-ts export RUN --onnx FILE writes one",
    );
  }
  const { config: resolved } = resolveConfig(JSON.parse(config), registry, {
    source: `${path}  config`,
    checkFiles: false,
  });
  return { config: resolved, part, labels: names, input, unit, sizes: sizesOf(sizes, path) };
}

function sizesOf(text: string, path: string): Map<string, number> {
  const sizes = JSON.parse(text) as unknown;
  if (isObject(sizes) && Object.values(sizes).every((size) => Number.isInteger(size) && Number(size) > 0))
    return new Map(Object.entries(sizes) as [string, number][]);
  throw ptxError("PTX_MODEL_FILE", path, `the sizes in its metadata are not sizes: ${text}`);
}

function isOneOf<T extends string>(known: readonly T[], value: string | undefined): value is T {
  return (known as readonly (string | undefined)[]).includes(value);
}

function isLabels(value: unknown): value is Labels {
  return isObject(value) && Object.values(value).every((names) => Array.isArray(names));
}
