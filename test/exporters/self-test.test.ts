import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Row } from "../../src/components/data/contracts.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import {
  readSelfTest,
  type SelfTest,
  selfTestFailure,
  selfTestMetadata,
} from "../../src/exporters/self-test.js";
import { inspectModel } from "../../src/graph/onnx/inspect.js";
import { loadModel, predict, silentLog } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import type { Prediction } from "../../src/tasks/prediction.js";
import { exported, trained } from "../elsewhere/shipped.js";
import { workplace } from "../support/toy.js";

const folder = workplace();
const row = (text: string): Row => ({ values: { text, label: "secret" }, origin: text });
const said = (label: string, score: number): Prediction => ({ label, scores: { [label]: score } });
const decided = (): boolean => false;

describe("rows for an exported file", () => {
  const chosen = (
    samples: readonly Row[],
    expected: readonly Prediction[],
    undecided: (one: Prediction) => boolean = decided,
  ) => {
    const { self_test: text } = selfTestMetadata(samples, expected, ["text"], undecided, undefined);
    return text === undefined ? undefined : (JSON.parse(text) as SelfTest);
  };

  test("are of different labels first, and hold the columns that the model reads alone", () => {
    const samples = ["a", "b", "c", "d", "e", "f"].map(row);
    const labels = ["x", "x", "x", "y", "y", "z"];
    const test = chosen(
      samples,
      labels.map((label) => said(label, 0.123456789)),
    );
    expect(test!.rows.map(({ row }) => row)).toEqual(["a", "d", "f", "b"].map((text) => ({ text })));
    expect(test!.rows[0]!.answer).toEqual({ label: "x", scores: { x: 0.123457 } });
  });

  test("are short, were read to their ends, and could not be decided otherwise by rounding", () => {
    const samples = [row("a"), row("b".repeat(2000)), row("c"), row("d")];
    const expected = [said("x", 0.5), said("x", 0.9), { ...said("x", 0.9), truncated: true }, said("y", 0.9)];
    const test = chosen(samples, expected, ({ scores }) => scores!.x === 0.5);
    expect(test!.rows.map(({ row }) => row)).toEqual([{ text: "d" }]);
    expect(chosen(samples.slice(0, 1), expected, () => true)).toBeUndefined();
  });

  test("keep the file small", () => {
    const samples = Array.from({ length: 10 }, (_, i) => row(`${i}${"x".repeat(1200)}`));
    const { self_test: text } = selfTestMetadata(
      samples,
      samples.map(() => said("x", 1)),
      ["text"],
      decided,
      undefined,
    );
    expect(text!.length).toBeLessThan(4200);
  });

  test("of an int8 file leave room for how other processors round", () => {
    const of = (form?: "int8" | "float16") =>
      (
        JSON.parse(
          selfTestMetadata([row("a")], [said("x", 1)], ["text"], decided, form).self_test!,
        ) as SelfTest
      ).tolerance;
    expect([of(), of("float16"), of("int8")]).toEqual([1e-3, 1e-3, 5e-2]);
  });
});

describe("answers", () => {
  const recorded: SelfTest = {
    tolerance: 1e-3,
    rows: [{ row: {}, answer: { label: "x", scores: { x: 0.9 }, perplexity: 500 } }],
  };
  const answer = { label: "x", scores: { x: 0.9 }, perplexity: 500 };

  test.each<[string, object, RegExp | undefined]>([
    ["the same", answer, undefined],
    [
      "within the tolerance, of large numbers as a share",
      { ...answer, scores: { x: 0.9009 }, perplexity: 500.4 },
      undefined,
    ],
    ["with another score", { ...answer, scores: { x: 0.8 } }, /row 1: a number differs by 0.09/],
    ["with a score that is no number", { ...answer, scores: { x: Number.NaN } }, /row 1/],
    ["with another label", { ...answer, label: "y" }, /row 1: label is "y", recorded is "x"/],
    ["with a key less", { label: "x", scores: { x: 0.9 } }, /row 1/],
  ])("%s", (_, got, failure) => {
    const found = selfTestFailure(recorded, [got], decided);
    if (failure === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(failure);
  });

  test("of an encoder are compared by their vectors", () => {
    const vectors: SelfTest = { tolerance: 1e-3, rows: [{ row: {}, answer: { vector: [0.5, -1] } }] };
    const got = (second: number) => [{ vector: Float32Array.of(0.5, second), tokens: ["a"], dims: [2] }];
    expect(selfTestFailure(vectors, got(-1.0001), decided)).toBeUndefined();
    expect(selfTestFailure(vectors, got(1), decided)).toMatch(/differs by 2/);
  });
});

describe("a file", () => {
  let file: string;
  let run: string;
  beforeAll(async () => {
    run = await trained(folder, "label");
    file = await exported(run);
  });

  test("carries held-out rows with what it says of them itself, unless that is not wanted", async () => {
    const { metadata } = await inspectModel(file);
    const recorded = await readSelfTest(file, metadata);
    expect(recorded.rows.length).toBeGreaterThan(1);
    const model = await loadModel(file);
    const answers = await predict(
      model,
      recorded.rows.map(({ row }) => row),
    );
    await model.release();
    expect(selfTestFailure(recorded, answers, decided)).toBeUndefined();
    const bare = join(folder, "bare.onnx");
    await exportOnnx(run, bare, { registry: defaultRegistry(), log: silentLog, selfTest: false });
    expect((await readSelfTest(bare, (await inspectModel(bare)).metadata)).rows).toEqual([]);
  });

  test("or a folder with rows that cannot be read is refused with its place", async () => {
    await expect(readSelfTest(file, { self_test: "{" })).rejects.toThrow(
      /metadata "self_test"[\s\S]*not valid JSON/,
    );
    const place = join(folder, "encoder");
    mkdirSync(place);
    expect((await readSelfTest(place, {})).rows).toEqual([]);
    writeFileSync(join(place, "self-test.json"), '{"tolerance": 0.001, "rows": [{"row": {"text": "a"}}]}');
    await expect(readSelfTest(place, {})).rejects.toThrow(/self-test.json[\s\S]*this is no self-test/);
  });
});
