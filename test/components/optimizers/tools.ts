import type { TObject } from "typebox";
import { Value } from "typebox/value";
import { AdaBelief } from "../../../src/components/optimizers/adabelief.js";
import { Adagrad } from "../../../src/components/optimizers/adagrad.js";
import { Adam } from "../../../src/components/optimizers/adam.js";
import { AdamW } from "../../../src/components/optimizers/adamw.js";
import type {
  Optimizer,
  ParameterEntry,
  SparseGradient,
} from "../../../src/components/optimizers/contracts.js";
import { Lamb } from "../../../src/components/optimizers/lamb.js";
import { MADGRAD } from "../../../src/components/optimizers/madgrad.js";
import { RAdam } from "../../../src/components/optimizers/radam.js";
import { SGD } from "../../../src/components/optimizers/sgd.js";
import { Context } from "../../../src/registry/context.js";
import { PtxError } from "../../../src/registry/errors.js";
import { type RandomStream, stream } from "../../../src/registry/random.js";
import { Registry } from "../../../src/registry/registry.js";

export const optimizers = { SGD, Adam, AdamW, Adagrad, RAdam, Lamb, AdaBelief, MADGRAD };
export type OptimizerName = keyof typeof optimizers;

/** A context with the given registry and nothing else of interest. */
export function contextWith(registry = new Registry()): Context {
  return new Context(registry, { log: { info() {}, warn() {} }, settings: { seed: 1, threads: 1 } });
}

/** A component's full config: the given keys over the schema's defaults. */
export function configOf(schema: TObject, keys: object): never {
  return Value.Default(schema, structuredClone(keys)) as never;
}

export function makeOptimizer(name: OptimizerName, keys: object = {}): Optimizer {
  const { schema, create } = optimizers[name];
  return create(configOf(schema, keys), contextWith());
}

export function parameter(
  name: string,
  shape: readonly number[],
  values: ArrayLike<number>,
  trainable = true,
): ParameterEntry {
  return { name, shape, data: Float32Array.from(values), trainable, group: "model" };
}

/** A parameter with normally distributed values. */
export function randomParameter(
  name: string,
  shape: readonly number[],
  random: RandomStream,
): ParameterEntry {
  const size = shape.reduce((a, b) => a * b, 1);
  return {
    name,
    shape,
    data: random.fillNormal(new Float32Array(size), 0, 1),
    trainable: true,
    group: "model",
  };
}

export function clone(entry: ParameterEntry): ParameterEntry {
  return { ...entry, data: entry.data.slice() };
}

export function sparse(ids: ArrayLike<number>, rows: ArrayLike<number>, width: number): SparseGradient {
  return {
    kind: "sparse",
    ids: Int32Array.from(ids),
    rows: Float32Array.from(rows),
    count: ids.length,
    width,
  };
}

/** The full gradient that a sparse one stands for: brute force, in float32 in the order given. */
export function densify(gradient: SparseGradient, size: number): Float32Array {
  const dense = new Float32Array(size);
  for (let k = 0; k < gradient.count; k++) {
    for (let i = 0; i < gradient.width; i++) {
      const at = Number(gradient.ids[k]!) * gradient.width + i;
      dense[at] = dense[at]! + gradient.rows[k * gradient.width + i]!;
    }
  }
  return dense;
}

/** A sparse gradient with repeated rows, normally distributed. */
export function randomSparse(
  tableRows: number,
  width: number,
  count: number,
  random: RandomStream,
): SparseGradient {
  const ids = Int32Array.from({ length: count }, () => random.int(tableRows));
  return sparse(ids, random.fillNormal(new Float32Array(count * width), 0, 1), width);
}

export function randomStream(...names: (string | number)[]): RandomStream {
  return stream(17, ...names);
}

/** The largest difference, relative to 1 or the expected value, whichever is greater. */
export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length)
    throw new Error(`${actual.length} values, ${expected.length} expected`);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

/** The error that a call throws, which must be a `PtxError`. */
export function problemOf(call: () => unknown): PtxError {
  try {
    call();
  } catch (error) {
    if (error instanceof PtxError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
