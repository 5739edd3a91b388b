import { type Static, Type } from "typebox";
import { component } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import { isObject } from "../../../registry/json.js";
import { stream } from "../../../registry/random.js";
import { lineBlocks } from "../../../text/lines.js";
import type { Row, Split } from "../contracts.js";
import {
  FileSource,
  filesOf,
  RowValues,
  type SourceOptions,
  sourceOptions,
  splitFiles,
  type WantedColumn,
} from "./file-source.js";
import type { SkipLog } from "./skip-log.js";

const share = (split: Split) =>
  Type.Number({
    default: 0,
    minimum: 0,
    maximum: 0.9,
    description: `Share of the training file's articles whose questions are ${split} rows in place of training rows, for data without ${split === "eval" ? "an eval" : "a test"} file; 0: none.`,
  });

const heldOut = {
  eval_articles: share("eval"),
  test_articles: share("test"),
  articles_seed: Type.Integer({
    default: 0,
    description: "Chooses these articles; apart from the run's seed, so that runs compare on the same ones.",
  }),
};
const heldOutSchema = () => Type.Object(heldOut);
type HeldOut = Static<ReturnType<typeof heldOutSchema>>;

/** The columns of each row. `answers` (texts) and `answer_starts` (code points) are lists, empty where there is no answer. */
const COLUMNS = ["id", "title", "question", "doc", "answers", "answer_starts"] as const;
type Values = Readonly<Record<(typeof COLUMNS)[number], unknown>>;

/** A question and its place in the file. */
class QuestionRow implements Row {
  constructor(
    readonly values: Row["values"],
    readonly file: string,
    readonly id: string,
  ) {}

  get origin(): string {
    return `${this.file}:question ${this.id}`;
  }
}

/** The articles of a file, each with its place; those of one title belong together. */
type Articles = readonly { readonly at: string; readonly title: string; readonly article: object }[];

/** Questions about paragraphs of articles. */
class SquadSource extends FileSource {
  /** The splits that are a part of the training file. */
  readonly #parts: Set<Split>;

  constructor(
    files: Readonly<Record<Split, string | null>>,
    options: SourceOptions,
    readonly heldOut: HeldOut,
    readonly ignoreImpossible: boolean,
  ) {
    const { eval_articles, test_articles } = heldOut;
    const own = { eval: eval_articles > 0, test: test_articles > 0 };
    super(
      {
        train: files.train,
        eval: own.eval ? files.train : files.eval,
        test: own.test ? files.train : files.test,
      },
      options,
    );
    this.#parts = new Set(["train", ...(["eval", "test"] as const).filter((split) => own[split])] as const);
  }

  override replace(split: Split, file: string): void {
    super.replace(split, file);
    this.#parts.delete(split);
  }

  protected override async header(): Promise<readonly string[]> {
    return COLUMNS;
  }

  protected override async *read(
    file: string,
    wanted: readonly WantedColumn[],
    skips: SkipLog,
    split: Split,
  ): AsyncGenerator<Row[]> {
    const all = articlesOf(file, await parsed(file));
    const ids = new Set<string>();
    for (const { at, title, article } of this.#parts.has(split) ? this.#part(all, file, split) : all) {
      const rows: Row[] = [];
      for (const [values, place] of questions(article, title, `${file}:${at}`, skips)) {
        const id = values.id as string;
        if (ids.has(id)) {
          skips.reject(place, "the id of another question", `there is a question with the id ${id} before`);
          continue;
        }
        ids.add(id);
        if (this.ignoreImpossible && (values.answers as readonly string[]).length === 0) {
          skips.passOver(place, "questions without an answer", "row");
          continue;
        }
        const own = new RowValues();
        for (const { name, inFile } of wanted) own[name] = values[inFile as keyof Values];
        rows.push(new QuestionRow(own, file, id));
      }
      yield rows;
    }
  }

  /** The articles that are a split's: the first ones of a shuffled list are test, the next eval. */
  #part(all: Articles, file: string, split: Split): Articles {
    const titles = [...new Set(all.map(({ title }) => title))];
    const { eval_articles, test_articles, articles_seed } = this.heldOut;
    const [test, evaluation] = [test_articles, eval_articles].map((part) => Math.round(part * titles.length));
    const drawn = stream(articles_seed, "articles").shuffle([...titles]);
    const parts: Record<Split, string[]> = {
      test: drawn.slice(0, test),
      eval: drawn.slice(test, test! + evaluation!),
      train: drawn.slice(test! + evaluation!),
    };
    if (parts[split].length === 0)
      throw ptxError(
        "PTX_DATA",
        file,
        `it has ${titles.length} articles, of which test_articles and eval_articles leave none for ${split}`,
      );
    const chosen = new Set(parts[split]);
    return all.filter(({ title }) => chosen.has(title));
  }
}

async function parsed(file: string): Promise<unknown> {
  const parts: string[] = [];
  for await (const { text } of lineBlocks(file)) parts.push(text);
  try {
    return JSON.parse(parts.join(""));
  } catch (error) {
    throw ptxError("PTX_DATA", file, `the file is not JSON: ${(error as Error).message}`);
  }
}

function articlesOf(file: string, content: unknown): Articles {
  const data = isObject(content) ? content.data : undefined;
  if (!Array.isArray(data)) {
    const hint = "rows of questions one by one are read by JSONLDataSource, TSVDataSource and their like";
    throw ptxError("PTX_DATA", file, 'this is not a SQuAD file: it has no list "data"', hint);
  }
  return data.map((article: unknown, i) => {
    const at = `data[${i}]`;
    if (!isObject(article) || !Array.isArray(article.paragraphs))
      throw ptxError("PTX_DATA", `${file}:${at}`, 'an article has a list "paragraphs", which this lacks');
    return { at, article, title: typeof article.title === "string" ? article.title : at };
  });
}

/** The questions of an article with their places; those that break the form are rejected. */
function* questions(
  article: object,
  title: string,
  where: string,
  skips: SkipLog,
): Generator<readonly [Values, place: string]> {
  const { paragraphs } = article as { readonly paragraphs: readonly unknown[] };
  for (const [i, paragraph] of paragraphs.entries()) {
    const at = `${where}.paragraphs[${i}]`;
    const { context: doc, qas } = (isObject(paragraph) ? paragraph : {}) as Record<string, unknown>;
    if (typeof doc !== "string" || !Array.isArray(qas)) {
      skips.reject(at, "no paragraph", 'a paragraph has a text "context" and a list "qas"');
      continue;
    }
    for (const [k, one] of (qas as readonly unknown[]).entries()) {
      const place = `${at}.qas[${k}]`;
      const { id, question, answers, is_impossible } = (isObject(one) ? one : {}) as Record<string, unknown>;
      if (typeof id !== "string" || id === "" || typeof question !== "string") {
        skips.reject(place, "no question", 'a question has texts "id" and "question"');
        continue;
      }
      const given = answersOf(answers, is_impossible === true);
      if (typeof given === "string") skips.reject(`${place} (${id})`, given, given);
      else yield [{ id, title, question, doc, ...given }, place];
    }
  }
}

/** A question's answers, or what is wrong with them. */
function answersOf(
  answers: unknown,
  impossible: boolean,
): string | { readonly answers: readonly string[]; readonly answer_starts: readonly number[] } {
  const list = impossible ? (answers ?? []) : answers;
  if (!Array.isArray(list)) return 'the question has no list "answers"';
  const good = list.every(
    (item) => isObject(item) && typeof item.text === "string" && Number.isInteger(item.answer_start),
  );
  if (!good) return 'an answer lacks its "text", or "answer_start" as a whole number';
  if (impossible && list.length > 0) return "the question is_impossible, and yet has answers";
  if (!impossible && list.length === 0) return "the question has no answer, and is not marked is_impossible";
  const items = list as readonly { readonly text: string; readonly answer_start: number }[];
  return { answers: items.map(({ text }) => text), answer_starts: items.map((item) => item.answer_start) };
}

/** PyText's SquadDataSource: files in the form of SQuAD 1.1 and 2.0. */
export const SquadDataSource = component({
  kind: "data_source",
  name: "SquadDataSource",
  schema: Type.Object(
    {
      ...splitFiles,
      ...heldOut,
      ignore_impossible: Type.Boolean({
        default: false,
        description: "Leave out questions without an answer, in all files; how many is printed.",
      }),
      ...sourceOptions,
    },
    {
      description:
        "Questions of JSON files in the form of SQuAD 1.1 and 2.0 (also .gz): columns id, title, question, doc, answers, answer_starts (code points); no answers where a question is_impossible.",
    },
  ),
  check: ({ eval_articles, test_articles, eval_filename, test_filename }) => [
    ...(eval_articles > 0 && eval_filename !== null
      ? [{ path: "eval_articles", message: "eval_filename names the eval rows: leave out one of them" }]
      : []),
    ...(test_articles > 0 && test_filename !== null
      ? [{ path: "test_articles", message: "test_filename names the test rows: leave out one of them" }]
      : []),
    ...(eval_articles + test_articles >= 1
      ? [{ path: "test_articles", message: "eval_articles and test_articles leave none to train on" }]
      : []),
  ],
  create: (config) => new SquadSource(filesOf(config), config, config, config.ignore_impossible),
});
