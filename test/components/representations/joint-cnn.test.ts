import { expect, it } from "vitest";
import { ParameterStore } from "../../../src/graph/parameters.js";
import type { Scope } from "../../../src/graph/scope.js";
import { engine, engineNames } from "../../graph/engines.js";
import { built, normals, slot, tokenInputs, tokenVectors } from "../models/harness.js";

const DIM = 3;
const rows = [
  { name: "long", length: 5 },
  { name: "short", length: 2 },
];
const words = { DeepCNNRepresentation: { kernel_num: 3, kernel_sizes: [3] } };
const doc = { DocNNRepresentation: { kernel_num: 2, kernel_sizes: [1, 2] } };

/** What a representation called `path` makes of the rows, with parameters that depend on their names alone. */
async function results(name: (typeof engineNames)[number], raw: unknown, path: readonly string[]) {
  const value = slot("representation", raw);
  const build = (scope: Scope, [first, ...rest] = path): Record<string, never> =>
    rest.length > 0
      ? scope.within(first!, (at) => build(at, rest))
      : scope.part("representation", value, first!, (representation, config, at) => {
          const made = representation.build(at, config, tokenInputs(scope, DIM));
          return Object.fromEntries(Object.entries(made).filter(([, tensor]) => tensor !== null)) as never;
        });
  const store = new ParameterStore(3);
  const target = await built(await engine(name), "infer", store, build);
  for (const { name: parameter, data } of store) data.set(normals(data.length, parameter));
  return target.run(tokenVectors(rows, 6, DIM));
}

it.each(engineNames)(
  "two representations of the same words are those that they are alone, on %s",
  async (name) => {
    const raw = { JointCNNRepresentation: { doc_representation: doc, word_representation: words } };
    const joint = await results(name, raw, ["rep"]);
    expect(joint.doc).toEqual((await results(name, doc, ["rep", "doc_representation"])).doc);
    expect(joint.tokens).toEqual((await results(name, words, ["rep", "word_representation"])).tokens);
  },
);

it.each(engineNames)("the text's vector is the maximum over its words' own, on %s", async (name) => {
  const shared = await results(name, { SharedCNNRepresentation: { word_representation: words } }, ["rep"]);
  expect(shared.tokens).toEqual((await results(name, words, ["rep", "word_representation"])).tokens);
  const expected = rows.flatMap(({ length }, i) =>
    Array.from({ length: 3 }, (_, k) =>
      Math.max(...Array.from({ length }, (_, t) => shared.tokens!.data[(i * 6 + t) * 3 + k]!)),
    ),
  );
  expect(shared.doc).toEqual({ dims: [2, 3], data: expected });
});

it.each([
  [
    { JointCNNRepresentation: { doc_representation: words } },
    /DeepCNNRepresentation gives vectors of words only/,
  ],
  [
    { JointCNNRepresentation: { word_representation: doc } },
    /DocNNRepresentation gives a vector of the text only/,
  ],
  [
    { SharedCNNRepresentation: { word_representation: doc } },
    /DocNNRepresentation gives a vector of the text only/,
  ],
])("refuses %o", async (raw, message) => {
  await expect(results(engineNames[0]!, raw, ["rep"])).rejects.toThrow(message);
});
