import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadRun, predict, silentLog } from "../../src/library.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { type SelfTrainOptions, selfTrain } from "../../src/tasks/self-training.js";
import { toyConfig, toyRows, workplace, writeToyData } from "../support/toy.js";

const folder = workplace();
writeToyData(folder, 40);
const registry = defaultRegistry();
const texts = toyRows(80, 9).map(({ text }) => text);

const options = (output: string, more: Partial<SelfTrainOptions> = {}): SelfTrainOptions => ({
  ...{ registry, log: silentLog, output: join(folder, output), threshold: 0.5, rounds: 2, balanced: false },
  quiet: true,
  unlabelled: async function* () {
    for (const [i, text] of texts.entries()) yield { values: { text, note: "x" }, origin: `row ${i}` };
  },
  ...more,
});

const config = (trainer: object = { epochs: 6 }) =>
  resolveConfig(toyConfig({ data: folder, trainer }), registry).config;

const rowsOf = (file: string): { text: string; label: string; score: number }[] =>
  readFileSync(join(folder, file), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** What a run says of the rows without labels, that it is sure of. */
async function sureOf(run: string, threshold = 0.5): Promise<object[]> {
  const loaded = await loadRun(run);
  const made = await predict(loaded, texts);
  await loaded.release();
  return made.flatMap(({ label, scores }, i) =>
    scores![label!]! >= threshold
      ? [{ text: texts[i], label, score: Number(scores![label!]!.toFixed(6)) }]
      : [],
  );
}

test("each round is trained on the rows with labels and on those that the run before is sure of", async () => {
  const rounds = await selfTrain(config(), options("plain"));
  expect(rounds.map(({ run }) => run)).toEqual([0, 1, 2].map((i) => join(folder, `plain/round${i}`)));
  expect(rounds[0]!.rows).toBeNull();
  for (const round of [1, 2]) {
    const taken = rowsOf(`plain/round${round}-rows.jsonl`);
    expect(taken).toEqual(await sureOf(join(folder, `plain/round${round - 1}`)));
    const { taken: counts, left } = rounds[round]!.rows!;
    expect(Object.values(counts).reduce((a, b) => a + b)).toBe(taken.length);
    expect(left).toBe(texts.length - taken.length);
    for (const [label, count] of Object.entries(counts))
      expect(taken.filter((row) => row.label === label)).toHaveLength(count);
    const log = readFileSync(join(folder, `plain/round${round}/log.jsonl`), "utf8");
    expect(JSON.parse(log.slice(0, log.indexOf("\n"))).rows).toBe(40 + taken.length);
  }
});

test("balanced, as many rows of each label are taken: those with the highest scores", async () => {
  const [, round] = await selfTrain(
    config({ epochs: 20 }),
    options("balanced", { balanced: true, rounds: 1, threshold: 0.36 }),
  );
  const taken = rowsOf("balanced/round1-rows.jsonl");
  const counts = Object.values(round!.rows!.taken);
  expect(new Set(counts).size).toBe(1);
  const sure = (await sureOf(join(folder, "balanced/round0"), 0.36)) as typeof taken;
  for (const label of ["sport", "money", "food"]) {
    const best = sure.filter((row) => row.label === label).sort((a, b) => b.score - a.score);
    const own = taken.filter((row) => row.label === label).map(({ score }) => score);
    expect(own.sort((a, b) => b - a)).toEqual(best.slice(0, counts[0]).map(({ score }) => score));
  }
});

test("rounds that have ended are gone on from, and give the same", async () => {
  const [, before] = await selfTrain(config(), options("again", { rounds: 1 }));
  const rounds = await selfTrain(config(), options("again", { rounds: 2 }));
  expect(rounds[1]).toEqual(before);
  expect(rounds).toHaveLength(3);
  await expect(selfTrain(config(), options("again", { threshold: 0.4 }))).rejects.toThrow(
    "begun with other rows",
  );
});

test("nothing to take, and tasks without one label a row, are refused with the reason", async () => {
  await expect(selfTrain(config({ epochs: 1 }), options("none", { threshold: 1 }))).rejects.toThrow(
    "none of 80 rows was taken: none has a score of 1 or more",
  );
  // What the message advises works in the same folder.
  const [, round] = await selfTrain(config({ epochs: 1 }), options("none", { threshold: 0.2, rounds: 1 }));
  expect(round!.rows!.left).toBeLessThan(80);
  writeFileSync(join(folder, "numbers.tsv"), "text\tlabel\na b\t1\nc d\t2\n");
  const regression = {
    version: 1,
    task: {
      DocumentRegressionTask: {
        data: { Data: { source: { TSVDataSource: { train_filename: join(folder, "numbers.tsv") } } } },
      },
    },
  };
  await expect(selfTrain(resolveConfig(regression, registry).config, options("no"))).rejects.toThrow(
    "does not give each row one label of several",
  );
});

test("rows that cannot be read, and a file without rows, are told before anything is trained", async () => {
  const unreadable = options("unread", {
    unlabelled: async function* () {
      yield { values: { text: "a" }, origin: "row 1" };
      throw new Error("row 2 has no text");
    },
  });
  await expect(selfTrain(config(), unreadable)).rejects.toThrow("row 2 has no text");
  const empty = options("unread", { unlabelled: async function* () {} });
  await expect(selfTrain(config(), empty)).rejects.toThrow("there are no rows in it");
  expect(existsSync(join(folder, "unread"))).toBe(false);
});
