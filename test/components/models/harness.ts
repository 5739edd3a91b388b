/** @file Builds one component on small inputs, runs it, and checks its gradients: what the tests of the model side share. */
import { Type } from "typebox";
import type { TokenVectors } from "../../../src/components/contracts.js";
import { modelComponents } from "../../../src/components/models/index.js";
import type { Engine, Program } from "../../../src/engine/engine.js";
import { gradients, isSparse } from "../../../src/graph/autodiff.js";
import { evaluateDim } from "../../../src/graph/dims.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import { Graph, type Tensor } from "../../../src/graph/graph.js";
import { add, mul } from "../../../src/graph/ops/elementwise.js";
import { densify } from "../../../src/graph/ops/lookup.js";
import { reduceSum } from "../../../src/graph/ops/reduction.js";
import type { ParameterStore } from "../../../src/graph/parameters.js";
import { optimize } from "../../../src/graph/passes.js";
import { type Mode, Scope } from "../../../src/graph/scope.js";
import { type AnyComponent, type Kind, Slot, type SlotValue } from "../../../src/registry/component.js";
import { Context } from "../../../src/registry/context.js";
import { throwIfAny } from "../../../src/registry/errors.js";
import { stream } from "../../../src/registry/random.js";
import { Registry } from "../../../src/registry/registry.js";
import { resolveValue } from "../../../src/registry/resolve.js";

/** Values as tests compare them. */
export interface Value {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** A context whose registry holds the model side's components (and more, on request). */
export function testContext(...more: readonly AnyComponent[]): Context {
  const registry = new Registry().add(...modelComponents, ...more);
  const log = { info: () => {}, warn: () => {} };
  return new Context(registry, { log, settings: { seed: 7, threads: 1 } });
}

/** A slot's value with all defaults filled, as a config file would give it. Throws what loading the config would. */
export function slot<K extends Kind>(kind: K, raw: unknown, context = testContext()): SlotValue<K> {
  const schema = Type.Object({ part: Slot(kind, { description: "The part under test." }) });
  const { value, problems } = resolveValue(
    context.registry,
    schema,
    { part: raw as string },
    { source: "test", checkFiles: false },
  );
  throwIfAny(problems);
  return value.part as SlotValue<K>;
}

/** float32 numbers as a feed. */
export function floats(dims: readonly number[], data: ArrayLike<number>): HostTensor {
  return { dtype: "float32", dims, data: Float32Array.from(data) };
}

/** int32 numbers as a feed. */
export function ints(dims: readonly number[], data: ArrayLike<number>): HostTensor {
  return { dtype: "int32", dims, data: Int32Array.from(data) };
}

/** Standard normal numbers that are the same in every run. */
export function normals(count: number, name: string): Float32Array {
  const data = new Float32Array(count);
  stream(11, "test", name).fillNormal(data, 0, 1);
  return data;
}

/** The feed of a mask `[batch, tokens]` whose rows have these lengths. */
export function prefixMask(lengths: readonly number[], tokens: number): HostTensor {
  const data = Uint8Array.from({ length: lengths.length * tokens }, (_, i) =>
    i % tokens < lengths[Math.floor(i / tokens)]! ? 1 : 0,
  );
  return { dtype: "bool", dims: [lengths.length, tokens], data };
}

/** Random token vectors with zeros behind each row's end; a row's numbers depend on its name alone. */
export function tokenVectors(
  rows: readonly { readonly name: string; readonly length: number }[],
  tokens: number,
  dim: number,
) {
  const data = new Float32Array(rows.length * tokens * dim);
  for (const [i, { name, length }] of rows.entries()) data.set(normals(length * dim, name), i * tokens * dim);
  return {
    vectors: floats([rows.length, tokens, dim], data),
    mask: prefixMask(
      rows.map(({ length }) => length),
      tokens,
    ),
  };
}

/** Token vectors as inputs of a graph: `vectors [batch, tokens, dim]` and `mask [batch, tokens]`. */
export function tokenInputs(scope: Scope, dim: number): TokenVectors {
  return {
    vectors: scope.graph.input("vectors", "float32", ["batch", "tokens", dim]),
    mask: scope.graph.input("mask", "bool", ["batch", "tokens"]),
  };
}

/** What a built graph can be asked. */
export interface Built {
  readonly graph: Graph;
  readonly scope: Scope;
  /** Runs on feeds; parameters come from the store, dropout masks are all ones unless fed. */
  run(feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, Value>>;
}

/** Builds and compiles a graph; what `build` returns are its outputs. */
export async function built(
  engine: Engine,
  mode: Mode,
  store: ParameterStore,
  build: (scope: Scope) => Readonly<Record<string, Tensor>>,
  context = testContext(),
): Promise<Built> {
  const graph = new Graph();
  const scope = Scope.root(graph, mode, store, context);
  for (const [name, tensor] of Object.entries(build(scope))) graph.output(name, tensor);
  optimize(graph);
  const program = await engine.compile(graph);
  return { graph, scope, run: (feeds) => run(program, scope, store, feeds) };
}

async function run(
  program: Program,
  scope: Scope,
  store: ParameterStore,
  feeds: Readonly<Record<string, HostTensor>>,
): Promise<Record<string, Value>> {
  const sizes = new Map<string, number>();
  for (const input of scope.graph.inputs) {
    input.shape.forEach((dim, axis) => {
      const size = feeds[input.name]?.dims[axis];
      if (typeof dim === "string" && size !== undefined) sizes.set(dim, size);
    });
  }
  const masks: Record<string, HostTensor> = {};
  for (const { name, shape } of scope.masks) {
    const dims = shape.map((dim) => evaluateDim(dim, sizes)!);
    masks[name] = floats(dims, new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(1));
  }
  const parameters = store.feeds(scope.graph.parameters.map(({ name }) => name));
  const results = await program.run({ ...masks, ...parameters, ...feeds });
  return Object.fromEntries(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { dims, data: Array.from(data as Float32Array, Number) },
    ]),
  );
}

/** Loss and gradients of one graph: `loss` and `d:<name>` for every parameter and every named input. */
export function withGradients(
  build: (scope: Scope) => Tensor,
  inputs: readonly string[] = [],
): (scope: Scope) => Readonly<Record<string, Tensor>> {
  return (scope) => {
    const loss = build(scope);
    const { graph } = scope;
    const wrt = [...graph.parameters, ...graph.inputs.filter(({ name }) => inputs.includes(name))];
    const outputs: Record<string, Tensor> = { loss };
    for (const [i, gradient] of gradients(loss, wrt).entries()) {
      if (gradient === null) throw new Error(`the loss does not depend on ${wrt[i]!.name}`);
      outputs[`d:${wrt[i]!.name}`] = isSparse(gradient) ? densify(gradient, wrt[i]!.dim(0)) : gradient;
    }
    return outputs;
  };
}

/** A number that depends on every element of a tensor, differently: what tests differentiate. */
export function mixed(x: Tensor, name = "mix"): Tensor {
  const width = x.shape.at(-1) as number;
  const weights = x.graph.constant("float32", [width], normals(width, name));
  const weightedSum = reduceSum(mul(x, weights), []);
  return add(weightedSum, mul(reduceSum(mul(mul(x, x), weights), []), 0.5));
}

/**
 * Compares gradients with central differences of the loss along random directions, for every parameter and named input.
 * Gives the largest difference relative to the size of the terms.
 */
export async function gradientError(
  target: Built,
  store: ParameterStore,
  feeds: Readonly<Record<string, HostTensor>>,
  inputs: readonly string[] = [],
  step = 1e-2,
): Promise<number> {
  const exact = await target.run(feeds);
  const arrays = new Map<string, Float32Array>();
  for (const parameter of store) arrays.set(parameter.name, parameter.data);
  for (const name of inputs) arrays.set(name, feeds[name]!.data as Float32Array);
  let worst = 0;
  for (const [name, array] of arrays) {
    const gradient = exact[`d:${name}`]!.data;
    for (let trial = 0; trial < 3; trial++) {
      const start = array.slice();
      // What is exactly zero in an input is padding, which holds zeros by contract.
      const isPadding = (i: number): boolean => inputs.includes(name) && start[i] === 0;
      const direction = normals(array.length, `${name}${trial}`).map((x, i) => (isPadding(i) ? 0 : x));
      const norm = Math.hypot(...direction);
      const at = async (sign: number): Promise<number> => {
        for (let i = 0; i < array.length; i++) array[i] = start[i]! + (sign * step * direction[i]!) / norm;
        return (await target.run(feeds)).loss!.data[0]!;
      };
      const [above, below] = [await at(1), await at(-1)];
      array.set(start);
      const numeric = (above - below) / (2 * step);
      const analytic = gradient.reduce((total, value, i) => total + (value * direction[i]!) / norm, 0);
      const error =
        Math.abs(numeric - analytic) / Math.max(1, Math.abs(numeric), Math.abs(exact.loss!.data[0]!));
      worst = Math.max(worst, Number.isFinite(error) ? error : Number.POSITIVE_INFINITY);
    }
  }
  return worst;
}

/** The largest difference of two results. */
export function difference(a: Value, b: Value): number {
  if (a.dims.join() !== b.dims.join()) throw new Error(`[${a.dims}] and [${b.dims}] are of different sizes`);
  return a.data.reduce((worst, value, i) => {
    const apart = Math.abs(value - b.data[i]!);
    return Math.max(worst, Number.isNaN(apart) ? Number.POSITIVE_INFINITY : apart);
  }, 0);
}
