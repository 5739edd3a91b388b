/** @file The losses of numbers against their closed forms, with gradients. */
import { describe, expect, it } from "vitest";
import { gradients } from "../../../src/graph/autodiff.js";
import { Graph, type Tensor } from "../../../src/graph/graph.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { optimize } from "../../../src/graph/passes.js";
import { Scope } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import { floats, slot, testContext } from "../models/harness.js";

const predicted = [0.5, -2, 3, 1.25];
const right = [0.25, 1, -1, 1.5];
const differences = predicted.map((x, i) => x - right[i]!);

interface Form {
  readonly loss: (d: number) => number;
  readonly slope: (d: number) => number;
}

const huber = (delta: number): Form => ({
  loss: (d) => (Math.abs(d) <= delta ? d ** 2 / 2 : delta * (Math.abs(d) - delta / 2)),
  slope: (d) => Math.max(-delta, Math.min(delta, d)),
});

describe.each(engineNames)("on %s", (name) => {
  it.each<[string, object, Form]>([
    ["MSELoss", {}, { loss: (d) => d ** 2, slope: (d) => 2 * d }],
    ["MAELoss", {}, { loss: Math.abs, slope: Math.sign }],
    ["HuberLoss", {}, huber(1)],
    ["HuberLoss", { delta: 3.5 }, huber(3.5)],
  ])("%s with %j has its closed form's value and slope", async (loss, config, form) => {
    const context = testContext();
    const graph = new Graph();
    const scope = Scope.root(graph, "train", new ParameterStore(1), context);
    const logits = graph.input("logits", "float32", ["batch", 1]);
    const target = graph.input("target", "float32", ["batch", 1]);
    const { component, config: options } = context.part("loss", slot("loss", { [loss]: config }));
    const { sum, count } = component.build(scope, options, { logits, target, classWeights: null });
    graph.output("sum", sum);
    graph.output("count", count);
    graph.output("slope", gradients(sum, [logits])[0] as Tensor);
    optimize(graph);
    const program = await (await engine(name)).compile(graph);
    const results = await program.run({ logits: floats([4, 1], predicted), target: floats([4, 1], right) });
    expect(Number(results.sum!.data[0])).toBeCloseTo(
      differences.reduce((all, d) => all + form.loss(d), 0),
      5,
    );
    expect(Number(results.count!.data[0])).toBe(4);
    const slopes = Array.from(results.slope!.data as Float32Array);
    for (const [i, d] of differences.entries()) expect(slopes[i]).toBeCloseTo(form.slope(d), 5);
  });
});
