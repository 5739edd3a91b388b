import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Row, SkipRow } from "../../../../src/components/data/contracts.js";
import { SplitData } from "../../../../src/components/data/split-data.js";
import {
  type Answers,
  answersOf,
} from "../../../../src/components/data/tensorizers/squad-answer-tensorizer.js";
import {
  type QuestionPieces,
  questionPiecesOf,
} from "../../../../src/components/data/tensorizers/squad-for-bert-tensorizer.js";
import { Graph } from "../../../../src/graph/graph.js";
import { ParameterStore } from "../../../../src/graph/parameters.js";
import { optimize } from "../../../../src/graph/passes.js";
import { Scope } from "../../../../src/graph/scope.js";
import { engine, engineNames, numbers } from "../../../graph/engines.js";
import { workplace } from "../../../support/toy.js";
import { vocabulary } from "../../../text/wordpiece-texts.js";
import { bench, learn, makeTensorizer, rowOf } from "../support.js";

const file = join(workplace(), "vocab.txt");
writeFileSync(file, `${vocabulary.pieces.join("\n")}\n`);
const piece = (text: string): number => vocabulary.pieces.indexOf(text);

const SMALL = { max_seq_len: 12, max_query_length: 3, doc_stride: 2 };
const questions = async (config: object = SMALL): Promise<QuestionPieces> =>
  questionPiecesOf(
    await learn(makeTensorizer("SquadForBERTTensorizer", { vocab_file: file, ...config }, "tokens"), []),
    "test",
  );

async function answers(config: object = {}, windows?: QuestionPieces): Promise<Answers> {
  const made = answersOf(makeTensorizer("SquadAnswerTensorizer", config, "answers"), "test");
  made.lookIn(windows ?? (await questions()));
  return made;
}

const words = (count: number): string => Array.from({ length: count }, (_, i) => "abcdefgh"[i % 8]).join(" ");
const row = (
  doc: string,
  found: readonly [text: string, start: number][] = [],
  question = "the quick",
): Row =>
  rowOf({
    question,
    doc,
    answers: found.map(([text]) => text),
    answer_starts: found.map(([, start]) => start),
  });

describe("SquadForBERTTensorizer", () => {
  it("reads a long text in windows that begin doc_stride apart, each with the question", async () => {
    const made = await questions();
    // Room for 12 - 3 special - 2 of the question = 7 pieces of the text, which has 10.
    const [first, second, third, ...more] = made.examples(row(words(10)));
    expect(more).toEqual([]);
    const [cls, sep, the, quick] = ["[CLS]", "[SEP]", "the", "quick"].map(piece);
    const text = [..."abcdefghab"].map(piece);
    expect([...first![0]!.data]).toEqual([cls, the, quick, sep, ...text.slice(0, 7), sep]);
    expect([...second![0]!.data]).toEqual([cls, the, quick, sep, ...text.slice(2, 9), sep]);
    expect([...third![0]!.data]).toEqual([cls, the, quick, sep, ...text.slice(4, 10), sep]);
    expect([first, second, third].map((one) => [...one![1]!.data])).toEqual([
      [4, 11],
      [4, 11],
      [4, 10],
    ]);
    made.examples(row("a b", [], "a b c d e"));
    expect(made.counts()).toMatchObject({ rows: 2, rows_cut_into_several: 1, questions_cut: 1 });
  });

  it("leaves nothing of a text out, whatever the sizes (property)", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 1, max: 8 }),
        async (count, max_query_length, more, doc_stride) => {
          const config = {
            max_query_length,
            doc_stride,
            max_seq_len: Math.max(5, 3 + max_query_length + doc_stride + more),
          };
          const made = await questions(config);
          const one = row(words(count));
          const { starts, windows } = made.read(one);
          expect([...starts]).toEqual(Array.from({ length: count }, (_, i) => 2 * i));
          const seen = new Set(
            windows.flatMap(({ from, count: own }) => Array.from({ length: own }, (_, i) => from + i)),
          );
          expect(seen.size).toBe(count);
          for (const { ids } of windows) expect(ids.length).toBeLessThanOrEqual(config.max_seq_len);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("refuses windows that would leave some out", async () => {
    await expect(questions({ max_seq_len: 12, max_query_length: 5, doc_stride: 5 })).rejects.toThrow(
      /doc_stride\n.*room for 4 of the text/,
    );
  });

  it.each(engineNames)(
    "gives ids and context alike from texts and from numbers, of the first window (%s)",
    async (name) => {
      const made = await questions();
      const rows = [
        row("Unaffable! running", [], "the quick"),
        row(words(9), [], "a b c d e"),
        row("", [], ""),
        row("\ud83d x [SEP] y", [], "[SEP]"),
      ];
      const of = async (form: "ids" | "text") => {
        const graph = new Graph();
        const scope = Scope.root(graph, "infer", new ParameterStore(1), bench().context);
        for (const [role, tensor] of Object.entries(made.build(scope, form))) graph.output(role, tensor);
        const placed = made.placedIn(graph, "utf16");
        for (const [role, tensor] of Object.entries(placed ?? {})) graph.output(role, tensor);
        optimize(graph);
        const program = await (await engine(name)).compile(graph);
        const data = new SplitData("test", { tokens: made });
        for (const [i, one] of rows.entries()) data.push([made.numberize(one)], one.origin, i);
        const results = await program.run(form === "ids" ? data.batch([0, 1, 2, 3]) : made.serve(rows));
        await program.release();
        return Object.fromEntries(
          Object.entries(results).map(([role, { data: flat }]) => [role, numbers(flat)]),
        );
      };
      const { starts, ends, truncated, ...rest } = await of("text");
      expect(rest).toEqual(await of("ids"));
      expect(truncated).toEqual(rows.map((one) => (made.read(one).windows.length > 1 ? 1 : 0)));
      const width = rest.ids!.length / rows.length;
      for (const [i, one] of rows.entries()) {
        const { windows, ...document } = made.read(one);
        const { place, count } = windows[0]!;
        const part = (flat: readonly number[]) => flat.slice(i * width + place, i * width + place + count);
        expect(part(starts!)).toEqual([...document.starts.slice(0, count)]);
        expect(part(ends!)).toEqual([...document.ends.slice(0, count)]);
      }
    },
  );
});

describe("SquadAnswerTensorizer", () => {
  it("points at the answer's pieces in each window that holds all of it, else at [CLS]", async () => {
    const made = await answers();
    // Windows hold pieces 0-6, 2-8 and 4-9; the answer is pieces 5-7; the text begins at place 4.
    const spans = made.examples(row(words(10), [["f g h", 10]])).map(([value]) => [...value!.data]);
    expect(spans).toEqual([
      [0, 0],
      [7, 9],
      [5, 7],
    ]);
    expect(made.examples(row(words(10)))).toHaveLength(3);
    expect(made.examples(row(words(10))).every(([value]) => value!.data.every((at) => at === 0))).toBe(true);
    made.examples(row(words(10), [[words(8), 0]]));
    expect(made.counts()).toEqual({ questions_without_answer: 2, answers_in_no_window: 1 });
  });

  it("finds the fewest pieces that hold the answer (property)", async () => {
    const windows = await questions({ max_seq_len: 300 });
    const made = await answers({ offset_unit: "utf16" }, windows);
    const word = fc.constantFrom("unaffable", "the", "中文", "x!x", "\u{1d15e}", "é", "a\u0301b", "qqq");
    await fc.assert(
      fc.asyncProperty(
        fc.array(word, { minLength: 1, maxLength: 12 }),
        fc.nat(200),
        fc.integer({ min: 1, max: 12 }),
        async (list, from, length) => {
          const doc = list.join(" ");
          const start = from % doc.length;
          const text = doc.slice(start, start + length);
          const isHalf = (at: number) => /^[\udc00-\udfff]/.test(doc.slice(at));
          fc.pre(text.trim() !== "" && !isHalf(start) && !isHalf(start + text.length));
          const one = row(doc, [[text, start]]);
          const span = made.examples(one)[0]![0]!;
          const {
            starts,
            ends,
            windows: [window],
          } = windows.read(one);
          const touched = [...starts.keys()].filter(
            (i) => ends[i]! > start && starts[i]! < start + text.length,
          );
          const wanted =
            touched.length === 0 ? [0, 0] : [touched[0]!, touched.at(-1)!].map((i) => i + window!.place);
          expect([...span.data]).toEqual(wanted);
        },
      ),
      { numRuns: 150 },
    );
  });

  const bad: readonly [string, string, [string, number], RegExp][] = [
    ["that stands elsewhere", "one two", ["two", 3], /does not stand at its start: "two" at 3, .* has " tw"/],
    ["outside", "one two", ["two", 70], /starts outside of its text/],
    ["before the text", "one two", ["one", -1], /starts outside of its text/],
    ["without text", "one two", [" ", 3], /an answer without text/],
    [
      "counted in another unit",
      "é two",
      ["two", 3],
      /it does where places count utf8_bytes: set offset_unit/,
    ],
  ];
  it.each(bad)("stops at an answer %s, or leaves the question out", async (_, doc, found, message) => {
    const one = row(doc, [found]);
    const strict = await answers();
    expect(() => strict.examples(one)).toThrow(message);
    expect(() => strict.examples(one)).toThrow(/rows\.tsv:1/);
    const lenient = await answers({ on_bad_answer: "skip" });
    expect(() => lenient.examples(one)).toThrow(SkipRow);
  });

  it.each([
    ["code_points", 3],
    ["utf16", 4],
    ["utf8_bytes", 7],
  ])("counts places in %s", async (offset_unit, start) => {
    const made = await answers({ offset_unit });
    const span = made.examples(row("\u{1f600}é two", [["two", start]]))[0]![0]!;
    expect(span.data[0]).toBeGreaterThan(0);
  });

  it.each([
    ["a list of objects", { answers: [{ text: "b", answer_start: 2 }] }],
    ["lists side by side", { answers: { text: ["b"], answer_start: [2] } }],
    ["JSON of either", { answers: '{"text":["b"],"answer_start":[2]}' }],
  ])("reads answers and starts of one column: %s", async (_, cells) => {
    const made = await answers({ answer_starts_column: null });
    const one = rowOf({ question: "the", doc: "a b c", ...cells });
    expect(made.examples(one).map(([value]) => [...value!.data])).toEqual([[4, 4]]);
    expect(made.kept(one).answers).toEqual(["b"]);
    expect(() => made.examples(rowOf({ question: "the", doc: "a b c", answers: "b" }))).toThrow(
      /should hold answers like/,
    );
  });

  it("wants as many starts as answers, and says how many questions have none", async () => {
    const made = await answers();
    const uneven = rowOf({ question: "the", doc: "a b", answers: '["a"]', answer_starts: "[0, 2]" });
    expect(() => made.examples(uneven)).toThrow(/as many starts as answers \(1\)/);
    made.observe(row("a b"));
    expect(made.facts()).toEqual({ questions_without_answer: 1 });
    const again = await answers();
    again.load(made.state());
    expect(again.unanswered).toBe(1);
    expect(() => again.load({})).toThrow(/PTX_MODEL_FILE/);
  });
});
