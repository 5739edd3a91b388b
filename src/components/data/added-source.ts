import type { DataSource, Row, SkipCount, Split } from "./contracts.js";
import { SourceLayer } from "./sources/source-layer.js";

/** The rows of a source, and behind its training rows those of another one. */
export class AddedSource extends SourceLayer {
  constructor(
    source: DataSource,
    readonly added: DataSource,
  ) {
    super(source);
  }

  override files(split: Split): readonly string[] {
    const own = super.files(split);
    return split === "train" ? [...own, ...this.added.files(split)] : own;
  }

  override skipped(split: Split): readonly SkipCount[] {
    const own = super.skipped(split);
    return split === "train" ? [...own, ...this.added.skipped(split)] : own;
  }

  async *rows(split: Split, columns: readonly string[]): AsyncGenerator<Row> {
    yield* this.source.rows(split, columns);
    if (split === "train") yield* this.added.rows(split, columns);
  }
}
