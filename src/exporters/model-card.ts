/** @file The page that goes with a model: what it is, what it takes and gives, how good it was, how to run it. */
import { basename } from "node:path";
import type { Inspection } from "../graph/onnx/inspect.js";
import type { ValueSignature } from "../graph/onnx/value-type.js";
import { isObject } from "../registry/json.js";
import { printJson } from "../registry/print-json.js";
import { printable } from "../registry/printable.js";
import { count, size } from "./figures.js";
import { type ModelFacts, readFacts } from "./metadata.js";
import { pythonExample } from "./python-example.js";

/** Labels and figures beyond these are only counted. */
const MOST = { labels: 50, figures: 60 };

/**
 * A model card in Markdown, made from what an exported file says of itself.
 * Throws `PTX_MODEL_FILE` for a file that this library did not export.
 */
export function modelCard(inspection: Inspection): string {
  const facts = readFacts(inspection.metadata, inspection.path);
  const file = basename(inspection.path);
  const { content, opsets } = inspection;
  const sets = Object.entries(opsets).map(([domain, version]) => `${domain} ${version}`);
  return [
    `# ${plain(file)}`,
    `A ${code(facts.task)} model${facts.part === undefined ? "" : ` (${code(facts.part)})`}, exported by pytext-ts ${plain(facts.version)} as one ONNX file.`,
    "## Input and output",
    table(
      ["", "name", "type"],
      [
        ...inspection.inputs.map((value) => signatureRow("input", value)),
        ...inspection.outputs.map((value) => signatureRow("output", value)),
      ],
    ),
    "## In Python",
    fenced("python", pythonExample(file, inspection.inputs)),
    "## Labels",
    ...labelParagraphs(facts.labels),
    "## Figures",
    ...figures(facts.metrics),
    "## Data",
    ...data(facts.data),
    "## Tokenizers",
    ...tokenizers(facts.tokenizers),
    "## File",
    table(
      ["", ""],
      [
        ["size", size(inspection.bytes)],
        ...inspection.external.map(({ file: name, bytes }) => [
          "data beside it",
          `${code(name)}, ${size(bytes)}`,
        ]),
        ["content hash (SHA-256)", code(content.sha256)],
        ["operator sets", plain(sets.join(", "))],
        ["nodes", inspection.nodes.toLocaleString("en")],
        ["parameters", inspection.parameters.toLocaleString("en")],
      ],
    ),
    "`pytext-ts inspect` checks the hash, and shows modules and operators.",
    "## Config",
    fenced("json", printJson(facts.config).trimEnd()),
    "",
  ].join("\n\n");
}

function signatureRow(kind: string, { name, type }: ValueSignature): string[] {
  return [kind, code(name), code(type)];
}

function labelParagraphs(labels: ModelFacts["labels"]): string[] {
  const entries = Object.entries(labels);
  if (entries.length === 0) return ["None."];
  return entries.map(([target, names]) => {
    const rest = names.length - MOST.labels;
    const shown = names.slice(0, MOST.labels).map(code).join(", ");
    return `${code(target)} (${names.length}): ${shown}${rest > 0 ? `, and ${count(rest, "other")}` : ""}`;
  });
}

function figures(metrics: ModelFacts["metrics"]): string[] {
  const splits = ["train", "eval", "test"].filter((split) => isObject(metrics[split]));
  const columns = splits.map((split) => new Map(numbersIn(metrics[split])));
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  const rest = names.length - MOST.figures;
  const rows = names
    .slice(0, MOST.figures)
    .map((name) => [code(name), ...columns.map((column) => number(column.get(name)))]);
  const { best_epoch: best, epochs } = metrics;
  return [
    ...(rows.length > 0 ? [table(["", ...splits], rows)] : []),
    ...(rest > 0 ? [`And ${count(rest, "other figure")} in the file's metadata.`] : []),
    typeof best === "number" && typeof epochs === "number"
      ? `The parameters are those of epoch ${best} of ${epochs}.`
      : "",
  ].filter((paragraph) => paragraph !== "");
}

/** The single numbers among figures, and those in the groups among them. */
function numbersIn(group: unknown, prefix = "", depth = 2): [string, number][] {
  if (!isObject(group) || depth === 0) return [];
  return Object.entries(group).flatMap(([name, value]): [string, number][] =>
    typeof value === "number" ? [[prefix + name, value]] : numbersIn(value, `${prefix}${name}.`, depth - 1),
  );
}

function number(value: number | undefined): string {
  if (value === undefined) return "";
  return Number.isInteger(value) ? value.toLocaleString("en") : value.toPrecision(4);
}

function data(files: ModelFacts["data"]): string[] {
  if (files.length === 0) return ["The run did not record its files."];
  return [
    table(
      ["split", "file", "bytes", "SHA-256"],
      files.map(({ split, file, bytes, sha256 }) => [
        plain(split),
        code(file),
        Number(bytes).toLocaleString("en"),
        code(sha256),
      ]),
    ),
  ];
}

function tokenizers(all: ModelFacts["tokenizers"]): string[] {
  const entries = Object.entries(all);
  if (entries.length === 0) return ["None."];
  return entries.flatMap(([place, tokenizer]) => [
    `${code(place)}:`,
    fenced("json", printJson(tokenizer).trimEnd()),
  ]);
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A text as Markdown shows it literally, in a table too. */
function plain(text: string): string {
  return printable(text).replace(/[\\`*_[\]<>&|#~]/g, (sign) =>
    sign === "<" || sign === "&" ? entity(sign) : `\\${sign}`,
  );
}

function entity(sign: "<" | "&"): string {
  return sign === "<" ? "&lt;" : "&amp;";
}

/** A text as code, in a table too: its fence is longer than any that it holds itself. */
function code(text: string): string {
  const shown = printable(text).replaceAll("|", "\\|");
  if (shown === "") return "(empty)";
  const fence = "`".repeat(longestRun(shown) + 1);
  const space = /^[` ]|[` ]$/.test(shown) ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}

function fenced(language: string, text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
