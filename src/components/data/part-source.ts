import { type PtxError, ptxError } from "../../registry/errors.js";
import { stream } from "../../registry/random.js";
import type { DataSource, Row, SkipCount, Split } from "./contracts.js";
import { replaceFile } from "./sources/replace-file.js";

/** What is said where a share of the training rows holds none of them. */
export function noneOf(rows: number, share: string): PtxError {
  return ptxError("PTX_DATA", "task.data", `the ${share} leaves none of ${rows} rows: choose another`);
}

/**
 * A data source of which a share of the training rows is used. Which ones is decided by each row's number and the seed
 * alone: the same in every run, and a smaller share is part of a larger one.
 */
export class PartSource implements DataSource {
  constructor(
    readonly source: DataSource,
    readonly fraction: number,
    readonly seed: number,
  ) {}

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

  async *rows(split: Split, columns: readonly string[]): AsyncGenerator<Row> {
    const random = stream(this.seed, "train-fraction");
    let [all, given] = [0, 0];
    for await (const row of this.source.rows(split, columns)) {
      all++;
      if (split === "train" && random.uniform() >= this.fraction) continue;
      given++;
      yield row;
    }
    if (all > 0 && given === 0)
      throw noneOf(all, `train_fraction (an ensemble's sample_rate) ${this.fraction}`);
  }
}
