import { stream } from "../../registry/random.js";
import type { DataSource, Row, SkipCount, Split } from "./contracts.js";
import { noneOf } from "./part-source.js";
import { replaceFile } from "./sources/replace-file.js";

/**
 * A data source that holds out a share of the training rows as eval rows. Which ones is decided by each row's number
 * and the seed alone, so the two parts never overlap and are the same in every run.
 */
export class HeldOutSource implements DataSource {
  constructor(
    readonly source: DataSource,
    readonly fraction: number,
    readonly seed: number,
  ) {}

  has(split: Split): boolean {
    return this.source.has(split === "eval" ? "train" : split);
  }

  columns(split: Split): Promise<readonly string[] | null> {
    return this.source.columns(split === "eval" ? "train" : split);
  }

  files(split: Split): readonly string[] {
    return this.source.files(split === "eval" ? "train" : split);
  }

  replace(split: Split, file: string): void {
    replaceFile(this.source, split, file);
  }

  skipped(split: Split): readonly SkipCount[] {
    return split === "eval" ? [] : this.source.skipped(split);
  }

  async *rows(split: Split, columns: readonly string[]): AsyncGenerator<Row> {
    if (split === "test") {
      yield* this.source.rows(split, columns);
      return;
    }
    const random = stream(this.seed, "held-out");
    let [all, given] = [0, 0];
    for await (const row of this.source.rows("train", columns)) {
      all++;
      if (random.uniform() < this.fraction !== (split === "eval")) continue;
      given++;
      yield row;
    }
    if (all > 0 && given === 0) throw noneOf(all, `eval_fraction ${this.fraction} (${split})`);
  }
}
