import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RowSums } from "../../../src/components/optimizers/row-sums.js";
import { densify, parameter, problemOf, randomSparse, randomStream, sparse } from "./tools.js";

const table = parameter("table", [7, 3], new Float32Array(21));

describe("summing sparse gradients by row", () => {
  it("gives distinct rows that stand for the same full gradient, bit for bit", () => {
    const sums = new RowSums(table);
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 30 }), (seed, count) => {
        const gradient = randomSparse(7, 3, count, randomStream(seed));
        sums.clear().add(gradient);
        expect(new Set(sums.ids.subarray(0, sums.count)).size).toBe(sums.count);
        expect(densify(sums, 21)).toEqual(densify(gradient, 21));
      }),
    );
  });

  it("keeps rows in the order in which they first appear", () => {
    const sums = new RowSums(table).add(sparse([5, 2, 5, 0, 2], new Float32Array(15), 3));
    expect([...sums.ids.subarray(0, sums.count)]).toEqual([5, 2, 0]);
  });

  it("adds further gradients as if they were one", () => {
    const random = randomStream("further");
    const [first, second] = [randomSparse(7, 3, 9, random), randomSparse(7, 3, 40, random)];
    const together = sparse([...first.ids, ...second.ids].map(Number), [...first.rows, ...second.rows], 3);
    const sums = new RowSums(table).add(first).add(second);
    expect(densify(sums, 21)).toEqual(densify(together, 21));
  });

  it("forgets what was there before clear, and reuses its buffers", () => {
    const sums = new RowSums(table).add(randomSparse(7, 3, 20, randomStream("before")));
    const { rows, ids } = sums;
    const gradient = sparse([3, 3], [1, 2, 3, 10, 20, 30], 3);
    sums.clear().add(gradient);
    expect(densify(sums, 21)).toEqual(densify(gradient, 21));
    expect(sums.rows).toBe(rows);
    expect(sums.ids).toBe(ids);
  });

  it("takes 64-bit row numbers and ignores what lies beyond the count", () => {
    const gradient = {
      kind: "sparse",
      ids: BigInt64Array.of(6n, 1n, 6n, 99n),
      rows: new Float32Array(15).fill(2),
      count: 3,
      width: 3,
    } as const;
    const sums = new RowSums(table).add(gradient);
    expect([...sums.ids.subarray(0, sums.count)]).toEqual([6, 1]);
    expect([...sums.rows.subarray(0, 6)]).toEqual([4, 4, 4, 2, 2, 2]);
  });

  it("does not change the gradient that it is given", () => {
    const gradient = sparse([1, 1, 2], [1, 1, 1, 2, 2, 2, 3, 3, 3], 3);
    new RowSums(table).add(gradient);
    expect(gradient).toEqual(sparse([1, 1, 2], [1, 1, 1, 2, 2, 2, 3, 3, 3], 3));
  });

  it.each([
    [
      "a row beyond the table",
      sparse([0, 7], new Float32Array(6), 3),
      "row number 7 at place 1 is outside; the table is [7, 3]",
    ],
    ["a negative row", sparse([-1], new Float32Array(3), 3), "row number -1 at place 0 is outside"],
    ["another width", sparse([0], new Float32Array(4), 4), "rows of width 4 do not fit"],
    [
      "too few values",
      sparse([0, 1], new Float32Array(5), 3),
      "2 rows announced, 2 row numbers and 5 values given",
    ],
    [
      "too few numbers",
      { ...sparse([0], new Float32Array(6), 3), count: 2 },
      "2 rows announced, 1 row numbers and 6 values given",
    ],
  ])("refuses %s", (_, gradient, message) => {
    const error = problemOf(() => new RowSums(table).add(gradient));
    expect(error.problems[0]).toMatchObject({ code: "PTX_TRAINING", where: "table" });
    expect(error.message).toContain(message);
  });
});
