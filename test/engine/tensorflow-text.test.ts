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

  async function cut(how: object, data: readonly string[]): Promise<unknown> {
    const graph = new Graph();
    const x = graph.input("x", "string", ["rows"]);
    graph.output("y", apply(Tokenizer, [x], { mark: 0, mincharnum: 1, pad_value: "#", ...how }));
    const program = await tensorflow.compile(graph);
    const { y } = await program.run({ x: { dtype: "string", dims: [data.length], data: [...data] } });
    return { dims: y!.dims, data: y!.data };
  }

  it("cuts into code points and pads with the node's own value", async () => {
    const found = await cut({ separators: [""] }, ["a😀", "", "日"]);
    expect(found).toEqual({ dims: [3, 2], data: ["a", "😀", "#", "#", "日", "#"] });
  });

  it("cuts at NUL and drops what is empty", async () => {
    const found = await cut({ separators: ["\0"] }, ["\0a b\0\0c", "", "d\0"]);
    expect(found).toEqual({ dims: [3, 2], data: ["a b", "c", "#", "#", "d", "#"] });
  });

  it("keeps the head of each string", async () => {
    const found = await cut({ tokenexp: "\\A(?s:.{1,2})" }, ["a😀b", "", "\n"]);
    expect(found).toEqual({ dims: [3, 1], data: ["a😀", "#", "\n"] });
  });

  it.each([
    [{ separators: [" "] }, 'this engine cuts at no separator but NUL, got [" "]'],
    [{ separators: ["", " "] }, 'this engine cuts at no separator but NUL, got [""," "]'],
    [{ separators: [""], mark: 1 }, "this engine neither marks nor drops pieces"],
    [{ separators: [""], mincharnum: 2 }, "this engine neither marks nor drops pieces"],
    [{ tokenexp: "[a-z]+" }, "the expression [a-z]+ is not one that this engine cuts by"],
    [{ tokenexp: "\\A(?s:.{1,2})+" }, "is not one that this engine cuts by"],
    [{ tokenexp: "\\A(?s:.{1,2000})" }, "is not one that this engine cuts by"],
    [{ tokenexp: "\\A(?s:.{1,0})" }, "is not one that this engine cuts by"],
  ])("refuses what it would cut otherwise than ONNX Runtime: %j", async (how, message) => {
    await expect(cut(how, ["a b"])).rejects.toThrow(message);
  });
});
