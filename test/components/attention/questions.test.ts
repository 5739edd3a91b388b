/** @file Attention between a question and a text, written out with loops, on both engines. */
import { describe, expect, it } from "vitest";
import {
  bidirectionalAttention,
  dotProductSelfAttention,
  multiplicativeAttention,
  sequenceAlignedAttention,
} from "../../../src/components/attention/questions.js";
import type { TokenVectors } from "../../../src/components/contracts.js";
import type { Tensor } from "../../../src/graph/graph.js";
import { unsqueeze } from "../../../src/graph/ops/shaping.js";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Scope } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import {
  built,
  difference,
  gradientError,
  mixed,
  normals,
  tokenInputs,
  tokenVectors,
  type Value,
  withGradients,
} from "../models/harness.js";

const DIM = 3;
const TEXTS = [5, 2, 4];
const QUESTIONS = [2, 4, 0];

type Attention = (scope: Scope, text: TokenVectors, question: TokenVectors) => Tensor;
type Rows = readonly (readonly number[])[];
type Weights = (name: string) => readonly number[];

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const times = (x: readonly number[], weight: readonly number[], size: number, bias: readonly number[]) =>
  Array.from({ length: size }, (_, k) => x.reduce((sum, v, i) => sum + v * weight[i * size + k]!, bias[k]!));
const softmax = (scores: readonly number[]): number[] => {
  const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
  return powers.map((power) => power / powers.reduce((a, b) => a + b, 0));
};
const mean = (weights: readonly number[], rows: Rows): number[] =>
  Array.from({ length: DIM }, (_, k) => weights.reduce((sum, weight, i) => sum + weight * rows[i]![k]!, 0));
const zeros = Array<number>(DIM).fill(0);

const vectorOf = (scope: Scope, question: TokenVectors): Tensor => dotProductSelfAttention(scope, question);

interface Case {
  readonly name: string;
  readonly build: Attention;
  /** One row's result, word by word; without words where there is one vector. */
  readonly plain: (text: Rows, question: Rows, w: Weights) => number[][];
}

const cases: readonly Case[] = [
  {
    name: "sequenceAlignedAttention",
    build: sequenceAlignedAttention,
    plain: (text, question, w) => {
      const layer = (x: readonly number[]) =>
        times(x, w("proj.weight"), DIM, w("proj.bias")).map((y) => Math.max(0, y));
      return text.map((p) => mean(softmax(question.map((q) => dot(layer(p), layer(q)))), question));
    },
  },
  {
    name: "dotProductSelfAttention",
    build: (scope, _, question) => vectorOf(scope, question),
    plain: (_, question, w) => [
      mean(softmax(question.map((q) => dot(q, w("weight")) + w("bias")[0]!)), question),
    ],
  },
  {
    name: "multiplicativeAttention",
    build: (scope, { vectors }, question) =>
      multiplicativeAttention(scope.child("start"), vectors, vectorOf(scope.child("merge"), question)),
    plain: (text, question, w) => {
      const weights = softmax(question.map((q) => dot(q, w("merge.weight")) + w("merge.bias")[0]!));
      const query = times(mean(weights, question), w("start.weight"), DIM, w("start.bias"));
      return text.map((p) => [dot(p, query)]);
    },
  },
  {
    name: "bidirectionalAttention",
    build: bidirectionalAttention,
    plain: (text, question, w) => {
      const similar = (h: readonly number[], u: readonly number[]): number =>
        dot(h, w("text.weight")) +
        dot(u, w("question.weight")) +
        dot(
          h.map((x, i) => x * u[i]!),
          w("product.weight"),
        );
      const scores = text.map((h) => question.map((u) => similar(h, u)));
      // A text whose question has no words looks at all of its own words alike.
      const most = scores.map((row) => (row.length === 0 ? 0 : Math.max(...row)));
      const central = mean(softmax(most), text);
      return text.map((h, t) => {
        const asked = mean(softmax(scores[t]!), question);
        return [h, asked, h.map((x, i) => x * asked[i]!), h.map((x, i) => x * central[i]!)].flat();
      });
    },
  },
];

/** The feeds of some rows: texts and questions by their numbers. */
function feeds(rows: readonly number[], width: (lengths: readonly number[]) => number) {
  const of = (kind: string, lengths: readonly number[]) =>
    tokenVectors(
      rows.map((row) => ({ name: `${kind}${row}`, length: lengths[row]! })),
      width(rows.map((row) => lengths[row]!)),
      DIM,
    );
  const [text, question] = [of("text", TEXTS), of("question", QUESTIONS)];
  return { ...text, "question.vectors": question.vectors, "question.mask": question.mask };
}

const words = (kind: string, row: number, length: number): number[][] => {
  const flat = normals(length * DIM, `${kind}${row}`);
  return Array.from({ length }, (_, i) => [...flat.slice(i * DIM, (i + 1) * DIM)]);
};

const inputs = (scope: Scope): [TokenVectors, TokenVectors] => [
  tokenInputs(scope, DIM),
  {
    vectors: scope.graph.input("question.vectors", "float32", ["batch", "question_tokens", DIM]),
    mask: scope.graph.input("question.mask", "bool", ["batch", "question_tokens"]),
  },
];

describe.each(engineNames)("attention between question and text (%s)", (name) => {
  it.each(cases)("$name is its formula, whatever stands beside in the batch", async ({ build, plain }) => {
    const store = new ParameterStore(2);
    const target = await built(await engine(name), "infer", store, (scope) => ({
      y: build(scope, ...inputs(scope)),
    }));
    for (const { name: path, data } of store) data.set(normals(data.length, path));
    const weights: Weights = (path) => [...store.get(path)!.data];
    const { y } = await target.run(feeds([0, 1, 2], (lengths) => Math.max(1, ...lengths) + 1));
    for (const row of [0, 1, 2]) {
      const [text, question] = [words("text", row, TEXTS[row]!), words("question", row, QUESTIONS[row]!)];
      const expected = plain(text, question.length === 0 ? [zeros].slice(1) : question, weights).flat();
      const flat = y!.data.slice((row * y!.data.length) / 3);
      const got: Value = { dims: [expected.length], data: flat.slice(0, expected.length) };
      expect(difference(got, { dims: [expected.length], data: expected })).toBeLessThan(2e-5);
    }
  });

  it.each(cases)("$name has the gradients of finite differences", async ({ build }) => {
    const store = new ParameterStore(2);
    const target = await built(
      await engine(name),
      "train",
      store,
      withGradients((scope) => {
        const [text, question] = inputs(scope);
        const y = build(scope, text, question);
        return mixed(typeof y.dim(-1) === "number" ? y : unsqueeze(y, [y.rank]));
      }),
    );
    for (const { name: path, data } of store) data.set(normals(data.length, path));
    const given = feeds([0, 1, 2], (lengths) => Math.max(1, ...lengths));
    expect(await gradientError(target, store, given)).toBeLessThan(3e-3);
  });
});
