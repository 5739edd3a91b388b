import { describe, expect, it } from "vitest";
import { arrayFor, type DType, dtypeCodes, isFloat, toData } from "../../src/graph/dtype.js";
import { Graph } from "../../src/graph/graph.js";
import { add, exp, identity, mul } from "../../src/graph/ops/elementwise.js";
import { scan } from "../../src/graph/ops/scan.js";
import { full, reshape } from "../../src/graph/ops/shaping.js";

describe("a graph being built", () => {
  it("knows its tensors by name, type and shape", () => {
    const graph = new Graph();
    const x = graph.input("tokens", "float32", ["batch", "tokens", 100]);
    expect({ rank: x.rank, last: x.dim(-1), first: x.dim(0), text: String(x) }).toEqual({
      rank: 3,
      last: 100,
      first: "batch",
      text: "float32[batch,tokens,100]",
    });
  });

  it("refuses an axis that a tensor does not have", () => {
    const x = new Graph().input("x", "float32", ["batch", 3]);
    expect(() => x.dim(2)).toThrow("PTX_GRAPH  graph\n  float32[batch,3] (x) has no axis 2");
    expect(() => x.dim(-3)).toThrow("float32[batch,3] (x) has no axis -3");
  });

  it("refuses a second input, parameter or output of a name, at the component that builds", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [2]);
    graph.output("y", x);
    const says = 'PTX_GRAPH  model/a\n  the name "x" is taken: inputs and parameters need names of their own';
    expect(() => graph.within("model/a", () => graph.parameter("x", [2]))).toThrow(says);
    expect(() => graph.within("model/a", () => graph.output("y", x))).toThrow(
      'PTX_GRAPH  model/a\n  output "y" is declared twice',
    );
  });

  it("attributes nodes to the component that is building, also after one that failed", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [2]);
    const failing = () =>
      graph.within("model/b", () => {
        throw new Error("no");
      });
    const inner = graph.within("model", () => {
      expect(failing).toThrow("no");
      return exp(x);
    });
    exp(inner);
    expect(graph.nodes.map(({ place }) => place)).toEqual(["model", ""]);
    expect(graph.nodes[0]!.name).toMatch(/^model\/Exp_\d+$/);
  });

  it("names nodes apart from inputs that look like them", () => {
    const graph = new Graph();
    const x = graph.input("Exp_0", "float32", [2]);
    expect(exp(x).name).not.toBe("Exp_0");
  });

  it("refuses to join tensors of different graphs", () => {
    const [a, b] = [new Graph(), new Graph()].map((graph) => graph.input("x", "float32", [2]));
    expect(() => add(a!, b!)).toThrow("Add: its inputs belong to different graphs (x is not visible here)");
  });

  it("refuses a tensor of a loop's body outside of it", () => {
    const graph = new Graph();
    const xs = graph.input("xs", "float32", ["tokens", 2]);
    let leaked = xs;
    scan({ states: [], scanned: [xs] }, (_, [x]) => {
      leaked = exp(x!);
      return { states: [], outputs: [leaked] };
    });
    const other = scan({ states: [], scanned: [xs] }, (_, [x]) => ({ states: [], outputs: [exp(x!)] }));
    expect(() =>
      scan({ states: [], scanned: [other.outputs[0]!] }, (_, [x]) => ({
        states: [],
        outputs: [add(x!, leaked)],
      })),
    ).toThrow("belong to different graphs");
  });

  it("says which size no tensor has", () => {
    const graph = new Graph();
    expect(() => full(graph, "float32", ["batch"], 0)).toThrow(
      'PTX_GRAPH  graph\n  no tensor has the size "batch"',
    );
  });

  it("reads sizes of a loop's body from what the loop is given", () => {
    const graph = new Graph();
    const xs = graph.input("xs", "float32", ["tokens", "batch", 2]);
    const { outputs } = scan({ states: [], scanned: [xs] }, (_, [x]) => ({
      states: [],
      outputs: [reshape(mul(x!, 2), ["batch", 1, 2])],
    }));
    expect(outputs[0]!.shape).toEqual(["tokens", "batch", 1, 2]);
  });
});

describe("constants", () => {
  it("that are small and equal are one tensor, in the outermost graph", () => {
    const graph = new Graph();
    const body = new Graph(graph);
    const one = graph.constant("float32", [], [1]);
    expect(body.constant("float32", [], [1])).toBe(one);
    expect(one.graph).toBe(graph);
    expect(graph.constants).toEqual([one]);
  });

  it("are told apart by type, sizes, sign of zero and by where strings end", () => {
    const graph = new Graph();
    const all = [
      graph.constant("float32", [], [0]),
      graph.constant("float32", [], [-0]),
      graph.constant("float32", [1], [0]),
      graph.constant("int32", [], [0]),
      graph.constant("string", [2], ["a,b", "c"]),
      graph.constant("string", [2], ["a", "b,c"]),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(graph.constants).toEqual(all);
  });

  it("that are large are not compared", () => {
    const graph = new Graph();
    const values = Array.from({ length: 17 }, (_, i) => i);
    expect(graph.constant("float32", [17], values)).not.toBe(graph.constant("float32", [17], values));
  });

  it("of integers are known as sizes", () => {
    const graph = new Graph();
    expect(graph.constant("int64", [2], [3, -1]).content).toEqual([3, -1]);
    expect(graph.constant("int64", [1, 2], [3, -1]).content).toBeUndefined();
    expect(graph.constant("float32", [2], [3, -1]).content).toBeUndefined();
  });

  it("hold as many elements as their sizes say, of their type", () => {
    const graph = new Graph();
    expect(() => graph.constant("float32", [2, 2], [1, 2, 3])).toThrow(
      "PTX_GRAPH  graph\n  a constant of sizes [2,2] needs 4 elements, got 3",
    );
    expect(() => graph.constant("int32", [], [0.5])).toThrow("the constant 0.5 is not an int32");
    expect(() => mul(graph.input("lengths", "int64", ["batch"]), 0.5)).toThrow(
      "the constant 0.5 is not an int64",
    );
  });
});

describe("element types", () => {
  it("hold numbers as their arrays do", () => {
    const held: { [D in DType]?: unknown } = {
      float32: new Float32Array([1, 2]),
      float64: new Float64Array([1, 2]),
      int32: new Int32Array([1, 2]),
      int64: new BigInt64Array([1n, 2n]),
      uint8: new Uint8Array([1, 2]),
      int8: new Int8Array([1, 2]),
      bool: new Uint8Array([1, 2]),
    };
    for (const [dtype, data] of Object.entries(held)) expect(toData(dtype as DType, [1, 2])).toEqual(data);
    expect(toData("string", ["a", 2])).toEqual(["a", "2"]);
    expect(toData("bool", [true, false])).toEqual(new Uint8Array([1, 0]));
    expect(toData("int64", [2n ** 60n])).toEqual(new BigInt64Array([2n ** 60n]));
    expect(arrayFor("float16")).toBe(Uint16Array);
  });

  it("have gradients when they have fractions", () => {
    const fractions = (Object.keys(dtypeCodes) as DType[]).filter(isFloat);
    expect(fractions.sort()).toEqual(["float16", "float32", "float64"]);
  });
});

describe("identities", () => {
  it("give a value a second name without a second shape", () => {
    const graph = new Graph();
    const x = graph.input("x", "int64", ["batch"]);
    const y = identity(x);
    expect(y).not.toBe(x);
    expect(String(y)).toBe(String(x));
  });
});
