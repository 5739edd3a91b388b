/**
 * @file How an answer is compared with the right ones: the rules of SQuAD's own evaluation, version 2.0 (Rajpurkar et al., 2018).
 */

/** ASCII's punctuation, which is taken out. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;

/** What is between words for Python, which counts the separators of files, groups, records and units as spaces. */
export const SPACES = new RegExp(`[\\p{White_Space}${"\u001c\u001d\u001e\u001f"}]+`, "u");

/** Articles that stand as words: no letter, number or underscore beside them. */
const ARTICLES = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** The words of an answer that are compared: lower case, without punctuation and articles. */
export function answerWords(answer: string): string[] {
  const plain = answer.toLowerCase().replace(PUNCTUATION, "").replace(ARTICLES, " ");
  return plain.split(SPACES).filter((word) => word !== "");
}

/** An answer as it is compared: its words with a space between. */
export const normalizedAnswer = (answer: string): string => answerWords(answer).join(" ");

/** How well an answer fits, 0 or 1 for `exact`, from 0 to 1 for `f1`. */
export interface AnswerScores {
  readonly exact: number;
  readonly f1: number;
}

/**
 * The best that an answer scores beside any of the right ones. Right is the empty answer where there are none, or none of
 * which something is left to compare.
 */
export function answerScores(predicted: string, right: readonly string[]): AnswerScores {
  const words = answerWords(predicted);
  const compared = right.map(answerWords).filter(({ length }) => length > 0);
  const all = compared.length === 0 ? [[]] : compared;
  return {
    exact: Math.max(...all.map((gold) => (gold.join(" ") === words.join(" ") ? 1 : 0))),
    f1: Math.max(...all.map((gold) => wordF1(words, gold))),
  };
}

/** F1 of words, each counted as often as it stands there; where one side has none, whether both have none. */
export function wordF1(predicted: readonly string[], gold: readonly string[]): number {
  if (predicted.length === 0 || gold.length === 0) return predicted.length === gold.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of gold) left.set(word, (left.get(word) ?? 0) + 1);
  let same = 0;
  for (const word of predicted) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    same += 1;
    left.set(word, count - 1);
  }
  if (same === 0) return 0;
  const [precision, recall] = [same / predicted.length, same / gold.length];
  return (2 * precision * recall) / (precision + recall);
}
