import { createRequire } from "node:module";
import { Value as Schema } from "typebox/value";
import { describe, expect, it } from "vitest";
import type { Values } from "../../src/engine/engine.js";
import { loadTensorFlow, type TensorFlow } from "../../src/engine/tensorflow/load.js";
import { tensorflow } from "../../src/engine/tensorflow.js";
import { type DType, type HostTensor, type TensorData, toData } from "../../src/graph/dtype.js";
import { Graph, type Tensor } from "../../src/graph/graph.js";
import { apply } from "../../src/graph/ops/define.js";
import * as e from "../../src/graph/ops/elementwise.js";
import { gather } from "../../src/graph/ops/lookup.js";
import { matmul } from "../../src/graph/ops/matrix.js";
import { reduceMean, reduceSum } from "../../src/graph/ops/reduction.js";
import { scan } from "../../src/graph/ops/scan.js";
import { ints, Range, Reshape, Slice } from "../../src/graph/ops/shaping.js";
import { PtxError } from "../../src/registry/errors.js";
import { engine } from "../graph/engines.js";

const tf = createRequire(import.meta.url)("@tensorflow/tfjs") as TensorFlow;

function host(
  dtype: DType,
  dims: readonly number[],
  values: readonly (number | bigint | string)[],
): HostTensor {
  return { dtype, dims, data: toData(dtype, values) };
}

const f32 = (...values: readonly number[]): HostTensor => host("float32", [values.length], values);
const i64 = (...values: readonly (number | bigint)[]): HostTensor => host("int64", [values.length], values);

/** Builds, compiles and runs a graph once. */
async function evaluate(
  build: (graph: Graph) => Readonly<Record<string, Tensor>>,
  feeds: Values = {},
): Promise<Record<string, HostTensor>> {
  const graph = new Graph();
  for (const [name, tensor] of Object.entries(build(graph))) graph.output(name, tensor);
  const program = await (await engine("tensorflow")).compile(graph);
  try {
    return await program.run(feeds);
  } finally {
    await program.release();
  }
}

async function compiled(build: (graph: Graph) => Readonly<Record<string, Tensor>>, frozen: Values = {}) {
  const graph = new Graph();
  for (const [name, tensor] of Object.entries(build(graph))) graph.output(name, tensor);
  return (await engine("tensorflow")).compile(graph, { frozen });
}

const doubled = (graph: Graph) => ({ y: e.mul(graph.input("x", "float32", ["batch"]), 2) });

describe("loading TensorFlow.js", () => {
  const notFound = (name: string): Error =>
    Object.assign(new Error(`Cannot find module '${name}'\nRequire stack:\n- load.js`), {
      code: "MODULE_NOT_FOUND",
    });
  const without =
    (...missing: readonly string[]) =>
    (name: string): unknown => {
      if (missing.includes(name)) throw notFound(name);
      return { enableProdMode: () => {}, setBackend: async () => true, ready: async () => {}, name };
    };

  it("takes the native library when it is there, else plain JavaScript", async () => {
    expect(await loadTensorFlow("auto", without())).toMatchObject({
      backend: "native",
      tf: { name: "@tensorflow/tfjs-node" },
    });
    expect(await loadTensorFlow("auto", without("@tensorflow/tfjs-node"))).toMatchObject({
      backend: "cpu",
      tf: { name: "@tensorflow/tfjs" },
    });
  });

  it("takes what the config asks for", async () => {
    expect(await loadTensorFlow("cpu", without())).toMatchObject({ tf: { name: "@tensorflow/tfjs" } });
    await expect(loadTensorFlow("native", without("@tensorflow/tfjs-node"))).rejects.toThrow(
      "PTX_ENGINE  engine.tensorflow\n  @tensorflow/tfjs-node is not installed\n  see: npm install @tensorflow/tfjs-node@4",
    );
  });

  it("says what to install when nothing is there", async () => {
    const nothing = without("@tensorflow/tfjs-node", "@tensorflow/tfjs");
    await expect(loadTensorFlow("auto", nothing)).rejects.toThrow(
      "PTX_ENGINE  engine.tensorflow\n  neither @tensorflow/tfjs-node nor @tensorflow/tfjs is installed\n  see: npm install @tensorflow/tfjs-node@4  or, slower but nothing native: npm install @tensorflow/tfjs@4",
    );
  });

  it("does not hide a native library that is broken", async () => {
    const broken = (): never => {
      throw new Error("libtensorflow.so.2: cannot open shared object file");
    };
    await expect(loadTensorFlow("auto", broken)).rejects.toThrow(
      "@tensorflow/tfjs-node is installed but does not load: libtensorflow.so.2: cannot open shared object file\n  see: npm rebuild @tensorflow/tfjs-node",
    );
    const lacking = (): never => {
      throw notFound("long");
    };
    await expect(loadTensorFlow("auto", lacking)).rejects.toThrow(
      "is installed but does not load: Cannot find module 'long'",
    );
  });

  it("says so when the library lacks the back end", async () => {
    const other = (): unknown => ({ enableProdMode: () => {}, setBackend: async () => false });
    await expect(loadTensorFlow("cpu", other)).rejects.toThrow('@tensorflow/tfjs has no back end "cpu"');
  });

  it("is asked for in the config by one word", () => {
    expect(tensorflow).toMatchObject({ kind: "engine", name: "tensorflow" });
    expect(Schema.Create(tensorflow.schema)).toEqual({ backend: "auto" });
  });
});

describe("a program on TensorFlow.js", () => {
  it("gives results in the graph's own types", async () => {
    const given = await evaluate(
      (graph) => {
        const [x, n] = [graph.input("x", "float32", ["batch"]), graph.input("n", "int64", ["batch"])];
        const s = graph.input("s", "string", ["batch"]);
        return {
          float: e.neg(x),
          long: e.neg(n),
          int: e.cast(n, "int32"),
          bool: e.greater(x, 0),
          string: e.identity(s),
        };
      },
      { x: f32(1.5, -2), n: i64(3, 4), s: host("string", [2], ["a", "né"]) },
    );
    expect(given).toEqual({
      float: f32(-1.5, 2),
      long: i64(-3, -4),
      int: host("int32", [2], [3, 4]),
      bool: host("bool", [2], [1, 0]),
      string: host("string", [2], ["a", "né"]),
    });
  });

  it("computes only the outputs that are asked for", async () => {
    const program = await compiled((graph) => {
      const table = graph.input("table", "float32", [3]);
      return { good: e.exp(table), bad: gather(table, ints(table, [7])) };
    });
    const feeds = { table: f32(0, 0, 0) };
    expect(await program.run(feeds, ["good"])).toEqual({ good: f32(1, 1, 1) });
    expect(await program.run(feeds, [])).toEqual({});
    await expect(program.run(feeds)).rejects.toThrow("position 7 is outside an axis of size 3");
  });

  it("does not ask for inputs that the wanted outputs do not read", async () => {
    const program = await compiled((graph) => ({
      a: e.neg(graph.input("x", "float32", ["batch"])),
      b: e.neg(graph.input("labels", "int64", ["batch"])),
    }));
    expect(await program.run({ x: f32(1) }, ["a"])).toEqual({ a: f32(-1) });
    await expect(program.run({ x: f32(1) })).rejects.toThrow(
      "PTX_ENGINE  input labels\n  it is not fed; give it as int64[batch]",
    );
  });

  it("writes into given arrays", async () => {
    const program = await compiled((graph) => ({
      ...doubled(graph),
      n: e.neg(graph.input("n", "int64", [])),
    }));
    const into = { y: f32(0, 0, 0), n: host("int64", [], [0]) };
    const given = await program.run({ x: f32(1, 2, 3), n: host("int64", [], [5]) }, undefined, into);
    expect(given.y!.data).toBe(into.y.data);
    expect(into).toEqual({ y: f32(2, 4, 6), n: host("int64", [], [-5]) });
  });

  it.each<{ why: string; into: Values; says: string }>([
    {
      why: "of other sizes",
      into: { y: f32(0) },
      says: "output y\n  it has the sizes [3], the given array [1] with 1 elements",
    },
    {
      why: "of another type",
      into: { y: i64(0, 0, 0) },
      says: "output y\n  it is float32[batch], the given array is int64",
    },
    {
      why: "for an output that is not asked for",
      into: { z: f32(0) },
      says: "output z\n  an array is given for it, but it is not asked for",
    },
    {
      why: "of strings",
      into: { y: host("string", [1], [""]) },
      says: "output y\n  strings cannot be written into a given array",
    },
  ])("refuses a given array $why", async ({ into, says }) => {
    const program = await compiled(doubled);
    await expect(program.run({ x: f32(1, 2, 3) }, undefined, into)).rejects.toThrow(`PTX_ENGINE  ${says}`);
  });

  it("refuses an output that there is not", async () => {
    const program = await compiled(doubled);
    await expect(program.run({ x: f32(1) }, ["scores"])).rejects.toThrow(
      "PTX_ENGINE  output scores\n  the program has no such output  known: y",
    );
  });

  it("gives arrays of its own, not the ones it was fed", async () => {
    const x = f32(1, 2);
    const given = await evaluate((graph) => ({ y: e.identity(graph.input("x", "float32", [2])) }), { x });
    expect(given.y!.data).not.toBe(x.data);
    (x.data as Float32Array)[0] = 9;
    expect(given.y).toEqual(f32(1, 2));
  });

  it("builds frozen parameters in, as they were when it was compiled", async () => {
    const w = f32(2, 3);
    const program = await compiled(
      (graph) => ({ y: e.mul(graph.input("x", "float32", [2]), graph.parameter("w", [2])) }),
      { w },
    );
    (w.data as Float32Array).fill(0);
    expect(await program.run({ x: f32(1, 1) })).toEqual({ y: f32(2, 3) });
  });

  it("refuses frozen parameters of other sizes", async () => {
    const wrong = compiled((graph) => ({ y: e.exp(graph.parameter("w", [2])) }), { w: f32(1, 2, 3) });
    await expect(wrong).rejects.toThrow("PTX_ENGINE  input w\n  it is float32[2], got float32[3]");
  });

  it("cannot run after it was released", async () => {
    const program = await compiled(doubled);
    await program.release();
    await program.release();
    await expect(program.run({ x: f32(1) })).rejects.toThrow(
      "PTX_ENGINE  engine tensorflow\n  the program was released",
    );
  });
});

describe("TensorFlow.js's memory", () => {
  const build = (graph: Graph) => {
    const xs = graph.input("xs", "float32", ["tokens", "batch", 3]);
    const w = graph.parameter("w", [3, 3]);
    const { states, outputs } = scan(
      { states: [graph.input("h", "float32", ["batch", 3])], scanned: [xs] },
      ([h], [x]) => {
        const next = e.tanh(e.add(matmul(h!, w), x!));
        return { states: [next], outputs: [e.identity(h!), next] };
      },
    );
    const mask = e.cast(e.greater(outputs[1]!, 0), "float32");
    return { last: states[0]!, mean: reduceMean(e.mul(outputs[0]!, mask), [0]), same: e.identity(xs) };
  };
  const feeds = {
    xs: host("float32", [2, 1, 3], [1, 2, 3, 4, 5, 6]),
    h: host("float32", [1, 3], [0, 0, 0]),
    w: host("float32", [3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
  };

  it("holds nothing of a run that is over", async () => {
    const program = await compiled(build);
    await program.run(feeds);
    const held = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) await program.run(feeds);
    await program.run(feeds, ["mean"]);
    expect(tf.memory().numTensors).toBe(held);
  });

  it("holds nothing of a run that failed", async () => {
    const program = await compiled((graph) => {
      const x = graph.input("x", "float32", ["batch"]);
      return { y: e.mul(e.exp(x), gather(e.neg(x), graph.input("at", "int64", [1]))) };
    });
    await program.run({ x: f32(1, 2), at: i64(0) });
    const held = tf.memory().numTensors;
    await expect(program.run({ x: f32(1, 2), at: i64(5) })).rejects.toThrow(PtxError);
    expect(tf.memory().numTensors).toBe(held);
  });

  it("holds nothing of a program that is released", async () => {
    const before = tf.memory().numTensors;
    const program = await compiled(build, { w: feeds.w });
    await program.run({ xs: feeds.xs, h: feeds.h });
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    await program.release();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("whole numbers", () => {
  it("of 64 bits are exact below 2^53 and refused beyond", async () => {
    const build = (graph: Graph) => ({ y: e.add(graph.input("n", "int64", [1]), 1) });
    expect(await evaluate(build, { n: i64(2 ** 52) })).toEqual({ y: i64(2n ** 52n + 1n) });
    await expect(evaluate(build, { n: i64(2n ** 60n) })).rejects.toThrow(
      "PTX_ENGINE  input n\n  the int64 1152921504606846976 is beyond 2^53, which this engine cannot hold exactly",
    );
    await expect(evaluate(build, { n: i64(2 ** 53 - 1) })).rejects.toThrow(
      "an int64 result (9007199254740992) is beyond 2^53",
    );
  });

  it("of 64 bits at either end mean the ends, as in slices of other programs", async () => {
    const build = (graph: Graph) => {
      const x = graph.input("x", "float32", ["batch"]);
      const end = graph.input("end", "int64", [1]);
      return { y: apply(Slice, [x, ints(x, [1]), end, ints(x, [0]), null], {}), end: e.identity(end) };
    };
    const largest = i64(2n ** 63n - 1n);
    expect(await evaluate(build, { x: f32(1, 2, 3), end: largest })).toEqual({ y: f32(2, 3), end: largest });
  });

  it("of 32 bits wrap around as in C", async () => {
    const build = (graph: Graph) => {
      const n = graph.input("n", "int32", [2]);
      return { sum: e.add(n, n), product: e.mul(n, n) };
    };
    const n = host("int32", [2], [2 ** 31 - 1, 123_456_789]);
    expect(await evaluate(build, { n })).toEqual({
      sum: host("int32", [2], [-2, 246_913_578]),
      product: host("int32", [2], [1, Math.imul(123_456_789, 123_456_789)]),
    });
  });

  it("divide towards zero, and not by zero", async () => {
    const build = (graph: Graph) => ({
      y: e.div(graph.input("a", "int64", ["n"]), graph.input("b", "int64", ["n"])),
    });
    expect(await evaluate(build, { a: i64(7, -7), b: i64(2, 2) })).toEqual({ y: i64(3, -3) });
    await expect(evaluate(build, { a: i64(7), b: i64(0) })).rejects.toThrow("an integer is divided by zero");
  });

  it("have no mean", async () => {
    const build = (graph: Graph) => ({ y: reduceMean(graph.input("n", "int64", ["n"]), [0]) });
    await expect(evaluate(build, { n: i64(1, 2) })).rejects.toThrow("cast to float32 first");
  });

  it("are parsed from strings that are numbers", async () => {
    const build = (graph: Graph) => ({ y: e.cast(graph.input("s", "string", ["n"]), "int64") });
    expect(await evaluate(build, { s: host("string", [2], ["12", " -3"]) })).toEqual({ y: i64(12, -3) });
    await expect(evaluate(build, { s: host("string", [1], [""]) })).rejects.toThrow('"" is not a number');
    await expect(evaluate(build, { s: host("string", [1], ["x"]) })).rejects.toThrow('"x" is not a number');
  });
});

describe("what this engine cannot run", () => {
  it("is refused before anything runs: an element type that TensorFlow.js lacks, in a loop's body too", async () => {
    const build = (graph: Graph) => {
      const xs = graph.input("xs", "float32", ["tokens", 2]);
      const { outputs } = graph.within("model/crf", () =>
        scan({ states: [], scanned: [xs] }, (_, [x]) => ({
          states: [],
          outputs: [e.cast(e.cast(x!, "float64"), "float32")],
        })),
      );
      return { y: outputs[0]! };
    };
    await expect(compiled(build)).rejects.toThrow(
      /PTX_ENGINE {2}model\/crf \(model\/crf\/Cast_\d+\)\n {2}model\/crf\/Cast_\d+ is float64\[2\]; the tensorflow engine runs float32, int32, int64, int8, uint8, bool, string: use the engine onnxruntime/,
    );
  });

  it("is refused: floats as strings, which nothing defines", async () => {
    const build = (graph: Graph) => ({ y: e.cast(graph.input("x", "float32", ["n"]), "string") });
    await expect(evaluate(build, { x: f32(1) })).rejects.toThrow(
      "how a float is written as a string is not defined",
    );
  });

  it("is told with operator, component and inputs", async () => {
    const build = (graph: Graph) => {
      const [table, ids] = [graph.input("table", "float32", [3, 2]), graph.input("ids", "int64", ["n"])];
      return { y: graph.within("model/embedding", () => gather(table, ids)) };
    };
    const feeds = { table: host("float32", [3, 2], [1, 2, 3, 4, 5, 6]), ids: i64(1, 3) };
    await expect(evaluate(build, feeds)).rejects.toThrow(
      /PTX_ENGINE {2}model\/embedding\n {2}Gather \(model\/embedding\/Gather_\d+\): position 3 is outside an axis of size 3, got float32\[3,2\] and int64\[2\]/,
    );
  });
});

describe("declarations are held against what comes out", () => {
  it.each([
    { what: "sizes", shape: ["batch", 3], says: "declared as float32[batch,3] and came out as float32[2,2]" },
    { what: "rank", shape: ["batch"], says: "declared as float32[batch] and came out as float32[2,2]" },
    {
      what: "a symbol's size",
      shape: [2, "rows"],
      says: "declared as float32[2,rows] and came out as float32[2,2]",
    },
  ])("$what", async ({ shape, says }) => {
    const build = (graph: Graph) => {
      const x = graph.input("x", "float32", ["batch", 2]);
      const rows = graph.input("r", "float32", ["rows"]);
      const node = graph.addNode(e.Exp, [x], {}, [{ dtype: "float32", shape }]);
      return { y: node.outputs[0]!, r: e.neg(rows) };
    };
    const feeds = { x: host("float32", [2, 2], [1, 2, 3, 4]), r: f32(1, 2, 3) };
    await expect(evaluate(build, feeds)).rejects.toThrow(says);
  });

  it("and elements that were worked out while building", async () => {
    const build = (graph: Graph) => {
      const n = graph.input("n", "int64", [1]);
      const node = graph.addNode(e.Identity, [n], {}, [{ dtype: "int64", shape: [1], content: [5] }]);
      return { y: node.outputs[0]! };
    };
    expect(await evaluate(build, { n: i64(5) })).toEqual({ y: i64(5) });
    await expect(evaluate(build, { n: i64(6) })).rejects.toThrow("was taken for 5 (5) and came out as 6");
  });
});

describe("the sizes of the run", () => {
  it("may be unknown while the graph is built", async () => {
    const build = (graph: Graph) => {
      const scalar = (name: string): Tensor => graph.input(name, "int64", []);
      const range = apply(Range, [scalar("from"), scalar("to"), scalar("by")], {});
      const target = graph.input("target", "int64", [2]);
      return {
        range,
        table: apply(Reshape, [range, target], {}),
        sum: reduceSum(e.cast(range, "float32"), [0]),
      };
    };
    const feeds = {
      from: host("int64", [], [4]),
      to: host("int64", [], [-2]),
      by: host("int64", [], [-1]),
      target: i64(2, -1),
    };
    expect(await evaluate(build, feeds)).toEqual({
      range: i64(4, 3, 2, 1, 0, -1),
      table: host("int64", [2, 3], [4, 3, 2, 1, 0, -1]),
      sum: host("float32", [], [9]),
    });
    await expect(evaluate(build, { ...feeds, target: i64(4, -1) })).rejects.toThrow(
      "[6] cannot be reshaped to [4,-1]",
    );
  });

  it("may be zero steps of a loop", async () => {
    const build = (graph: Graph) => {
      const xs = graph.input("xs", "float32", ["tokens", "batch"]);
      const { states, outputs } = scan(
        { states: [graph.input("h", "float32", ["batch"])], scanned: [xs] },
        ([h], [x]) => {
          const next = e.add(h!, x!);
          return { states: [next], outputs: [next, e.greater(next, 0)] };
        },
      );
      return { last: states[0]!, all: outputs[0]!, positive: outputs[1]! };
    };
    const feeds = { xs: host("float32", [0, 2], []), h: f32(1, 2) };
    expect(await evaluate(build, feeds)).toEqual({
      last: f32(1, 2),
      all: host("float32", [0, 2], []),
      positive: host("bool", [0, 2], []),
    });
  });
});

describe("text", () => {
  it("passes through untouched, whatever its characters", async () => {
    const texts: TensorData = ["", "né", "日本", "😀", "a\u0000b"];
    const build = (graph: Graph) => {
      const s = graph.input("s", "string", ["n"]);
      return { y: e.where(e.equal(s, s), s, gather(s, ints(s, [0]))) };
    };
    const given = await evaluate(build, { s: { dtype: "string", dims: [5], data: texts } });
    expect(given.y!.data).toEqual(texts);
  });
});
