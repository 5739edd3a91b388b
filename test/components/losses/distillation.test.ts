import { describe, expect, it } from "vitest";
import { Graph } from "../../../src/graph/graph.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import { optimize } from "../../../src/graph/passes.js";
import { Scope } from "../../../src/graph/scope.js";
import { logitsOf } from "../../../src/tasks/teacher-logits.js";
import { engine } from "../../graph/engines.js";
import { floats, ints, slot, testContext } from "../models/harness.js";

const student = [0.3, -1.2, 2, 0.5, 0.1, -0.4];
const teacher = [1, 0, -1, 3, -2, 0.5];
const target = [2, 0];

/** The loss of two rows of three labels; `holds` are the labels of rows that may have several. */
async function lossOf(config: object, holds?: readonly number[]): Promise<{ sum: number; count: number }> {
  const name = holds === undefined ? "DistillationLoss" : "BinaryDistillationLoss";
  const context = testContext();
  const graph = new Graph();
  const scope = Scope.root(graph, "train", new ParameterStore(1), context);
  const inputs = {
    logits: graph.input("logits", "float32", ["batch", 3]),
    soft: graph.input("soft", "float32", ["batch", 3]),
    target:
      holds === undefined
        ? graph.input("target", "int32", ["batch"])
        : graph.input("target", "float32", ["batch", 3]),
  };
  const { component, config: options } = context.part("loss", slot("loss", { [name]: config }));
  const { sum, count } = component.build(scope, options, { ...inputs, classWeights: null });
  graph.output("sum", sum);
  graph.output("count", count);
  optimize(graph);
  const program = await (await engine("onnxruntime")).compile(graph);
  const feeds = {
    logits: floats([2, 3], student),
    soft: floats([2, 3], teacher),
    target: holds === undefined ? ints([2], target) : floats([2, 3], holds),
  };
  const results = await program.run(feeds);
  return { sum: Number(results.sum!.data[0]), count: Number(results.count!.data[0]) };
}

const rows = (x: readonly number[]) => [x.slice(0, 3), x.slice(3)];
function softmax(z: readonly number[], temperature = 1): number[] {
  const powers = z.map((x) => Math.exp(x / temperature));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
}
function kl(temperature: number): number {
  return rows(teacher).reduce((sum, z, r) => {
    const [q, p] = [softmax(z, temperature), softmax(rows(student)[r]!, temperature)];
    return sum + temperature ** 2 * q.reduce((all, qc, c) => all + qc * Math.log(qc / p[c]!), 0);
  }, 0);
}
const crossEntropy = rows(student).reduce((sum, z, r) => sum - Math.log(softmax(z)[target[r]!]!), 0);
/** Squared differences of logits less each row's mean, averaged over labels. */
const squares = rows(teacher).reduce((sum, z, r) => {
  const d = z.map((x, c) => rows(student)[r]![c]! - x);
  const mean = d.reduce((a, b) => a + b) / 3;
  return sum + d.reduce((all, x) => all + (x - mean) ** 2, 0) / 3;
}, 0);

describe("DistillationLoss", () => {
  it.each([1, 2, 5])("is T^2 KL(teacher || student) at temperature %d", async (temperature) => {
    const { sum, count } = await lossOf({ temperature });
    expect(sum).toBeCloseTo(kl(temperature), 5);
    expect(count).toBe(2);
  });

  it("mixes in the cross entropy with the row's own label", async () => {
    expect((await lossOf({ temperature: 3, hard_weight: 0.25 })).sum).toBeCloseTo(
      0.75 * kl(3) + 0.25 * crossEntropy,
      5,
    );
    expect((await lossOf({ hard_weight: 1 })).sum).toBeCloseTo(crossEntropy, 5);
  });

  it("compares logits up to a constant", async () => {
    expect((await lossOf({ objective: "mse" })).sum).toBeCloseTo(squares, 5);
  });

  it("comes near half the squared difference of logits at high temperatures (Hinton et al., 2015)", async () => {
    expect((await lossOf({ temperature: 100 })).sum).toBeCloseTo(squares / 2, 1);
  });

  it("has no temperature for squared differences, not even the usual one", () => {
    expect(() => slot("loss", { DistillationLoss: { objective: "mse", temperature: 2 } })).toThrow(
      /DistillationLoss\.temperature[\s\S]*"mse" has no temperature/,
    );
    expect(slot("loss", { DistillationLoss: { objective: "mse" } })).toBeDefined();
  });

  it("is at temperature 2 where none is given", async () => {
    expect((await lossOf({})).sum).toBe((await lossOf({ temperature: 2 })).sum);
  });

  it("reads logits that give the teacher's probabilities", () => {
    const [a, b, c] = softmax([1, 0, -1]);
    const logits = logitsOf({ a: a!, b: b!, c: c! });
    for (const [label, expected] of Object.entries({ a: 1, b: 0, c: -1 }))
      expect(logits[label]).toBeCloseTo(expected, 10);
  });
});

describe("BinaryDistillationLoss", () => {
  const holds = [1, 0, 0, 1, 1, 0];
  const yes = (logit: number, temperature = 1): number => 1 / (1 + Math.exp(-logit / temperature));
  const sum = (of: (student: number, teacher: number, at: number) => number): number =>
    student.reduce((all, ours, i) => all + of(ours, teacher[i]!, i), 0);
  const divergence = (temperature: number): number =>
    sum((ours, theirs) => {
      const [p, q] = [yes(theirs, temperature), yes(ours, temperature)];
      return temperature ** 2 * (p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q)));
    });
  const crossEntropy = sum((ours, _, i) => -Math.log(holds[i] === 1 ? yes(ours) : 1 - yes(ours)));

  it.each([1, 2, 5])("is T^2 KL of yes and no for each label at temperature %d", async (temperature) => {
    const found = await lossOf({ temperature }, holds);
    expect(found.sum).toBeCloseTo(divergence(temperature), 5);
    expect(found.count).toBe(6);
  });

  it("mixes in the cross entropy with the row's own labels", async () => {
    const found = await lossOf({ temperature: 3, hard_weight: 0.25 }, holds);
    expect(found.sum).toBeCloseTo(0.75 * divergence(3) + 0.25 * crossEntropy, 5);
    expect((await lossOf({ hard_weight: 1 }, holds)).sum).toBeCloseTo(crossEntropy, 5);
  });
});
