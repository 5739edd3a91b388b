/** @file Questions and texts as words: windows, one vocabulary, and the same tensors from texts and from ids. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Row } from "../../../../src/components/data/contracts.js";
import { SplitData } from "../../../../src/components/data/split-data.js";
import { answersOf } from "../../../../src/components/data/tensorizers/squad-answer-tensorizer.js";
import {
  type QuestionWords,
  questionWordsOf,
} from "../../../../src/components/data/tensorizers/squad-tensorizer.js";
import { Graph } from "../../../../src/graph/graph.js";
import { ParameterStore } from "../../../../src/graph/parameters.js";
import { optimize } from "../../../../src/graph/passes.js";
import { Scope } from "../../../../src/graph/scope.js";
import { engine, engineNames, numbers } from "../../../graph/engines.js";
import { bench, learn, makeTensorizer, rowOf } from "../support.js";

const SMALL = { max_seq_len: 4, max_query_length: 2, doc_stride: 3 };
const row = (doc: string, question = "who ran", found: readonly [string, number][] = []): Row =>
  rowOf({
    ...{ question, doc },
    answers: found.map(([text]) => text),
    answer_starts: found.map(([, start]) => start),
  });
const TRAIN = [row("The fox ran", "who ran"), row("a man stood", "what man")];

const made = async (config: object = SMALL, rows: readonly Row[] = TRAIN): Promise<QuestionWords> =>
  questionWordsOf(
    await learn(
      makeTensorizer("SquadTensorizer", config, "tokens"),
      rows.map(({ values }) => values),
    ),
    "test",
  );

describe("SquadTensorizer", () => {
  it("reads a long text in windows, the question beside each, with one vocabulary of both", async () => {
    const words = await made();
    const id = (word: string) => words.vocabulary.id(word);
    expect(words.fields.map(({ name, dims }) => [name, dims])).toEqual([
      ["tokens", ["tokens"]],
      ["tokens_question", ["question_tokens"]],
    ]);
    const examples = words.examples(row("a fox ran what the man", "who man stood"));
    const ids = examples.map((fields) => fields.map(({ data }) => [...data]));
    expect(ids).toEqual([
      [["a", "fox", "ran", "what"].map(id), ["who", "man"].map(id)],
      [["what", "the", "man"].map(id), ["who", "man"].map(id)],
    ]);
    expect(new Set(ids.flat(2)).size).toBe(7);
    expect(words.counts()).toMatchObject({ rows: 1, rows_cut_into_several: 1, questions_cut: 1 });
  });

  it("cuts characters with the words they belong to", async () => {
    const words = await made({ ...SMALL, chars: "CharacterTokenTensorizer" });
    const [first, second] = words.examples(row("a fox ran what the man"));
    expect(first!.map(({ sizes }) => sizes)).toEqual([[4], [4, 4], [2], [2, 3]]);
    expect(second!.map(({ sizes }) => sizes)).toEqual([[3], [3, 4], [2], [2, 3]]);
    const whole = words.examples(row("what the man"))[0]!;
    expect([...second![1]!.data]).toEqual([...whole[1]!.data]);
    const again = await made({ ...SMALL, chars: "CharacterTokenTensorizer" }, [row("x", "y")]);
    again.load(words.state());
    expect(again.examples(row("a fox", "who"))).toEqual(words.examples(row("a fox", "who")));
    expect(() => again.load({ tokens: (words.state() as { tokens: unknown }).tokens })).toThrow(/"chars"/);
  });

  it("refuses parts that cut a text into different words", async () => {
    const words = await made({
      ...SMALL,
      tokens: { TokenTensorizer: { tokenizer: "WordPunctTokenizer" } },
      chars: "CharacterTokenTensorizer",
    });
    expect(() => words.examples(row("a, b, c, d."))).toThrow(
      /rows\.tsv:1\n.*into 8 words and into 4\n.*cut alike/,
    );
  });

  it("points at the answer's words in each window that holds all of it, behind the place of no answer", async () => {
    const windows = await made();
    const answers = answersOf(makeTensorizer("SquadAnswerTensorizer", {}, "answers"), "test");
    answers.lookIn(windows);
    const spans = answers.examples(row("a fox ran what the man", "who", [["what the", 10]]));
    expect(spans.map(([value]) => [...value!.data])).toEqual([
      [0, 0],
      [1, 2],
    ]);
    const [inFirst] = answers.examples(row("a fox ran", "who", [["fox ran", 2]]));
    expect([...inFirst![0]!.data]).toEqual([2, 3]);
  });

  it("leaves nothing of a text out, whatever the sizes (property)", async () => {
    const sizes = { doc_stride: fc.integer({ min: 1, max: 5 }), more: fc.nat(4), count: fc.nat(30) };
    await fc.assert(
      fc.asyncProperty(fc.record(sizes), async ({ doc_stride, more, count }) => {
        const words = await made({ doc_stride, max_seq_len: doc_stride + more });
        const { windows } = words.read(row(Array<string>(count).fill("fox").join(" ")));
        const seen = windows.flatMap(({ from, count: own }) =>
          Array.from({ length: own }, (_, i) => from + i),
        );
        expect(new Set(seen).size).toBe(count);
        for (const { count: own } of windows) expect(own).toBeLessThanOrEqual(doc_stride + more);
      }),
      { numRuns: 40 },
    );
  });

  it.each(engineNames)(
    "gives the same from texts and from numbers, of the first window (%s)",
    async (name) => {
      const config = { ...SMALL, chars: "CharacterTokenTensorizer", caps: "CapitalizationTensorizer" };
      const words = await made(config);
      const rows = [
        row("A Fox ran what the man", "who ran off"),
        row("\ud83d é😀 the", "😀"),
        row("", ""),
        row("the man", "what man"),
      ];
      const of = async (form: "ids" | "text") => {
        const graph = new Graph();
        const scope = Scope.root(graph, "infer", new ParameterStore(1), bench().context);
        for (const [role, tensor] of Object.entries(words.build(scope, form))) graph.output(role, tensor);
        for (const [role, tensor] of Object.entries(words.placedIn(graph, "utf16") ?? {}))
          graph.output(role, tensor);
        optimize(graph);
        const program = await (await engine(name)).compile(graph);
        const data = new SplitData("test", { tokens: words });
        for (const [i, one] of rows.entries()) data.push([words.numberize(one)], one.origin, i);
        const results = await program.run(
          form === "ids" ? data.batch([0, 1, 2, 3]) : words.serve(rows, form),
        );
        await program.release();
        return Object.fromEntries(
          Object.entries(results).map(([role, { data: flat }]) => [role, numbers(flat)]),
        );
      };
      const { starts, ends, truncated, ...rest } = await of("text");
      // Characters are padded to the longest word, of which the form of texts knows those behind the window too.
      const byNumber = await of("ids");
      for (const [role, values] of Object.entries(byNumber)) {
        if (role.includes("chars"))
          expect(rest[role]!.filter((value) => value > 0)).toEqual(values.filter((value) => value > 0));
        else expect(rest[role]).toEqual(values);
      }
      expect(truncated).toEqual([1, 0, 0, 0]);
      const width = starts!.length / rows.length;
      for (const [i, one] of rows.entries()) {
        const read = words.read(one);
        const part = (flat: readonly number[]) =>
          flat.slice(i * width + 1, i * width + 1 + read.starts.length);
        expect(part(starts!)).toEqual([...read.starts]);
        expect(part(ends!)).toEqual([...read.ends]);
      }
    },
  );

  it.each([
    [
      { tokens: { TokenTensorizer: { column: "doc" } } },
      /tokens\.TokenTensorizer\.column\n.*does nothing here/,
    ],
    [{ chars: { CharacterTokenTensorizer: { max_seq_len: 9 } } }, /CharacterTokenTensorizer\.max_seq_len/],
    [{ max_seq_len: 4, doc_stride: 5 }, /doc_stride\n.*would leave some out/],
    [{ caps: { LabelTensorizer: { column: "text" } } }, /LabelTensorizer does not read words one by one/],
  ])("refuses keys that would do nothing, and parts that read no words: %j", (config, message) => {
    expect(() => makeTensorizer("SquadTensorizer", config, "tokens")).toThrow(message);
  });
});
