/**
 * The graph core by itself: logistic regression by gradient descent, forward and backward in one ONNX graph.
 * Run: npx jiti examples/gradients.ts   (in a project that depends on pytext-ts)
 */
import { Graph, gradients, openEngine, ops } from "pytext-ts";

const graph = new Graph();
const x = graph.input("x", "float32", ["batch", 2]);
const y = graph.input("y", "float32", ["batch", 1]);
const weight = graph.parameter("weight", [2, 1]);
const logits = ops.matmul(x, weight);
const loss = ops.reduceMean(ops.sub(ops.softplus(logits), ops.mul(logits, y)), [0, 1]);
graph.output("loss", loss);
const [slope] = gradients(loss, [weight]);
if (!slope || "rows" in slope) throw new Error("a dense gradient was expected");
graph.output("slope", slope);

const engine = await openEngine("onnxruntime");
const program = await engine.compile(graph);

const w = new Float32Array(2);
const feeds = {
  x: { dtype: "float32", dims: [4, 2], data: Float32Array.of(2, 1, 1, 2, -1, -2, -2, -1) },
  y: { dtype: "float32", dims: [4, 1], data: Float32Array.of(1, 1, 0, 0) },
  weight: { dtype: "float32", dims: [2, 1], data: w },
} as const;
let value = Number.POSITIVE_INFINITY;
for (let step = 0; step < 50; step++) {
  const results = await program.run(feeds);
  value = Number(results.loss?.data[0]);
  const direction = results.slope?.data as Float32Array;
  for (let i = 0; i < w.length; i++) w[i] = w[i]! - 0.5 * direction[i]!;
}
console.log("loss after 50 steps:", value.toFixed(4));
await program.release();
