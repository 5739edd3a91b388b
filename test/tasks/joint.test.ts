import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Figures, SelectMetric } from "../../src/components/trainers/contracts.js";
import { gradients } from "../../src/graph/autodiff.js";
import { Graph, type Tensor } from "../../src/graph/graph.js";
import { jointMetric, weightedMean } from "../../src/tasks/joint.js";
import { engine, engineNames } from "../graph/engines.js";

const metric = (name: string, higherIsBetter = true): SelectMetric => ({
  name,
  higherIsBetter,
  value: (figures) => (figures[name] as number | null | undefined) ?? null,
});
const figures = (values: Record<string, Record<string, number | null>>): Figures => ({ loss: 0, ...values });

describe("the metric of several tasks", () => {
  const tasks = [
    ["tags", metric("f1")],
    ["text", metric("perplexity", false)],
  ] as const;

  test("is the mean of theirs, with the sign changed where lower is better", () => {
    const joint = jointMetric(tasks);
    expect(joint.higherIsBetter).toBe(true);
    expect(joint.name).toBe("mean of tags.f1, text.perplexity");
    expect(joint.value(figures({ tags: { f1: 0.8 }, text: { perplexity: 30 } }))).toBeCloseTo(
      (0.8 - 30) / 2,
      12,
    );
  });

  test("is that of tasks that have figures, and none where one of these is undefined or none has figures", () => {
    const joint = jointMetric(tasks);
    expect(joint.value(figures({ tags: { f1: 0.8 } }))).toBe(0.8);
    expect(joint.value(figures({ tags: { f1: null }, text: { perplexity: 30 } }))).toBeNull();
    expect(joint.value(figures({}))).toBeNull();
  });

  test("of one task is its own, in its own direction", () => {
    const one = jointMetric([tasks[1]]);
    expect(one.name).toBe("text.perplexity");
    expect(one.higherIsBetter).toBe(false);
    expect(one.value(figures({ text: { perplexity: 30 }, tags: { f1: 1 } }))).toBe(30);
  });
});

describe.each(engineNames)("the weighted mean of a batch's loss on %s", (name) => {
  test("counts once, is sum / count times the weight, and nothing at all where nothing counts", async () => {
    const graph = new Graph();
    const scalar = (input: string): Tensor => graph.input(input, "float32", []);
    const [sum, count] = [scalar("sum"), scalar("count")];
    const mean = weightedMean({ sum, count }, 2.5);
    graph.output("mean", mean.sum);
    graph.output("times", mean.count);
    graph.output("slope", gradients(mean.sum, [sum])[0] as Tensor);
    const program = await (await engine(name)).compile(graph);
    const at = async (a: number, b: number): Promise<number[]> => {
      const feed = (value: number) => ({ dtype: "float32", dims: [], data: Float32Array.of(value) }) as const;
      const results = await program.run({ sum: feed(a), count: feed(b) });
      return ["mean", "times", "slope"].map((output) => Number(results[output]!.data[0]));
    };
    expect(await at(0, 0)).toEqual([0, 0, 2.5]);
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        async (a, b) => {
          const [value, times, slope] = await at(a, b);
          expect(value! / ((2.5 * a) / b)).toBeCloseTo(1, 5);
          expect(times).toBe(1);
          expect(slope! / (2.5 / b)).toBeCloseTo(1, 5);
        },
      ),
      { numRuns: 20 },
    );
    await program.release();
  });
});
