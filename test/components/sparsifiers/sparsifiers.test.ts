import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keptOf, kthMagnitude } from "../../../src/components/sparsifiers/magnitude.js";
import { parameter, places, sparsifier } from "./support.js";

/** The step after which the first choice is made: epoch 2 of 4 updates each. */
const FIRST = { step: 5, epoch: 1, lr: 0.1 };

test("the k-th largest magnitude is the one that sorting gives, of what masks leave", () => {
  const numbers = fc.array(fc.tuple(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.boolean()), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(numbers, numbers, fc.nat(), (first, second, seed) => {
      const all = [first, second];
      const arrays = all.map((one) => Float32Array.from(one, ([value]) => value));
      const masks = all.map((one) => Float32Array.from(one, ([, stays]) => (stays ? 1 : 0)));
      const left = all.flat().flatMap(([value, stays]) => (stays ? [Math.abs(value)] : []));
      fc.pre(left.length > 0);
      const kept = 1 + (seed % left.length);
      const sorted = Float32Array.from(left).sort();
      expect(kthMagnitude(arrays, masks, kept)).toBe(sorted[sorted.length - kept]);
    }),
  );
});

test("a share of numbers is counted exactly, and one number stays", () => {
  expect([0.1, 0.2, 0.3, 0.6, 0.7, 0.9, 0.29].map((share) => keptOf(100, share))).toEqual([
    90, 80, 70, 40, 30, 10, 71,
  ]);
  expect(keptOf(1, 0.9)).toBe(1);
  expect(keptOf(3, 0)).toBe(3);
});

describe("L0ProjectionSparsifier", () => {
  test("leaves each parameter its largest numbers, as sorting finds them", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 4, maxLength: 4 }),
        (values) => {
          const a = parameter(
            "a",
            [2, 2],
            values.map((value, i) => (i % 2 ? value : -value)),
          );
          const { made } = sparsifier({ L0ProjectionSparsifier: { sparsity: 0.5 } }, { parameters: [a] });
          made.afterStep(FIRST);
          const order = [0, 1, 2, 3].sort((x, y) => values[y]! - values[x]!);
          expect(places(a)).toEqual(order.slice(0, 2).sort());
        },
      ),
    );
  });

  test("compares all parameters with each other when it does not go by layers", () => {
    const [a, b] = [parameter("a", [1, 3], [1, -2, 3]), parameter("b", [1, 3], [-4, 5, 6])];
    const config = { sparsity: 0.5, layerwise_pruning: false };
    sparsifier({ L0ProjectionSparsifier: config }, { parameters: [a, b] }).made.afterStep(FIRST);
    expect([[...a.data], [...b.data]]).toEqual([
      [0, 0, 0],
      [-4, 5, 6],
    ]);
  });

  test("leaves vectors and frozen matrices alone, unless a vector is named", () => {
    const of = () => [
      parameter("w", [2, 1], [1, 2]),
      parameter("bias", [2], [1, 2]),
      parameter("frozen", [2, 1], [1, 2], false),
    ];
    const sparse = (patterns: string[]) => {
      const parameters = of();
      const config = { sparsity: 0.5, parameters: patterns };
      sparsifier({ L0ProjectionSparsifier: config }, { parameters }).made.afterStep(FIRST);
      return parameters.map(({ data }) => [...data]);
    };
    expect(sparse([])).toEqual([
      [0, 2],
      [1, 2],
      [1, 2],
    ]);
    expect(sparse(["**"])).toEqual([
      [0, 2],
      [0, 2],
      [1, 2],
    ]);
    expect(() => sparse(["frozen"])).toThrow('no parameter matches "frozen"');
  });

  test("does nothing before its epoch; between two choices what is zero stays zero", () => {
    const a = parameter("a", [1, 4], [1, 2, 3, 4]);
    const config = { sparsity: 0.5, frequency: 2 };
    const { made } = sparsifier({ L0ProjectionSparsifier: config }, { parameters: [a] });
    made.afterStep({ step: 4, epoch: 0, lr: 0.1 });
    expect(places(a)).toEqual([0, 1, 2, 3]);
    made.afterStep({ step: 6, epoch: 1, lr: 0.1 });
    expect(places(a)).toEqual([2, 3]);
    a.data.set([9, 9]);
    made.afterStep({ step: 7, epoch: 1, lr: 0.1 });
    expect(places(a)).toEqual([2, 3]);
    a.data.set([9, 8]);
    made.afterStep({ step: 8, epoch: 1, lr: 0.1 });
    expect([...a.data]).toEqual([9, 8, 0, 0]);
  });

  test("with accumulate_mask takes the share of what is left, and nothing comes back", () => {
    const a = parameter("a", [2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
    const config = { sparsity: 0.5, accumulate_mask: true };
    const { made } = sparsifier({ L0ProjectionSparsifier: config }, { parameters: [a] });
    for (const [step, left] of [4, 2, 1, 1].entries()) {
      a.data[0] = 100;
      made.afterStep({ step: 5 + step, epoch: 1, lr: 0.1 });
      if (step === 0) expect(places(a)).toEqual([0, 5, 6, 7]);
      expect(places(a)).toHaveLength(left);
    }
    expect(made.rises).toEqual([1, 2]);
  });

  test("that would never act in a run is refused", () => {
    const a = parameter("a", [2, 1], [1, 2]);
    const make = (config: object) => sparsifier({ L0ProjectionSparsifier: config }, { parameters: [a] });
    expect(() => make({ starting_epoch: 4 })).toThrow(
      "nothing would become zero: the run has 3 epochs and 12 updates",
    );
    expect(() => make({ frequency: 13 })).toThrow("nothing would become zero");
    expect(make({ frequency: 12 }).made.rises).toEqual([2]);
    expect(() => sparsifier({ L0ProjectionSparsifier: {} }, { parameters: [] })).toThrow(
      "no trained parameter",
    );
  });
});

describe("BlockwiseMagnitudeSparsifier", () => {
  /** Which blocks stay, by sorting them. */
  function byHand(
    values: readonly number[],
    rows: number,
    size: number,
    sparsity: number,
    columnwise: boolean,
  ): number[] {
    const columns = values.length / rows;
    const blocks = new Map<string, number[]>();
    for (const at of values.keys()) {
      const [row, column] = [Math.floor(at / columns), at % columns];
      const key = columnwise ? `${column}/${Math.floor(row / size)}` : `${row}/${Math.floor(column / size)}`;
      blocks.set(key, [...(blocks.get(key) ?? []), at]);
    }
    const norm = (block: readonly number[]): number =>
      block.reduce((sum, at) => sum + Math.abs(values[at]!), 0);
    const sorted = [...blocks.values()].sort((a, b) => norm(b) - norm(a));
    const numbers = values.length - Math.floor(values.length * sparsity + 1e-9);
    const kept: number[] = [];
    for (const block of sorted) if (kept.length < numbers) kept.push(...block);
    return kept.sort((a, b) => a - b);
  }

  test("leaves the blocks of the largest sums, as sorting finds them", () => {
    const shapes = fc.record({
      rows: fc.integer({ min: 1, max: 6 }),
      columns: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(
        shapes,
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(0.25, 0.5, 0.8),
        fc.boolean(),
        fc.integer({ min: 0, max: 1e6 }),
        ({ rows, columns }, size, sparsity, columnwise, seed) => {
          // Powers of two: no two blocks have equal sums.
          const order = Array.from({ length: rows * columns }, (_, i) => (i * 7 + seed) % 36);
          const values = order.map((_, i) => 2 ** (((i * 5 + seed) % (rows * columns)) / 2) + i / 100);
          const a = parameter("a", [rows, columns], values);
          const config = { sparsity, block_size: size, columnwise_blocking: columnwise };
          sparsifier({ BlockwiseMagnitudeSparsifier: config }, { parameters: [a] }).made.afterStep(FIRST);
          expect(places(a)).toEqual(byHand([...values], rows, size, sparsity, columnwise));
        },
      ),
    );
  });

  test("takes whole rows or columns without a size", () => {
    const of = (columnwise_blocking: boolean) => {
      const a = parameter("a", [2, 3], [1, 5, 1, 2, -6, 9]);
      const config = { sparsity: 0.5, block_size: null, columnwise_blocking };
      sparsifier({ BlockwiseMagnitudeSparsifier: config }, { parameters: [a] }).made.afterStep(FIRST);
      return [...a.data];
    };
    expect(of(true)).toEqual([0, 5, 1, 0, -6, 9]);
    expect(of(false)).toEqual([0, 0, 0, 2, -6, 9]);
  });

  test("is for matrices", () => {
    const parameters = [parameter("a", [2, 2, 2], Array(8).fill(1))];
    const make = (patterns: string[]) =>
      sparsifier({ BlockwiseMagnitudeSparsifier: { parameters: patterns } }, { parameters });
    expect(() => make(["a"])).toThrow("a of shape [2,2,2] has no rows and columns");
    expect(() => make([])).toThrow("no trained parameter is a matrix");
  });
});

describe("transitions of a CRF", () => {
  const crf = () => [
    parameter("model.output.transitions", [3, 3], [3, -1, 2, 0.5, 4, -5, 6, 0.25, 1]),
    parameter("model.output.start", [3], [1, 2, 3]),
  ];
  const FIRST_EPOCH = { step: 1, epoch: 0, lr: 0.5 };

  test("keep the largest of each row or column", () => {
    const of = (grouping: string) => {
      const parameters = crf();
      const config = { sparsity: 0.6, grouping };
      sparsifier({ CRFMagnitudeThresholding: config }, { parameters }).made.afterStep(FIRST_EPOCH);
      expect([...parameters[1]!.data]).toEqual([1, 2, 3]);
      return [...parameters[0]!.data];
    };
    expect(of("row")).toEqual([3, 0, 2, 0, 4, -5, 6, 0, 1]);
    expect(of("column")).toEqual([3, -1, 2, 0, 4, -5, 6, 0, 0]);
  });

  test("move towards zero by rate and weight of the penalty, and stop there", () => {
    const parameters = crf();
    const { made } = sparsifier({ CRFL1SoftThresholding: { lambda_l1: 2 } }, { parameters });
    made.afterStep(FIRST_EPOCH);
    expect([...parameters[0]!.data]).toEqual([2, 0, 1, 0, 3, -4, 5, 0, 0]);
    expect(made.rises).toEqual([0]);
  });

  test("are asked for in vain of a model without a CRF", () => {
    const parameters = [parameter("model.weight", [2, 2], [1, 2, 3, 4])];
    for (const name of ["CRFL1SoftThresholding", "CRFMagnitudeThresholding"])
      expect(() => sparsifier({ [name]: {} }, { parameters })).toThrow("this sparsifier is for a CRF");
  });
});
