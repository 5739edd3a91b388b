/** Components made as a run makes them: config resolved against the schemas, parts through the registry. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Type } from "typebox";
import type { Batcher, DataSource, Row, Split, Tensorizer } from "../../../src/components/data/contracts.js";
import type { DataHandler } from "../../../src/components/data/data-handler.js";
import { dataComponents } from "../../../src/components/data/index.js";
import type { Tensorizers } from "../../../src/components/data/split-data.js";
import { type Kind, Slot, type SlotValue } from "../../../src/registry/component.js";
import { Context } from "../../../src/registry/context.js";
import { throwIfAny } from "../../../src/registry/errors.js";
import { Registry } from "../../../src/registry/registry.js";
import { resolveValue } from "../../../src/registry/resolve.js";
import type { Tokenizer } from "../../../src/text/tokenizer.js";

/** A context whose log is kept. */
export interface Bench {
  readonly context: Context;
  readonly info: string[];
  readonly warnings: string[];
}

export function bench(): Bench {
  const [info, warnings]: [string[], string[]] = [[], []];
  const log = {
    info: (line: string) => void info.push(line),
    warn: (line: string) => void warnings.push(line),
  };
  const registry = new Registry().add(...dataComponents);
  return { context: new Context(registry, { log, settings: { seed: 1, threads: 1 } }), info, warnings };
}

/** The component and resolved config for `name` with the given keys set. Throws all config problems. */
export function part<K extends Kind>(kind: K, name: string, config: object, { context } = bench()) {
  const schema = Type.Object({ part: Slot(kind, { description: "under test" }) });
  const options = { source: "test", checkFiles: true };
  const { value, problems } = resolveValue(
    context.registry,
    schema,
    { part: { [name]: config } } as never,
    options,
  );
  throwIfAny(problems);
  return context.part(kind, (value as unknown as { part: SlotValue<K> }).part);
}

export function makeSource(name: string, config: object, on = bench()): DataSource {
  const { component, config: resolved } = part("data_source", name, config, on);
  return component.create(resolved, on.context);
}

export function makeTokenizer(name: string, config: object = {}, on = bench()): Tokenizer {
  const { component, config: resolved } = part("tokenizer", name, config, on);
  return component.create(resolved, on.context);
}

export function makeTensorizer(name: string, config: object = {}, input = "input", on = bench()): Tensorizer {
  const { component, config: resolved } = part("tensorizer", name, config, on);
  return component.create(resolved, on.context, input);
}

export function makeBatcher(name: string, config: object = {}, on = bench()): Batcher {
  const { component, config: resolved } = part("batcher", name, config, on);
  return component.create(resolved, on.context);
}

export function makeData(config: object, tensorizers: Tensorizers, on = bench()): DataHandler {
  const { component, config: resolved } = part("data", "Data", config, on);
  return component.create(resolved, on.context, tensorizers);
}

/** A row with these values. */
export function rowOf(values: Record<string, unknown>, origin = "rows.tsv:1"): Row {
  return { values: Object.assign(Object.create(null) as Record<string, unknown>, values), origin };
}

/** Lets a tensorizer learn from rows. */
export async function learn(
  tensorizer: Tensorizer,
  rows: readonly Record<string, unknown>[],
): Promise<Tensorizer> {
  for (const [index, values] of rows.entries()) tensorizer.observe(rowOf(values, `rows.tsv:${index + 1}`));
  await tensorizer.finish();
  return tensorizer;
}

/** Writes files into a new folder and gives the way to name them; names ending in .gz are packed. */
export function folder(files: Readonly<Record<string, string | Buffer>>): (name: string) => string {
  const path = mkdtempSync(join(tmpdir(), "pytext-data-"));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(path, name), name.endsWith(".gz") ? gzipSync(content) : content);
  }
  return (name) => join(path, name);
}

/** All rows of a split: values as plain objects, origins without the folder. */
export async function collect(source: DataSource, split: Split, columns: readonly string[]) {
  const rows: { values: Record<string, unknown>; origin: string }[] = [];
  for await (const { values, origin } of source.rows(split, columns)) {
    rows.push({ values: Object.fromEntries(Object.entries(values)), origin: origin.replace(/^.*\//, "") });
  }
  return rows;
}
