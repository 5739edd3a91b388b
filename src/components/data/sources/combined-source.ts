import { Type } from "typebox";
import { component, Slot } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import type { DataSource, Row, SkipCount, Split } from "../contracts.js";
import { replaceFile } from "./replace-file.js";

/** Takes each split from a source of its own. */
class Combined implements DataSource {
  constructor(readonly sources: ReadonlyMap<Split, DataSource>) {}

  has(split: Split): boolean {
    return this.sources.has(split);
  }

  async columns(split: Split): Promise<readonly string[] | null> {
    return this.#source(split).columns(split);
  }

  rows(split: Split, columns: readonly string[]): AsyncIterable<Row> {
    return this.#source(split).rows(split, columns);
  }

  files(split: Split): readonly string[] {
    return this.#source(split).files(split);
  }

  replace(split: Split, file: string): void {
    const source = this.sources.get(split);
    if (source === undefined) {
      const message = `the run's CombinedDataSource has no source for ${split} rows, so how to read the file is not known`;
      throw ptxError("PTX_RUN", file, message);
    }
    replaceFile(source, split, file);
  }

  skipped(split: Split): readonly SkipCount[] {
    return this.#source(split).skipped(split);
  }

  #source(split: Split): DataSource {
    const source = this.sources.get(split);
    if (source === undefined)
      throw ptxError(
        "PTX_DATA",
        `data.source.${split}`,
        `there are no ${split} rows: give ${split} a source`,
      );
    return source;
  }
}

/** Splits whose files differ in kind or columns. */
export const CombinedDataSource = component({
  kind: "data_source",
  name: "CombinedDataSource",
  schema: Type.Object(
    {
      train: Slot("data_source", { description: "The source whose train rows are taken." }),
      eval: Slot("data_source", { default: null, description: "The source whose eval rows are taken." }),
      test: Slot("data_source", { default: null, description: "The source whose test rows are taken." }),
    },
    { description: "Each split from a source of its own, for files that differ in format or columns." },
  ),
  create(config, context) {
    const slots = { train: config.train, eval: config.eval, test: config.test };
    const sources = new Map<Split, DataSource>();
    for (const [split, slot] of Object.entries(slots) as [Split, typeof config.eval][]) {
      if (slot === null) continue;
      const { component: source, config: options } = context.part("data_source", slot);
      const made = source.create(options, context);
      if (!made.has(split)) {
        throw ptxError(
          "PTX_CONFIG_MISSING",
          `data.source.${split}`,
          `this ${source.name} names no ${split} file: set its ${split}_filename`,
        );
      }
      sources.set(split, made);
    }
    return new Combined(sources);
  },
});
