import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isMain } from "../../scripts/lib/main.js";
import { toTsv, writeAtomically } from "../../scripts/lib/output.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "output-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("writeAtomically", () => {
  it("makes missing folders and replaces what stood there, leaving nothing else behind", () => {
    const path = join(folder, "a", "b.tsv");
    writeAtomically(path, "old");
    writeAtomically(path, "né 🎉\n");
    expect(readFileSync(path, "utf8")).toBe("né 🎉\n");
    expect(readdirSync(join(folder, "a"))).toEqual(["b.tsv"]);
  });

  it("leaves no scratch file when the target cannot be replaced", () => {
    mkdirSync(join(folder, "taken"));
    writeFileSync(join(folder, "taken", "inner"), "");
    expect(() => writeAtomically(join(folder, "taken"), "text")).toThrow();
    expect(readdirSync(folder)).toEqual(["taken"]);
  });
});

describe("toTsv", () => {
  it("can be read back by splitting at line ends and tabs", () => {
    const cell = fc.string({ unit: "binary" }).filter((text) => !/[\t\n\r\v\f\u0085\u2028\u2029]/.test(text));
    const table = fc.array(fc.tuple(cell, cell, cell));
    fc.assert(
      fc.property(table, (rows) => {
        const lines = toTsv(rows).split("\n");
        expect(lines.pop()).toBe("");
        expect(lines.map((line) => line.split("\t"))).toEqual(rows);
      }),
    );
  });

  it.each(["\t", "\n", "\r", "\u2028"])("refuses a cell with %j, naming row and place", (sign) => {
    const code = sign.charCodeAt(0).toString(16).padStart(4, "0");
    expect(() => toTsv([["ok"], [`ab${sign}`]])).toThrow(new RegExp(`row 2\\n.*U\\+${code} at 2`));
  });
});

describe("isMain", () => {
  it("is false for a module that another program imported", () => {
    expect(isMain(import.meta.url)).toBe(false);
  });

  it("is true for the module that was started", () => {
    const started = process.argv[1]!;
    expect(isMain(new URL(`file://${started}`).href)).toBe(true);
  });
});
