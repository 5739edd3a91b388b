import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../../../src/engine/engine.js";
import { backward } from "../../../src/graph/autodiff.js";
import { isFloat } from "../../../src/graph/dtype.js";
import type { OpDefinition } from "../../../src/graph/ops/define.js";
import { type OpName, opTable } from "../../../src/graph/ops/table.js";
import { engine, engineNames } from "../engines.js";
import { cases } from "./cases.js";
import { buildCase, expectAgreement, expectGradients, runOnce } from "./check.js";

/** Raise for a long soak: PTX_TEST_RUNS=500. */
const numRuns = Number(process.env.PTX_TEST_RUNS ?? 12);
const names = Object.keys(opTable).sort() as OpName[];

describe("the operator table", () => {
  it.each(names)("holds %s under its own name", (name) => {
    expect(opTable[name].name).toBe(name);
  });
});

describe("every operator gives the same results on both engines", () => {
  it.each(names)("%s", async (name) => {
    const [first, second] = await Promise.all([engine("onnxruntime"), engine("tensorflow")]);
    const check = fc.asyncProperty(cases[name], async (opCase) => {
      const { graph, feeds } = buildCase(opTable[name], opCase);
      expectAgreement(
        await runOnce(first, graph, feeds),
        await runOnce(second, graph, feeds),
        opCase.tolerance,
      );
    });
    await fc.assert(check, { numRuns: numRuns * 2 });
  });
});

describe.each(engineNames)(
  "on %s, every operator's gradient agrees with finite differences",
  (engineName) => {
    let used: Engine;
    beforeAll(async () => {
      used = await engine(engineName);
    });

    it.each(names.filter((name) => typeof opTable[name].gradient === "function"))("%s", async (name) => {
      const check = fc.asyncProperty(cases[name], (opCase) =>
        expectGradients(used, buildCase(opTable[name], opCase)),
      );
      await fc.assert(check, { numRuns });
    });
  },
);

describe("an operator without a gradient", () => {
  const without = names.filter((name) => typeof opTable[name].gradient !== "function");

  it.each(without)("%s passes none: it gives no floats, or an error says why", (name) => {
    const operator: OpDefinition = opTable[name];
    const check = fc.property(cases[name], (opCase) => {
      const { graph, inputs, results } = buildCase(operator, opCase);
      const floats = results.filter(({ dtype }) => isFloat(dtype));
      const seeds = new Map(
        floats.map((result, i) => [result, graph.input(`dy${i}`, result.dtype, result.shape)]),
      );
      const differentiate = () => backward(graph, seeds, inputs);
      const meets = graph.nodes.some(
        (node) =>
          node.definition === operator &&
          node.outputs.some((output) => isFloat(output.dtype)) &&
          node.inputs.some((input) => input !== null && inputs.includes(input) && isFloat(input.dtype)),
      );
      if (meets) expect(differentiate).toThrow(`PTX_GRADIENT  graph\n  no gradient passes through ${name}: `);
      else expect(differentiate().size).toBe(0);
    });
    fc.assert(check, { numRuns });
  });
});
