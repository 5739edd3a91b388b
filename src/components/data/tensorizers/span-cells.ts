import { ptxError } from "../../../registry/errors.js";
import type { Span } from "../../../text/align-spans.js";
import { OffsetTable, type OffsetUnit } from "../../../text/offsets.js";
import type { Row } from "../contracts.js";
import { badCell, textCell } from "./cells.js";
import { listCell } from "./lists.js";

/** A span as the file has it: places in the file's unit. */
interface WrittenSpan {
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

const SLOT = /^(\d+):(\d+):(.*\S)$/u;

/** The spans of a cell in PyText's form, `start:end:label,start:end:label`; none when it is empty. Throws `PTX_DATA`. */
export function slotCell(row: Row, column: string): readonly WrittenSpan[] {
  const text = textCell(row, column).trim();
  if (text === "") return [];
  return text.split(",").map((part) => {
    const [, start, end, label] = SLOT.exec(part.trim()) ?? [];
    if (label === undefined) throw badCell(row, column, "slots as start:end:label,start:end:label", part);
    return { label: label.trim(), start: Number(start), end: Number(end) };
  });
}

/** The spans of a cell that is a list of `{"start", "end", "label"}` objects (as a value, or as JSON text). Throws `PTX_DATA`. */
export function spanCell(row: Row, column: string): readonly WrittenSpan[] {
  return listCell(row, column, null).map((item) => {
    const { start, end, label } = (item ?? {}) as Partial<Record<keyof WrittenSpan, unknown>>;
    if (typeof label !== "string" || label.trim() === "" || !isPlace(start) || !isPlace(end))
      throw badCell(row, column, 'objects like {"start": 0, "end": 4, "label": "place"}', item);
    return { label: label.trim(), start, end };
  });
}

function isPlace(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

/**
 * Spans in the order of their places, counted in UTF-16. Throws `PTX_DATA` for one that is empty, that leaves the text
 * or begins inside a character, and for two that overlap.
 */
export function placedSpans(
  written: readonly WrittenSpan[],
  text: string,
  unit: OffsetUnit,
  row: Row,
): readonly Span[] {
  const table = new OffsetTable(text, unit);
  const sorted = [...written].sort((a, b) => a.start - b.start || a.end - b.end);
  const place = (span: WrittenSpan, offset: number): number => {
    const found = table.toUtf16(offset);
    if (found !== undefined) return found;
    const why =
      offset > table.length
        ? `leaves the text, which has a length of ${table.length} ${spelled(unit)}`
        : `has an end inside a character: is offset_unit right (${unit})?`;
    throw ptxError("PTX_DATA", row.origin, `the slot ${shown(span)} ${why}`);
  };
  return sorted.map((span, index) => {
    if (span.end <= span.start) throw ptxError("PTX_DATA", row.origin, `the slot ${shown(span)} is empty`);
    const before = sorted[index - 1];
    if (before !== undefined && before.end > span.start) {
      const message = `the slots ${shown(before)} and ${shown(span)} overlap: a token can have one tag only`;
      throw ptxError("PTX_DATA", row.origin, message);
    }
    return { label: span.label, startUtf16: place(span, span.start), endUtf16: place(span, span.end) };
  });
}

function shown({ start, end, label }: WrittenSpan): string {
  return `${start}:${end}:${label}`;
}

function spelled(unit: OffsetUnit): string {
  return { utf16: "UTF-16 units", code_points: "code points", utf8_bytes: "UTF-8 bytes" }[unit];
}
