import { type Static, Type } from "typebox";
import type { Row } from "../components/data/contracts.js";
import { Slot } from "../registry/component.js";
import { Context } from "../registry/context.js";
import { throwIfAny } from "../registry/errors.js";
import type { Registry } from "../registry/registry.js";
import { resolveValue } from "../registry/resolve.js";
import { inputRows } from "./input-rows.js";
import { terminalLog } from "./session.js";

/** What reads a file of rows with named columns, by the end of its name. */
const SOURCES: readonly (readonly [RegExp, string])[] = [
  [/\.tsv(\.gz)?$/, "TSVDataSource"],
  [/\.csv(\.gz)?$/, "CSVDataSource"],
  [/\.parquet$/, "ParquetDataSource"],
];

const schema = Type.Object({ source: Slot("data_source", { description: "The rows." }) });

/** The rows of a file with these columns, by the end of its name; others are plain lines or JSON objects, as `-` is. */
export async function* fileRows(
  file: string,
  columns: readonly string[],
  registry: Registry,
): AsyncGenerator<Row> {
  const found = SOURCES.find(([end]) => end.test(file));
  if (found === undefined) {
    yield* inputRows({ texts: [], input: file }, columns);
    return;
  }
  const slot = { source: { [found[1]]: { test_filename: file } } };
  const { value, problems } = resolveValue(registry, schema, slot, { source: "--input", checkFiles: true });
  throwIfAny(problems);
  const context = new Context(registry, { log: terminalLog(), settings: { seed: 0, threads: 1 } });
  const { component, config } = context.part("data_source", (value as Static<typeof schema>).source);
  yield* component.create(config, context).rows("test", columns);
}
