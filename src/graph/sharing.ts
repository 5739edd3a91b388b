/** @file What all who use a shared module must agree on, beyond its config. */
import type { Context, Token } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { keyOfPath, sharedPath } from "../registry/shared-module.js";
import { Tensor } from "./graph.js";
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

/** What a builder may read parts of: for it, two of them are alike when those parts are. */
export interface Traceable {
  /** A view that notes what is read of it, and whether another one would be read alike. */
  trace(): { readonly view: unknown; readonly alike: (other: unknown) => boolean };
}

/** A call of a shared module's `build` in a graph. */
interface Call {
  readonly alike: (given: readonly unknown[]) => boolean;
  readonly result: unknown;
}

/** What shared modules have built in one graph, by key. */
export type SharedCalls = Map<string, Call[]>;

/** A component whose `build` gives the same tensors again when it is given the same: one forward pass serves all who share it. */
export function builtOnce<C extends object>(component: C, key: string, calls: SharedCalls): C {
  const { build } = component as unknown as { build(...all: readonly unknown[]): unknown };
  const once = (scope: unknown, config: unknown, ...given: readonly unknown[]): unknown => {
    const earlier = calls.get(key) ?? [];
    const known = earlier.find(({ alike }) => alike(given));
    if (known !== undefined) return known.result;
    const traced = given.map((argument) => (isTraceable(argument) ? argument.trace() : undefined));
    const views = given.map((argument, i) => traced[i]?.view ?? argument);
    const result = build.call(component, scope, config, ...views);
    const alike: Call["alike"] = (others) =>
      others.length === given.length &&
      given.every((argument, i) => traced[i]?.alike(others[i]) ?? sameTensors(argument, others[i]));
    calls.set(key, [...(calls.get(key) ?? []), { alike, result }]);
    return result;
  };
  return Object.create(component, { build: { value: once, enumerable: true } }) as C;
}

function isTraceable(value: unknown): value is Traceable {
  return typeof value === "object" && value !== null && "trace" in value;
}

/** Whether two arguments are made of the same tensors and equal plain values. */
function sameTensors(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  const objects = [a, b].every(
    (value) => typeof value === "object" && value !== null && !(value instanceof Tensor),
  );
  if (!objects) return false;
  const [left, right] = [Object.entries(a as object), b as Record<string, unknown>];
  return (
    left.length === Object.keys(right).length && left.every(([key, value]) => sameTensors(value, right[key]))
  );
}
