/** @file What all who use a shared module must agree on, beyond its config. */
import type { Context, Token } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { keyOfPath, sharedPath } from "../registry/shared-module.js";
import type { ParameterStore } from "./parameters.js";

const labelsToken = (key: string): Token<readonly string[]> => `labels:${key}`;

/** Throws `PTX_CONFIG_VALUE` when the outputs of a shared module stand for other labels than where it was used before. */
export function requireSameLabels(context: Context, key: string, labels: readonly string[]): void {
  const known = context.shared(labelsToken(key), () => labels);
  const at = Array.from({ length: Math.max(known.length, labels.length) }).findIndex(
    (_, i) => known[i] !== labels[i],
  );
  if (at < 0) return;
  const name = (list: readonly string[]): string => (at < list.length ? `"${list[at]}"` : "missing");
  throw ptxError(
    "PTX_CONFIG_VALUE",
    sharedPath(key),
    `its outputs would stand for different labels: label ${at} is ${name(known)} at one place and ${name(labels)} at another`,
    "share the tensorizer of the labels too, or give each task its own module",
  );
}

/** Throws `PTX_CONFIG_VALUE` when a shared module needs a parameter of another size than where it was built before. */
export function requireSameShape(parameters: ParameterStore, path: string, shape: readonly number[]): void {
  const known = parameters.get(path);
  if (known === undefined || known.shape.join() === shape.join()) return;
  if (keyOfPath(path) === null || parameters.sealed) return; // a run's files that do not fit: `declare` says so
  throw ptxError(
    "PTX_CONFIG_VALUE",
    path,
    `the parameter has the sizes [${known.shape}] where it was built first and would need [${shape}] here: what shares a module must read vectors of one size`,
    "give what stands before it the same sizes, or share that too",
  );
}
