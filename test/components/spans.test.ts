/** @file The search for the best spans against trying all of them, on both engines. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HIDDEN } from "../../src/components/masking.js";
import { bestSpans } from "../../src/components/spans.js";
import { ParameterStore } from "../../src/graph/parameters.js";
import { engine, engineNames } from "../graph/engines.js";
import { built, floats } from "./models/harness.js";

/** All spans of a row by falling score, in the order of their places where scores are equal. */
function tried(starts: readonly number[], ends: readonly number[], longest: number) {
  const all = starts.flatMap((start, first) =>
    ends
      .slice(first, first + longest)
      .map((end, more) => ({ first, last: first + more, score: Math.fround(start + end) })),
  );
  return all.filter(({ score }) => score > HIDDEN / 2).sort((a, b) => b.score - a.score);
}

describe.each(engineNames)("the best spans on %s", (name) => {
  it("are those of all that there are (property)", async () => {
    const run = await engine(name);
    const cases = [
      [1, 1],
      [2, 3],
      [4, 5],
      [9, 2],
    ] as const;
    for (const [longest, count] of cases) {
      const target = await built(run, "infer", new ParameterStore(1), (scope) => {
        const [starts, ends] = ["starts", "ends"].map((one) =>
          scope.graph.input(one, "float32", ["batch", "pieces"]),
        );
        return { ...bestSpans(starts!, ends!, longest, count) };
      });
      // Few different scores, so that many spans are equally good; null: no span begins or ends here.
      const score = fc.option(fc.integer({ min: -3, max: 3 }), { freq: 4 });
      const row = (pieces: number) => fc.array(score, { minLength: pieces, maxLength: pieces });
      const rows = fc
        .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 3 }))
        .chain(([pieces, batch]) =>
          fc.array(fc.tuple(row(pieces), row(pieces)), { minLength: batch, maxLength: batch }),
        );
      await fc.assert(
        fc.asyncProperty(rows, async (given) => {
          const made = given.map((sides) => sides.map((side) => side.map((one) => one ?? HIDDEN)));
          const dims = [made.length, made[0]![0]!.length];
          const { first, last, scores } = await target.run({
            starts: floats(
              dims,
              made.flatMap(([starts]) => starts!),
            ),
            ends: floats(
              dims,
              made.flatMap(([, ends]) => ends!),
            ),
          });
          const wanted = made.flatMap(([starts, ends]) => {
            const found = tried(starts!, ends!, longest).slice(0, count);
            const none = { first: -1, last: -1, score: Math.fround(HIDDEN) };
            return [...found, ...Array<typeof none>(count - found.length).fill(none)];
          });
          expect(Array.from(first!.data)).toEqual(wanted.map((span) => span.first));
          expect(Array.from(last!.data)).toEqual(wanted.map((span) => span.last));
          expect(Array.from(scores!.data)).toEqual(wanted.map((span) => span.score));
        }),
        { numRuns: 25 },
      );
    }
  });
});
