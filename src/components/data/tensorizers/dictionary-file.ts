import { ptxError } from "../../../registry/errors.js";
import { forEachLine, lineBlocks } from "../../../text/lines.js";

/** A line of a dictionary: the phrase's tokens, what it means, and how sure that is. */
export interface DictionaryEntry {
  readonly tokens: readonly string[];
  readonly feature: string;
  readonly weight: number;
}

/**
 * Reads a dictionary file: `phrase TAB feature` or `phrase TAB feature TAB weight` on each line. Throws `PTX_DATA` with
 * file:line for any other line, a phrase without tokens, and a feature that a phrase is given twice.
 * @param cut the tokens of a phrase, as those of texts
 */
export async function readDictionary(
  file: string,
  cut: (phrase: string) => readonly string[],
): Promise<DictionaryEntry[]> {
  const entries: DictionaryEntry[] = [];
  const seen = new Set<string>();
  for await (const block of lineBlocks(file)) {
    forEachLine(block, (text, line) => {
      const fail = (message: string): never => {
        throw ptxError("PTX_DATA", `${file}:${line}`, message);
      };
      const [phrase, named, weighed = "1", ...more] = text.split("\t");
      const [feature, weight] = [named?.trim() ?? "", Number(weighed)];
      if (feature === "" || more.length > 0)
        fail("a line of a dictionary is: phrase TAB feature, or phrase TAB feature TAB weight");
      if (weighed.trim() === "" || !Number.isFinite(weight)) fail(`the weight "${weighed}" is not a number`);
      const tokens = cut(phrase!);
      if (tokens.length === 0) fail("the phrase holds no token");
      const key = JSON.stringify([tokens, feature]);
      if (seen.has(key)) fail(`"${phrase}" has the feature "${feature}" already`);
      seen.add(key);
      entries.push({ tokens, feature, weight });
    });
  }
  if (entries.length === 0) throw ptxError("PTX_DATA", file, "the dictionary is empty");
  return entries;
}
