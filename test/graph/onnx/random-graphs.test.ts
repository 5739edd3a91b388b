import fc from "fast-check";
import { expect, it } from "vitest";
import { Graph, type Tensor } from "../../../src/graph/graph.js";
import { decodeModel } from "../../../src/graph/onnx/decode.js";
import { encodeModel } from "../../../src/graph/onnx/encode.js";
import { add, cast, identity, maximum, mul, neg, sub, tanh } from "../../../src/graph/ops/elementwise.js";
import { reduceSum, softmax } from "../../../src/graph/ops/reduction.js";
import { scan } from "../../../src/graph/ops/scan.js";
import { concat, reshapeLike, slice, transpose } from "../../../src/graph/ops/shaping.js";
import { optimize } from "../../../src/graph/passes.js";
import { verifyGraph } from "../../../src/graph/verify.js";
import { onnxruntimeEngine, wave } from "./graphs.js";

type Step = (a: Tensor, b: Tensor) => Tensor;

/** Each takes and gives `[rows, rows]`. */
const steps: Readonly<Record<string, Step>> = {
  add,
  sub,
  mul: (a, b) => mul(a, mul(b, 0.5)),
  maximum,
  neg: (a) => neg(a),
  tanh: (a) => tanh(a),
  softmax: (a) => softmax(a),
  identity: (a) => identity(a),
  transpose: (a) => transpose(a, [1, 0]),
  mean: (a, b) => sub(a, reduceSum(b, [0], true)),
  double: (a) => cast(cast(a, "float64"), "float32"),
  shift: (a) => reshapeLike(concat([slice(a, 0, 1, "rows"), slice(a, 0, 0, 1)], 0), a),
  loop: (a, b) => {
    const { outputs } = scan({ states: [reduceSum(a, [0])], scanned: [b] }, ([state], [row]) => {
      const next = tanh(add(mul(state!, 0.5), add(row!, identity(reduceSum(a, [0])))));
      return { states: [next], outputs: [sub(next, row!)] };
    });
    return reshapeLike(outputs[0]!, a);
  },
};

const program = fc.array(fc.tuple(fc.constantFrom(...Object.keys(steps)), fc.nat(), fc.nat()), {
  minLength: 1,
  maxLength: 12,
});

/** A graph whose k-th step works on two earlier results; the last three results are outputs. */
function build(recipe: readonly (readonly [string, number, number])[]): Graph {
  const graph = new Graph();
  const results = [graph.input("x", "float32", ["rows", "rows"]), graph.parameter("w", [1, 1])];
  results.push(add(results[0]!, results[1]!));
  const usable = (i: number): Tensor => results.filter((_, at) => at !== 1)[i % (results.length - 1)]!;
  for (const [name, i, j] of recipe) results.push(steps[name]!(usable(i), usable(j)));
  for (const [i, tensor] of results.slice(-3).entries()) graph.output(`y${i}`, tensor);
  graph.output("first", results[2]!); // so that the parameter is always read
  return graph;
}

it("any program computes the same after writing, reading and all passes", async () => {
  const runtime = await onnxruntimeEngine();
  const feeds = { x: wave([3, 3], 1.9), w: wave([1, 1], 0.6) };
  await fc.assert(
    fc.asyncProperty(program, async (recipe) => {
      const run = async (graph: Graph) => {
        const compiled = await runtime.compile(graph);
        const results = await compiled.run(feeds);
        await compiled.release();
        return results;
      };
      const expected = await run(build(recipe));
      const read = decodeModel(encodeModel(build(recipe)).model).graph;
      verifyGraph(read);
      const optimized = build(recipe);
      optimize(optimized);
      expect(optimized.nodes.length).toBeLessThanOrEqual(build(recipe).nodes.length);
      for (const results of [await run(read), await run(optimized)]) {
        for (const [name, { dims, data }] of Object.entries(expected)) {
          expect(results[name]!.dims).toEqual(dims);
          for (let i = 0; i < data.length; i++)
            expect(results[name]!.data[i]).toBeCloseTo(data[i] as number, 4);
        }
      }
    }),
    { numRuns: 60 },
  );
});
