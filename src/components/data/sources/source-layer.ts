import type { DataSource, Row, SkipCount, Split } from "../contracts.js";
import { replaceFile } from "./replace-file.js";

/** A data source that changes the rows of another one. What is not said otherwise is as it is there. */
export abstract class SourceLayer implements DataSource {
  constructor(readonly source: DataSource) {}

  has(split: Split): boolean {
    return this.source.has(split);
  }

  columns(split: Split): Promise<readonly string[] | null> {
    return this.source.columns(split);
  }

  files(split: Split): readonly string[] {
    return this.source.files(split);
  }

  replace(split: Split, file: string): void {
    replaceFile(this.source, split, file);
  }

  skipped(split: Split): readonly SkipCount[] {
    return this.source.skipped(split);
  }

  abstract rows(split: Split, columns: readonly string[]): AsyncGenerator<Row>;
}
