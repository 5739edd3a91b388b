/** @file ONNX Runtime's own file format: a FlatBuffer, of which only the metadata is read here. */

/** The bytes 4 to 7 of such a file. */
const IDENTIFIER = "ORTM";

/** Fields of its tables by their numbers in ONNX Runtime's schema (ort.fbs). */
const SESSION_MODEL = 1;
const MODEL_METADATA = 9;
const ENTRY = { key: 0, value: 1 } as const;

/** Whether a file is in ONNX Runtime's own format. */
export const isOrtFormat = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1", 4, 8) === IDENTIFIER;

/** The metadata of such a file. Throws `RangeError` for one that is cut off. */
export function ortMetadata(bytes: Uint8Array): Record<string, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const target = (at: number): number => at + view.getUint32(at, true);
  /** Where a field of a table stands; undefined for one that is left out. */
  const field = (table: number, number: number): number | undefined => {
    const layout = table - view.getInt32(table, true);
    const entry = 4 + 2 * number;
    const offset = entry < view.getUint16(layout, true) ? view.getUint16(layout + entry, true) : 0;
    return offset === 0 ? undefined : table + offset;
  };
  const text = (table: number, number: number): string => {
    const at = field(table, number);
    if (at === undefined) return "";
    const start = target(at);
    const end = start + 4 + view.getUint32(start, true);
    if (end > bytes.length) throw new RangeError(`a text ends at byte ${end} of ${bytes.length}`);
    return Buffer.from(bytes.subarray(start + 4, end)).toString();
  };
  const model = field(target(0), SESSION_MODEL);
  const list = model === undefined ? undefined : field(target(model), MODEL_METADATA);
  if (list === undefined) return {};
  const start = target(list);
  const entries = Array.from({ length: view.getUint32(start, true) }, (_, i) => target(start + 4 + 4 * i));
  return Object.fromEntries(entries.map((entry) => [text(entry, ENTRY.key), text(entry, ENTRY.value)]));
}
