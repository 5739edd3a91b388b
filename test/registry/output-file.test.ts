import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { requireFileTarget } from "../../src/registry/output-file.js";
import { workplace } from "../support/toy.js";

const place = workplace();

test("a file can be put into folders that are there, and not over a folder", () => {
  mkdirSync(join(place, "there"));
  requireFileTarget(join(place, "there", "new.json"), "--output");
  writeFileSync(join(place, "there", "old.json"), "");
  requireFileTarget(join(place, "there", "old.json"), "--output");
  expect(() => requireFileTarget(join(place, "there"), "--output")).toThrow(
    `PTX_FILE_MISSING  --output ${join(place, "there")}\n  this is a folder`,
  );
  expect(() => requireFileTarget(join(place, "gone", "new.json"), "--onnx")).toThrow(
    `there is no folder ${join(place, "gone")}: make it first`,
  );
  expect(() => requireFileTarget(join(place, "there", "old.json", "x"), "--onnx")).toThrow(
    "there is no folder",
  );
  expect(readFileSync(join(place, "there", "old.json"), "utf8")).toBe("");
});
