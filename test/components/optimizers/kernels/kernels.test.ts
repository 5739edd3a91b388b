import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Arena } from "../../../../src/components/optimizers/kernels/arena.js";
import { compileKernel } from "../../../../src/components/optimizers/kernels/compile.js";
import {
  add,
  div,
  type Expression,
  elementwise,
  inOrder,
  type Kernel,
  mul,
  reads,
  sqrt,
  sub,
} from "../../../../src/components/optimizers/kernels/expression.js";
import { problemOf, randomStream } from "../tools.js";

const ARRAYS = ["value", "gradient", "s0", "s1"] as const;
const CONSTANTS = ["c0", "c1", "c2"] as const;

/** What an expression means: each operation in float64, rounded to float32, which is float32 arithmetic. */
function evaluate(
  expression: Expression,
  elements: Record<string, number>,
  constants: Record<string, number>,
): number {
  const value = (operand: Expression): number => evaluate(operand, elements, constants);
  switch (expression.kind) {
    case "element":
      return elements[expression.array]!;
    case "constant":
      return Math.fround(constants[expression.name]!);
    case "sqrt":
      return Math.fround(Math.sqrt(value(expression.of)));
    case "add":
      return Math.fround(value(expression.left) + value(expression.right));
    case "sub":
      return Math.fround(value(expression.left) - value(expression.right));
    case "mul":
      return Math.fround(value(expression.left) * value(expression.right));
    case "div":
      return Math.fround(value(expression.left) / value(expression.right));
  }
}

const leaf = fc.oneof(
  fc.constantFrom(...ARRAYS).map((array): Expression => ({ kind: "element", array })),
  fc.constantFrom(...CONSTANTS).map((name): Expression => ({ kind: "constant", name })),
);
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    leaf,
    tie("expression").map(sqrt),
    fc
      .tuple(fc.constantFrom(add, sub, mul, div), tie("expression"), tie("expression"))
      .map(([operation, left, right]) => operation(left, right)),
  ),
}));
const outputs = fc.record(
  { value: expression, gradient: expression, s0: expression, s1: expression },
  { requiredKeys: [] },
);

function draws(length: number, ...name: (string | number)[]): Float32Array {
  return randomStream(...name).fillNormal(new Float32Array(length), 0, 2);
}

/** An arena with two slots of the given length, filled, and a copy of what they hold. */
function slotsIn(arena: Arena, length: number): { slots: Float32Array[]; before: Float32Array[] } {
  const slots = [0, 1].map(() => arena.allocate(length));
  slots.forEach((slot, index) => {
    slot.set(draws(length, "slot", index));
  });
  return { slots, before: slots.map((slot) => slot.slice()) };
}

describe("a compiled kernel", () => {
  it("computes what its formulas mean in float32, bit for bit, for any formula and any number of elements", () => {
    fc.assert(
      fc.property(outputs, fc.integer({ min: 0, max: 11 }), (formulas, length) => {
        const kernel: Kernel = { arrays: ARRAYS, constants: CONSTANTS, outputs: formulas };
        const arena = new Arena(2 * length + 8, "test");
        const { slots, before } = slotsIn(arena, length);
        const [values, gradient] = [draws(length, "value"), draws(length, "gradient")];
        const start = values.slice();
        const constants = [0.3, -1.7, 1e-3];
        arena.prepare(kernel)({ values, gradient, slots, rows: null, count: 1, width: length }, constants);

        const named = Object.fromEntries(CONSTANTS.map((name, index) => [name, constants[index]!]));
        const results: Record<string, Float32Array> = { value: values, s0: slots[0]!, s1: slots[1]! };
        const old: Record<string, Float32Array> = { value: start, gradient, s0: before[0]!, s1: before[1]! };
        for (const [array, actual] of Object.entries(results)) {
          const formula = formulas[array as "value"];
          const expected = old[array]!.map((value, i) => {
            const elements = Object.fromEntries(ARRAYS.map((name) => [name, old[name]![i]!]));
            return formula === undefined ? value : evaluate(formula, elements, named);
          });
          expect(actual).toEqual(expected);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("computes a shared expression once, so that formulas of any size stay small", () => {
    const kernel = elementwise(["value", "gradient"], ["c"], (x, c) => {
      let [sum, operations] = [x.value, 0];
      for (; operations < 300; operations++) sum = add(mul(sum, c.c), sum);
      return { value: sum };
    });
    expect(inOrder(kernel)).toHaveLength(602);
    const values = Float32Array.of(1, 2, 3, 4, 5);
    const arena = new Arena(0, "test");
    arena.prepare(kernel)({ values, gradient: values, slots: [], rows: null, count: 1, width: 5 }, [0.5]);
    const expected = [1, 2, 3, 4, 5].map((start) => {
      let sum = start;
      for (let i = 0; i < 300; i++) sum = Math.fround(Math.fround(sum * 0.5) + sum);
      return sum;
    });
    expect([...values]).toEqual(expected);
  });

  it("changes only the named rows, whatever their width, and reads the gradient in the order of the rows", () => {
    const kernel = elementwise(["value", "gradient", "s0"], ["c"], (x, c) => ({
      value: sub(x.value, mul(c.c, x.gradient)),
      s0: add(x.s0, x.gradient),
    }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.uniqueArray(fc.nat({ max: 5 })), (width, rows) => {
        const arena = new Arena(6 * width + 16, "test");
        const slot = arena.allocate(6 * width);
        const after = arena.allocate(16).fill(7);
        const values = new Float32Array(6 * width);
        const gradient = draws(rows.length * width, "rows");
        const job = {
          values,
          gradient,
          slots: [slot],
          rows: Int32Array.from(rows),
          count: rows.length,
          width,
        };
        arena.prepare(kernel)(job, [2]);
        for (let row = 0; row < 6; row++) {
          const place = rows.indexOf(row);
          for (let i = 0; i < width; i++) {
            const g = place < 0 ? 0 : gradient[place * width + i]!;
            expect([values[row * width + i], slot[row * width + i]]).toEqual([0 - 2 * g, g]);
          }
        }
        expect([...after]).toEqual(new Array(16).fill(7));
      }),
    );
  });

  it("goes through parameters and rows that are longer than its blocks", () => {
    const kernel = elementwise(["value", "gradient", "s0"], [], (x) => ({
      value: add(x.value, mul(x.gradient, x.s0)),
    }));
    for (const [rows, width] of [
      [null, 5001],
      [Int32Array.of(1, 0), 2500],
    ] as const) {
      const arena = new Arena(5001, "test");
      const slot = arena.allocate(5001);
      slot.set(draws(5001, "long"));
      const values = new Float32Array(5001);
      const gradient = draws(5001, "long gradient");
      arena.prepare(kernel)({ values, gradient, slots: [slot], rows, count: rows?.length ?? 1, width }, []);
      const from = (i: number): number => (rows === null ? i : (i + width) % (2 * width));
      const size = rows === null ? width : 2 * width;
      const expected = Float32Array.from({ length: size }, (_, i) => gradient[from(i)]! * slot[i]!);
      expect(values.subarray(0, size)).toEqual(expected);
    }
  });

  it("is refused when it has more constants or slots than there is room for", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
    const of = (slots: number, constants: number): Kernel => ({
      arrays: ["value", "gradient", ...many(slots)],
      constants: many(constants),
      outputs: {},
    });
    expect(() => compileKernel(of(8, 16))).not.toThrow();
    expect(() => compileKernel(of(9, 16))).toThrow("at most 8 slots and 16 constants, got 9 and 16");
    expect(() => compileKernel(of(8, 17))).toThrow("got 8 and 17");
  });
});

describe("reads", () => {
  it("tells whether a formula that is used needs an array", () => {
    const kernel = elementwise(ARRAYS, [], (x) => ({ s0: sqrt(div(x.s1, x.gradient)) }));
    expect(ARRAYS.filter((array) => reads(kernel, array))).toEqual(["gradient", "s1"]);
  });
});

describe("an arena", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("gives arrays of zeros that do not overlap", () => {
    const arena = new Arena(30, "test");
    const arrays = [arena.allocate(10), arena.allocate(0), arena.allocate(20)];
    arrays.forEach((array, index) => {
      expect([...array].every((value) => value === 0)).toBe(true);
      array.fill(index + 1);
    });
    expect([arrays[0]![9], arrays[2]![0]]).toEqual([1, 3]);
  });

  it("refuses more than 4 GiB", () => {
    const error = problemOf(() => new Arena(2 ** 30, "optimizer Adam"));
    expect(error.problems[0]).toMatchObject({ code: "PTX_TRAINING", where: "optimizer Adam" });
    expect(error.message).toContain("its state takes 4.0 GiB, and 4 GiB is the most");
  });

  it("says what to do when the process may not have the addresses", () => {
    const Memory = class {
      constructor() {
        throw new RangeError("could not allocate memory");
      }
    };
    vi.stubGlobal("WebAssembly", { Memory });
    const error = problemOf(() => new Arena(10, "optimizer Adam"));
    expect(error.message).toContain(
      "(could not allocate memory); raise `ulimit -v`, or start node with --disable-wasm-trap-handler",
    );
  });
});
