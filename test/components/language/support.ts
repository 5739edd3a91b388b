/** @file What the tests of vocabulary softmaxes share: a softmax over fed states, and plain computations to compare with. */
import type { VocabularyOptions } from "../../../src/components/language/contracts.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { mul } from "../../../src/graph/ops/elementwise.js";
import { reduceSum } from "../../../src/graph/ops/reduction.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Mode, Scope } from "../../../src/graph/scope.js";
import { engine, type engineNames } from "../../graph/engines.js";
import { type Built, built, normals, slot, withGradients } from "../models/harness.js";

/** The sizes of a softmax under test. */
export interface Sizes {
  readonly width: number;
  readonly vocab: number;
  /** Whether its matrix is a table from elsewhere, the parameter "table". */
  readonly tied?: boolean;
}

const statesOf = (scope: Scope, { width }: Sizes): Tensor =>
  scope.graph.input("states", "float32", ["rows", width]);

function options(scope: Scope, { width, vocab, tied = false }: Sizes): VocabularyOptions {
  return { vocab, tied: tied ? scope.parameter("table", [vocab, width]) : null, init: null };
}

/** The surprisal of each row's target. */
function surprisalOf(scope: Scope, raw: unknown, sizes: Sizes): Tensor {
  const states = statesOf(scope, sizes);
  const targets = scope.graph.input("targets", "int32", ["rows"]);
  const given = options(scope, sizes);
  return scope.part("vocabulary_softmax", slot("vocabulary_softmax", raw), "softmax", (softmax, config, at) =>
    softmax.surprisal(at, config, states, targets, given),
  );
}

/** The log-probabilities of all tokens. */
export function logProbabilitiesOf(scope: Scope, raw: unknown, sizes: Sizes): Tensor {
  const states = statesOf(scope, sizes);
  const given = options(scope, sizes);
  return scope.part("vocabulary_softmax", slot("vocabulary_softmax", raw), "softmax", (softmax, config, at) =>
    softmax.logProbabilities(at, config, states, given),
  );
}

/** A graph whose output is "surprisal". */
export async function surprisalGraph(
  raw: unknown,
  sizes: Sizes,
  mode: Mode,
  store: ParameterStore,
  on: (typeof engineNames)[number] = "onnxruntime",
): Promise<Built> {
  return built(await engine(on), mode, store, (scope) => ({ surprisal: surprisalOf(scope, raw, sizes) }));
}

/** A graph of the surprisals' sum, each times the input "scale", with its gradients by everything. */
export async function gradientGraph(
  raw: unknown,
  sizes: Sizes,
  store: ParameterStore,
  on: (typeof engineNames)[number] = "onnxruntime",
): Promise<Built> {
  const build = withGradients(
    (scope) => {
      const surprisal = surprisalOf(scope, raw, sizes);
      return reduceSum(mul(surprisal, scope.graph.input("scale", "float32", ["rows"])), []);
    },
    ["states"],
  );
  return built(await engine(on), "train", store, build);
}

/** A store with numbers of noticeable size in all parameters of a softmax. */
export async function lively(raw: unknown, sizes: Sizes): Promise<ParameterStore> {
  const store = new ParameterStore(3);
  await surprisalGraph(raw, sizes, "infer", store);
  for (const { name, data } of store) data.set(normals(data.length, name));
  return store;
}

/** `x [rows, n] w [n, m]` from flat arrays, in 64 bits. */
export function product(x: ArrayLike<number>, w: ArrayLike<number>, n: number, m: number): number[] {
  const rows = x.length / n;
  return Array.from({ length: rows * m }, (_, at) => {
    const [row, column] = [Math.floor(at / m), at % m];
    let sum = 0;
    for (let k = 0; k < n; k++) sum += x[row * n + k]! * w[k * m + column]!;
    return sum;
  });
}

/** The flat matrix `[rows, columns]` turned over. */
export function turned(x: ArrayLike<number>, columns: number): number[] {
  const rows = x.length / columns;
  return Array.from({ length: x.length }, (_, at) => x[(at % rows) * columns + Math.floor(at / rows)]!);
}

/** `ln softmax` of each row. */
export function logSoftmaxRows(x: readonly number[], columns: number): number[] {
  return x.map((value, at) => {
    const start = at - (at % columns);
    const row = x.slice(start, start + columns);
    const most = Math.max(...row);
    return value - most - Math.log(row.reduce((sum, other) => sum + Math.exp(other - most), 0));
  });
}
