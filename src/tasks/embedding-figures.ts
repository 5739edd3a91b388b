/** @file What tasks whose models give vectors of texts hand to their reporters. */
import type { SplitData } from "../components/data/split-data.js";
import type { EmbeddingTexts, Similarities } from "../components/reporters/contracts.js";
import type { Predictions } from "../components/trainers/contracts.js";

type Outputs = Predictions["outputs"];

const numbers = (outputs: Outputs, name: string): Float32Array => outputs.flat(name) as Float32Array;

/** How alike the two texts of each row are; behind `prefix`, such as `negative_`, two other ones. */
export const similarities = (outputs: Outputs, prefix = ""): Similarities => ({
  cosine: numbers(outputs, `${prefix}cosine`),
  dot: numbers(outputs, `${prefix}dot`),
});

/** The vectors of both texts of each row, with equal numbers for texts that the model reads as equal; null of a training pass. */
export function embeddingTexts(
  data: SplitData,
  outputs: Outputs,
  anchorField: string,
  positiveField: string,
): EmbeddingTexts | null {
  if (!outputs.has("embedding")) return null;
  const known = new Map<string, number>();
  const idsOf = (field: string): Int32Array =>
    Int32Array.from({ length: data.size }, (_, row) => {
      const key = data.values(field, row).join();
      if (!known.has(key)) known.set(key, known.size);
      return known.get(key)!;
    });
  const anchors = numbers(outputs, "embedding");
  return {
    anchors,
    positives: numbers(outputs, "positive_embedding"),
    dim: anchors.length / data.size,
    anchorIds: idsOf(anchorField),
    positiveIds: idsOf(positiveField),
    origin: (row) => data.origin(row),
  };
}
