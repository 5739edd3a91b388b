import { Type } from "typebox";
import { component } from "../../../registry/component.js";
import { filesOf, type SourceOptions, sourceOptions, splitFiles } from "./file-source.js";
import { type SentenceLine, SentenceSource } from "./sentence-source.js";

/** How a column file is written. */
interface ColumnFormat extends SourceOptions {
  readonly columns: readonly (string | null)[];
  readonly separator: string | null;
  readonly document_start: string | null;
  readonly comment: string | null;
}

/** Column files: a token and its tags on each line. */
class ColumnSource extends SentenceSource {
  protected override readonly cellNames: readonly (string | null)[];

  constructor(
    files: ReturnType<typeof filesOf>,
    readonly format: ColumnFormat,
  ) {
    super(files, format);
    this.cellNames = format.columns;
  }

  protected override async header(): Promise<readonly string[]> {
    return this.format.columns.filter((name) => name !== null);
  }

  protected override line(text: string, tokens: number): SentenceLine {
    const { columns, separator, document_start, comment } = this.format;
    if (comment !== null && tokens === 0 && text.startsWith(comment)) return { passedOver: "comments" };
    const cells =
      separator === null ? text.split(BLANKS).filter((cell) => cell !== "") : text.split(separator);
    if (cells[0] === document_start) return { passedOver: `${document_start} lines`, ends: true };
    if (cells.length !== columns.length) {
      const found = `${cells.length} ${cells.length === 1 ? "column" : "columns"}`;
      const names = columns.map((name) => name ?? "-").join(", ");
      return {
        wrong: "wrong number of columns",
        detail: `${found} where ${columns.length} are expected (${names})`,
      };
    }
    if (cells.includes("")) return { wrong: "an empty column", detail: "a column of the line is empty" };
    return { cells };
  }

  protected override missing(column: string): string {
    return `there is no ${column}`;
  }
}

/** Not all white space: tokens of real text hold no-break spaces. */
const BLANKS = /[ \t]+/;

/** Files in the form of the CoNLL shared tasks. */
export const CoNLLDataSource = component({
  kind: "data_source",
  name: "CoNLLDataSource",
  schema: Type.Object(
    {
      ...splitFiles,
      columns: Type.Array(Type.Union([Type.String({ minLength: 1 }), Type.Null()]), {
        default: ["text", "slots"],
        minItems: 1,
        description:
          'The columns\' names in order, null for one that is not read: ["text", null, null, "slots"]. Each is a list in the row, one item a token.',
      }),
      separator: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
        default: null,
        description: "What stands between columns; null: any number of spaces and tabs.",
      }),
      document_start: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
        default: "-DOCSTART-",
        description:
          "A line with this in its first column stands between sentences and is no token; such lines are counted. null: there are none.",
      }),
      comment: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
        default: null,
        description:
          "Lines before a sentence that begin with this are comments and counted. null: there are none, so that # may be a token.",
      }),
      ...sourceOptions,
    },
    {
      description:
        "Sentences of column files (UTF-8, also .gz): one token a line with its tags, a blank line after each sentence.",
    },
  ),
  create: (config) => new ColumnSource(filesOf(config), config),
});
