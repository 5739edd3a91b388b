import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addDims,
  type Dim,
  dimSymbols,
  divDims,
  evaluateDim,
  mulDims,
  printShape,
  sameShape,
  sizeOf,
  subDims,
  unknownDim,
} from "../../src/graph/dims.js";

const symbol = fc.constantFrom("batch", "tokens", "chars", "?7");

/** Random polynomials, made by the algebra itself. */
const { dim } = fc.letrec<{ dim: Dim; leaf: Dim }>((tie) => ({
  leaf: fc.oneof(fc.integer({ min: -9, max: 9 }), symbol),
  dim: fc.oneof(
    { depthSize: "small" },
    tie("leaf"),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => addDims(a, b)),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => subDims(a, b)),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => mulDims(a, b)),
  ),
}));

/** One term: what can be divided by. */
const term = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.array(symbol, { maxLength: 2 }))
  .map(([factor, symbols]) => symbols.reduce<Dim>(mulDims, factor));

const bindings = fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: -4, max: 7 }))).map(
  ([batch, tokens, chars, unknown]) =>
    new Map([
      ["batch", batch!],
      ["tokens", tokens!],
      ["chars", chars!],
      ["?7", unknown!],
    ]),
);

const value = (of: Dim, bound: ReadonlyMap<string, number>): number => evaluateDim(of, bound)!;

describe("arithmetic on symbolic sizes", () => {
  it.each([
    { name: "sum", symbolic: addDims, numeric: (a: number, b: number) => a + b },
    { name: "difference", symbolic: subDims, numeric: (a: number, b: number) => a - b },
    { name: "product", symbolic: mulDims, numeric: (a: number, b: number) => a * b },
  ])(
    "a $name has the value of the values' $name, whatever the symbols are bound to",
    ({ symbolic, numeric }) => {
      const check = fc.property(dim, dim, bindings, (a, b, bound) => {
        expect(value(symbolic(a, b), bound)).toBe(numeric(value(a, bound), value(b, bound)) + 0);
      });
      fc.assert(check, { numRuns: 500 });
    },
  );

  it("gives equal texts to equal polynomials, however they were put together", () => {
    const check = fc.property(dim, dim, dim, (a, b, c) => {
      expect(mulDims(addDims(a, b), c)).toBe(addDims(mulDims(c, b), mulDims(a, c)));
      expect(subDims(addDims(a, b), b)).toBe(addDims(a, 0));
    });
    fc.assert(check, { numRuns: 500 });
  });

  it("gives different texts to polynomials that differ somewhere", () => {
    const check = fc.property(dim, dim, bindings, (a, b, bound) => {
      if (value(a, bound) !== value(b, bound)) expect(addDims(a, 0)).not.toBe(addDims(b, 0));
    });
    fc.assert(check, { numRuns: 500 });
  });

  it("gives numbers where no symbol is left", () => {
    expect(subDims("tokens", "tokens")).toBe(0);
    expect(subDims(addDims("tokens", 3), "tokens")).toBe(3);
    expect(mulDims("tokens", 0)).toBe(0);
  });

  it("writes a polynomial as a person would", () => {
    expect(addDims(mulDims(mulDims("tokens", "batch"), 2), subDims(1, "batch"))).toBe(
      "-batch+2*batch*tokens+1",
    );
    expect(addDims("tokens", -2)).toBe("tokens-2");
    expect(mulDims("tokens", "tokens")).toBe("tokens*tokens");
  });
});

describe("division of symbolic sizes", () => {
  it("undoes multiplication by one term", () => {
    const check = fc.property(dim, term, (a, b) => {
      expect(divDims(mulDims(a, b), b)).toBe(addDims(a, 0));
    });
    fc.assert(check, { numRuns: 500 });
  });

  it("gives a quotient only where it is exact for all values of the symbols", () => {
    const check = fc.property(dim, term, bindings, (a, b, bound) => {
      const quotient = divDims(a, b);
      if (quotient !== undefined)
        expect(value(quotient, bound) * value(b, bound) + 0).toBe(value(a, bound) + 0);
    });
    fc.assert(check, { numRuns: 500 });
  });

  it.each([
    { a: "tokens", b: 2 },
    { a: addDims("batch", 1), b: "batch" },
    { a: "batch", b: "tokens" },
    { a: "batch", b: addDims("tokens", 1) },
    { a: 7, b: 2 },
    { a: 6, b: 0 },
  ])("has no quotient of $a and $b", ({ a, b }) => {
    expect(divDims(a, b)).toBeUndefined();
  });

  it("of a size by itself is 1, even where it has several terms", () => {
    expect(divDims(addDims("tokens", 1), addDims("tokens", 1))).toBe(1);
  });
});

describe("reading symbolic sizes", () => {
  it("names the symbols that a size is made of, each once", () => {
    expect(dimSymbols("batch*tokens+2*tokens*tokens-3").sort()).toEqual(["batch", "tokens"]);
    expect(dimSymbols(4)).toEqual([]);
  });

  it("gives no value while a symbol is unbound, and the bound value of a whole text first", () => {
    expect(evaluateDim("batch*tokens", new Map([["batch", 2]]))).toBeUndefined();
    expect(evaluateDim("batch*tokens", new Map([["batch*tokens", 12]]))).toBe(12);
    expect(evaluateDim(3, new Map())).toBe(3);
  });

  it("counts the elements of a shape", () => {
    expect(sizeOf(["batch", 3, "tokens", 2])).toBe("6*batch*tokens");
    expect(sizeOf([])).toBe(1);
    expect(sizeOf(["batch", 0])).toBe(0);
  });

  it("tells shapes apart by every axis", () => {
    expect(sameShape(["batch", 2], ["batch", 2])).toBe(true);
    expect(sameShape(["batch", 2], ["batch", 3])).toBe(false);
    expect(sameShape(["batch"], ["batch", 2])).toBe(false);
    expect(printShape(["batch", "tokens-1", 2])).toBe("[batch,tokens-1,2]");
  });

  it("keeps unknown sizes apart by their name", () => {
    expect(unknownDim("1")).not.toBe(unknownDim("2"));
    expect(subDims(unknownDim("1"), unknownDim("1"))).toBe(0);
  });
});
