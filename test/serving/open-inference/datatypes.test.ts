import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Datatype,
  type Element,
  fromRaw,
  toRaw,
} from "../../../src/serving/open-inference/datatypes.js";
import { elementsOf } from "../../../src/serving/open-inference/json-data.js";

const int = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const uint = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
const big = (min: bigint, max: bigint): fc.Arbitrary<Element> =>
  fc.bigInt({ min, max }).map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));

const elements: Readonly<Record<Exclude<Datatype, "FP16">, fc.Arbitrary<Element>>> = {
  BOOL: fc.boolean(),
  ...{ INT8: int(8), INT16: int(16), INT32: int(32), UINT8: uint(8), UINT16: uint(16), UINT32: uint(32) },
  INT64: big(-(2n ** 63n), 2n ** 63n - 1n),
  UINT64: big(0n, 2n ** 64n - 1n),
  FP32: fc.float({ noNaN: true }),
  FP64: fc.double({ noNaN: true }),
  BYTES: fc.string({ unit: "grapheme" }),
};

describe.each(Object.keys(elements) as (keyof typeof elements)[])("%s", (datatype) => {
  test("comes back from its bytes as it was, wherever they lie in memory", () => {
    fc.assert(
      fc.property(fc.array(elements[datatype], { maxLength: 20 }), fc.nat(7), (data, shift) => {
        const raw = toRaw(datatype, data);
        const moved = new Uint8Array(raw.length + shift).subarray(shift);
        moved.set(raw);
        expect(fromRaw(datatype, moved, data.length, "x")).toEqual(data);
      }),
      { numRuns: 60 },
    );
  });

  test("comes back from JSON, flat and nested", () => {
    fc.assert(
      fc.property(fc.array(elements[datatype], { minLength: 6, maxLength: 6 }), (data) => {
        const json = data.map((value) => (typeof value === "bigint" ? String(value) : value));
        const nested = [json.slice(0, 3), json.slice(3)];
        expect(elementsOf(json, [2, 3], datatype, "x")).toEqual(data);
        expect(elementsOf(nested, [2, 3], datatype, "x")).toEqual(data);
      }),
      { numRuns: 60 },
    );
  });
});

test("numbers lie as NumPy's tobytes has them", () => {
  expect(Buffer.from(toRaw("FP32", [1, -2.5])).toString("hex")).toBe("0000803f000020c0");
  expect(Buffer.from(toRaw("INT64", [-2])).toString("hex")).toBe("feffffffffffffff");
  expect(Buffer.from(toRaw("BYTES", ["aé", ""])).toString("hex")).toBe("0300000061c3a900000000");
  expect(fromRaw("FP16", Buffer.from("003c00c1", "hex"), 2, "x")).toEqual([1, -2.5]);
});

test.each([
  ["FP32", "000000", 1, "x: 1 elements of FP32 take 4 bytes, and there are 3"],
  ["BYTES", "0500000061", 1, "x: text 0 is cut off at byte 0"],
  ["BYTES", "ffffffff61", 1, "x: text 0 is cut off at byte 0"],
  ["BYTES", "0000000000", 1, "x: the shape has 1 texts, and 1 bytes follow them"],
  ["BYTES", "00000000", 2, "x: the shape has 2 texts, and the bytes hold 1"],
  ["BYTES", "02000000c328", 1, "x[0]: the bytes are not UTF-8, and texts are"],
] as const)("refuses %s of %s for %i", (datatype, hex, count, message) => {
  try {
    fromRaw(datatype, Buffer.from(hex, "hex"), count, "x");
    expect.unreachable();
  } catch (error) {
    const { place, message: text } = error as { place: string; message: string };
    expect(`${place}: ${text}`).toBe(message);
  }
});

test.each([
  [["a"], [1], "FP32", 'x[0]: "a" is no element of FP32'],
  [[300], [1], "UINT8", "x[0]: 300 is no element of UINT8"],
  [[1.5], [1], "INT64", "x[0]: 1.5 is no element of INT64"],
  [["9223372036854775808"], [1], "INT64", 'x[0]: "9223372036854775808" is no element of INT64'],
  [[2], [1], "BOOL", "x[0]: 2 is no element of BOOL"],
  [[null], [1], "BYTES", "x[0]: null is no element of BYTES"],
  [["a", "b"], [3], "BYTES", "x: the shape has 3 elements here, got 2"],
  [[["a"], ["b", "c"]], [2, 1], "BYTES", "x[1]: the shape has 1 elements here, got 2"],
  ["a", [1], "BYTES", 'x: expected a list of elements, got "a"'],
] as const)("refuses %j for %j of %s", (data, shape, datatype, message) => {
  try {
    elementsOf(data, shape, datatype, "x");
    expect.unreachable();
  } catch (error) {
    const { place, message: text } = error as { place: string; message: string };
    expect(`${place}: ${text}`).toBe(message);
  }
});
