import { expect, test } from "vitest";
import { Graph } from "../../src/graph/graph.js";
import { inputBytes, peakBytes } from "../../src/graph/memory.js";
import { add, mul, relu } from "../../src/graph/ops/elementwise.js";
import { linear } from "../../src/graph/ops/matrix.js";
import { scan } from "../../src/graph/ops/scan.js";
import { reshape } from "../../src/graph/ops/shaping.js";

const sizes = new Map([
  ["batch", 5],
  ["tokens", 7],
]);

test("inputs take what their shapes and types say", () => {
  const graph = new Graph();
  graph.input("a", "float32", ["batch", "tokens", 3]);
  graph.input("b", "int64", ["batch"]);
  graph.input("c", "bool", ["batch", "?1"]);
  expect(inputBytes(graph, sizes, 11)).toBe(4 * 5 * 7 * 3 + 8 * 5 + 5 * 11);
});

test("a chain needs two results at a time, whatever its length", () => {
  const graph = new Graph();
  let x = graph.input("x", "float32", ["batch", 10]);
  for (let i = 0; i < 6; i++) x = relu(x);
  graph.output("y", x);
  expect(peakBytes(graph, sizes, 1)).toBe(2 * 4 * 50);
});

test("a result is kept until its last reader, an output to the end, and one that lies elsewhere costs nothing", () => {
  const graph = new Graph();
  const x = graph.input("x", "float32", ["batch", 10]);
  const kept = relu(x);
  const middle = relu(relu(kept));
  const last = add(middle, kept);
  graph.output("last", last);
  // At the end kept, middle and last are there; while middle is made, kept, the one between and middle.
  expect(peakBytes(graph, sizes, 1)).toBe(3 * 4 * 50);
  graph.output("kept", kept);
  expect(peakBytes(graph, sizes, 1)).toBe(3 * 4 * 50);
  expect(peakBytes(graph, sizes, 1, new Set([kept]))).toBe(2 * 4 * 50);
});

test("another shape of the same numbers takes no room, and keeps them", () => {
  const graph = new Graph();
  const x = relu(graph.input("x", "float32", [5, 10]));
  const flat = reshape(x, [50]);
  const y = relu(relu(flat));
  graph.output("y", mul(y, flat));
  expect(peakBytes(graph, new Map(), 1)).toBe(3 * 4 * 50);
});

test("parameters are not counted, and of a loop one step is", () => {
  const graph = new Graph();
  const weight = graph.parameter("w", [3, 3]);
  const sequence = graph.input("x", "float32", ["tokens", "batch", 3]);
  const start = graph.input("h", "float32", ["batch", 3]);
  const { outputs } = scan({ states: [start], scanned: [sequence] }, ([h], [x]) => {
    const next = relu(add(linear(h!, weight), x!));
    return { states: [next], outputs: [next] };
  });
  graph.output("all", outputs[0]!);
  const one = 4 * 5 * 3;
  // The loop's two results are the last state and the states of all seven steps; a step holds two results at a time.
  expect(peakBytes(graph, sizes, 1)).toBe(one + 7 * one + 2 * one);
});
