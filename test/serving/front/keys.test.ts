import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { bearerKey, Keys } from "../../../src/serving/front/keys.js";

const hash = (key: string): string => createHash("sha256").update(key).digest("hex");

test("a key has the owner under whose name its hash stands", () => {
  const keys = new Keys([
    { name: "ann", sha256: hash("one") },
    { name: "bob", sha256: hash("two").toUpperCase() },
  ]);
  expect(["one", "two", "three", "", hash("one")].map((key) => keys.ownerOf(key))).toEqual([
    ...["ann", "bob", undefined, undefined, undefined],
  ]);
  expect([keys.open, new Keys([]).open]).toEqual([false, true]);
});

test.each([
  ["Bearer abc", "abc"],
  ["bearer   a-b.c ", "a-b.c"],
  ["Basic abc", undefined],
  ["Bearer ", undefined],
  ["Bearer a b", undefined],
  [undefined, undefined],
])("reads %j as %j", (header, key) => {
  expect(bearerKey(header)).toBe(key);
});
