import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DecisionRule } from "../../src/components/contracts.js";
import { requireAgreement } from "../../src/exporters/agreement.js";
import { Graph } from "../../src/graph/graph.js";
import { writeModel } from "../../src/graph/onnx/file.js";
import { relu } from "../../src/graph/ops/elementwise.js";
import { loadModel } from "../../src/library.js";
import { undecidedLabels } from "../../src/tasks/class-scores.js";
import type { Prediction } from "../../src/tasks/prediction.js";
import { workplace } from "../support/toy.js";

const rows = ["x:1", "x:2"].map((origin) => ({ values: {}, origin }));
const decidedBy = (rule: DecisionRule) => ({
  undecided: ({ scores = {} }: Prediction, tolerance: number) => undecidedLabels(scores, rule, tolerance),
});
const one = decidedBy({ decision: "single-label", threshold: 0 });
const many = decidedBy({ decision: "multi-label", threshold: 0.5 });
const scored = (label: string, a: number, b: number): Prediction => ({ label, scores: { a, b } });
const listed = (labels: string[], a: number, b: number): Prediction => ({ labels, scores: { a, b } });

describe("what a run and a file predict", () => {
  test("agrees within rounding, and the largest difference is told", () => {
    const expected = [scored("a", 0.75, 0.25), scored("b", 0.25, 0.75)];
    const got = [scored("a", 0.75 + 2e-6, 0.25), scored("b", 0.25, 0.75 - 5e-6)];
    expect(requireAgreement(rows, expected, got, one)).toBeCloseTo(5e-6, 9);
    expect(requireAgreement(rows, expected, expected, one)).toBe(0);
    expect(requireAgreement([], [], [], one)).toBe(0);
  });

  test("differs when a score does, is missing or is no number", () => {
    const expected = [scored("a", 0.75, 0.25), scored("b", 0.25, 0.75)];
    const differing = (second: Prediction) => () =>
      requireAgreement(rows, expected, [expected[0]!, second], one);
    expect(differing(scored("b", 0.25, 0.75 + 2e-5))).toThrow(
      "PTX_EXPORT  x:2\n  the file's scores differ by 0.0000",
    );
    expect(differing(scored("b", 0.25, Number.NaN))).toThrow("differ by NaN");
    expect(differing({ label: "b", scores: { a: 0.25 } })).toThrow('the file says scores {"a":0.25}');
  });

  test("differs when the label does, unless rounding decides between the best two", () => {
    const differing = (a: number, b: number) => () =>
      requireAgreement(rows.slice(0, 1), [scored("a", a, b)], [scored("b", a, b)], one);
    expect(differing(0.6, 0.4)).toThrow('PTX_EXPORT  x:1\n  the file says label "b", the model "a"');
    expect(differing(0.500005, 0.499995)).not.toThrow();
  });

  test("of several labels differs when the list does, unless a score is at the threshold", () => {
    const differing = (a: number, b: number) => () =>
      requireAgreement(rows.slice(0, 1), [listed(["a", "b"], a, b)], [listed(["a"], a, b)], many);
    expect(differing(0.9, 0.9)).toThrow('the file says labels ["a"], the model ["a","b"]');
    expect(differing(0.9, 0.500001)).not.toThrow();
  });
});

describe("answers in texts", () => {
  const answered = (start: number, score: number, second: number): Prediction => ({
    ...{ text: "a b c", answer: { text: "b", start, end: 5, score } },
    answers: [
      { text: "b", start, end: 5, score },
      { text: "c", start: 4, end: 5, score: second },
    ],
  });
  const differing = (score: number, second: number, moved = score) => {
    const [wanted, got] = [answered(2, score, second), answered(0, moved, second)];
    // Which of two comes first is chance where they are nearly as good.
    const undecided = ({ answers = [] }: Prediction) => answers[0]!.score - answers[1]!.score < 1e-5;
    return () => requireAgreement(rows.slice(0, 1), [wanted], [got], { undecided });
  };

  test("differ when a place does, which is no score, unless rounding decides between the best two", () => {
    expect(differing(0.6, 0.4)).toThrow("the file says answer.start 0, the model 2");
    expect(differing(0.400001, 0.4)).not.toThrow();
    expect(differing(0.400001, 0.4, 0.5)).toThrow("the file's scores differ by 0.0999");
  });
});

test("an ONNX file of another program is refused by name", async () => {
  const graph = new Graph();
  graph.output("y", relu(graph.input("x", "float32", ["batch", 2])));
  const [path] = await writeModel(join(workplace(), "foreign.onnx"), graph);
  await expect(loadModel(path!)).rejects.toThrow(
    `PTX_MODEL_FILE  ${path}\n  the file does not carry the task, config, labels and form of input`,
  );
});
