import { type Entity, tagsOf, writeTags } from "../../../text/label-schemes.js";
import type { SlotOptions, SlotReading } from "./slot-reader.js";

/** All tags that a model needs for some labels, in id order: every sequence that is valid for them is made of these. */
export function tagNames(
  labels: readonly string[],
  { label_scheme, model_scheme }: SlotOptions,
): readonly string[] {
  if (model_scheme !== "none") return tagsOf(labels, model_scheme);
  return label_scheme === "none" ? labels : ["O", ...labels];
}

/** A row's tags in the scheme of the model. */
export function tagsOfReading(
  { length, tags, entities }: SlotReading,
  scheme: SlotOptions["model_scheme"],
): readonly string[] {
  if (tags !== null) return tags;
  return scheme === "none" ? plainTags(entities, length) : writeTags(entities, length, scheme);
}

/** The labels that a row holds, one for each tag or entity. */
export function labelsOfReading({ tags, entities }: SlotReading): readonly string[] {
  return tags ?? entities.map(({ label }) => label);
}

/** The reading with other labels. */
export function renamedReading(reading: SlotReading, rename: (label: string) => string): SlotReading {
  return {
    ...reading,
    tags: reading.tags?.map(rename) ?? null,
    entities: reading.entities.map((entity) => ({ ...entity, label: rename(entity.label) })),
  };
}

function plainTags(entities: readonly Entity[], length: number): string[] {
  const tags = Array<string>(length).fill("O");
  for (const { label, start, end } of entities) tags.fill(label, start, end);
  return tags;
}
