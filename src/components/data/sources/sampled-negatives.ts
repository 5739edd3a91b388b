import { type Static, Type } from "typebox";
import { component, Slot } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import { type RandomStream, stream } from "../../../registry/random.js";
import type { DataSource, Row, SkipCount, Split } from "../contracts.js";
import { textCell } from "../tensorizers/cells.js";
import { missingColumn } from "./file-source.js";
import { SkipLog } from "./skip-log.js";
import { SourceLayer } from "./source-layer.js";

const schema = Type.Object(
  {
    source: Slot("data_source", { description: "Rows that hold a query and what belongs to it." }),
    query_column: Type.String({ default: "query", minLength: 1, description: "The column of the query." }),
    positive_column: Type.String({
      default: "pos_response",
      minLength: 1,
      description:
        "The column of the text that belongs to the query; negatives are such texts of other rows.",
    }),
    negative_column: Type.String({
      default: "neg_response",
      minLength: 1,
      description: "The column that is added: a text that does not belong to the query.",
    }),
    positives: Type.Union(
      [
        Type.Null(),
        Type.Object({
          column: Type.String({ minLength: 1, description: "A column of the rows." }),
          value: Type.String({ description: "What it says where the texts belong together." }),
        }),
      ],
      {
        default: null,
        description:
          "Which rows hold texts that belong together; the texts of others serve as negatives only. null: all do.",
      },
    ),
    negatives_per_row: Type.Integer({
      minimum: 1,
      default: 1,
      description: "How many rows are made of each, with a negative of their own.",
    }),
    seed: Type.Integer({ minimum: 0, default: 0, description: "Decides which negatives are drawn." }),
  },
  {
    description:
      "Adds to rows of texts that belong together a text that does not: one of another row of the split, drawn evenly among the different texts, none that any row of the split puts together with the query. The same ones in every epoch and run.",
  },
);

type Config = Static<typeof schema>;

/** What a split offers as negatives. */
interface Pool {
  /** Different texts, in the order of their first rows. */
  readonly texts: readonly string[];
  /** The texts that belong to each query. */
  readonly own: ReadonlyMap<string, ReadonlySet<string>>;
}

class SampledNegatives extends SourceLayer {
  readonly #skips = new Map<Split, readonly SkipCount[]>();

  constructor(
    source: DataSource,
    readonly config: Config,
  ) {
    super(source);
  }

  override async columns(split: Split): Promise<readonly string[] | null> {
    const { negative_column } = this.config;
    const known = await super.columns(split);
    if (known === null) return null;
    const place = this.files(split).join(", ") || split;
    if (known.includes(negative_column))
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "data.source.negative_column",
        `${place} has a column "${negative_column}" already: negatives that are there are not to be replaced`,
        "use the inner source alone, or name another negative_column",
      );
    const missing = this.#read.find((column) => !known.includes(column));
    if (missing !== undefined) throw missingColumn(place, missing, known);
    return [...known, negative_column];
  }

  override skipped(split: Split): readonly SkipCount[] {
    return [...super.skipped(split), ...(this.#skips.get(split) ?? [])];
  }

  /** The columns that choosing negatives needs. */
  get #read(): string[] {
    const { query_column, positive_column, positives } = this.config;
    return [query_column, positive_column, ...(positives === null ? [] : [positives.column])];
  }

  async *rows(split: Split, columns: readonly string[]): AsyncGenerator<Row> {
    const { negative_column, negatives_per_row, seed, query_column } = this.config;
    const pool = await this.#pool(split);
    const wanted = new Set([...columns.filter((column) => column !== negative_column), ...this.#read]);
    const skips = new SkipLog(true);
    const random = stream(seed, "negatives", split);
    for await (const row of this.source.rows(split, [...wanted])) {
      if (!this.#belong(row)) {
        skips.passOver(row.origin, "texts that do not belong together, which serve as negatives only", "row");
        continue;
      }
      const own = pool.own.get(textCell(row, query_column))!;
      for (let i = 0; i < negatives_per_row; i++) {
        const negative = drawn(pool.texts, own, random);
        if (negative === undefined)
          throw ptxError(
            "PTX_DATA",
            row.origin,
            `every text of the ${split} rows belongs to this row's query: there is no negative for it`,
          );
        yield { origin: row.origin, values: { ...row.values, [negative_column]: negative } };
      }
    }
    this.#skips.set(split, skips.counts());
  }

  #belong(row: Row): boolean {
    const { positives } = this.config;
    return positives === null || textCell(row, positives.column) === positives.value;
  }

  async #pool(split: Split): Promise<Pool> {
    const { query_column, positive_column } = this.config;
    const texts = new Set<string>();
    const own = new Map<string, Set<string>>();
    for await (const row of this.source.rows(split, this.#read)) {
      const [query, text] = [textCell(row, query_column), textCell(row, positive_column)];
      texts.add(text);
      if (!this.#belong(row)) continue;
      const known = own.get(query) ?? new Set([query]);
      own.set(query, known.add(text));
    }
    return { texts: [...texts], own };
  }
}

/** How often a text is drawn before those that may be are looked for one by one. */
const TRIES = 16;

/** One of the texts that is none of a query's own, each as likely as any other; undefined: there is none. */
function drawn(texts: readonly string[], own: ReadonlySet<string>, random: RandomStream): string | undefined {
  for (let i = 0; i < TRIES; i++) {
    const text = texts[random.int(texts.length)]!;
    if (!own.has(text)) return text;
  }
  const others = texts.filter((text) => !own.has(text));
  return others.length === 0 ? undefined : others[random.int(others.length)];
}

/** Rows with negatives that are drawn from other rows. */
export const SampledNegativesDataSource = component({
  kind: "data_source",
  name: "SampledNegativesDataSource",
  schema,
  create(config, context: Context) {
    const { component: source, config: options } = context.part("data_source", config.source);
    return new SampledNegatives(source.create(options, context), config);
  },
});
