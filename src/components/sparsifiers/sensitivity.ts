/** @file How much a model suffers when one of its parameters loses numbers. */
import { existsSync, readFileSync } from "node:fs";
import { ptxError } from "../../registry/errors.js";
import { isObject } from "../../registry/json.js";
import type { ParameterEntry } from "../optimizers/contracts.js";
import { keptOf, kthMagnitude, maskFrom } from "./magnitude.js";

/** What a file of `pytext-ts sensitivity` holds. */
export interface SensitivityAnalysis {
  /** The figure by which the run's best epoch was chosen. */
  readonly metric: string;
  readonly split: string;
  readonly rows: number;
  /** The figure with all parameters as they are. */
  readonly value: number;
  /** By parameter, then by the share of its numbers that are zero: how much better (worse: negative) the model becomes. */
  readonly changes: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** The mask that leaves a parameter the share of its numbers of the largest magnitude. */
export function magnitudeMask({ data }: Pick<ParameterEntry, "data">, sparsity: number): Float32Array {
  return maskFrom(data, kthMagnitude([data], [undefined], keptOf(data.length, sparsity)));
}

/**
 * By how much the model becomes better (worse: negative) when each parameter alone loses the share of its numbers of the least
 * magnitude. All parameters are as they were afterwards.
 * @param goodness higher is better; null where it is not defined
 * Throws `PTX_TRAINING` where it is not.
 */
export async function sensitivities(
  parameters: readonly ParameterEntry[],
  sparsity: number,
  goodness: () => Promise<number | null>,
  where: string,
): Promise<{ readonly value: number; readonly changes: ReadonlyMap<string, number> }> {
  const measured = async (): Promise<number> => {
    const value = await goodness();
    if (value !== null) return value;
    throw ptxError("PTX_TRAINING", where, "the selection metric is not defined on the eval rows");
  };
  const value = await measured();
  const changes = new Map<string, number>();
  for (const parameter of parameters) {
    const before = parameter.data.slice();
    const mask = magnitudeMask(parameter, sparsity);
    for (let i = 0; i < mask.length; i++) if (mask[i] === 0) parameter.data[i] = 0;
    try {
      changes.set(parameter.name, (await measured()) - value);
    } finally {
      parameter.data.set(before);
    }
  }
  return { value, changes };
}

/** The changes at one share in a file of `pytext-ts sensitivity`. Throws `PTX_CONFIG_VALUE` where it lacks a parameter or the share. */
export function readAnalysis(
  path: string,
  parameters: readonly ParameterEntry[],
  sparsity: number,
  where: string,
): ReadonlyMap<string, number> {
  if (!existsSync(path)) throw ptxError("PTX_FILE_MISSING", where, `the file "${path}" does not exist`);
  const wrong = (message: string): Error =>
    ptxError(
      "PTX_CONFIG_VALUE",
      `${where} (${path})`,
      message,
      "write it with: pytext-ts sensitivity RUN --output FILE",
    );
  let analysis: unknown;
  try {
    analysis = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw wrong(`not JSON: ${(error as Error).message}`);
  }
  const changes = isObject(analysis) ? analysis.changes : undefined;
  if (!isObject(changes)) throw wrong("not what pytext-ts sensitivity writes");
  return new Map(
    parameters.map(({ name }) => {
      const own = changes[name];
      if (!isObject(own)) throw wrong(`it says nothing of ${name}: it is of another model`);
      const change = own[`${sparsity}`];
      if (typeof change !== "number")
        throw wrong(`it has no share ${sparsity} (analyzed_sparsity), only ${Object.keys(own).join(", ")}`);
      return [name, change];
    }),
  );
}

/** How many standard deviations below the mean a change must be for its parameter to be spared. */
const OUTLIER = 3;

/**
 * The parameters that are made sparse: all but those, `most` at the most, that suffer far more than the others do. One is
 * spared where its change is more than three standard deviations below the mean of those not spared yet.
 */
export function withoutSensitive<P extends Pick<ParameterEntry, "name">>(
  parameters: readonly P[],
  changes: ReadonlyMap<string, number>,
  most: number,
): P[] {
  const left = [...parameters].sort((a, b) => changes.get(b.name)! - changes.get(a.name)!);
  for (let spared = 0; spared < most && left.length > 1; spared++) {
    const values = left.map(({ name }) => changes.get(name)!);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    if (values.at(-1)! >= mean - OUTLIER * deviation) break;
    left.pop();
  }
  return parameters.filter((parameter) => left.includes(parameter));
}
