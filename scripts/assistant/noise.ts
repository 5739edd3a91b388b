import type { Random } from "../lib/random.js";

/** A run of an utterance; `slot` names the label of a filler. */
export interface Segment {
  readonly text: string;
  readonly slot?: string;
}

const openers = [
  "hey",
  "ok",
  "um,",
  "please",
  "so,",
  "hi there,",
  "uh",
  "quick one:",
  "alright,",
  "👋",
  "hello,",
  "okay so",
  "🙏",
  "oh and",
  "yo",
  "🤖",
  "well,",
  "actually",
  "listen,",
  "quickly,",
];
const closers = [
  "please",
  "thanks",
  "thank you",
  "🙏",
  "ok?",
  "asap",
  "👍",
  "if you can",
  "for me",
  "thx",
  "now",
  "😊",
  "when you can",
  "pls",
  "cheers",
];

const neighbors: Readonly<Record<string, string>> = {
  a: "sq",
  b: "vn",
  c: "xv",
  d: "sf",
  e: "wr",
  f: "dg",
  g: "fh",
  h: "gj",
  i: "uo",
  j: "hk",
  k: "jl",
  l: "k",
  m: "n",
  n: "bm",
  o: "ip",
  p: "o",
  q: "wa",
  r: "et",
  s: "ad",
  t: "ry",
  u: "yi",
  v: "cb",
  w: "qe",
  x: "zc",
  y: "tu",
  z: "x",
};

/** How often each kind of noise strikes an utterance. */
export const noiseRates = {
  opener: 0.12,
  closer: 0.12,
  typo: 0.16,
  secondTypo: 0.25,
  dropApostrophes: 0.3,
  dropAccents: 0.15,
  lowerCase: 0.5,
  upperCase: 0.02,
  sentenceCase: 0.7,
  keepEnd: 0.6,
  addEnd: 0.25,
  dropCommas: 0.5,
} as const;

/**
 * What typing does to a clean utterance: words of politeness in front and behind, wrong and missing letters,
 * dropped punctuation and accents, careless capitals. It works on segments, so the fillers stay whole segments
 * and their spans follow by adding up lengths. A filler never becomes empty and never gets white space at its
 * ends; its digits never change.
 */
export function addNoise(segments: readonly Segment[], random: Random): Segment[] {
  let noisy = trimEnd(segments, random);
  if (random.chance(noiseRates.dropCommas)) noisy = mapPlain(noisy, (text) => text.replace(/[,:](?= )/g, ""));
  if (random.chance(noiseRates.dropApostrophes)) noisy = mapAll(noisy, (text) => text.replace(/['’]/g, ""));
  if (random.chance(noiseRates.dropAccents)) noisy = mapAll(noisy, withoutAccents);
  if (random.chance(noiseRates.typo)) {
    noisy = misspell(noisy, random);
    if (random.chance(noiseRates.secondTypo)) noisy = misspell(noisy, random);
  }
  if (random.chance(noiseRates.opener)) noisy = [{ text: `${random.pick(openers)} ` }, ...noisy];
  if (random.chance(noiseRates.closer)) noisy = [...noisy, { text: ` ${random.pick(closers)}` }];
  return changeCase(noisy, random);
}

/** Accents off the letters that have a base letter: é -> e, ã -> a; ø, ß and others stay. */
export function withoutAccents(text: string): string {
  return text
    .normalize("NFD")
    .replace(/(?<=[A-Za-z])\p{Mn}+/gu, "")
    .normalize("NFC");
}

/** One wrong keystroke in a word: two letters swapped, one lost, doubled or hit beside. Words are ASCII letters. */
export function misspellWord(word: string, random: Random): string {
  const at = 1 + random.below(word.length - 2);
  const letter = word[at]!;
  const before = word.slice(0, at);
  const after = word.slice(at + 1);
  const near = neighbors[letter];
  switch (random.below(near === undefined ? 3 : 4)) {
    case 0:
      return before + after[0]! + letter + after.slice(1);
    case 1:
      return before + after;
    case 2:
      return before + letter + letter + after;
    default:
      return before + random.pick([...near!]) + after;
  }
}

function misspell(segments: readonly Segment[], random: Random): Segment[] {
  const words = segments.flatMap(({ text }, segment) =>
    [...text.matchAll(/(?<![\p{L}\p{N}'’])[A-Za-z]{4,}(?![\p{L}\p{N}])/gu)].map((found) => ({
      segment,
      at: found.index,
      word: found[0],
    })),
  );
  if (words.length === 0) return [...segments];
  const { segment, at, word } = random.pick(words);
  return segments.map((one, i) =>
    i !== segment
      ? one
      : {
          ...one,
          text: one.text.slice(0, at) + misspellWord(word, random) + one.text.slice(at + word.length),
        },
  );
}

/** Keeps, drops or adds the mark that ends the sentence. */
function trimEnd(segments: readonly Segment[], random: Random): Segment[] {
  const last = segments[segments.length - 1]!;
  if (last.slot === undefined && /[?.!]$/.test(last.text)) {
    if (random.chance(noiseRates.keepEnd)) return [...segments];
    return [...segments.slice(0, -1), { text: last.text.slice(0, -1) }];
  }
  return random.chance(noiseRates.addEnd)
    ? [...segments, { text: random.pick([".", ".", "!"]) }]
    : [...segments];
}

function changeCase(segments: readonly Segment[], random: Random): Segment[] {
  if (random.chance(noiseRates.lowerCase)) return mapAll(segments, (text) => text.toLowerCase());
  if (random.chance(noiseRates.upperCase)) return mapAll(segments, (text) => text.toUpperCase());
  if (!random.chance(noiseRates.sentenceCase)) return [...segments];
  const [first, ...rest] = segments;
  return [{ ...first!, text: first!.text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()) }, ...rest];
}

function mapAll(segments: readonly Segment[], change: (text: string) => string): Segment[] {
  return segments.map((segment) => ({ ...segment, text: change(segment.text) }));
}

function mapPlain(segments: readonly Segment[], change: (text: string) => string): Segment[] {
  return segments.map((segment) => (segment.slot === undefined ? { text: change(segment.text) } : segment));
}
