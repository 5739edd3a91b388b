/**
 * An augmentation of your own: each training row again, with two words in each other's place. It reads the rows of any
 * source and gives more of them; eval and test rows stay as they are.
 *
 *   pytext-ts train my-config.json --include examples/word-swaps.ts
 *     --set 'task.data.source={"WordSwaps": {"copies": 2, "source": {"TSVDataSource": {
 *       "train_filename": "train.tsv", "eval_filename": "eval.tsv", "test_filename": "test.tsv"}}}}'
 */
import { component, type DataSource, type Row, Slot, type Split, stream, Type } from "pytext-ts";

const schema = Type.Object(
  {
    source: Slot("data_source", { description: "Where the rows come from." }),
    column: Type.String({ default: "text", description: "The column whose words change places." }),
    copies: Type.Integer({ minimum: 1, default: 1, description: "How many more rows are made of each." }),
  },
  { description: "Training rows of another source, and copies with two words in each other's place." },
);

class Swaps implements DataSource {
  constructor(
    readonly source: DataSource,
    readonly config: { readonly column: string; readonly copies: number },
    readonly seed: number,
  ) {}

  columns = (split: Split): Promise<readonly string[] | null> => this.source.columns(split);
  has = (split: Split): boolean => this.source.has(split);
  files = (split: Split): readonly string[] => this.source.files(split);
  skipped = (split: Split) => this.source.skipped(split);

  async *rows(split: Split, columns: readonly string[]): AsyncGenerator<Row> {
    // Rows are read several times in a run, and must be the same each time.
    const random = stream(this.seed, "word-swaps");
    for await (const row of this.source.rows(split, columns)) {
      yield row;
      for (let copy = 0; split === "train" && copy < this.config.copies; copy++) {
        const words = String(row.values[this.config.column]).split(" ");
        const [a, b] = [random.int(words.length), random.int(words.length)];
        [words[a], words[b]] = [words[b]!, words[a]!];
        yield { origin: row.origin, values: { ...row.values, [this.config.column]: words.join(" ") } };
      }
    }
  }
}

/** More rows by swapping words. */
export const WordSwaps = component({
  kind: "data_source",
  name: "WordSwaps",
  schema,
  create(config, context) {
    const { component: source, config: options } = context.part("data_source", config.source);
    return new Swaps(source.create(options, context), config, context.settings.seed);
  },
});
