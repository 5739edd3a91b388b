import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { engineNames } from "../../graph/engines.js";
import { difference } from "../models/harness.js";
import { crfProgram } from "./program.js";

interface Recorded {
  readonly emissions: number[];
  readonly targets: number[][];
  readonly loss: number;
  readonly decoded: number[][];
  readonly weights: Readonly<Record<"transitions" | "start" | "end", number[]>>;
  readonly gradients: Readonly<Record<string, number[]>>;
}

const fixture = JSON.parse(readFileSync(new URL("fixtures/pytorch-crf.json", import.meta.url), "utf8")) as {
  lengths: number[];
  labels: number;
  batches: Recorded[];
};
const { lengths, labels } = fixture;
const tokens = Math.max(...lengths);
const names = Array.from({ length: labels }, (_, i) => `label${i}`);

function cut(flat: readonly number[], size: number): number[][] {
  return Array.from({ length: flat.length / size }, (_, i) => flat.slice(i * size, (i + 1) * size));
}

/** The recorded rows without their padding, whose numbers the package does not look at. */
function batchOf({ emissions, targets, weights }: Recorded) {
  const { start, end } = weights;
  const byRow = cut(emissions, tokens * labels).map((row) => cut(row, labels));
  return {
    rows: lengths.map((length, i) => ({
      emissions: byRow[i]!.slice(0, length),
      transitions: cut(weights.transitions, labels),
      start,
      end,
    })),
    targets: lengths.map((length, i) => targets[i]!.slice(0, length)),
  };
}

/** What the package pytorch-crf gave: origin in the fixture. */
describe.each(engineNames)("a CRF against pytorch-crf, on %s", (engine) => {
  it("has its loss and gradients", async () => {
    const crf = await crfProgram(names, { engine, mode: "train", gradients: true });
    for (const recorded of fixture.batches) {
      const results = await crf.run(batchOf(recorded));
      expect(results.loss!.data[0]).toBeCloseTo(recorded.loss, 4);
      for (const [name, data] of Object.entries(recorded.gradients)) {
        const own = results[`d:${name}`]!;
        expect(difference(own, { dims: own.dims, data }), name).toBeLessThan(5e-6);
      }
    }
  });

  it("decodes the same tags", async () => {
    const crf = await crfProgram(names, { engine });
    for (const recorded of fixture.batches) {
      const { tags } = await crf.run(batchOf(recorded));
      const decoded = cut(tags!.data, tokens).map((row, i) => row.slice(0, lengths[i]));
      expect(decoded).toEqual(recorded.decoded);
    }
  });
});
