import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Graph } from "../../../src/graph/graph.js";
import { decodeModel } from "../../../src/graph/onnx/decode.js";
import { encodeModel } from "../../../src/graph/onnx/encode.js";
import { codePoints } from "../../../src/graph/ops/code-points.js";
import { type EngineName, engine, engineNames, numbers } from "../engines.js";

function graphOf(become?: ReadonlyMap<number, number>): Graph {
  const graph = new Graph();
  graph.output("codes", codePoints(graph.input("x", "string", ["rows", "chars"]), become));
  return graph;
}

async function reader(name: EngineName, become?: ReadonlyMap<number, number>) {
  const program = await (await engine(name)).compile(graphOf(become));
  return async (rows: readonly (readonly string[])[], width = rows[0]?.length ?? 1) => {
    const { codes } = await program.run({
      x: { dtype: "string", dims: [rows.length, width], data: rows.flat() },
    });
    expect(codes!.dims).toEqual([rows.length, width]);
    return numbers(codes!.data);
  };
}

const codeOf = (character: string): number => character.codePointAt(0) ?? -1;

describe("codePoints", () => {
  it("knows every character of two bytes and three, and all ways to begin and to end one of four", async () => {
    const read = await reader("onnxruntime");
    const plane = (from: number, size: number, step = 1): number[] =>
      Array.from({ length: size }, (_, i) => from + i * step);
    const all = [
      plane(1, 0xd7ff),
      plane(0xe000, 0x2000),
      plane(0x1f000, 0x1000),
      plane(0x10000, 2043, 0x201),
    ];
    for (const codes of all)
      expect(await read([codes.map((code) => String.fromCodePoint(code))])).toEqual(codes);
  });

  it.each(engineNames)("knows them beside each other, the empty string, and no strings: %s", async (name) => {
    const read = await reader(name);
    expect(
      await read([
        ["a", "", "~"],
        ["", "é", "€"],
        ["😀", "\u{10ffff}", "\uffff"],
      ]),
    ).toEqual(["a", "", "~", "", "é", "€", "😀", "\u{10ffff}", "\uffff"].map(codeOf));
    expect(await read([["a", ""]])).toEqual([97, -1]);
    expect(await read([], 3)).toEqual([]);
    const character = fc.oneof(
      fc.constant(""),
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }).filter((one) => one !== "\0"),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(character, { minLength: 1, maxLength: 12 }), async (row) => {
        expect(await read([row])).toEqual(row.map(codeOf));
      }),
      { numRuns: name === "tensorflow" ? 5 : 20 },
    );
  });

  it.each(engineNames)("maps characters of all lengths: %s", async (name) => {
    const become = new Map(
      [
        ["A", "a"],
        ["É", "é"],
        ["Ⱥ", "ⱥ"],
        ["K", "k"],
        ["𐐀", "𐐨"],
      ].map(([from, to]) => [codeOf(from!), codeOf(to!)] as const),
    );
    const read = await reader(name, become);
    const row = ["A", "B", "É", "é", "Ⱥ", "K", "𐐀", "𐐁", "日", ""];
    expect(await read([row])).toEqual(["a", "B", "é", "é", "ⱥ", "k", "𐐨", "𐐁", "日", ""].map(codeOf));
    expect(await read([["A", "B"]])).toEqual([97, 66]);
  });

  it("comes back from a file with its parts of characters as they were", () => {
    const parts = (graph: Graph): readonly unknown[] =>
      graph.nodes.flatMap(({ definition: { name }, attributes }): readonly unknown[] => {
        const { then_branch, delimiter, keys_strings } = attributes;
        if (name === "If") return parts(then_branch as Graph);
        return delimiter === undefined ? ((keys_strings ?? []) as readonly string[]) : [delimiter];
      });
    const graph = graphOf();
    const read = decodeModel(encodeModel(graph).model, { where: "a file" });
    expect(parts(read.graph)).toEqual(parts(graph));
    expect(parts(graph)).toEqual(expect.arrayContaining(["\udcf0", "\udc80\udcbf"]));
  });

  it("takes less than 70 kB of a file", () => {
    expect(encodeModel(graphOf()).model.byteLength).toBeLessThan(70_000);
  });
});
