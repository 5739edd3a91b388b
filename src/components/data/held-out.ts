import { stream } from "../../registry/random.js";
import type { DataSource, Row, SkipCount, Split } from "./contracts.js";
import { noneOf } from "./part-source.js";
import { SourceLayer } from "./sources/source-layer.js";

/**
 * A data source that holds out a share of the training rows as eval rows. Which ones is decided by each row's number
 * and the seed alone, so the two parts never overlap and are the same in every run.
 */
export class HeldOutSource extends SourceLayer {
  constructor(
    source: DataSource,
    readonly fraction: number,
    readonly seed: number,
  ) {
    super(source);
  }

  override has(split: Split): boolean {
    return super.has(split === "eval" ? "train" : split);
  }

  override columns(split: Split): Promise<readonly string[] | null> {
    return super.columns(split === "eval" ? "train" : split);
  }

  override files(split: Split): readonly string[] {
    return super.files(split === "eval" ? "train" : split);
  }

  override skipped(split: Split): readonly SkipCount[] {
    return split === "eval" ? [] : super.skipped(split);
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
