import { type Static, Type } from "typebox";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import { isObject } from "../../../registry/json.js";
import { mended } from "../../../text/normalize.js";
import { OFFSET_UNITS, OffsetTable } from "../../../text/offsets.js";
import {
  type FieldSpec,
  type FieldValue,
  type InputForm,
  type InputTensors,
  type Row,
  SkipRow,
  type Tensorizer,
} from "../contracts.js";
import { badCell, badState, cell } from "./cells.js";
import { listCell, toNumber } from "./lists.js";
import type { QuestionTensorizer, ReadQuestion } from "./question-windows.js";
import { noTargetStrings } from "./target-form.js";

const schema = Type.Object(
  {
    answers_column: Type.String({
      default: "answers",
      minLength: 1,
      description: "The column that holds a list of right answers; an empty one: the text does not tell.",
    }),
    answer_starts_column: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
      default: "answer_starts",
      description:
        'The column that holds a list of where each answer starts in the text. null: answers_column holds both, as [{"text", "answer_start"}, ...] or {"text": [...], "answer_start": [...]}.',
    }),
    offset_unit: Type.Enum([...OFFSET_UNITS], {
      default: "code_points",
      description:
        "What these places count: code_points (Python, SQuAD), utf8_bytes, or utf16 (JavaScript, Java).",
    }),
    on_bad_answer: Type.Union([Type.Literal("fail"), Type.Literal("skip")], {
      default: "fail",
      description:
        'What to do with a question that has an answer which does not stand at its start: "fail" stops and names the row, "skip" leaves the question out and prints how many.',
    }),
  },
  {
    description:
      "Right answers of a question, as first and last place (piece, word) in each window of the text. Trained is the first one of several; figures know all.",
  },
);
type Config = Static<typeof schema>;

/** What figures need to know of a question. */
export interface KeptQuestion {
  /** Right answers; none where the text does not tell. */
  readonly answers: readonly string[];
  readonly question: ReadQuestion;
}

/** An answer in the text, in UTF-16 code units, the end exclusive. */
interface Span {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What a window has in place of an answer that it does not hold: both places are the very first. */
const NO_ANSWER = Int32Array.of(0, 0);

/** Answers to their first and last place `[2]`, for each window. In a graph it gives `span [batch, 2]` (int32). */
export class Answers implements Tensorizer {
  readonly columns: readonly string[];
  readonly role = "target";
  #questions: QuestionTensorizer | undefined;
  #unanswered = 0;
  #withoutAnswer = 0;
  #inNoWindow = 0;

  constructor(
    readonly config: Config,
    readonly name: string,
  ) {
    const { answers_column, answer_starts_column: starts } = config;
    this.columns = starts === null ? [answers_column] : [answers_column, starts];
  }

  get fields(): readonly FieldSpec[] {
    return [{ name: this.name, dtype: "int32", dims: [2], pad: 0 }];
  }

  /** Whether training has questions whose text does not tell. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Whose windows the answers are looked for in; before any row is read. */
  lookIn(questions: QuestionTensorizer): void {
    this.#questions = questions;
  }

  observe(row: Row): void {
    if (this.#written(row).length === 0) this.#unanswered += 1;
  }

  async finish(): Promise<void> {}

  numberize(row: Row): FieldValue[] {
    return this.examples(row)[0]!;
  }

  examples(row: Row): FieldValue[][] {
    const question = this.#question(row);
    const [first] = this.#spans(row, question.text);
    const windows = question.windows.map((window): Int32Array => {
      const found = first && placesOf(first, question);
      if (!found || found[0] < window.from || found[1] >= window.from + window.count) return NO_ANSWER;
      const move = window.place - window.from;
      return Int32Array.of(found[0] + move, found[1] + move);
    });
    if (first === undefined) this.#withoutAnswer += 1;
    else if (windows.every((window) => window === NO_ANSWER)) this.#inNoWindow += 1;
    return windows.map((data) => [{ data, sizes: [2] }]);
  }

  kept(row: Row): KeptQuestion {
    const question = this.#question(row);
    const windows = question.windows.map(({ from, place, count }) => ({ from, place, count }));
    return {
      answers: this.#spans(row, question.text).map(({ text }) => text),
      question: { ...question, windows },
    };
  }

  length(): number {
    return 1;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    noTargetStrings(form, this.name);
    return { span: scope.graph.input(this.name, "int32", ["batch", 2]) };
  }

  state(): unknown {
    return { unanswered: this.#unanswered };
  }

  load(state: unknown): void {
    const { unanswered } = (state ?? {}) as { readonly unanswered?: unknown };
    if (typeof unanswered !== "number") throw badState(this.name, "the number of unanswered questions");
    this.#unanswered = unanswered;
  }

  facts(): Readonly<Record<string, number>> {
    return this.#unanswered === 0 ? {} : { questions_without_answer: this.#unanswered };
  }

  counts(): Readonly<Record<string, number>> {
    return { questions_without_answer: this.#withoutAnswer, answers_in_no_window: this.#inNoWindow };
  }

  #question(row: Row): ReadQuestion {
    if (this.#questions === undefined)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `inputs.${this.name}`,
        "answers are looked for in the windows of a question's text, which this task does not have",
        "use it in a SquadQATask",
      );
    return this.#questions.read(row);
  }

  /** The answers as they are written. Throws `PTX_DATA` for cells of another form. */
  #written(row: Row): { readonly text: string; readonly start: number }[] {
    const { answers_column: column, answer_starts_column: startsColumn } = this.config;
    const [texts, starts] =
      startsColumn === null
        ? bothLists(row, column)
        : [listCell(row, column, null), listCell(row, startsColumn, null)];
    if (texts.length !== starts.length)
      throw badCell(row, startsColumn ?? column, `as many starts as answers (${texts.length})`, starts);
    return texts.map((text, i) => {
      const start = toNumber(starts[i]);
      if (typeof text !== "string") throw badCell(row, column, "texts of answers", text);
      if (!Number.isInteger(start)) throw badCell(row, startsColumn ?? column, "whole numbers", starts[i]);
      return { text: mended(text), start };
    });
  }

  /** The answers in a text. Throws `PTX_DATA`, or `SkipRow` by policy, for one that does not stand where it should. */
  #spans(row: Row, text: string): Span[] {
    const written = this.#written(row);
    if (written.length === 0) return [];
    const { offset_unit: unit, on_bad_answer } = this.config;
    const table = new OffsetTable(text, unit);
    return written.map(({ text: answer, start: place }) => {
      const start = table.toUtf16(place);
      const reason =
        answer.trim() === ""
          ? "an answer without text"
          : place < 0 || place >= table.length
            ? "an answer that starts outside of its text"
            : start === undefined
              ? "an answer that starts inside a character"
              : text.startsWith(answer, start)
                ? undefined
                : "an answer that does not stand at its start";
      if (reason === undefined) return { text: answer, start: start!, end: start! + answer.length };
      if (on_bad_answer === "skip") throw new SkipRow(reason);
      const others = OFFSET_UNITS.filter((other) => {
        const there = new OffsetTable(text, other).toUtf16(place);
        return there !== undefined && answer.trim() !== "" && text.startsWith(answer, there);
      });
      throw ptxError(
        "PTX_DATA",
        row.origin,
        `${reason}: ${JSON.stringify(answer)} at ${place}, where the text of ${table.length} ${unit} has ${JSON.stringify(start === undefined ? "" : text.slice(start, start + answer.length))}`,
        others.length > 0
          ? `it does where places count ${others.join(" or ")}: set offset_unit`
          : 'set on_bad_answer to "skip" to leave such questions out',
      );
    });
  }
}

/** First and last of the text's places that an answer touches; undefined where there are none. */
function placesOf({ start, end }: Span, { starts, ends }: ReadQuestion): [number, number] | undefined {
  const first = ends.findIndex((place) => place > start);
  const last = starts.findLastIndex((place) => place < end);
  return first < 0 || last < first ? undefined : [first, last];
}

/** Texts and starts of a cell that holds both. */
function bothLists(row: Row, column: string): [readonly unknown[], readonly unknown[]] {
  const value = cell(row, column);
  const parsed = typeof value === "string" ? parse(value) : value;
  const items = Array.isArray(parsed) ? (parsed as unknown[]) : undefined;
  if (items?.every(isObject)) return [items.map(({ text }) => text), items.map((item) => item.answer_start)];
  if (isObject(parsed) && Array.isArray(parsed.text) && Array.isArray(parsed.answer_start))
    return [parsed.text, parsed.answer_start];
  throw badCell(row, column, 'answers like [{"text": "Rome", "answer_start": 12}]', value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The input that holds the answers. Throws `PTX_CONFIG_VALUE` for another one. */
export function answersOf(tensorizer: unknown, reader: string): Answers {
  if (tensorizer instanceof Answers) return tensorizer;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    "model.inputs.answers",
    `${reader} needs answers with their places, which this tensorizer does not give`,
    "use SquadAnswerTensorizer",
  );
}

/** Answers of questions about texts. */
export const SquadAnswerTensorizer = component({
  kind: "tensorizer",
  name: "SquadAnswerTensorizer",
  schema,
  create: (config, _context, name) => new Answers(config, name),
});
