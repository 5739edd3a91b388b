import { type PtxError, ptxError } from "../../registry/errors.js";
import { stream } from "../../registry/random.js";
import type { DataSource, Row, Split } from "./contracts.js";
import { SourceLayer } from "./sources/source-layer.js";

/** What is said where a share of the training rows holds none of them. */
export function noneOf(rows: number, share: string): PtxError {
  return ptxError("PTX_DATA", "task.data", `the ${share} leaves none of ${rows} rows: choose another`);
}

/**
 * A data source of which a share of the training rows is used. Which ones is decided by each row's number and the seed
 * alone: the same in every run, and a smaller share is part of a larger one.
 */
export class PartSource extends SourceLayer {
  constructor(
    source: DataSource,
    readonly fraction: number,
    readonly seed: number,
  ) {
    super(source);
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
