import { ptxError } from "../../../registry/errors.js";
import type { SkipCount } from "../contracts.js";

const EXAMPLES = 5;

type Unit = NonNullable<SkipCount["unit"]>;

/** Decides the fate of rows that break a format: the first stops the reading, or all are counted with their reasons. */
export class SkipLog {
  readonly #reasons = new Map<string, { count: number; unit?: Unit; examples: string[] }>();

  constructor(readonly skip: boolean) {}

  /**
   * Leaves out a row, or throws `PTX_DATA` when rows must not be left out.
   * @param reason the kind of fault, the key of the count; `detail` says what is wrong with this very row
   */
  reject(where: string, reason: string, detail: string): void {
    if (!this.skip) {
      throw ptxError("PTX_DATA", where, detail, 'set on_error to "skip" to leave such rows out');
    }
    this.#count(where, reason);
  }

  /** Counts lines that hold no part of any row, cells of rows that are not read, or rows that the config leaves out; 0: none so far. */
  passOver(where: string, reason: string, unit: Unit = "line", count = 1): void {
    this.#count(where, reason, unit, count);
  }

  /** For `lineBlocks`: undefined lets it throw, which says more about the bytes. */
  badLine(file: string): { onBadLine?: (line: number) => void } {
    return this.skip ? { onBadLine: (line) => this.reject(`${file}:${line}`, "not UTF-8", "not UTF-8") } : {};
  }

  counts(): SkipCount[] {
    return [...this.#reasons].map(([reason, entry]) => ({ reason, ...entry }));
  }

  #count(where: string, reason: string, unit?: Unit, count = 1): void {
    const entry = this.#reasons.get(reason) ?? { count: 0, ...(unit && { unit }), examples: [] };
    entry.count += count;
    if (count > 0 && entry.examples.length < EXAMPLES) entry.examples.push(where);
    this.#reasons.set(reason, entry);
  }
}
