import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  INT4_PAIRS,
  LARGEST,
  LARGEST_HALF,
  packInt4,
  scaled,
  toHalf,
} from "../../../src/exporters/quantize/numbers.js";

const matrix = fc
  .record({ rows: fc.integer({ min: 1, max: 6 }), columns: fc.integer({ min: 1, max: 9 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      columns: fc.constant(columns),
      values: fc
        .array(fc.float({ noNaN: true, min: -1000, max: 1000 }), {
          minLength: rows * columns,
          maxLength: rows * columns,
        })
        .map((values) => Float32Array.from(values, (value) => (Math.abs(value) < 1e-30 ? 0 : value))),
    }),
  );

describe("whole numbers with scales", () => {
  const by = fc.constantFrom<"rows" | "columns">("rows", "columns");
  const largest = fc.constantFrom(...Object.values(LARGEST));

  test("are off by half a scale at most, and use their whole range", () => {
    fc.assert(
      fc.property(matrix, by, largest, ({ values, columns }, axis, most) => {
        const { data, scales } = scaled(values, columns, axis, most);
        expect(scales).toHaveLength(axis === "rows" ? values.length / columns : columns);
        for (const [channel, scale] of scales.entries()) {
          const own = [...values.keys()].filter(
            (i) => (axis === "rows" ? Math.floor(i / columns) : i % columns) === channel,
          );
          for (const i of own) {
            expect(Math.abs(data[i]! * scale - values[i]!)).toBeLessThanOrEqual((scale / 2) * (1 + 1e-4));
            expect(Math.abs(data[i]!)).toBeLessThanOrEqual(most);
            if (values[i] === 0) expect(data[i]).toBe(0);
          }
          const peak = Math.max(...own.map((i) => Math.abs(data[i]!)));
          expect(peak).toBe(own.every((i) => values[i] === 0) ? 0 : most);
        }
      }),
    );
  });
});

describe("four bits", () => {
  test("come back from two a byte, odd rows too", () => {
    const numbers = fc.integer({ min: 1, max: 9 }).chain((columns) =>
      fc.record({
        columns: fc.constant(columns),
        data: fc
          .array(fc.integer({ min: -8, max: 7 }), { maxLength: 40 })
          .map((list) => Int8Array.from(list.slice(0, list.length - (list.length % columns)))),
      }),
    );
    fc.assert(
      fc.property(numbers, ({ columns, data }) => {
        const packed = packInt4(data, columns);
        const width = Math.ceil(columns / 2);
        expect(packed).toHaveLength((data.length / columns) * width);
        const pairs = Array.from(packed, (byte) => [...INT4_PAIRS.subarray(2 * byte, 2 * byte + 2)]);
        const rows = Array.from({ length: data.length / columns }, (_, row) =>
          pairs.slice(row * width, (row + 1) * width).flat(),
        );
        expect(rows.flatMap((row) => row.slice(0, columns))).toEqual([...data]);
        if (columns % 2 === 1) for (const row of rows) expect(row.at(-1)).toBe(0);
      }),
    );
  });
});

describe("half precision", () => {
  const value = (bits: number): number => {
    const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  };

  test("keeps every number that it has", () => {
    const finite = Array.from({ length: 2 ** 16 }, (_, bits) => bits).filter(
      (bits) => (bits & 0x7c00) < 0x7c00,
    );
    expect(finite.map(value).reduce((a, b) => Math.max(a, b))).toBe(LARGEST_HALF);
    expect([...toHalf(Float32Array.from(finite, value))]).toEqual(finite);
  });

  test("takes the nearest for all others, of two the even", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: -LARGEST_HALF, max: LARGEST_HALF }), (x) => {
        const [bits] = toHalf(Float32Array.of(x)) as unknown as [number];
        const error = Math.abs(value(bits) - x);
        const magnitude = bits & 0x7fff;
        for (const next of [magnitude - 1, magnitude + 1]) {
          if (next < 0 || next >= 0x7c00) continue;
          const other = Math.abs(value(next) - Math.abs(x));
          expect(error).toBeLessThanOrEqual(other);
          if (error === other) expect(bits % 2).toBe(0);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
