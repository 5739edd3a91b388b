import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Split } from "../../../../src/components/data/contracts.js";
import { collect, folder, makeSource } from "../support.js";

const COLUMNS = ["id", "title", "question", "doc", "answers", "answer_starts"];

interface Question {
  readonly id?: unknown;
  readonly question?: unknown;
  readonly answers?: unknown;
  readonly is_impossible?: unknown;
}

/** A file of one paragraph. */
const squad = (...qas: Question[]): string =>
  JSON.stringify({
    version: "v2.0",
    data: [{ title: "Rome", paragraphs: [{ context: "Rome fell.", qas }] }],
  });
const right = [{ text: "Rome", answer_start: 0 }];
const good = { id: "q1", question: "What fell?", answers: right };

/** A file of so many articles of two questions each. */
function articles(count: number): string {
  const data = Array.from({ length: count }, (_, i) => ({
    title: `title ${i}`,
    paragraphs: [0, 1].map((k) => ({
      context: `${i} and ${k}`,
      qas: [{ id: `${i}-${k}`, question: "?", answers: [{ text: `${i}`, answer_start: 0 }] }],
    })),
  }));
  return JSON.stringify({ data });
}

describe("SquadDataSource", () => {
  it("gives each question with its paragraph, and no answers where there are none", async () => {
    const text = squad(good, {
      ...{ id: "q2", question: "Why?", answers: [], is_impossible: true },
      ...{ plausible_answers: right },
    });
    const at = folder({ "train.json.gz": text });
    const source = makeSource("SquadDataSource", { train_filename: at("train.json.gz") });
    expect(await source.columns("train")).toEqual(COLUMNS);
    const common = { title: "Rome", doc: "Rome fell." };
    expect(await collect(source, "train", COLUMNS)).toEqual([
      {
        values: { id: "q1", question: "What fell?", ...common, answers: ["Rome"], answer_starts: [0] },
        origin: "train.json.gz:question q1",
      },
      {
        values: { id: "q2", question: "Why?", ...common, answers: [], answer_starts: [] },
        origin: "train.json.gz:question q2",
      },
    ]);
    expect(await collect(source, "train", ["question"])).toMatchObject([
      { values: { question: "What fell?" } },
      { values: { question: "Why?" } },
    ]);
  });

  it("leaves out questions without an answer where ignore_impossible says so, and counts them", async () => {
    const at = folder({
      "a.json": squad({ id: "q2", question: "Why?", answers: [], is_impossible: true }, good),
    });
    const source = makeSource("SquadDataSource", { train_filename: at("a.json"), ignore_impossible: true });
    expect(await collect(source, "train", ["question"])).toMatchObject([
      { values: { question: "What fell?" } },
    ]);
    expect(source.skipped("train")).toMatchObject([
      { reason: "questions without an answer", count: 1, unit: "row" },
    ]);
  });

  const bad: readonly [string, Question, RegExp][] = [
    ["without an id", { ...good, id: 5 }, /qas\[0\][\s\S]*texts "id" and "question"/],
    ["without a list of answers", { ...good, answers: undefined }, /qas\[0\] \(q1\)[\s\S]*no list "answers"/],
    [
      "with half an answer",
      { ...good, answers: [{ text: "Rome" }] },
      /an answer lacks its "text", or "answer_start"/,
    ],
    ["that has no answer and does not say so", { ...good, answers: [] }, /not marked is_impossible/],
    [
      "that is impossible and answered",
      { ...good, is_impossible: true },
      /is_impossible, and yet has answers/,
    ],
  ];
  it.each(bad)("stops at a question %s, or counts it", async (_, question, message) => {
    const at = folder({ "a.json": squad(question, { ...good, id: "q2" }) });
    const strict = makeSource("SquadDataSource", { train_filename: at("a.json") });
    await expect(collect(strict, "train", COLUMNS)).rejects.toThrow(message);
    const lenient = makeSource("SquadDataSource", { train_filename: at("a.json"), on_error: "skip" });
    expect(await collect(lenient, "train", COLUMNS)).toHaveLength(1);
    expect(lenient.skipped("train")).toMatchObject([{ count: 1 }]);
    expect(lenient.skipped("train")[0]!.examples[0]).toMatch(/a\.json:data\[0\]\.paragraphs\[0\]\.qas\[0\]/);
  });

  it("stops at the same id twice, and at files of another form", async () => {
    const at = folder({ "twice.json": squad(good, good), "list.json": "[]", "no.json": "{" });
    const rows = (file: string) =>
      collect(makeSource("SquadDataSource", { train_filename: at(file) }), "train", COLUMNS);
    await expect(rows("twice.json")).rejects.toThrow(/qas\[1\][\s\S]*id q1 before/);
    await expect(rows("list.json")).rejects.toThrow(/not a SQuAD file[\s\S]*JSONLDataSource/);
    await expect(rows("no.json")).rejects.toThrow(/not JSON/);
  });
});

/** The titles of each split. */
async function titles(source: ReturnType<typeof makeSource>, splits: readonly Split[]) {
  const found = new Map<Split, Set<unknown>>();
  for (const split of splits)
    found.set(split, new Set((await collect(source, split, ["title"])).map(({ values }) => values.title)));
  return found;
}

describe("articles held out", () => {
  it("stand in one split each, all of them in some, the same ones every time", async () => {
    const at = folder({ "all.json": articles(20), "other.json": articles(3) });
    const config = { train_filename: at("all.json"), eval_articles: 0.1, test_articles: 0.2 };
    const source = makeSource("SquadDataSource", config);
    const splits = ["train", "eval", "test"] as const;
    const found = await titles(source, splits);
    expect(splits.map((split) => found.get(split)!.size)).toEqual([14, 2, 4]);
    expect(new Set(splits.flatMap((split) => [...found.get(split)!])).size).toBe(20);
    expect(await titles(makeSource("SquadDataSource", config), splits)).toEqual(found);
    const other = await titles(makeSource("SquadDataSource", { ...config, articles_seed: 1 }), splits);
    expect(other).not.toEqual(found);
    source.replace!("test", at("other.json"));
    expect((await titles(source, ["test"])).get("test")!.size).toBe(3);
  });

  it("leave rows in every split, and stand in place of files", async () => {
    const at = folder({ "all.json": articles(2) });
    const few = makeSource("SquadDataSource", { train_filename: at("all.json"), test_articles: 0.1 });
    await expect(collect(few, "test", COLUMNS)).rejects.toThrow(/2 articles, [\s\S]*none for test/);
    const both = { train_filename: at("all.json"), test_filename: at("all.json"), test_articles: 0.1 };
    expect(() => makeSource("SquadDataSource", both)).toThrow(/test_filename names the test rows/);
    const all = { train_filename: at("all.json"), eval_articles: 0.5, test_articles: 0.5 };
    expect(() => makeSource("SquadDataSource", all)).toThrow(/none to train on/);
  });

  const file = fileURLToPath(new URL("../../../../../shared/data/squad/dev-v1.1.json", import.meta.url));
  it.skipIf(!existsSync(file))(
    "divide SQuAD's dev set (skipped where ../shared/data is not here)",
    async () => {
      const source = makeSource("SquadDataSource", { train_filename: file, test_articles: 0.2 });
      const [train, test] = [
        await collect(source, "train", ["title"]),
        await collect(source, "test", ["title"]),
      ];
      expect(train.length + test.length).toBe(10570);
      const found = await titles(source, ["train", "test"]);
      expect([found.get("train")!.size, found.get("test")!.size]).toEqual([38, 10]);
      expect([...found.get("test")!].filter((title) => found.get("train")!.has(title))).toEqual([]);
    },
  );
});
