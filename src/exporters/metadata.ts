import { readMetadata } from "../graph/onnx/file.js";
import { ptxError } from "../registry/errors.js";
import { printConfig, resolveConfig } from "../registry/load-config.js";
import type { Registry } from "../registry/registry.js";
import type { RunConfig } from "../registry/run-config.js";
import type { Task } from "../tasks/task.js";

/** What an exported file says of itself, as its metadata holds it. */
export interface ModelMetadata {
  readonly task: string;
  readonly config: RunConfig;
  readonly labels: readonly string[];
}

/** The metadata of an exported file: task, config, labels, and the run's figures. */
export function writeMetadata(
  task: Task,
  config: RunConfig,
  metrics: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const { epochs, ...figures } = metrics;
  return {
    task: task.name,
    config: printConfig(config),
    labels: JSON.stringify(task.labels),
    metrics: JSON.stringify({ ...figures, epochs: Array.isArray(epochs) ? epochs.length : null }),
  };
}

/** The metadata of a file that this library exported. Throws `PTX_MODEL_FILE` for any other. */
export async function loadMetadata(path: string, registry: Registry): Promise<ModelMetadata> {
  const { task, config, labels } = await readMetadata(path);
  if (task === undefined || config === undefined || labels === undefined) {
    throw ptxError(
      "PTX_MODEL_FILE",
      path,
      "the file does not carry the task, config and labels that an exported file has",
      "pytext-ts export RUN --onnx FILE writes one",
    );
  }
  const { config: resolved } = resolveConfig(JSON.parse(config), registry, {
    source: `${path}  config`,
    checkFiles: false,
  });
  return { task, config: resolved, labels: JSON.parse(labels) as string[] };
}
