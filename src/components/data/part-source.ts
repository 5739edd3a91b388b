import { stream } from "../../registry/random.js";
import type { DataSource, Row, Split } from "./contracts.js";
import { SourceLayer } from "./sources/source-layer.js";

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
    for await (const row of this.source.rows(split, columns)) {
      if (split !== "train" || random.uniform() < this.fraction) yield row;
    }
  }
}
