import { type PtxError, ptxError } from "../registry/errors.js";
import { forEachLine, lineBlocks } from "./lines.js";
import type { Vocabulary } from "./vocabulary.js";

/** How much of a vocabulary a file of vectors covers. */
export interface Coverage {
  /** Words wanted. */
  readonly types: number;
  /** Words found as they are written. */
  readonly found: number;
  /** Further words found when upper and lower case are not told apart. */
  readonly foundIgnoringCase: number;
  /** Occurrences of wanted words in the training rows; 0 when they are not known. */
  readonly tokens: number;
  /** Occurrences of found words. */
  readonly foundTokens: number;
  /** Lines of the file that are not UTF-8: no text can match them. */
  readonly badLines: number;
}

/** Vectors read from a file. */
export interface PretrainedVectors {
  readonly dim: number;
  readonly vectors: ReadonlyMap<string, Float32Array>;
  readonly coverage: Coverage;
}

/** What to read. */
export interface VectorRequest {
  readonly words: readonly string[];
  /** How often a word occurs, for the coverage by tokens; 1 for each when absent. */
  readonly count?: (word: string) => number;
  /** The size that the vectors must have; absent: whatever the file holds. */
  readonly dim?: number;
  /** Whether a word that the file lacks takes the vector of the first word that differs from it by case only. */
  readonly ignoreCase: boolean;
}

/**
 * Reads the vectors of the wanted words from a text file: GloVe (`word x1 ... xn` a line), word2vec text or fastText
 * `.vec` (the same after a line `count n`), also `.gz`. The file is streamed; of a word given twice the first vector counts.
 * A word may hold spaces (as some in glove.840B do): the last n columns are the vector.
 * Throws `PTX_VOCABULARY` with file:line at a wrong number of columns or a number that is none.
 */
export async function readVectors(file: string, request: VectorRequest): Promise<PretrainedVectors> {
  const reader = new VectorReader(file, request);
  for await (const block of lineBlocks(file, { onBadLine: (line) => reader.badLine(line) })) {
    forEachLine(block, (text, line) => reader.line(text, line));
    if (reader.complete) break;
  }
  return reader.result();
}

/** The vectors that a file holds for a vocabulary's words, and what to tell the user about them. */
export interface LoadedVectors {
  /** Vectors by word id. */
  readonly rows: ReadonlyMap<number, Float32Array>;
  readonly coverage: Coverage;
  /** The coverage as lines of text. */
  readonly summary: readonly string[];
}

/** Reads the vectors, of `dim` numbers, of a vocabulary's words; words missing as written are looked up ignoring case. */
export async function loadVectors(file: string, vocabulary: Vocabulary, dim: number): Promise<LoadedVectors> {
  const count = (word: string): number => vocabulary.count(word);
  const { vectors, coverage } = await readVectors(file, {
    words: vocabulary.words,
    count,
    dim,
    ignoreCase: true,
  });
  const rows = new Map([...vectors].map(([word, vector]) => [vocabulary.id(word), vector]));
  return { rows, coverage, summary: describe(file, coverage) };
}

function describe(file: string, coverage: Coverage): string[] {
  const { types, found, foundIgnoringCase, tokens, foundTokens, badLines } = coverage;
  const share = (part: number, whole: number): string =>
    whole === 0 ? "0 %" : `${((100 * part) / whole).toFixed(1)} %`;
  const all = found + foundIgnoringCase;
  const byTokens =
    tokens === 0 ? "" : `, ${share(foundTokens, tokens)} of their occurrences in the training rows`;
  const ignoring = foundIgnoringCase === 0 ? "" : ` (${foundIgnoringCase} of them ignoring case)`;
  const lines = [`${file}: vectors for ${all} of ${types} words${ignoring}: ${share(all, types)}${byTokens}`];
  if (badLines > 0) lines.push(`${file}: lines that are not UTF-8 and match no word: ${badLines}`);
  return lines;
}

class VectorReader {
  readonly #wanted: ReadonlyMap<string, string>;
  /** Wanted words by their lower-case form. */
  readonly #folded = new Map<string, string[]>();
  readonly #exact = new Map<string, Float32Array>();
  readonly #similar = new Map<string, Float32Array>();
  #dim: number | undefined;
  #seen = 0;
  #badLines = 0;

  constructor(
    readonly file: string,
    readonly request: VectorRequest,
  ) {
    this.#wanted = new Map(request.words.map((word) => [word, word]));
    if (!request.ignoreCase) return;
    for (const word of this.#wanted.keys()) {
      const folded = word.toLowerCase();
      this.#folded.set(folded, [...(this.#folded.get(folded) ?? []), word]);
    }
  }

  /** Whether all words are found, so that the rest of the file need not be read. */
  get complete(): boolean {
    return this.#exact.size === this.#wanted.size && this.#dim !== undefined;
  }

  badLine(line: number): void {
    if (this.#seen === 0 && line <= 2) {
      throw this.#error(
        line,
        "this is not text in UTF-8: is it a binary word2vec file? Convert it to the text format first",
      );
    }
    this.#badLines += 1;
  }

  line(text: string, line: number): void {
    const end = trimmedEnd(text);
    if (line === 1 && this.#header(text.slice(0, end))) return;
    if (end === 0) throw this.#error(line, "an empty line");
    const start = this.#vectorStart(text, end, line);
    this.#seen += 1;
    const word = text.slice(0, start - 1);
    const exact = this.#wanted.get(word);
    if (exact !== undefined && !this.#exact.has(exact))
      this.#exact.set(exact, this.#numbers(text, start, end, line));
    if (!this.request.ignoreCase) return;
    for (const similar of this.#folded.get(word.toLowerCase()) ?? []) {
      if (!this.#exact.has(similar) && !this.#similar.has(similar)) {
        this.#similar.set(similar, this.#numbers(text, start, end, line));
      }
    }
  }

  result(): PretrainedVectors {
    if (this.#dim === undefined || this.#seen === 0) throw this.#error(1, "the file holds no vectors");
    const count = this.request.count ?? (() => 1);
    let [foundIgnoringCase, tokens, foundTokens] = [0, 0, 0];
    const vectors = new Map<string, Float32Array>();
    for (const word of this.#wanted.keys()) {
      const exact = this.#exact.get(word);
      const vector = exact ?? this.#similar.get(word);
      tokens += count(word);
      if (vector === undefined) continue;
      vectors.set(word, vector);
      foundTokens += count(word);
      if (exact === undefined) foundIgnoringCase += 1;
    }
    const [types, found] = [this.#wanted.size, this.#exact.size];
    const coverage = { types, found, foundIgnoringCase, tokens, foundTokens, badLines: this.#badLines };
    return { dim: this.#dim, vectors, coverage };
  }

  /** Whether the first line is `count dim`. */
  #header(text: string): boolean {
    const match = /^\d+[ \t](\d+)$/.exec(text);
    if (match === null) return false;
    this.#setDim(Number(match[1]), 1);
    return true;
  }

  #setDim(dim: number, line: number): void {
    const { dim: asked } = this.request;
    if (asked !== undefined && asked !== dim) {
      throw this.#error(
        line,
        `the vectors have ${dim} numbers, but ${asked} are asked for: set embed_dim to ${dim}`,
      );
    }
    if (dim < 1) throw this.#error(line, "vectors need one number or more");
    this.#dim = dim;
  }

  /** Where the vector starts: after the space that has `dim` columns behind it. */
  #vectorStart(text: string, end: number, line: number): number {
    let spaces = 0;
    for (let i = 0; i < end; i++) if (isSpace(text.charCodeAt(i))) spaces++;
    if (this.#dim === undefined) this.#setDim(spaces, line);
    const dim = this.#dim!;
    if (spaces < dim) throw this.#error(line, `${spaces} numbers where ${dim} are expected`);
    let start = 0;
    for (let skipped = spaces - dim; skipped >= 0; start++) if (isSpace(text.charCodeAt(start))) skipped--;
    const extra = text
      .slice(0, start - 1)
      .split(/[ \t]/)
      .slice(1);
    if (extra.some((part) => Number.isFinite(Number(part)))) {
      // an empty part counts as 0: two spaces
      throw this.#error(line, `${spaces} numbers where ${dim} are expected`);
    }
    return start;
  }

  #numbers(text: string, from: number, end: number, line: number): Float32Array {
    const vector = new Float32Array(this.#dim!);
    let start = from;
    for (let i = 0; i < vector.length; i++) {
      let stop = start;
      while (stop < end && !isSpace(text.charCodeAt(stop))) stop++;
      const part = text.slice(start, stop);
      const value = part === "" ? Number.NaN : Number(part);
      if (!Number.isFinite(value))
        throw this.#error(line, `"${part}" (number ${i + 1} of the vector) is not a number`);
      vector[i] = value;
      start = stop + 1;
    }
    return vector;
  }

  #error(line: number, message: string): PtxError {
    return ptxError("PTX_VOCABULARY", `${this.file}:${line}`, message);
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The length without spaces at the end (fastText writes one). */
function trimmedEnd(text: string): number {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  return end;
}
