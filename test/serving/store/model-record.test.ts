import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  emptyRecord,
  type ModelRecord,
  present,
  readRecord,
  resolveIn,
  rollbackTarget,
  withAlias,
  withoutVersion,
  withRollback,
  withTags,
  withVersion,
} from "../../../src/serving/store/model-record.js";

const stamp = { at: "2026-11-27T12:00:00.000Z", by: "ada@host" };
const digest = (n: number): string => n.toString(16).padStart(64, "0");

function withVersions(count: number): ModelRecord {
  let record = emptyRecord("m");
  for (let n = 1; n <= count; n++)
    ({ record } = withVersion(record, { digest: digest(n), bytes: n, tags: [] }, stamp));
  return record;
}

describe("versions", () => {
  test("numbers rise by one, and that of a removed version is not given again", () => {
    let record = withoutVersion(withVersions(3), 3, stamp.at, "");
    const added = withVersion(record, { digest: digest(3), bytes: 1, tags: [] }, stamp);
    expect(added).toMatchObject({ version: 4, added: true });
    record = added.record;
    expect(present(record).map(({ version }) => version)).toEqual([1, 2, 4]);
    expect(withVersion(record, { digest: digest(2), bytes: 1, tags: [] }, stamp)).toMatchObject({
      version: 2,
      added: false,
    });
  });

  test("tags are set, changed and taken away, one by one", () => {
    let record = withTags(withVersions(1), 1, { a: "1", b: "2" });
    record = withTags(record, 1, { b: "", c: "3", a: "4" });
    expect(record.versions[0]!.tags).toEqual([
      { key: "c", value: "3" },
      { key: "a", value: "4" },
    ]);
  });

  test("latest is the highest that is there", () => {
    const record = withoutVersion(withVersions(3), 3, stamp.at, "");
    expect(resolveIn(record, { model: "m", alias: "latest" }, "s").version).toBe(2);
  });
});

describe("aliases", () => {
  test("rollbacks undo promotions in their order, whatever those were", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 30 }), (targets) => {
        let record = withVersions(5);
        // What a stack says: moving to where it stands is no move.
        const stack: number[] = [];
        for (const target of targets) {
          record = withAlias(record, "production", target, stamp, "");
          if (stack.at(-1) !== target) stack.push(target);
        }
        for (stack.pop(); stack.length > 0; stack.pop()) {
          expect(rollbackTarget(record, record.aliases[0]!)).toBe(stack.at(-1));
          record = withRollback(record, "production", stamp, "");
          expect(record.aliases[0]!.version).toBe(stack.at(-1));
        }
        expect(() => withRollback(record, "production", stamp, "")).toThrow(/PTX_STORE_MISSING/);
      }),
    );
  });

  test("a rollback passes by what has been removed", () => {
    let record = withVersions(4);
    for (const target of [1, 2, 3, 4]) record = withAlias(record, "p", target, stamp, "");
    record = withoutVersion(withoutVersion(record, 3, stamp.at, ""), 2, stamp.at, "");
    expect(withRollback(record, "p", stamp, "").aliases[0]).toMatchObject({ version: 1, previous: [] });
  });

  test("what is expected must be so", () => {
    const record = withAlias(withVersions(2), "p", 1, stamp, "");
    expect(withAlias(record, "p", 2, stamp, "", 1).aliases[0]!.version).toBe(2);
    expect(() => withAlias(record, "p", 2, stamp, "w", 2)).toThrow(
      /p stands at 1, moved at 2026-11-27T12:00:00.000Z by ada@host; it was expected at 2: nothing was moved/,
    );
    expect(() => withAlias(record, "p", 2, stamp, "w", null)).toThrow(/was expected not to exist/);
    expect(() => withAlias(record, "q", 2, stamp, "w", 1)).toThrow(/q does not exist; it was expected at 1/);
    expect(withAlias(record, "q", 2, stamp, "w", null).aliases).toHaveLength(2);
  });

  test("a long history forgets its beginning only", () => {
    let record = withVersions(2);
    for (let i = 0; i < 500; i++) record = withAlias(record, "p", (i % 2) + 1, stamp, "");
    expect(record.aliases[0]!.moves).toHaveLength(200);
    expect(record.aliases[0]!.previous).toHaveLength(50);
    expect(withRollback(record, "p", stamp, "").aliases[0]!.version).toBe(1);
  });
});

describe("the text of a record", () => {
  test("is read as it was written", () => {
    const record = withTags(withAlias(withVersions(2), "p", 1, stamp, ""), 2, { k: "v" });
    expect(readRecord(JSON.stringify(record), "m", "s")).toEqual(record);
  });

  test.each([
    ["no JSON", "{"],
    ["another format", JSON.stringify({ ...emptyRecord("m"), format: 2 })],
    ["something unknown", JSON.stringify({ ...emptyRecord("m"), more: 1 })],
    ["another model's", JSON.stringify(emptyRecord("M"))],
    [
      "a digest that is none",
      JSON.stringify({ ...withVersions(1), versions: [{ ...withVersions(1).versions[0], digest: "../x" }] }),
    ],
  ])("%s is refused", (_, text) => {
    expect(() => readRecord(text, "m", "s")).toThrow(/PTX_STORE_DAMAGED/);
  });
});
