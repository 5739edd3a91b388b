/** @file Low-rank additions to matrices (LoRA; Hu et al., 2021): W + scale A B, where W stays and A and B are trained. */
import type { Tensor } from "./graph.js";
import { constantInit, type Parameter, type ParameterStore } from "./parameters.js";

/** How a matrix is adapted. */
export interface LowRank {
  /** Columns of A, rows of B. */
  readonly rank: number;
  /** What the product of A and B is multiplied by. */
  readonly scale: number;
  /** Dropout of what A is multiplied with. */
  readonly dropout: number;
  /** The first values of A and B for a matrix `[inputs, outputs]`; absent: A is random, B zero. */
  readonly first?: (inputs: number, outputs: number) => readonly [a: Float32Array, b: Float32Array];
}

/** How the matrix at a path (from the place where adapting begins) is adapted; undefined: not at all. */
export type Adaptation = (path: string) => LowRank | undefined;

/** The addition to a matrix `[in, out]` in a graph: A `[in, rank]` and B `[rank, out]`. */
export interface LowRankFactors extends LowRank {
  readonly a: Tensor;
  readonly b: Tensor;
}

/** The names of the factors beside `weight`. */
export const FACTORS = ["lora_A", "lora_B"] as const;

/**
 * Adds `scale A B` to the matrix at `place.weight [in, out]` of a store that was read from a file, in double precision, and
 * takes A and B out of it; does nothing the second time. Throws `PTX_MODEL_FILE` where the file lacks one.
 */
export function mergeLowRank(
  store: ParameterStore,
  place: string,
  [inputs, rank, outputs]: readonly [number, number, number],
  scale: number,
): void {
  const names = FACTORS.map((name) => `${place}.${name}`) as [string, string];
  if (names.every((name) => store.wasRemoved(name))) return;
  const declared = (name: string, shape: readonly number[]): Parameter =>
    store.declare(name, shape, constantInit(0));
  const weight = declared(`${place}.weight`, [inputs, outputs]);
  const [a, b] = [declared(names[0], [inputs, rank]), declared(names[1], [rank, outputs])];
  addProduct(weight.data, [inputs, outputs], a.data, b.data, scale);
  for (const name of names) store.remove(name);
}

/** Adds `scale A B` to the values of a matrix `[rows, columns]`, in double precision; gives the same array. */
export function addProduct(
  values: Float32Array,
  [rows, columns]: readonly [number, number],
  a: Float32Array,
  b: Float32Array,
  scale: number,
): Float32Array {
  const rank = a.length / rows;
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = a[row * rank + k]! * scale;
      for (let column = 0; column < columns; column++) sums[column]! += factor * b[k * columns + column]!;
    }
    for (let column = 0; column < columns; column++) values[row * columns + column]! += sums[column]!;
  }
  return values;
}
