import type { DataSource, Row, SkipCount, Split } from "./contracts.js";
import { replaceFile } from "./sources/replace-file.js";

/** The rows of a source, and behind its training rows those of another one. */
export class AddedSource implements DataSource {
  constructor(
    readonly source: DataSource,
    readonly added: DataSource,
  ) {}

  has(split: Split): boolean {
    return this.source.has(split);
  }

  columns(split: Split): Promise<readonly string[] | null> {
    return this.source.columns(split);
  }

  files(split: Split): readonly string[] {
    const own = this.source.files(split);
    return split === "train" ? [...own, ...this.added.files(split)] : own;
  }

  replace(split: Split, file: string): void {
    replaceFile(this.source, split, file);
  }

  skipped(split: Split): readonly SkipCount[] {
    const own = this.source.skipped(split);
    return split === "train" ? [...own, ...this.added.skipped(split)] : own;
  }

  async *rows(split: Split, columns: readonly string[]): AsyncGenerator<Row> {
    yield* this.source.rows(split, columns);
    if (split === "train") yield* this.added.rows(split, columns);
  }
}
