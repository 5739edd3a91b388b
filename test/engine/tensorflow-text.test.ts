import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/engine/engine.js";
import { Graph } from "../../src/graph/graph.js";
import { apply } from "../../src/graph/ops/define.js";
import { Tokenizer } from "../../src/graph/ops/text.js";
import { engine } from "../graph/engines.js";

describe("the Tokenizer of the TensorFlow.js engine", () => {
  let tensorflow: Engine;
  beforeAll(async () => {
    tensorflow = await engine("tensorflow");
  });

  async function cut(how: object, data: readonly string[], by = tensorflow): Promise<unknown> {
    const graph = new Graph();
    const x = graph.input("x", "string", ["rows"]);
    graph.output("y", apply(Tokenizer, [x], { mark: 0, mincharnum: 1, pad_value: "#", ...how }));
    const program = await by.compile(graph);
    const { y } = await program.run({ x: { dtype: "string", dims: [data.length], data: [...data] } });
    return { dims: y!.dims, data: y!.data };
  }

  it("cuts into code points and pads with the node's own value", async () => {
    const found = await cut({ separators: [""] }, ["a😀", "", "日"]);
    expect(found).toEqual({ dims: [3, 2], data: ["a", "😀", "#", "#", "日", "#"] });
  });

  it.each([
    ["[a-c]+", ["ab", "#", "a", "b"]],
    ["[a]|[ab]+|[^\\x00]", ["ab", "X", "#", "a", " ", "b"]],
    ["[a](?:[b][X]*|[b])?|[ab]", ["abX", "#", "a", "b"]],
    ["[\\]\\-a]|(?:[b]?[X])+", ["a", "bX", "a", "#"]],
  ])("takes the longest match of %s from the left", async (tokenexp, data) => {
    const [rows, width] = [["abX", "a b"], data.length / 2];
    const found = await cut({ tokenexp }, rows);
    expect(found).toEqual({ dims: [2, width], data });
    const ours = await cut({ tokenexp }, rows, await engine("onnxruntime"));
    expect(ours).toEqual(found);
  });

  it("keeps the head of each string", async () => {
    const found = await cut({ tokenexp: "\\A(?s:.{1,2})" }, ["a😀b", "", "\n"]);
    expect(found).toEqual({ dims: [3, 1], data: ["a😀", "#", "\n"] });
  });

  it.each([
    [{ separators: [" "] }, 'this engine cuts at no separator, got [" "]'],
    [{ separators: ["", " "] }, 'this engine cuts at no separator, got [""," "]'],
    [{ separators: [""], mark: 1 }, "this engine neither marks nor drops pieces"],
    [{ separators: [""], mincharnum: 2 }, "this engine neither marks nor drops pieces"],
    [{ tokenexp: "[a-z]+?[b]" }, "the expression [a-z]+?[b] is not one that this engine cuts by"],
    [{ tokenexp: "(?:[a]" }, "is not one that this engine cuts by"],
    [{ tokenexp: "[a])" }, "is not one that this engine cuts by"],
    [{ tokenexp: "\\A(?s:.{1,2})+" }, "is not one that this engine cuts by"],
    [{ tokenexp: "\\A(?s:.{1,2000})" }, "is not one that this engine cuts by"],
    [{ tokenexp: "\\A(?s:.{1,0})" }, "is not one that this engine cuts by"],
  ])("refuses what it would cut otherwise than ONNX Runtime: %j", async (how, message) => {
    await expect(cut(how, ["a b"])).rejects.toThrow(message);
  });
});
