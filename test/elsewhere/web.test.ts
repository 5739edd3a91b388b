/** @file Exported files in ONNX Runtime Web, with the module of examples/browser: they predict what Node predicts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { root } from "../../scripts/lib/run.js";
import { forms, type QuantizedForm } from "../../src/exporters/quantize/forms.js";
import { loadModel, predict } from "../../src/library.js";
import { workplace } from "../support/toy.js";
import { exported, inOrtFormat, type Kind, labelsOf, TEXTS, trained } from "./shipped.js";

/** What model.mjs gives. */
interface Model {
  predict(text: string): Promise<{
    labels: { label: string; score: number }[];
    slots: { start: number; end: number; label: string }[];
  }>;
  release(): Promise<void>;
}
const { Model } = (await import(pathToFileURL(join(root, "examples/browser/model.mjs")).href)) as {
  Model: { open(bytes: Uint8Array): Promise<Model> };
};

const folder = workplace();

/** Each holds choices (`If`), for texts with capitals and for characters that are not of ASCII. */
test.each<[Kind, readonly (QuantizedForm | undefined)[]]>([
  ["joint", [undefined, "int8"]],
  ["bytes", [undefined]],
  ["ngrams", [undefined]],
])("as .onnx and as .ort: %s", async (kind, quantized) => {
  const run = await trained(folder, kind);
  for (const quantize of quantized) {
    const file = await exported(run, "utf16", { ...(quantize && { quantize }), ort: true });
    const ours = await loadModel(file);
    const expected = await predict(ours, TEXTS);
    await ours.release();
    const tolerance = quantize === undefined ? 1e-5 : forms[quantize].tolerance;
    for (const path of [file, inOrtFormat(file)]) {
      const model = await Model.open(readFileSync(path));
      for (const [i, prediction] of expected.entries()) {
        const { labels, slots } = await model.predict(TEXTS[i]!);
        const wanted = labelsOf(prediction);
        expect(
          labels.map(({ label }) => label),
          TEXTS[i],
        ).toEqual(wanted.map(([name]) => name));
        for (const [k, [, score]] of wanted.entries())
          expect(Math.abs(labels[k]!.score - score), TEXTS[i]).toBeLessThanOrEqual(tolerance);
        expect(slots, TEXTS[i]).toEqual(
          (prediction.slots ?? []).map(({ start, end, label }) => ({ start, end, label })),
        );
      }
      await model.release();
    }
  }
});
