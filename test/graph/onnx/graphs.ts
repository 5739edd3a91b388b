/** @file Graphs that the tests of this folder write and read, with values to run them on. */
import { Value } from "typebox/value";
import type { Engine } from "../../../src/engine/engine.js";
import { onnxruntime } from "../../../src/engine/onnxruntime.js";
import { gradients, isSparse } from "../../../src/graph/autodiff.js";
import type { HostTensor } from "../../../src/graph/dtype.js";
import { Graph, type Tensor } from "../../../src/graph/graph.js";
import { add, cast, greater, mul, neg, sub, tanh, where } from "../../../src/graph/ops/elementwise.js";
import { gelu } from "../../../src/graph/ops/gelu.js";
import { decodeIds, encodeStrings, gather, topK } from "../../../src/graph/ops/lookup.js";
import { linear, matmul } from "../../../src/graph/ops/matrix.js";
import { layerNorm, logSoftmax, reduceMax, reduceSum, softmax } from "../../../src/graph/ops/reduction.js";
import { scan } from "../../../src/graph/ops/scan.js";
import {
  concat,
  full,
  pad,
  range,
  reshape,
  slice,
  transpose,
  unsqueeze,
} from "../../../src/graph/ops/shaping.js";
import { Context } from "../../../src/registry/context.js";
import { Registry } from "../../../src/registry/registry.js";

/** The default engine on one thread. */
export function onnxruntimeEngine(): Promise<Engine> {
  const config = Value.Create(onnxruntime.schema);
  const log = { info: () => {}, warn: () => {} };
  return onnxruntime.create(config, new Context(new Registry(), { log, settings: { seed: 1, threads: 1 } }));
}

/** A graph and something to feed it. */
export interface Case {
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, HostTensor>>;
  readonly parameters: Readonly<Record<string, HostTensor>>;
}

/** Numbers that look random and are the same each time. */
export function wave(dims: readonly number[], seed: number): HostTensor {
  const size = dims.reduce((a, b) => a * b, 1);
  return {
    dtype: "float32",
    dims,
    data: Float32Array.from({ length: size }, (_, i) => Math.sin(seed * (i + 1)) * 0.7),
  };
}

/** An int64 value. */
export function integers(dims: readonly number[], values: readonly number[]): HostTensor {
  return { dtype: "int64", dims, data: BigInt64Array.from(values, BigInt) };
}

/** A classifier with text in and labels out: strings, lookups, attention, normalisation. */
export function textClassifier(): Case {
  const graph = new Graph();
  const words = graph.input("words", "string", ["batch", "tokens"]);
  const probabilities = graph.within("model", () => {
    const table = graph.parameter("model.embedding.weight", [4, 6]);
    const ids = graph.within("model/embedding", () => encodeStrings(words, ["a", "b", "ß"], [1, 2, 3], 0));
    const x = graph.within("model/embedding", () => gather(table, ids));
    const scores = softmax(matmul(x, transpose(x, [0, 2, 1])));
    const mixed = layerNorm(
      add(x, matmul(scores, x)),
      graph.parameter("scale", [6]),
      graph.parameter("shift", [6]),
    );
    const pooled = reduceMax(gelu(mixed), [1]);
    const mean = unsqueeze(reduceSum(concat([pooled, neg(pooled)], -1), [1]), [1]);
    return softmax(
      linear(add(pooled, mean), graph.parameter("out.weight", [6, 3]), graph.parameter("out.bias", [3])),
    );
  });
  graph.output("probabilities", probabilities);
  const best = topK(probabilities, 2);
  graph.output("labels", decodeIds(best.ids, ["no", "yes", "perhaps"]));
  graph.output("scores", best.values);
  const text = (rows: string[][]): HostTensor => ({
    dtype: "string",
    dims: [rows.length, rows[0]!.length],
    data: rows.flat(),
  });
  return {
    graph,
    inputs: {
      words: text([
        ["a", "ß", "x"],
        ["b", "b", "a"],
      ]),
    },
    parameters: {
      "model.embedding.weight": wave([4, 6], 1.1),
      scale: wave([6], 2.1),
      shift: wave([6], 0.3),
      "out.weight": wave([6, 3], 1.9),
      "out.bias": wave([3], 0.9),
    },
  };
}

/** A recurrent tagger with its loss and all gradients: loops in both directions, one inside another's gradient. */
export function trainedTagger(reverse: boolean): Case {
  const graph = new Graph();
  const ids = graph.input("ids", "int64", ["tokens", "batch"]);
  const [table, w, u] = [
    graph.parameter("table", [5, 4]),
    graph.parameter("w", [4, 3]),
    graph.parameter("u", [3, 3]),
  ];
  const x = gather(table, ids);
  const start = full(graph, "float32", ["batch", 3], 0.5);
  const { states, outputs } = scan({ states: [start], scanned: [x], reverse }, ([h], [slice]) => {
    const next = tanh(add(matmul(slice!, w), matmul(h!, u)));
    return { states: [where(greater(next, 2), h!, next)], outputs: [mul(next, next)] };
  });
  const loss = add(reduceSum(outputs[0]!, []), reduceSum(logSoftmax(states[0]!), []));
  graph.output("loss", loss);
  for (const [i, gradient] of gradients(loss, [table, w, u]).entries()) {
    const name = ["table", "w", "u"][i]!;
    if (gradient === null) throw new Error(`no gradient for ${name}`);
    if (isSparse(gradient)) {
      graph.output(`d_${name}.ids`, gradient.ids);
      graph.output(`d_${name}.rows`, gradient.rows);
    } else graph.output(`d_${name}`, gradient as Tensor);
  }
  return {
    graph,
    inputs: { ids: integers([4, 2], [0, 3, 2, 2, 1, 4, 0, 1]) },
    parameters: { table: wave([5, 4], 1.7), w: wave([4, 3], 0.8), u: wave([3, 3], 2.4) },
  };
}

/** Shapes that are only known when the graph runs, integers, bools, and a loop within a loop. */
function shapePlay(): Case {
  const graph = new Graph();
  const x = graph.input("x", "float32", ["rows", "columns"]);
  const flags = graph.input("flags", "bool", ["rows"]);
  const padded = pad(x, [0, 1], [0, 2], 1.5);
  graph.output("flat", reshape(sub(padded, 1), [-1]));
  graph.output("part", slice(padded, 1, 1, -1));
  graph.output("numbers", add(cast(range(graph, "rows"), "int32"), cast(cast(flags, "int32"), "int32")));
  const outer = scan({ states: [graph.constant("float32", [], [0])], scanned: [x] }, ([total], [row]) => {
    const inner = scan({ states: [total!], scanned: [row!] }, ([sum], [value]) => {
      const next = add(sum!, mul(value!, reduceSum(x, [])));
      return { states: [next], outputs: [next] };
    });
    return { states: inner.states, outputs: inner.outputs };
  });
  graph.output("running", outer.outputs[0]!);
  return {
    graph,
    inputs: { x: wave([3, 2], 1.3), flags: { dtype: "bool", dims: [3], data: Uint8Array.of(1, 0, 1) } },
    parameters: {},
  };
}

/** All of them by name. */
export const cases: Readonly<Record<string, () => Case>> = {
  "a text classifier": textClassifier,
  "a tagger with gradients": () => trainedTagger(false),
  "a tagger that reads backwards": () => trainedTagger(true),
  "open shapes and nested loops": shapePlay,
};
