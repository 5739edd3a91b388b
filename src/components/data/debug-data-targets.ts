import type { LabelScheme } from "../../text/label-schemes.js";
import { parseTag, readTags } from "../../text/label-schemes.js";
import type { Split, Tensorizer } from "./contracts.js";
import type { SplitData, Tensorizers } from "./split-data.js";
import { UNKNOWN_COUNT, UNKNOWN_LABEL } from "./tensorizers/label-list.js";
import type { TagTensorizer } from "./tensorizers/slot-label-tensorizer.js";

/** How many rows, tokens or entities of each split have something. */
export type SplitCounts = Readonly<Partial<Record<Split, number>>>;

/** A label and how many rows of each split have it. */
export interface LabelReport {
  readonly label: string;
  readonly rows: SplitCounts;
}

/** A target whose rows have one label or several. */
export interface LabelsReport {
  readonly input: string;
  /** In id order. */
  readonly labels: readonly LabelReport[];
  /** Labels with few training rows, or none in a split. */
  readonly rareLabels: readonly string[];
  readonly missing: readonly MissingLabel[];
}

/** A label that eval or test rows have and no training row has, and how often it stands there. */
export interface MissingLabel {
  readonly label: string;
  readonly found: SplitCounts;
}

/** A target whose tokens have a tag each. */
export interface TagsReport {
  readonly input: string;
  /** In id order: how many tokens have each tag. */
  readonly tags: readonly { readonly tag: string; readonly tokens: SplitCounts }[];
  /** Labels of entities and how many there are; empty for tags that stand for themselves. */
  readonly labels: readonly { readonly label: string; readonly entities: SplitCounts }[];
  /** Tokens outside of any entity (`O`); null when the tags have no such. */
  readonly outside: SplitCounts | null;
  /** Labels with few entities (tokens, for tags without a scheme) in training, or none in a split. */
  readonly rareLabels: readonly string[];
  readonly missing: readonly MissingLabel[];
}

/** A target with named values. */
export interface Target {
  readonly input: string;
  readonly tensorizer: Tensorizer;
  readonly labels: readonly string[];
  readonly form: "label" | "labels" | "tags";
}

/** The targets of a data set that have labels. */
export function targetsOf(tensorizers: Tensorizers): Target[] {
  return Object.entries(tensorizers).flatMap(([input, tensorizer]) => {
    const [field] = tensorizer.fields;
    const { labels } = tensorizer;
    if (tensorizer.role !== "target" || labels === undefined || field === undefined) return [];
    // Words to be written are a vocabulary: their counts stand among the splits.
    if (tensorizer.labelCounts === undefined) return [];
    if (tensorizer.labelsIn !== undefined) return [{ input, tensorizer, labels, form: "labels" }];
    const form = field.dims.length === 0 ? "label" : typeof field.dims[0] === "string" ? "tags" : "labels";
    return [{ input, tensorizer, labels, form }];
  });
}

/** The names of what a row has: its label, its labels, or the tag of each token. */
export function namesAt({ tensorizer, labels, form }: Target, split: SplitData, row: number): string[] {
  const values = split.values(tensorizer.fields[0]!.name, row);
  if (tensorizer.labelsIn !== undefined) return [...tensorizer.labelsIn(values)];
  const ids = form === "labels" ? values.flatMap((value, id) => (value === 1 ? [id] : [])) : values;
  return ids.map((id) => labels[id]!);
}

/** Counts the labels of rows. */
export function labelsReport(target: Target, splits: readonly SplitData[], rareBelow: number): LabelsReport {
  const counts = tally(target.labels, splits, (split, row) => namesAt(target, split, row));
  const known = counts.filter(([name]) => name !== UNKNOWN_LABEL);
  return {
    input: target.input,
    labels: counts.map(([label, rows]) => ({ label, rows })),
    rareLabels: rare(known, splits, rareBelow),
    missing: missingLabels(target, splits, known),
  };
}

/** Counts the tags of tokens and the entities that they mark. */
export function tagsReport(target: Target, splits: readonly SplitData[], rareBelow: number): TagsReport {
  const tags = tally(target.labels, splits, (split, row) => namesAt(target, split, row));
  const scheme = (target.tensorizer as Partial<TagTensorizer>).scheme ?? "none";
  const entities = scheme === "none" ? [] : countEntities(target, splits, scheme);
  const units = (scheme === "none" ? tags : entities).filter(([name]) => name !== UNKNOWN_LABEL);
  return {
    input: target.input,
    tags: tags.map(([tag, tokens]) => ({ tag, tokens })),
    labels: entities.map(([label, count]) => ({ label, entities: count })),
    outside: tags.find(([tag]) => tag === "O")?.[1] ?? null,
    rareLabels: rare(units, splits, rareBelow),
    missing: missingLabels(target, splits, units),
  };
}

function countEntities(target: Target, splits: readonly SplitData[], scheme: LabelScheme): Tally {
  const parsed = new Map(target.labels.map((name) => [name, parseTag(name, scheme)!]));
  const labels = [...parsed.values()].flatMap((tag) => (tag.place === "O" ? [] : [tag.label]));
  return tally([...new Set(labels)], splits, (split, row) => {
    const tags = namesAt(target, split, row).map((name) => parsed.get(name)!);
    return readTags(tags, scheme).entities.map(({ label }) => label);
  });
}

/** Labels without training rows that another split has: known ones from their counts, unknown ones from the tensorizer's. */
function missingLabels(
  { input }: Target,
  splits: readonly SplitData[],
  counts: Tally,
): TagsReport["missing"] {
  const missing = new Map<string, Partial<Record<Split, number>>>();
  for (const [label, found] of counts) if (!found.train) missing.set(label, found);
  for (const { split, account } of splits) {
    for (const [key, count] of Object.entries(account.counts[input] ?? {})) {
      if (!key.startsWith(UNKNOWN_COUNT) || count === 0) continue;
      const label = key.slice(UNKNOWN_COUNT.length);
      missing.set(label, { ...missing.get(label), [split]: count });
    }
  }
  return [...missing]
    .map(([label, found]) => ({
      label,
      found: { ...(found.eval && { eval: found.eval }), ...(found.test && { test: found.test }) },
    }))
    .filter(({ found }) => Object.keys(found).length > 0);
}

type Tally = [name: string, counts: Partial<Record<Split, number>>][];

/** How often each name stands in the rows of each split. */
function tally(
  names: readonly string[],
  splits: readonly SplitData[],
  at: (split: SplitData, row: number) => readonly string[],
): Tally {
  const counts = new Map(names.map((name) => [name, {} as Partial<Record<Split, number>>]));
  for (const split of splits) {
    for (const count of counts.values()) count[split.split] = 0;
    for (let row = 0; row < split.size; row++)
      for (const name of at(split, row)) counts.get(name)![split.split]! += 1;
  }
  return [...counts];
}

function rare(counts: Tally, splits: readonly SplitData[], below: number): string[] {
  return counts
    .filter(([, found]) => (found.train ?? 0) < below || splits.some(({ split }) => !found[split]))
    .map(([name]) => name);
}
