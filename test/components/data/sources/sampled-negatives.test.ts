/** @file Negatives that are drawn from other rows: none belongs to the query, every other text is as likely, and all runs draw the same. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Row } from "../../../../src/components/data/contracts.js";
import { dataComponents } from "../../../../src/components/data/index.js";
import { workplace } from "../../../support/toy.js";
import { slot, testContext } from "../../models/harness.js";

const folder = workplace();
const context = testContext(...dataComponents);

interface Pair {
  readonly query: string;
  readonly pos_response: string;
  readonly right?: string;
}

let files = 0;
function sourceOf(rows: readonly Pair[], options: object = {}) {
  const file = join(folder, `${files++}.jsonl`);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const source = { JSONLDataSource: { train_filename: file, test_filename: file } };
  const value = slot("data_source", { SampledNegativesDataSource: { source, ...options } }, context);
  const { component, config } = context.part("data_source", value);
  return component.create(config, context);
}

async function read(
  source: ReturnType<typeof sourceOf>,
  columns = ["query", "pos_response", "neg_response"],
) {
  const rows: Row[] = [];
  for await (const row of source.rows("train", columns)) rows.push(row);
  return rows;
}

const word = fc.constantFrom("a", "b", "c", "d", "e");
const pairs = fc.array(fc.record({ query: word, pos_response: word, right: fc.constantFrom("1", "0") }), {
  minLength: 1,
  maxLength: 12,
});

test("a negative is a text of the split that no row puts together with the query, and not the query itself", async () => {
  await fc.assert(
    fc.asyncProperty(pairs, fc.boolean(), async (rows, filtered) => {
      const positives = filtered ? { column: "right", value: "1" } : null;
      const belong = rows.filter(({ right }) => !filtered || right === "1");
      const allowed = ({ query }: Pair) =>
        new Set(
          rows
            .map(({ pos_response }) => pos_response)
            .filter(
              (text) =>
                text !== query && !belong.some((row) => row.query === query && row.pos_response === text),
            ),
        );
      const source = sourceOf(rows, { positives });
      if (belong.some((row) => allowed(row).size === 0)) {
        await expect(read(source)).rejects.toThrow(/there is no negative for it/);
        return;
      }
      const made = await read(source);
      expect(made.map(({ values }) => [values.query, values.pos_response])).toEqual(
        belong.map(({ query, pos_response }) => [query, pos_response]),
      );
      for (const [i, { values }] of made.entries())
        expect(allowed(belong[i]!)).toContain(values.neg_response);
      expect(await read(source)).toEqual(made);
      const left = source.skipped("train").reduce((sum, { count }) => sum + count, 0);
      expect(left).toBe(rows.length - belong.length);
    }),
    { numRuns: 40 },
  );
});

test("every other text is as likely, each row can be several, and another seed draws others", async () => {
  const rows = ["a", "b", "c", "d"].map((text) => ({ query: `${text}?`, pos_response: text }));
  const made = await read(sourceOf(rows, { negatives_per_row: 600 }));
  expect(made).toHaveLength(2400);
  for (const { query, pos_response } of rows) {
    const own = made.filter(({ values }) => values.query === query).map(({ values }) => values.neg_response);
    for (const { pos_response: text } of rows) {
      const share = own.filter((other) => other === text).length / own.length;
      // Three are possible; 600 draws have a standard deviation of 0.02.
      if (text === pos_response) expect(share).toBe(0);
      else expect(Math.abs(share - 1 / 3)).toBeLessThan(0.1);
    }
  }
  const other = await read(sourceOf(rows, { negatives_per_row: 600, seed: 1 }));
  expect(other.map(({ values }) => values.neg_response)).not.toEqual(
    made.map(({ values }) => values.neg_response),
  );
});

test("columns that are lacking, or there already, are an error", async () => {
  const rows = [{ query: "a", pos_response: "b", neg_response: "c" }];
  const file = join(folder, "table.tsv");
  writeFileSync(file, "query\tpos_response\tneg_response\na\tb\tc\n");
  const table = { TSVDataSource: { train_filename: file } };
  await expect(sourceOf(rows, { source: table }).columns("train")).rejects.toThrow(
    /negatives that are there/,
  );
  await expect(
    sourceOf(rows, { source: table, query_column: "question", negative_column: "other" }).columns("train"),
  ).rejects.toThrow(/there is no column "question"/);
  expect(await sourceOf(rows, { source: table, negative_column: "other" }).columns("train")).toEqual([
    "query",
    "pos_response",
    "neg_response",
    "other",
  ]);
});
