import { ptxError } from "../../registry/errors.js";
import { CharacterCutter, wordsAndPunctuation } from "../../text/character-cutter.js";
import { readVectors } from "../../text/embeddings-file.js";
import { firstLine } from "../../text/lines.js";
import { chunksOf } from "./batches.js";
import type { Embedded, Embedder, EmbedInput } from "./contracts.js";
import { meanOf, requireSingle, staticOptions } from "./mean-vector.js";
import type { EmbedOptions } from "./options.js";

/**
 * The mean of a text's word vectors, from a file of GloVe's, word2vec's or fastText's text form, also .gz. Words are cut as
 * `WordPunctTokenizer` does; one that the file lacks as written is looked up ignoring case. The file is read once a call, for
 * the words of all texts, which are held until then.
 */
export class WordEmbedder implements Embedder {
  readonly columns = ["text"];
  readonly #cutter = new CharacterCutter(wordsAndPunctuation({ punctuation: "runs", splitHan: true }), {
    lowercase: false,
    nfc: false,
  });

  private constructor(
    readonly file: string,
    readonly size: number,
  ) {}

  /** Throws `PTX_VOCABULARY`, `PTX_DATA` or `PTX_FILE_MISSING` for a file that does not begin with vectors. */
  static async read(file: string): Promise<WordEmbedder> {
    const line = (await firstLine(file))?.trimEnd() ?? "";
    const columns = line.split(/[ \t]/);
    const numbers = columns.slice(1);
    const header = columns.length === 2 && columns.every((column) => /^\d+$/.test(column));
    if (numbers.length === 0 || numbers.every((column) => Number.isNaN(Number(column))))
      throw ptxError(
        "PTX_VOCABULARY",
        `${file}:1`,
        "this is no file of word vectors: expected a word and its numbers",
        "embed takes a folder of a pretrained model, a run, or a text file of vectors",
      );
    return new WordEmbedder(file, header ? Number(columns[1]) : trailingNumbers(numbers));
  }

  async dim(options: EmbedOptions = {}): Promise<number> {
    staticOptions(options);
    return this.size;
  }

  async *embed(
    texts: Iterable<EmbedInput> | AsyncIterable<EmbedInput>,
    options: EmbedOptions = {},
  ): AsyncGenerator<readonly Embedded[]> {
    const { perToken } = staticOptions(options);
    const cut: string[][] = [];
    for await (const text of texts)
      cut.push(this.#cutter.tokenize(requireSingle(text)).map((token) => token.text));
    if (cut.length === 0) return;
    const { vectors } = await readVectors(this.file, {
      words: [...new Set(cut.flat())],
      dim: this.size,
      ignoreCase: true,
    });
    const one = (words: readonly string[]): Embedded => {
      const known = words.filter((word) => vectors.has(word));
      const kept = known.slice(0, options.maxSeqLen ?? known.length);
      const add = (i: number, into: Float64Array, at: number): void => {
        for (const [j, value] of vectors.get(kept[i]!)!.entries()) into[at + j]! += value;
      };
      return {
        ...meanOf(kept.length, this.size, add, perToken, options.normalize ?? false),
        tokens: kept,
        truncated: kept.length < known.length,
        unknown: words.length - known.length,
      };
    };
    for await (const chunk of chunksOf(cut)) yield chunk.map(one);
  }

  async release(): Promise<void> {}
}

/** How many columns at the end are numbers: a word may hold spaces. */
function trailingNumbers(columns: readonly string[]): number {
  const last = columns.findLastIndex((column) => column === "" || Number.isNaN(Number(column)));
  return columns.length - 1 - last;
}
