/** @file What a model file holds, as lines for a terminal. */
import type { Inspection } from "../graph/onnx/inspect.js";
import type { ValueSignature } from "../graph/onnx/value-type.js";
import { printable } from "../registry/printable.js";
import { count, size } from "./figures.js";

/** More rows of one kind than this are only counted; `--json` has them all. */
const MOST_ROWS = 100;

/** As much of a piece of metadata as a line shows. */
const METADATA = 100;

/** The lines that `pytext-ts inspect` prints. */
export function inspectionLines(inspection: Inspection): string[] {
  const { content, producer, external, opsets, modules, operators, metadata } = inspection;
  const made = [producer.name || "an unknown program", producer.version].filter((part) => part !== "");
  const state = {
    matches: "matches the recorded one",
    differs: `DIFFERS from the recorded one, ${content.recorded}`,
    unrecorded: "none is recorded",
  }[content.state];
  return [
    `file        ${printable(inspection.path)}, ${size(inspection.bytes)}`,
    ...external.map(({ file, bytes }) => `beside it   ${printable(file)}, ${size(bytes)}`),
    `content     sha256 ${content.sha256}: ${printable(state)}`,
    `made by     ${printable(made.join(" "))}, file format ${inspection.irVersion}`,
    `opsets      ${Object.entries(opsets)
      .map(([domain, version]) => `${printable(domain)} ${version}`)
      .join(", ")}`,
    `size        ${count(inspection.nodes, "node")}, ${count(inspection.parameters, "parameter")}, ${size(inspection.parameterBytes)} of values`,
    ...section("inputs", inspection.inputs.map(signatureRow)),
    ...section("outputs", inspection.outputs.map(signatureRow)),
    ...section(
      "modules",
      [...modules]
        .sort((a, b) => (a.path < b.path ? -1 : 1))
        .map(({ path, nodes, parameters, bytes }) => [
          path === "" ? "(no module)" : path,
          count(nodes, "node"),
          count(parameters, "parameter"),
          size(bytes),
        ]),
    ),
    ...section(
      "operators",
      Object.entries(operators).map(([name, times]) => [name, String(times)]),
    ),
    ...section(
      "metadata",
      Object.entries(metadata).map(([key, value]) => [key, printable(value.replace(/\s+/g, " "), METADATA)]),
    ),
  ];
}

function signatureRow({ name, type }: ValueSignature): string[] {
  return [name, type];
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [`${title}: none`];
  const shown = rows.slice(0, MOST_ROWS).map((row) => row.map((cell) => printable(cell)));
  const widths = shown[0]!.map((_, column) => Math.max(...shown.map((row) => row[column]!.length)));
  const cell = (text: string, column: number): string =>
    /^\d/.test(text) ? text.padStart(widths[column]!) : text.padEnd(widths[column]!);
  return [
    title,
    ...shown.map((row) => `  ${row.map(cell).join("  ").trimEnd()}`),
    ...(rows.length > MOST_ROWS ? [`  and ${count(rows.length - MOST_ROWS, "more")}`.replace(/s$/, "")] : []),
  ];
}
