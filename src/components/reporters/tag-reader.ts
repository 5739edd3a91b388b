import type { TagReader } from "../../metrics/index.js";
import { parseTag, readTags, type Tag } from "../../text/label-schemes.js";

/**
 * How to read tags as entities, or null when a label is none of `O`, `B-x`, `I-x`, `E-x`, `S-x` (or what BILOU and
 * BMEWO write for these), as parts of speech are. Types stand in the order of the labels.
 */
export function tagReader(labels: readonly string[]): TagReader | null {
  const tags = new Map<string, Tag>();
  const types = new Set<string>();
  for (const label of labels) {
    // The letters of BIOES contain those of the other schemes, and what the tags of these say is the same.
    const tag = parseTag(label, "bioes");
    if (tag === undefined) return null;
    tags.set(label, tag);
    if (tag.place !== "O") types.add(tag.label);
  }
  return {
    types: [...types],
    entities: (names) =>
      readTags(
        names.map((name) => tags.get(name)!),
        "bioes",
      ).entities,
  };
}
