import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Context } from "../../../../src/registry/context.js";
import { resolveConfig } from "../../../../src/registry/load-config.js";
import { defaultRegistry } from "../../../../src/tasks/builtins.js";

const folder = mkdtempSync(join(tmpdir(), "combined-"));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const registry = defaultRegistry();
const context = new Context(registry, {
  log: { info: () => {}, warn: () => {} },
  settings: { seed: 0, threads: 1 },
});

function sourceOf(source: object) {
  const { config } = resolveConfig(
    {
      version: 1,
      task: { DocumentClassificationTask: { data: { source: { CombinedDataSource: source } } } },
    },
    registry,
  );
  const task = Object.values(config.task)[0] as {
    data: { Data: { source: { CombinedDataSource: object } } };
  };
  const { component, config: options } = context.part("data_source", task.data.Data.source);
  return component.create(options, context);
}

async function texts(source: ReturnType<typeof sourceOf>, split: "train" | "test"): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const row of source.rows(split, ["label", "text"]))
    all.push([row.values.label, row.values.text, row.origin]);
  return all;
}

describe("CombinedDataSource", () => {
  const train = file("train.tsv", "text\tlabel\ngood film\t1\n");
  const test = file("test.csv", '0,"bad, film"\n');

  it("reads each split with the source that was given for it", async () => {
    const source = sourceOf({
      train: { TSVDataSource: { train_filename: train } },
      test: { CSVDataSource: { field_names: ["label", "text"], test_filename: test } },
    });
    expect(await texts(source, "train")).toEqual([["1", "good film", `${train}:2`]]);
    expect(await texts(source, "test")).toEqual([["0", "bad, film", `${test}:1`]]);
    expect(source.has("eval")).toBe(false);
    expect(source.files("test")).toEqual([test]);
    expect(source.skipped("train")).toEqual([]);
  });

  it("reads another file in place of a split's, as that split's source reads", async () => {
    const parts = {
      train: { TSVDataSource: { train_filename: train } },
      test: { CSVDataSource: { field_names: ["label", "text"], test_filename: test } },
    };
    const source = sourceOf(parts);
    const other = file("other.csv", "1,fine\n");
    source.replace!("test", other);
    expect(await texts(source, "test")).toEqual([["1", "fine", `${other}:1`]]);
    expect(source.files("test")).toEqual([other]);
    expect(() => sourceOf({ train: parts.train }).replace!("test", other)).toThrow(
      /PTX_RUN {2}.*other\.csv\n {2}the run's CombinedDataSource has no source for test rows/,
    );
    const columns = { label: other, text: other };
    const parallel = { train: parts.train, test: { ParallelFilesDataSource: { test: columns } } };
    expect(() => sourceOf(parallel).replace!("test", other)).toThrow(
      "does not read its test rows from one file",
    );
  });

  it("refuses a part that names no file for its split", () => {
    expect(() => sourceOf({ train: { TSVDataSource: { test_filename: train } } })).toThrow(
      /data\.source\.train\n {2}this TSVDataSource names no train file: set its train_filename/,
    );
  });

  it("says which source is missing when a split is read that has none", async () => {
    const source = sourceOf({ train: { TSVDataSource: { train_filename: train } } });
    await expect(source.columns("test")).rejects.toThrow(/there are no test rows: give test a source/);
  });
});
