import { Type } from "typebox";
import { component, Slot } from "../../../registry/component.js";
import type { DataSource, Row, SkipCount, Split } from "../contracts.js";
import { textCell } from "../tensorizers/cells.js";
import { missingColumn } from "./file-source.js";
import { SkipLog } from "./skip-log.js";
import { SourceLayer } from "./source-layer.js";

/** A column and what its text holds in rows that are left out. */
interface Exclusion {
  readonly column: string;
  readonly pattern: RegExp;
}

/** Leaves out rows of another source by what their columns say; all others pass unchanged. */
class FilteredSource extends SourceLayer {
  readonly #skips = new Map<Split, SkipLog>();

  constructor(
    source: DataSource,
    readonly exclusions: readonly Exclusion[],
  ) {
    super(source);
  }

  override async columns(split: Split): Promise<readonly string[] | null> {
    const known = await super.columns(split);
    const missing = known && this.exclusions.find(({ column }) => !known.includes(column));
    if (missing) throw missingColumn(this.files(split).join(", ") || split, missing.column, known);
    return known;
  }

  override skipped(split: Split): readonly SkipCount[] {
    return [...super.skipped(split), ...(this.#skips.get(split)?.counts() ?? [])];
  }

  async *rows(split: Split, columns: readonly string[]): AsyncGenerator<Row> {
    const skips = new SkipLog(true);
    this.#skips.set(split, skips);
    const wanted = [...new Set([...columns, ...this.exclusions.map(({ column }) => column)])];
    for await (const row of this.source.rows(split, wanted)) {
      const hit = this.exclusions.find(({ column, pattern }) => pattern.test(textCell(row, column)));
      if (hit === undefined) yield row;
      else skips.passOver(row.origin, `${hit.column} matches ${hit.pattern.source}`, "row");
    }
    for (const { column, pattern } of this.exclusions)
      skips.passOver("", `${column} matches ${pattern.source}`, "row", 0);
  }
}

const compile = (source: string): RegExp => new RegExp(source, "u");

/** Rows of another source without those that a pattern names. */
export const FilteredDataSource = component({
  kind: "data_source",
  name: "FilteredDataSource",
  schema: Type.Object(
    {
      source: Slot("data_source", { description: "Where the rows come from." }),
      exclude: Type.Record(Type.String(), Type.String({ minLength: 1 }), {
        minProperties: 1,
        description:
          'Which rows are left out: {"column": "regular expression"} (JavaScript, Unicode mode). A row is, if the text of one of these columns holds a match.',
      }),
    },
    {
      description:
        "Rows of another source without those whose columns match a pattern, in all splits; how many is printed.",
    },
  ),
  check: ({ exclude }) =>
    Object.entries(exclude).flatMap(([column, source]) => {
      try {
        compile(source);
        return [];
      } catch (error) {
        return [{ path: `exclude.${column}`, message: (error as Error).message }];
      }
    }),
  create(config, context) {
    const { component: source, config: options } = context.part("data_source", config.source);
    const exclusions = Object.entries(config.exclude).map(([column, pattern]) => ({
      column,
      pattern: compile(pattern),
    }));
    return new FilteredSource(source.create(options, context), exclusions);
  },
});
