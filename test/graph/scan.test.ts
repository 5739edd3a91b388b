import { describe, expect, it } from "vitest";
import type { Values } from "../../src/engine/engine.js";
import { backward, isSparse } from "../../src/graph/autodiff.js";
import { isFloat } from "../../src/graph/dtype.js";
import type { Graph } from "../../src/graph/graph.js";
import * as e from "../../src/graph/ops/elementwise.js";
import { densify } from "../../src/graph/ops/lookup.js";
import { scan } from "../../src/graph/ops/scan.js";
import { engine, engineNames, numbers } from "./engines.js";
import { type Built, expectClose, expectGradients, runOnce } from "./ops/check.js";
import { buildProgram, type LoopProgram, programs, unrolled } from "./programs.js";

const names = Object.keys(programs);

/** Adds the gradient of the sum of squares of all results by every input, as outputs. */
function withGradients({ graph, inputs, results, feeds }: Built): { graph: Graph; feeds: Values } {
  const seeds = new Map(
    results.filter(({ dtype }) => isFloat(dtype)).map((result) => [result, e.mul(result, 2)]),
  );
  const wrt = inputs.filter(({ dtype }) => isFloat(dtype));
  for (const [tensor, cotangent] of backward(graph, seeds, wrt)) {
    if (cotangent === null) continue;
    graph.output(`d_${tensor.name}`, isSparse(cotangent) ? densify(cotangent, tensor.dim(0)) : cotangent);
  }
  return { graph, feeds };
}

describe.each(engineNames)("a loop on %s", (engineName) => {
  describe.each(names)("%s:", (name) => {
    const program = programs[name] as LoopProgram;

    it.each([
      { length: 1, reverse: false },
      { length: 4, reverse: false },
      { length: 3, reverse: true },
    ])(
      "$length steps (reverse: $reverse) give the values and gradients of the steps written out",
      async ({ length, reverse }) => {
        const used = await engine(engineName);
        const looped = withGradients(buildProgram(program, { length, loop: scan, reverse }));
        const flat = withGradients(
          buildProgram(program, { length, loop: unrolled(length), reverse, symbolicTime: false }),
        );
        const [got, wanted] = [
          await runOnce(used, looped.graph, looped.feeds),
          await runOnce(used, flat.graph, flat.feeds),
        ];
        expect(Object.keys(got).sort()).toEqual(Object.keys(wanted).sort());
        for (const [key, value] of Object.entries(wanted)) {
          expect(got[key]!.dims, key).toEqual(value.dims);
          expectClose(numbers(got[key]!.data), numbers(value.data), () => 2e-6);
        }
      },
    );

    it.each([false, true])("gradients agree with finite differences (reverse: %s)", async (reverse) => {
      await expectGradients(
        await engine(engineName),
        buildProgram(program, { length: 3, loop: scan, reverse }),
      );
    });
  });
});
