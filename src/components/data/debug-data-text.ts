import type { DataReport, SplitReport } from "./debug-data.js";
import type { MissingLabel, SplitCounts, TagsReport } from "./debug-data-targets.js";

const BAR = 40;

/** What a tag target's counts say went wrong, by key, in words. */
const TAG_FAULTS: Readonly<Record<string, string>> = {
  broken_rows: "rows whose tags break their scheme",
  inside_without_begin: "I- tags without a B- before them",
  end_without_begin: "E- tags without a B- before them",
  begin_without_end: "entities without an E- tag at their end",
  needless_begin: "B- tags that IOB1 does not need (is the file in BIO?)",
  misaligned_slots: "slots that begin or end inside a token",
  lost_slots: "slots without a token of their own",
  truncated_entities: "entities cut by max_seq_len",
  merged_entities: "entities that become one with the one before them",
};

/** A data report as lines for a terminal: what stands out first, then the figures. */
export function renderDataReport(report: DataReport): string {
  return [
    ...section("Findings", findings(report)),
    ...section("Splits", report.splits.flatMap(splitLines)),
    ...(report.labels.length + report.tags.length === 0 ? section("Labels", []) : []),
    ...report.labels.flatMap(({ input, labels }) => {
      const rows = labels.map(({ label, rows: found }): [string, SplitCounts] => [label, found]);
      return section(titled("Labels", input, report), table("label", rows, report));
    }),
    ...report.tags.flatMap((tags) => section(titled("Tags", tags.input, report), tagLines(tags, report))),
    ...section("Lengths", report.splits.flatMap(lengthLines)),
  ].join("\n");
}

/** The findings that may spoil a training run or its figures, one line each; none is good news. */
function findings(report: DataReport): string[] {
  const { splits, labels, tags, overlaps, conflicts } = report;
  const rowsOf = (split: string): number => splits.find((one) => one.split === split)!.rows;
  const lines = overlaps
    .filter(({ folded }) => folded > 0)
    .map(({ split, other, exact, folded, examples }) => {
      const places = examples.map(({ at, alsoAt }) => `${at} = ${alsoAt}`).join(", ");
      return `${split} rows that stand in ${other} too: ${share(folded, rowsOf(split))}, ${exact} letter by letter: ${places}`;
    });
  if (conflicts.texts > 0) {
    lines.push(`texts with more than one label: ${conflicts.texts}, in ${conflicts.rows} rows:`);
    for (const { text, labels } of conflicts.examples) {
      lines.push(`  "${text}": ${labels.map(({ label, at }) => `${label} (${at})`).join(", ")}`);
    }
  }
  lines.push(...splits.flatMap(splitFindings));
  for (const { input, rareLabels, missing } of labels) {
    lines.push(...missingLines(input, missing));
    if (rareLabels.length > 0)
      lines.push(
        `${titled("labels", input, report)} with few or no rows in a split: ${rareLabels.join(", ")}`,
      );
  }
  for (const target of tags) lines.push(...tagFindings(target, report));
  return lines;
}

function tagFindings({ input, labels, rareLabels, missing }: TagsReport, { splits }: DataReport): string[] {
  const lines = splits.flatMap(({ split, counts }) =>
    Object.entries(TAG_FAULTS).flatMap(([key, words]) => {
      const count = counts[input]?.[key] ?? 0;
      return count > 0 ? [`${split} ${input}: ${words}: ${count}`] : [];
    }),
  );
  lines.push(...missingLines(input, missing));
  const unit = labels.length > 0 ? "entities" : "tokens";
  if (rareLabels.length > 0)
    lines.push(`${input}: labels with few or no ${unit} in a split: ${rareLabels.join(", ")}`);
  return lines;
}

function missingLines(input: string, missing: readonly MissingLabel[]): string[] {
  return missing.map(({ label, found }) => {
    const where = Object.entries(found).map(([split, count]) => `${count} in ${split}`);
    return `${input}: training has no ${label}: ${where.join(", ")}`;
  });
}

/** Tags and entities by split, and how much of the text is outside of entities. */
function tagLines({ tags, labels, outside }: TagsReport, report: DataReport): string[] {
  const perTag = tags.map(({ tag, tokens }): [string, SplitCounts] => [tag, tokens]);
  const perLabel = labels.map(({ label, entities }): [string, SplitCounts] => [label, entities]);
  const shares = report.splits.map(({ split }) => {
    const all = perTag.reduce((sum, [, tokens]) => sum + (tokens[split] ?? 0), 0);
    return `${split} ${percent(outside?.[split] ?? 0, all)}`;
  });
  return [
    ...(outside === null ? [] : [`tokens outside of entities (O): ${shares.join(", ")}`]),
    ...(perLabel.length === 0 ? [] : table("entities", perLabel, report)),
    ...table("tokens", perTag, report),
  ];
}

/** A title that says which target it is about where there are several. */
function titled(title: string, input: string, { labels, tags }: DataReport): string {
  return labels.length + tags.length > 1 ? `${title} of ${input}` : title;
}

function splitFindings({ split, rows, emptyTexts, duplicates, leftOut, counts }: SplitReport): string[] {
  const lines: string[] = [];
  if (emptyTexts > 0) lines.push(`${split} rows without text: ${share(emptyTexts, rows)}`);
  if (duplicates > 0)
    lines.push(`${split} rows that repeat an earlier row's text: ${share(duplicates, rows)}`);
  for (const { reason, count, unit, examples } of leftOut) {
    if (unit === undefined)
      lines.push(`${split} rows left out: ${count}: ${reason} (${examples.join(", ")})`);
  }
  for (const [input, { truncated_rows: cut = 0 }] of Object.entries(counts)) {
    if (cut > 0)
      lines.push(
        `${split} rows longer than max_seq_len of ${input}, which lose their ends: ${share(cut, rows)}`,
      );
  }
  return lines;
}

function splitLines({ split, rows, files, leftOut, counts }: SplitReport): string[] {
  const inputs = Object.entries(counts).flatMap(([input, numbers]) => {
    const unknown = Object.entries(numbers).find(([key]) => key.startsWith("unknown_"));
    const [key = "", count = 0] = unknown ?? [];
    const whole = numbers[key.replace("unknown_", "")] ?? 0;
    return whole === 0
      ? []
      : [`  ${input}: ${whole} ${key.replace("unknown_", "")}, ${percent(count, whole)} unknown`];
  });
  const passedOver = leftOut.flatMap(({ reason, count, unit }) =>
    unit === undefined ? [] : [`  ${unit}s passed over: ${count} ${reason}`],
  );
  return [`${split}: ${rows} rows (${files.join(", ")})`, ...passedOver, ...inputs];
}

/** Counts in columns, one for each split. */
function table(title: string, counts: readonly [string, SplitCounts][], { splits }: DataReport): string[] {
  const names = splits.map(({ split }) => split);
  const lines = [
    [title, ...names],
    ...counts.map(([name, found]) => [name, ...names.map((split) => String(found[split] ?? 0))]),
  ];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  "),
  );
}

function lengthLines({ split, lengths }: SplitReport): string[] {
  const { mean, min, median, p90, p99, max, histogram } = lengths;
  const most = Math.max(...histogram.map(({ rows }) => rows));
  const ranges = histogram.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  const width = Math.max(...ranges.map(({ length }) => length));
  return [
    `${split}: mean ${mean.toFixed(1)}, min ${min}, median ${median}, 90 % ${p90}, 99 % ${p99}, max ${max}`,
    ...histogram.map(
      ({ rows }, i) =>
        `  ${ranges[i]!.padStart(width)}  ${"#".repeat(Math.ceil((rows / most) * BAR))} ${rows}`,
    ),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [`${title}: none`, ""] : [title, ...lines.map((line) => `  ${line}`), ""];
}

function share(part: number, whole: number): string {
  return `${part} of ${whole} (${percent(part, whole)})`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
