import type { DataReport, SplitReport } from "./debug-data.js";

const BAR = 40;

/** A data report as lines for a terminal: what stands out first, then the figures. */
export function renderDataReport(report: DataReport): string {
  return [
    ...section("Findings", findings(report)),
    ...section("Splits", report.splits.flatMap(splitLines)),
    ...section("Labels", labelLines(report)),
    ...section("Lengths", report.splits.flatMap(lengthLines)),
  ].join("\n");
}

/** The findings that may spoil a training run or its figures, one line each; none is good news. */
function findings({ splits, rareLabels, overlaps, conflicts }: DataReport): string[] {
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
  if (rareLabels.length > 0) lines.push(`labels with few or no rows in a split: ${rareLabels.join(", ")}`);
  return lines;
}

function splitFindings({ split, rows, emptyTexts, duplicates, leftOut, counts }: SplitReport): string[] {
  const lines: string[] = [];
  if (emptyTexts > 0) lines.push(`${split} rows without text: ${share(emptyTexts, rows)}`);
  if (duplicates > 0)
    lines.push(`${split} rows that repeat an earlier row's text: ${share(duplicates, rows)}`);
  for (const { reason, count, examples } of leftOut) {
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

function splitLines({ split, rows, files, counts }: SplitReport): string[] {
  const inputs = Object.entries(counts).flatMap(([input, numbers]) => {
    const unknown = Object.entries(numbers).find(([key]) => key.startsWith("unknown_"));
    const [key = "", count = 0] = unknown ?? [];
    const whole = numbers[key.replace("unknown_", "")] ?? 0;
    return whole === 0
      ? []
      : [`  ${input}: ${whole} ${key.replace("unknown_", "")}, ${percent(count, whole)} unknown`];
  });
  return [`${split}: ${rows} rows (${files.join(", ")})`, ...inputs];
}

function labelLines({ labels, splits }: DataReport): string[] {
  if (labels.length === 0) return [];
  const names = splits.map(({ split }) => split);
  const table = [
    ["label", ...names],
    ...labels.map(({ label, rows }) => [label, ...names.map((split) => String(rows[split] ?? 0))]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) =>
    row
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
