/** @file What random operator cases are made of: axes, operands that broadcast, and well-conditioned values. */
import fc from "fast-check";
import { LARGEST_FACTOR } from "../../../src/exporters/quantize/numbers.js";
import type { Dim } from "../../../src/graph/dims.js";
import { type DType, type HostTensor, toData } from "../../../src/graph/dtype.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { type RandomStream, stream } from "../../../src/registry/random.js";

/** One axis of a case: its size in the run, and what the graph declares of it (the size, or a symbol). */
export interface Axis {
  readonly size: number;
  readonly dim: Dim;
}

/** One fed tensor. */
export interface CaseInput {
  readonly axes: readonly Axis[];
  readonly value: HostTensor;
}

/** An operator applied to random inputs. */
export interface OpCase {
  readonly inputs: readonly CaseInput[];
  /** Applies the operator under test; gives its results. */
  readonly build: (inputs: readonly Tensor[]) => readonly Tensor[];
  /** How far two engines may be apart, where it is more than rounding: relative, above 1. */
  readonly tolerance?: number;
}

/** Random cases of one operator. */
export type CaseGenerator = fc.Arbitrary<OpCase>;

/** Cases from a random structure and a source of values for it. */
export function generator<S>(
  structure: fc.Arbitrary<S>,
  make: (structure: S, draw: Draw) => OpCase,
): CaseGenerator {
  return fc.tuple(structure, fc.nat(1_000_000)).map(([chosen, seed]) => make(chosen, new Draw(seed)));
}

/** A size of 1 (broadcasting, degenerate) as often as others; 0 now and then where `empty`. */
export function size(options: { empty?: boolean; most?: number } = {}): fc.Arbitrary<number> {
  const { empty = false, most = 4 } = options;
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(1) },
    { weight: 6, arbitrary: fc.integer({ min: Math.min(2, most), max: most }) },
    { weight: empty ? 1 : 0, arbitrary: fc.constant(0) },
  );
}

/** Axes whose sizes are declared as numbers or as symbols that only the run binds; an empty axis is always a symbol. */
export function axes(
  options: { min?: number; max?: number; empty?: boolean; name?: string; most?: number } = {},
): fc.Arbitrary<Axis[]> {
  const { min = 0, max = 3, name = "s" } = options;
  const axis = fc.tuple(size({ most: 3, ...options }), fc.boolean());
  return fc
    .array(axis, { minLength: min, maxLength: max })
    .map((list) => list.map(([length, symbolic], i) => named(`${name}${i}`, length, symbolic)));
}

/** An axis declared by a symbol or by its size. */
export function named(symbol: string, length: number, symbolic: boolean): Axis {
  return { size: length, dim: symbolic || length === 0 ? symbol : length };
}

/** One axis. */
export function axis(name: string, options: { empty?: boolean; most?: number } = {}): fc.Arbitrary<Axis> {
  return fc.tuple(size(options), fc.boolean()).map(([length, symbolic]) => named(name, length, symbolic));
}

/** An axis number of a tensor of some rank, counted from either end. */
export function axisNumber(rank: number): fc.Arbitrary<number> {
  return fc.integer({ min: -rank, max: rank - 1 });
}

/** The axes of `count` operands that broadcast with each other: some lack leading axes, some have 1 instead. */
export function operands(
  count: number,
  options: { max?: number; empty?: boolean } = {},
): fc.Arbitrary<Axis[][]> {
  const { max = 3, empty = true } = options;
  const mask = fc.record({
    missing: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(max) }),
    ones: fc.array(fc.boolean(), { minLength: max, maxLength: max }),
    narrow: fc.boolean(),
  });
  return fc
    .tuple(axes({ max, empty }), fc.array(mask, { minLength: count, maxLength: count }))
    .map(([all, masks]) =>
      masks.map(({ missing, ones, narrow }) =>
        all.slice(missing).map((own, i) => (narrow && ones[i] ? { size: 1, dim: 1 } : own)),
      ),
    );
}

/** How many elements axes hold. */
export function count(list: readonly Axis[]): number {
  return list.reduce((product, { size: length }) => product * length, 1);
}

/** Distance between neighbouring values, and of the nearest value from zero twice over: no finite difference crosses a kink. */
export const GRID = 0.06;

/** Draws values. All floats of one case are different, so that maxima, orders and comparisons are never ties. */
export class Draw {
  readonly #random: RandomStream;
  #pool: number[] = [];
  #rings = 0;

  constructor(seed: number) {
    this.#random = stream(seed, "operator cases");
  }

  /** Different values on a grid around zero; `positive` ones start at 0.5. */
  float(list: readonly Axis[], options: { positive?: boolean; scale?: number } = {}): CaseInput {
    const { positive = false, scale = 1 } = options;
    const values = Array.from({ length: count(list) }, () => this.#next() * scale);
    return input("float32", list, positive ? values.map((value) => Math.abs(value) + 0.5) : values);
  }

  /** Integers from `low` to `high`, both included. */
  int(dtype: "int32" | "int64", list: readonly Axis[], low: number, high: number): CaseInput {
    return input(
      dtype,
      list,
      Array.from({ length: count(list) }, () => this.integer(low, high)),
    );
  }

  bool(list: readonly Axis[]): CaseInput {
    return input(
      "bool",
      list,
      Array.from({ length: count(list) }, () => this.#random.int(2)),
    );
  }

  /** Strings from a small set, so that equal ones meet; the order of the last two differs in UTF-8 and UTF-16. */
  string(list: readonly Axis[], words: readonly string[] = ["", "a", "né", "日本", "～", "😀"]): CaseInput {
    return input(
      "string",
      list,
      Array.from({ length: count(list) }, () => words[this.#random.int(words.length)]!),
    );
  }

  /** A tensor of any of these types; integers lie between -3 and 3, so that equal ones meet. */
  of(dtype: DType, list: readonly Axis[]): CaseInput {
    switch (dtype) {
      case "string":
        return this.string(list);
      case "bool":
        return this.bool(list);
      case "int32":
      case "int64":
        return this.int(dtype, list, -3, 3);
      default:
        return this.float(list);
    }
  }

  /** Whole numbers of a byte; with a sign so small that two products with others never leave 16 bits, see `LARGEST_FACTOR`. */
  bytes(dtype: "int8" | "uint8", list: readonly Axis[]): CaseInput {
    const [low, high] = dtype === "int8" ? [-LARGEST_FACTOR, LARGEST_FACTOR] : [0, 255];
    return input(
      dtype,
      list,
      Array.from({ length: count(list) }, () => this.integer(low, high)),
    );
  }

  /** One integer between two, both included. */
  integer(low: number, high: number): number {
    return low + this.#random.int(high - low + 1);
  }

  #next(): number {
    if (this.#pool.length === 0) {
      const ring = 32;
      const distances = Array.from({ length: ring }, (_, i) => (this.#rings * ring + i + 0.5) * GRID);
      this.#rings += 1;
      this.#pool = this.#random.shuffle(distances.flatMap((distance) => [distance, -distance]));
    }
    return this.#pool.pop()!;
  }
}

/** A fed tensor with these elements. */
export function input(dtype: DType, list: readonly Axis[], values: readonly (number | string)[]): CaseInput {
  return {
    axes: list,
    value: { dtype, dims: list.map(({ size: length }) => length), data: toData(dtype, values) },
  };
}
