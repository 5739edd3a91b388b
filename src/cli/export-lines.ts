/** @file What `pytext-ts export` prints of a smaller form, and of what ONNX Runtime makes of a file. */
import type { OperatorChange } from "../exporters/fusions.js";
import type { PruningReport } from "../exporters/onnx-exporter.js";
import type { FigurePair } from "../exporters/quantize/compare.js";
import { pointsLost, type QuantizationReport } from "../exporters/quantize/report.js";

/** How each parameter is stored, both forms side by side, and what changes on labelled rows. */
export function quantizationLines({
  form,
  parameters,
  bytes,
  milliseconds,
  comparison,
}: QuantizationReport): string[] {
  const share = (part: number): string => `${((100 * part) / bytes.run).toFixed(1)} %`;
  // Where the epoch was chosen by the same figure under another name, it is shown once.
  const { accuracy = null, select = null } = comparison ?? {};
  const pairs = accuracy ? [accuracy] : [];
  if (select && !(select.run === accuracy?.run && select.form === accuracy.form)) pairs.push(select);
  const shown = ({ name }: FigurePair, value: number): string =>
    name === "accuracy" ? percent(value) : value.toFixed(4);
  return [
    ...table(
      [
        ["parameter", "shape", "stored as"],
        ...parameters.map((each) => [
          each.name,
          `[${each.shape}]`,
          each.kept === undefined ? each.form : `${each.form} (${each.kept})`,
        ]),
      ],
      0,
    ),
    "",
    ...table([
      ["form", "bytes of .onnx", "share", "ms a text", ...pairs.map(({ name }) => name)],
      [
        "float32",
        bytes.run.toLocaleString("en"),
        share(bytes.run),
        milliseconds.run.toFixed(3),
        ...pairs.map((pair) => shown(pair, pair.run)),
      ],
      [
        form,
        bytes.form.toLocaleString("en"),
        share(bytes.form),
        milliseconds.form.toFixed(3),
        ...pairs.map((pair) => shown(pair, pair.form)),
      ],
    ]),
    comparison === undefined
      ? "the files with the run's test and eval rows are not there: accuracy was not measured"
      : comparisonLine(comparison),
  ];
}

function comparisonLine({
  split,
  rows,
  accuracy,
  agreement,
  difference,
}: NonNullable<QuantizationReport["comparison"]>): string {
  const parts = [
    ...(agreement === null ? [] : [`${percent(agreement)} decided as the run does`]),
    ...(accuracy === null ? [] : [`accuracy changes by ${(0 - pointsLost(accuracy)).toFixed(2)} points`]),
    `largest difference of a score ${difference.toExponential(1)}`,
  ];
  return `${rows} ${split} rows: ${parts.join(", ")}`;
}

/** Which parameters became smaller by pruning, and what that saved. */
export function pruningLines({ smaller, bytes: { whole, pruned } }: PruningReport): string[] {
  if (smaller.length === 0)
    return [
      "nothing was pruned: no column of a layer is zero throughout. Single zeros make a file no smaller; they make it compress better",
    ];
  const bytes = (count: number): string => count.toLocaleString("en");
  return [
    ...table([
      ["parameter", "shape", "pruned to"],
      ...smaller.map(({ name, from, to }) => [name, `[${from}]`, `[${to}]`]),
    ]),
    `pruned: ${bytes(pruned)} bytes of .onnx in place of ${bytes(whole)} (${((100 * pruned) / whole).toFixed(1)} %)`,
  ];
}

/** The operators that ONNX Runtime runs more or fewer of than a file has. */
export function fusionLines(changes: readonly OperatorChange[]): string[] {
  if (changes.length === 0) return ["ONNX Runtime runs the operators of the file as they are"];
  const rows = changes.map(({ operator, file, runs }) => [operator, `${file}`, `${runs}`]);
  return table([["operator", "in the file", "ONNX Runtime runs"], ...rows]);
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** Lines of columns. The first `left` columns (all when 0) begin, the others end at one place. */
export function table(rows: readonly (readonly string[])[], left = 1): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const cell = (text: string, column: number): string =>
    left === 0 || column < left ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
  return rows.map((row) => row.map(cell).join("  ").trimEnd());
}
