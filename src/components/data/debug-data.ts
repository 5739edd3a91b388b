import { createHash } from "node:crypto";
import type { SkipCount, Split } from "./contracts.js";
import type { DataHandler } from "./data-handler.js";
import {
  type LabelsReport,
  labelsReport,
  namesAt,
  type TagsReport,
  type Target,
  tagsReport,
  targetsOf,
} from "./debug-data-targets.js";
import { type LengthReport, lengthReport } from "./length-report.js";
import type { SplitData } from "./split-data.js";

/** What a look at a data set finds, for `debug-data`. */
export interface DataReport {
  readonly splits: readonly SplitReport[];
  /** The targets whose rows have labels. */
  readonly labels: readonly LabelsReport[];
  /** The targets whose tokens have tags. */
  readonly tags: readonly TagsReport[];
  readonly overlaps: readonly OverlapReport[];
  readonly conflicts: ConflictReport;
}

/** One split. */
export interface SplitReport {
  readonly split: Split;
  readonly files: readonly string[];
  readonly rows: number;
  readonly leftOut: readonly SkipCount[];
  /** Rows whose input columns hold nothing but white space. */
  readonly emptyTexts: number;
  /** Rows whose input columns equal those of an earlier row of the split. */
  readonly duplicates: number;
  /** Lengths as the model sees them (tokens, after truncation). */
  readonly lengths: LengthReport;
  /** The tensorizers' counts by input: tokens, unknown tokens, truncated rows. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Rows of one split whose texts stand in another split too. */
export interface OverlapReport {
  readonly split: Split;
  readonly other: Split;
  /** Rows with exactly the text of a row of the other split. */
  readonly exact: number;
  /** The same when case, white space and Unicode form are not told apart. */
  readonly folded: number;
  /** Some of them: where they stand, and where the other split has the text. */
  readonly examples: readonly { readonly at: string; readonly alsoAt: string }[];
}

/** Equal texts with unequal targets. */
export interface ConflictReport {
  /** Texts (case, white space and Unicode form not told apart) that have more than one label, set of labels or row of tags. */
  readonly texts: number;
  /** Rows that hold them. */
  readonly rows: number;
  readonly examples: readonly {
    readonly text: string;
    readonly labels: readonly { readonly label: string; readonly at: string }[];
  }[];
}

/** How closely to look. */
export interface InspectOptions {
  /** Labels with fewer training rows are called rare. */
  readonly rareBelow: number;
  /** How many examples of each finding to keep. */
  readonly examples: number;
}

interface SeenRow {
  readonly split: Split;
  readonly row: number;
  readonly exact: string;
  readonly folded: string;
  readonly text: string;
  readonly label: string;
}

/** Reads all rows of a data set and reports what may spoil a training run or its figures. The vocabularies must be there. */
export async function inspectData(
  data: DataHandler,
  { rareBelow, examples }: InspectOptions,
): Promise<DataReport> {
  const splits: SplitData[] = [];
  for (const split of data.splits) splits.push(await data.load(split));
  const targets = targetsOf(data.tensorizers);
  const seen = new Map<Split, SeenRow[]>();
  for (const split of splits) seen.set(split.split, await readTexts(data, split, targets));
  const origin = ({ split, row }: SeenRow): string => splits.find((one) => one.split === split)!.origin(row);
  return {
    splits: splits.map((split) => splitReport(data, split, seen.get(split.split)!)),
    labels: targets
      .filter(({ form }) => form !== "tags")
      .map((target) => labelsReport(target, splits, rareBelow)),
    tags: targets
      .filter(({ form }) => form === "tags")
      .map((target) => tagsReport(target, splits, rareBelow)),
    overlaps: overlapReports(seen, origin, examples),
    conflicts: conflictReport([...seen.values()].flat(), origin, examples),
  };
}

function splitReport(data: DataHandler, split: SplitData, rows: readonly SeenRow[]): SplitReport {
  return {
    split: split.split,
    files: data.source.files(split.split),
    rows: split.size,
    leftOut: split.account.leftOut,
    emptyTexts: rows.filter(({ text }) => text === "").length,
    duplicates: rows.length - new Set(rows.map(({ exact }) => exact)).size,
    lengths: lengthReport(split.lengths),
    counts: split.account.counts,
  };
}

/** The texts of every row of a split, as texts and as short keys by which equal ones are found. */
async function readTexts(
  data: DataHandler,
  split: SplitData,
  targets: readonly Target[],
): Promise<SeenRow[]> {
  const columns = data.textColumns();
  const rows: SeenRow[] = [];
  let number = 0;
  for await (const { values } of data.source.rows(split.split, data.columns())) {
    const row = rows.length;
    if (row === split.size) break;
    if (split.sourceRow(row) !== number++) continue;
    const cells = columns.map((column) => written(values[column]));
    const folded = cells.map(fold);
    const text = folded.join(" ").trim();
    const short = text.length > 80 ? `${text.slice(0, 77)}...` : text;
    const label = labelOf(targets, split, row);
    rows.push({ split: split.split, row, exact: key(cells), folded: key(folded), text: short, label });
  }
  return rows;
}

function overlapReports(
  seen: ReadonlyMap<Split, readonly SeenRow[]>,
  origin: (row: SeenRow) => string,
  examples: number,
): OverlapReport[] {
  const pairs = [
    ["eval", "train"],
    ["test", "train"],
    ["test", "eval"],
  ] as const;
  return pairs.flatMap(([split, other]) => {
    const [rows, others] = [seen.get(split), seen.get(other)];
    if (rows === undefined || others === undefined) return [];
    const exact = new Set(others.map((row) => row.exact));
    const folded = firstBy(others, "folded");
    const found = rows.filter((row) => row.text !== "" && folded.has(row.folded));
    return [
      {
        split,
        other,
        exact: found.filter((row) => exact.has(row.exact)).length,
        folded: found.length,
        examples: found
          .slice(0, examples)
          .map((row) => ({ at: origin(row), alsoAt: origin(folded.get(row.folded)!) })),
      },
    ];
  });
}

function conflictReport(
  rows: readonly SeenRow[],
  origin: (row: SeenRow) => string,
  examples: number,
): ConflictReport {
  const byText = new Map<string, SeenRow[]>();
  for (const row of rows) {
    if (row.text === "") continue;
    const same = byText.get(row.folded);
    if (same === undefined) byText.set(row.folded, [row]);
    else same.push(row);
  }
  const conflicts = [...byText.values()].filter((same) => same.some(({ label }) => label !== same[0]!.label));
  return {
    texts: conflicts.length,
    rows: conflicts.reduce((sum, { length }) => sum + length, 0),
    examples: conflicts.slice(0, examples).map((same) => {
      const labels = [...firstBy(same, "label").values()].map((row) => ({
        label: row.label,
        at: origin(row),
      }));
      return { text: same[0]!.text, labels };
    }),
  };
}

/** The first row for each value of a key. */
function firstBy(rows: readonly SeenRow[], by: "label" | "folded"): Map<string, SeenRow> {
  const firsts = new Map<string, SeenRow>();
  for (const row of rows) if (!firsts.has(row[by])) firsts.set(row[by], row);
  return firsts;
}

/** What the targets of a row say, in one text. */
function labelOf(targets: readonly Target[], split: SplitData, row: number): string {
  const said = targets.map((target) => {
    const names = namesAt(target, split, row).join(target.form === "tags" ? " " : ", ");
    return targets.length === 1 ? names : `${target.input} ${names}`;
  });
  return said.join("; ");
}

function written(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.join(" ");
  return JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item)) ?? "";
}

function fold(text: string): string {
  return text.normalize("NFC").toLowerCase().replaceAll(/\s+/g, " ").trim();
}

function key(cells: readonly string[]): string {
  const joined = JSON.stringify(cells);
  return joined.length <= 44 ? joined : createHash("sha256").update(joined).digest("base64");
}
