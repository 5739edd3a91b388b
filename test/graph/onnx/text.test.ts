import { describe, expect, it } from "vitest";
import { Graph } from "../../../src/graph/graph.js";
import { decodeModel } from "../../../src/graph/onnx/decode.js";
import { encodeModel } from "../../../src/graph/onnx/encode.js";
import { apply } from "../../../src/graph/ops/define.js";
import { replaceCharacters } from "../../../src/graph/ops/strings.js";
import { splitCharacters, Tokenizer } from "../../../src/graph/ops/text.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { onnxruntimeEngine } from "./graphs.js";

describe("strings cut into characters", () => {
  it.each([null, 2])("are the same in a file that is read again (most %s)", async (most) => {
    const graph = new Graph();
    graph.output("y", splitCharacters(graph.input("x", "string", ["batch", "tokens"]), most));
    const read = decodeModel(encodeModel(graph).model).graph;
    expect(read.nodes.filter(({ definition }) => definition === Tokenizer)).toHaveLength(
      most === null ? 1 : 2,
    );
    const program = await (await onnxruntimeEngine()).compile(read);
    const { y } = await program.run({ x: { dtype: "string", dims: [1, 2], data: ["a😀日", ""] } });
    await program.release();
    const all = ["a", "😀", "日", "", "", ""];
    expect([y!.dims, y!.data]).toEqual(
      most === null
        ? [[1, 2, 3], all]
        : [
            [1, 2, 2],
            ["a", "😀", "", ""],
          ],
    );
  });

  it("are cut in branches that are the same in a file that is read again", async () => {
    const graph = new Graph();
    const table = new Map([
      ["A", "a"],
      ["É", "é"],
    ]);
    graph.output("y", replaceCharacters(graph.input("x", "string", ["batch"]), table));
    const read = decodeModel(encodeModel(graph).model).graph;
    verifyGraph(read);
    expect(read.nodes.map(({ definition }) => definition)).toEqual(
      graph.nodes.map(({ definition }) => definition),
    );
    const program = await (await onnxruntimeEngine()).compile(read);
    for (const data of [[], ["b"], ["A", "xAÉ\nA", ""], ["AbÉ".repeat(1000), "É"]]) {
      const { y } = await program.run({ x: { dtype: "string", dims: [data.length], data } });
      expect(y!.data).toEqual(data.map((text) => text.replace(/[AÉ]/g, (one) => table.get(one)!)));
    }
    await program.release();
  });

  it.each([
    [{ mark: 1 }, 'its attribute "mark" is 1; only 0 is supported'],
    [{ mincharnum: 2 }, 'its attribute "mincharnum" is 2; only 1 is supported'],
    [{ pad_value: undefined }, 'it needs the attribute "pad_value"'],
  ])("are refused with marks, short pieces dropped or padding unsaid: %j", (how, message) => {
    const graph = new Graph();
    const attributes = { mark: 0, mincharnum: 1, pad_value: "", separators: [""], ...how } as never;
    graph.output("y", apply(Tokenizer, [graph.input("x", "string", ["batch"])], attributes));
    const { model } = encodeModel(graph);
    expect(() => decodeModel(model)).toThrow(message);
  });
});
