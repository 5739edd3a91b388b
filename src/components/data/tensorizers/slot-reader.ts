import { type Static, Type } from "typebox";
import type { CheckProblem } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import { type AlignedSpans, alignSpans } from "../../../text/align-spans.js";
import { type Entity, type LabelScheme, parseTag, readTags } from "../../../text/label-schemes.js";
import { type Row, SkipRow, type Tokenized } from "../contracts.js";
import { badCell, textCell, textList } from "./cells.js";
import { placedSpans, slotCell, spanCell } from "./span-cells.js";
import { TokenCutter, tokenOptions } from "./token-cutter.js";

/** Config keys for reading the tags or slots of a row. */
export const slotOptions = {
  format: Type.Union([Type.Literal("tags"), Type.Literal("slots"), Type.Literal("spans")], {
    description:
      'What the column holds. "tags": one tag a token, a list or separated by spaces. "slots": PyText\'s start:end:label,start:end:label. "spans": a list of {"start", "end", "label"}.',
  }),
  text_column: Type.String({
    default: "text",
    description: "The column that holds the text, or a list of tokens.",
  }),
  column: Type.String({ default: "slots", description: "The column that holds the tags or slots." }),
  tokenizer: tokenOptions.tokenizer,
  max_seq_len: tokenOptions.max_seq_len,
  axis: tokenOptions.axis,
  label_scheme: Type.Union(
    [Type.Literal("iob1"), Type.Literal("bio"), Type.Literal("bioes"), Type.Literal("none"), Type.Null()],
    {
      default: null,
      description:
        "The scheme of the file's tags, for format tags: iob1, bio (IOB2), bioes (also IOBES, BILOU), or none for tags that stand for themselves, such as parts of speech. null: bio.",
    },
  ),
  model_scheme: Type.Union([Type.Literal("bio"), Type.Literal("bioes"), Type.Literal("none")], {
    default: "bio",
    description:
      "The scheme of the tags that a model learns; none: the labels themselves, where neighbours of one label become one.",
  }),
  offset_unit: Type.Union(
    [Type.Literal("code_points"), Type.Literal("utf8_bytes"), Type.Literal("utf16"), Type.Null()],
    {
      default: null,
      description:
        "What the places of slots and spans count: code_points (Python), utf8_bytes, or utf16 (JavaScript, Java). Must be given for formats slots and spans.",
    },
  ),
  on_misaligned: Type.Union([Type.Literal("fail"), Type.Literal("overlap"), Type.Literal("skip")], {
    default: "fail",
    description:
      'What to do with a slot that begins or ends inside a token: "fail" stops with file:line, "overlap" gives it every token that it touches and prints how many, "skip" leaves the row out and prints how many.',
  }),
};

const optionsSchema = () => Type.Object(slotOptions);
/** The resolved value of `slotOptions`. */
export type SlotOptions = Static<ReturnType<typeof optionsSchema>>;

/** The rules between the keys of `slotOptions`. */
export function checkSlotOptions(options: SlotOptions): readonly CheckProblem[] {
  const { format, label_scheme, model_scheme, offset_unit, on_misaligned } = options;
  const problems: CheckProblem[] = [];
  const wrong = (path: keyof SlotOptions, message: string): void => void problems.push({ path, message });
  if (format === "tags") {
    if (offset_unit !== null)
      wrong("offset_unit", "offset_unit is read for the formats slots and spans only");
    if (on_misaligned !== "fail")
      wrong(
        "on_misaligned",
        "on_misaligned is read for the formats slots and spans only: tags have no places",
      );
    if (label_scheme === "none" && model_scheme !== "none")
      wrong("model_scheme", "tags without a scheme are learnt as they are: set model_scheme to none");
  } else {
    if (label_scheme !== null) wrong("label_scheme", "label_scheme is read for the format tags only");
    if (offset_unit === null)
      wrong("offset_unit", `format ${format} needs offset_unit: code_points, utf8_bytes or utf16`);
  }
  return problems;
}

/** The tags of a row that stand for themselves, or its entities. */
export interface SlotReading {
  /** How many tokens there are, after truncation. */
  readonly length: number;
  /** One for each token, or null when there are entities. */
  readonly tags: readonly string[] | null;
  /** In order. */
  readonly entities: readonly Entity[];
  /** What was met on the way, by kind. */
  readonly met: Readonly<Record<string, number>>;
}

/** Reads the tags, slots or spans of rows as entities over the tokens of their texts. */
export class SlotReader {
  readonly #cutter: TokenCutter;
  /** The scheme of the file's tags. */
  readonly #scheme: LabelScheme | "none";

  constructor(
    readonly options: SlotOptions,
    context: Context,
    readonly where: string,
  ) {
    this.#cutter = new TokenCutter({ ...options, column: options.text_column }, context);
    this.#scheme = options.label_scheme ?? "bio";
  }

  /** What a row holds. Throws `PTX_DATA` with its origin, or `SkipRow` by policy. */
  read(row: Row): SlotReading {
    const tokenized = this.#cutter.uncut(row);
    if (this.options.format === "tags") return this.#fromTags(row, tokenized);
    return this.#fromSpans(row, tokenized);
  }

  #fromTags(row: Row, { tokens }: Tokenized): SlotReading {
    const { column, text_column } = this.options;
    const tags =
      textList(row, column) ??
      textCell(row, column)
        .split(/\s+/u)
        .filter((tag) => tag !== "");
    if (tags.length !== tokens.length) {
      const message = `there are ${count(tags.length, "tag")} in "${column}" for the ${count(tokens.length, "token")} of "${text_column}"`;
      throw ptxError(
        "PTX_DATA",
        row.origin,
        message,
        "the tokenizer must cut where the file does: WhitespaceTokenizer for tokens between spaces",
      );
    }
    const length = this.#kept(tokens.length);
    const scheme = this.#scheme;
    if (scheme === "none") {
      if (tags.includes("")) throw badCell(row, column, "tags that are not empty", tags);
      return { length, tags: tags.slice(0, length), entities: [], met: {} };
    }
    const parsed = tags.map((text) => {
      const tag = parseTag(text, scheme);
      if (tag !== undefined) return tag;
      const message = `"${text}" is no tag of the scheme ${scheme} (O, ${scheme === "bioes" ? "B-x, I-x, E-x, S-x" : "B-x, I-x"})`;
      throw ptxError(
        "PTX_DATA",
        row.origin,
        message,
        `set label_scheme in ${this.where} to the file's scheme`,
      );
    });
    const { entities, breaks } = readTags(parsed, scheme);
    const met: Record<string, number> = { broken_rows: breaks.length > 0 ? 1 : 0 };
    for (const { kind } of breaks) met[kind] = (met[kind] ?? 0) + 1;
    return this.#clipped(entities, length, met);
  }

  #fromSpans(row: Row, { text, tokens }: Tokenized): SlotReading {
    const { format, column, offset_unit } = this.options;
    const written = format === "slots" ? slotCell(row, column) : spanCell(row, column);
    // The check of the config holds that a unit is given.
    const aligned = alignSpans(placedSpans(written, text, offset_unit!, row), tokens);
    if (aligned.misaligned.length > 0) this.#refuse(row, text, aligned);
    const met = { misaligned_slots: aligned.misaligned.length, lost_slots: aligned.lost.length };
    return this.#clipped(aligned.entities, this.#kept(tokens.length), met);
  }

  /** Applies the policy for slots that do not follow the tokens. */
  #refuse(row: Row, text: string, { misaligned: [first] }: AlignedSpans): void {
    const { on_misaligned: policy } = this.options;
    if (policy === "overlap") return;
    if (policy === "skip") throw new SkipRow(`slots that do not align with tokens (${this.where})`);
    const { span, tokens } = first!;
    const piece = (from: number, to: number): string => JSON.stringify(text.slice(from, to));
    const touched = tokens.map(({ startUtf16, endUtf16 }) => piece(startUtf16, endUtf16)).join(", ");
    const found = touched === "" ? "it holds no token" : `it touches ${touched}`;
    throw ptxError(
      "PTX_DATA",
      row.origin,
      `the slot ${span.label}, ${piece(span.startUtf16, span.endUtf16)}, does not begin and end with tokens: ${found}`,
      `set on_misaligned in ${this.where} to "overlap" or "skip", or choose another tokenizer (WordPunctTokenizer sets punctuation apart)`,
    );
  }

  /** What of the entities lies within the kept tokens. */
  #clipped(all: readonly Entity[], length: number, met: Readonly<Record<string, number>>): SlotReading {
    const entities = all
      .filter(({ start }) => start < length)
      .map((entity) => ({ ...entity, end: Math.min(entity.end, length) }));
    const counts = {
      entities: entities.length,
      truncated_entities: all.filter(({ end }) => end > length).length,
      merged_entities: this.options.model_scheme === "none" ? neighbours(entities) : 0,
    };
    return { length, tags: null, entities, met: { ...met, ...counts } };
  }

  #kept(tokens: number): number {
    return Math.min(tokens, this.options.max_seq_len ?? tokens);
  }
}

/** How many entities follow another one of their label at once. */
function neighbours(entities: readonly Entity[]): number {
  return entities.filter(
    ({ label, start }, i) => entities[i - 1]?.end === start && entities[i - 1]?.label === label,
  ).length;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
