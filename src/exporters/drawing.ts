/** @file A model as a picture: its modules as boxes, its inputs above, its outputs below. */
import type { Inspection, ModuleFigures } from "../graph/onnx/inspect.js";
import type { Place } from "../graph/onnx/modules.js";
import { printable } from "../registry/printable.js";
import { type Box, layOut, type PlacedEdge } from "./drawing-layout.js";
import { count, size } from "./figures.js";

/** More modules than this are not readable: they are drawn by a shorter prefix of their names. */
const MOST_MODULES = 40;

/** More inputs, or outputs, than this share one box. */
const MOST_VALUES = 12;

/** Operators that a box names; the rest are counted. */
const MOST_OPERATORS = 4;

/** The deepest prefix of names that is tried. */
const DEEPEST = 8;

const BOX = { width: 250, line: 17, padding: 10, letter: 6.7 };

/** What a box says. */
interface Caption extends Box {
  readonly title: string;
  readonly lines: readonly string[];
  readonly kind: Place["kind"];
}

/** An SVG document: one box for each module, with its operators and bytes, and what flows between them. */
export function drawModel(inspection: Inspection): string {
  const groups = groupModules(inspection.modules);
  const [inputs, outputs] = [inspection.inputs, inspection.outputs].map(
    (values) => new Set(values.slice(0, MOST_VALUES).map(({ name }) => name)),
  ) as [Set<string>, Set<string>];
  const idOf = ({ kind, name }: Place): string => {
    if (kind === "module") return `module ${groups.of(name)}`;
    return `${kind} ${(kind === "input" ? inputs : outputs).has(name) ? `:${name}` : "others"}`;
  };
  const captions = [
    ...valueCaptions("input", inspection.inputs),
    ...groups.list.map(moduleCaption),
    ...valueCaptions("output", inspection.outputs),
  ];
  const known = new Set(captions.map(({ id }) => id));
  const edges = new Map<string, readonly [string, string]>();
  for (const { from, to } of inspection.flow) {
    const [start, end] = [idOf(from), idOf(to)];
    if (start !== end && known.has(start) && known.has(end)) edges.set(`${start}\n${end}`, [start, end]);
  }
  const layout = layOut(captions, [...edges.values()]);
  const byId = new Map(captions.map((caption) => [caption.id, caption]));
  const [width, height] = [Math.ceil(layout.width), Math.ceil(layout.height)];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${xml(printable(inspection.path))}</title>`,
    STYLE,
    `<rect class="page" width="${width}" height="${height}"/>`,
    ...layout.edges.map(edge),
    ...layout.boxes.map(({ id, x, y }) => box(byId.get(id)!, x, y)),
    "</svg>",
    "",
  ].join("\n");
}

const STYLE = [
  "<defs>",
  '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#667"/></marker>',
  "</defs>",
  "<style>",
  ".page { fill: #fff } .title { font-weight: bold } text { fill: #223 }",
  ".edge { fill: none; stroke: #667; marker-end: url(#arrow) } .back { stroke-dasharray: 5 4 }",
  ".box { stroke: #667 } .input { fill: #e3f0e3 } .module { fill: #e8edf7 } .output { fill: #f7ecdd }",
  "</style>",
].join("\n");

/** Modules as they are drawn: under the prefix that keeps them few enough. */
interface Groups {
  readonly list: readonly ModuleFigures[];
  /** The group of a module. */
  of(path: string): string;
}

function groupModules(modules: readonly ModuleFigures[]): Groups {
  const withNodes = new Set(modules.filter(({ nodes }) => nodes > 0).map(({ path }) => path));
  /** A module of weights alone is drawn with the one around it that reads them. */
  const owner = (path: string): string => {
    if (withNodes.has(path)) return path;
    for (let end = path.lastIndexOf("."); end > 0; end = path.lastIndexOf(".", end - 1))
      if (withNodes.has(path.slice(0, end))) return path.slice(0, end);
    return path;
  };
  let names = new Map<string, string>();
  for (let depth = DEEPEST; depth >= 1; depth--) {
    names = new Map(modules.map(({ path }) => [path, prefix(owner(path), depth)]));
    if (new Set(names.values()).size <= MOST_MODULES) break;
  }
  const kept = new Set([...new Set(names.values())].slice(0, MOST_MODULES));
  const of = (path: string): string => {
    const name = names.get(path) ?? path;
    return kept.has(name) ? name : OTHERS;
  };
  const list = new Map<string, ModuleFigures>();
  for (const figures of modules) {
    const path = of(figures.path);
    const before = list.get(path);
    list.set(path, before === undefined ? { ...figures, path } : together(before, figures));
  }
  return { list: [...list.values()], of };
}

const OTHERS = "(all others)";

function prefix(path: string, depth: number): string {
  return path.split(".", depth).join(".");
}

function together(a: ModuleFigures, b: ModuleFigures): ModuleFigures {
  const operators = new Map(Object.entries(a.operators));
  for (const [name, times] of Object.entries(b.operators))
    operators.set(name, (operators.get(name) ?? 0) + times);
  return {
    path: a.path,
    nodes: a.nodes + b.nodes,
    parameters: a.parameters + b.parameters,
    bytes: a.bytes + b.bytes,
    operators: Object.fromEntries([...operators].sort(([, i], [, j]) => j - i)),
  };
}

function moduleCaption({ path, nodes, operators, parameters, bytes }: ModuleFigures): Caption {
  const [first, rest] = [
    Object.entries(operators).slice(0, MOST_OPERATORS),
    Object.keys(operators).length - MOST_OPERATORS,
  ];
  const named = first.map(([name, times]) => (times === 1 ? name : `${name} ${times}`));
  const lines = [
    `${count(nodes, "node")}, ${count(parameters, "parameter")}, ${size(bytes)}`,
    ...named.map((name) => `  ${name}`),
    ...(rest > 0 ? [`  and ${count(rest, "other operator")}`] : []),
  ];
  return caption("module", `module ${path}`, path === "" ? "(no module)" : path, lines);
}

function valueCaptions(kind: "input" | "output", values: Inspection["inputs"]): Caption[] {
  const shown = values
    .slice(0, MOST_VALUES)
    .map(({ name, type }) => caption(kind, `${kind} :${name}`, name, [type]));
  const rest = values.length - shown.length;
  if (rest > 0) shown.push(caption(kind, `${kind} others`, `and ${count(rest, `other ${kind}`)}`, []));
  return shown;
}

function caption(kind: Place["kind"], id: string, title: string, lines: readonly string[]): Caption {
  const rank = kind === "input" ? "first" : kind === "output" ? "last" : "middle";
  const height = 2 * BOX.padding + BOX.line * (1 + lines.length) - 4;
  return { id, kind, rank, title, lines, width: BOX.width, height };
}

function box({ kind, title, lines, width, height }: Caption, x: number, y: number): string {
  const left = x + BOX.padding;
  const row = (i: number): number => y + BOX.padding + BOX.line * i + 10;
  return [
    "<g>",
    `<title>${xml(printable(title))}</title>`,
    `<rect class="box ${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${kind === "module" ? 4 : 14}"/>`,
    `<text class="title" x="${left}" y="${row(0)}">${xml(fitted(title, "end"))}</text>`,
    ...lines.map(
      (line, i) =>
        `<text x="${left + (line.startsWith("  ") ? 10 : 0)}" y="${row(i + 1)}">${xml(fitted(line.trim(), "start"))}</text>`,
    ),
    "</g>",
  ].join("\n");
}

/** A text cut to a box's width; of paths the end tells most. */
function fitted(text: string, keep: "start" | "end"): string {
  const most = Math.floor((BOX.width - 2 * BOX.padding) / BOX.letter);
  const plain = printable(text);
  if (plain.length <= most) return plain;
  return keep === "end" ? `…${plain.slice(1 - most)}` : `${plain.slice(0, most - 1)}…`;
}

function edge({ points, upwards }: PlacedEdge): string {
  const [first, ...rest] = points;
  let [[x, y], path] = [first!, `M${first!.join(" ")}`];
  for (const [nextX, nextY] of rest) {
    const bend = (y + nextY) / 2;
    path += nextX === x ? `L${nextX} ${nextY}` : `C${x} ${bend} ${nextX} ${bend} ${nextX} ${nextY}`;
    [x, y] = [nextX, nextY];
  }
  return `<path class="edge${upwards ? " back" : ""}" d="${path}"/>`;
}

/** A text as XML takes it; what it has no form for at all becomes the replacement character. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
