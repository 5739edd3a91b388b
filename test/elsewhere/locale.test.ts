/** @file An exported file predicts the same wherever the process has another locale, or none. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { loadModel, predict } from "../../src/library.js";
import type { Prediction } from "../../src/tasks/prediction.js";
import { bundledMain } from "../support/built.js";
import { cli, jsonLines } from "../support/cli.js";
import { workplace } from "../support/toy.js";
import { exported, TEXTS, trained } from "./shipped.js";

const folder = workplace();
const texts = join(folder, "texts.jsonl");
let file: string;
let expected: Prediction[];

beforeAll(async () => {
  await bundledMain();
  file = await exported(await trained(folder, "joint"));
  writeFileSync(texts, TEXTS.map((text) => `${JSON.stringify({ text })}\n`).join(""));
  const model = await loadModel(file);
  expected = await predict(model, TEXTS);
  await model.release();
}, 240_000);

test.each([
  ["no locale", "C"],
  ["none that exists", "xx_XX.nothing"],
  ["Turkish letters, where they are installed", "tr_TR.UTF-8"],
])("%s: LC_ALL=%s", async (_, locale) => {
  const env = { LANG: locale, LC_ALL: locale, LC_CTYPE: locale, LANGUAGE: locale };
  const { code, stdout, stderr } = await cli(["predict", file, "--input", texts], { env });
  expect(code, stderr).toBe(0);
  const got = jsonLines(stdout) as Prediction[];
  expect(got.map(withoutScores)).toEqual(expected.map(withoutScores));
  for (const [i, { intent_score }] of expected.entries())
    expect(Math.abs(got[i]!.intent_score! - intent_score!), TEXTS[i]).toBeLessThanOrEqual(1e-5);
});

function withoutScores({ intent, slots = [], tokens = [] }: Prediction): unknown {
  const places = (parts: readonly { start: number; end: number; text: string }[]) =>
    parts.map((part) => ({ ...part, score: undefined }));
  return { intent, slots: places(slots), tokens: places(tokens) };
}
