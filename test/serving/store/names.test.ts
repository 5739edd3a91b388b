import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkPaths, type ManifestFile } from "../../../src/serving/store/manifest.js";
import { isStoreReference, parseReference, printReference } from "../../../src/serving/store/names.js";

describe("references", () => {
  test.each([
    ["store:intent", { model: "intent" }],
    ["intent@3", { model: "intent", version: 3 }],
    ["store:Intent-v2.1@production", { model: "Intent-v2.1", alias: "production" }],
    ["a@latest", { model: "a", alias: "latest" }],
  ])("%s", (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
    expect(parseReference(printReference(reference))).toEqual(reference);
  });

  test.each([
    "",
    "store:",
    "@3",
    "a@",
    "a@0",
    "a@03",
    "a@1.5",
    "a@-1",
    "a@Prod",
    "a@b@c",
    "a/b@1",
    "../a",
    "a@../b",
    "a@9999999999",
    "nul",
    "LPT1.x",
    "a b",
    "a\n",
  ])("%j is refused", (text) => {
    expect(() => parseReference(text)).toThrow(/PTX_USAGE/);
  });

  test("whatever is taken is one plain name of a folder", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\w./@-]{1,12}$/)), (text) => {
        let model: string;
        try {
          ({ model } = parseReference(text));
        } catch {
          return;
        }
        expect(model).toMatch(/^[A-Za-z0-9._-]+$/);
        expect(model).not.toMatch(/^\.|\.\.|\.$/);
      }),
    );
  });

  test("a path is no reference", () => {
    expect(isStoreReference("store:a")).toBe(true);
    expect(isStoreReference("./store:a")).toBe(false);
  });
});

describe("paths of files", () => {
  const files = (...paths: string[]): ManifestFile[] => paths.map((path) => ({ path, bytes: 0, sha256: "" }));
  const check = (...paths: string[]): void =>
    checkPaths({ entry: ".", files: files(...paths) }, (message) => new Error(message));

  test("what a model has is taken", () => {
    expect(() =>
      check("model.onnx", "model.onnx.data", "1_Pooling/config.json", "größe 1.txt"),
    ).not.toThrow();
  });

  test.each([
    ["../x", "stay within"],
    ["a/../../x", "stay within"],
    ["/etc/passwd", "stay within"],
    ["a//b", "stay within"],
    ["a/./b", "stay within"],
    ["C:\\x", "sign"],
    ["a\\b", "sign"],
    ["a\u0000b", "sign"],
    ["a\nb", "sign"],
    [".ssh/key", "hidden"],
    ["a/.b", "hidden"],
    ["aux.txt", "every system"],
    ["a./b", "every system"],
    ["", "empty"],
    ["a\ud800", "whole text"],
  ])("%j is refused", (path, why) => {
    expect(() => check(path)).toThrow(why);
  });

  test("no two files are one on some systems, and none is a folder", () => {
    expect(() => check("A.txt", "a.txt")).toThrow("one file on some systems");
    expect(() => check("é", "e\u0301")).toThrow("one file on some systems");
    expect(() => check("a", "a/b")).toThrow("a file and a folder");
    expect(() => checkPaths({ entry: "b", files: files("a") }, (message) => new Error(message))).toThrow(
      "none of its files",
    );
  });
});
