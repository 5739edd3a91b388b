import { ptxError } from "../../src/registry/errors.js";
import { Random } from "../lib/random.js";
import { expandTemplate, type Piece, surface } from "./grammar.js";
import type { IntentTemplates } from "./intent.js";
import { dayIntents } from "./intents-day.js";
import { homeIntents } from "./intents-home.js";
import { leisureIntents } from "./intents-leisure.js";
import { homeLexicons } from "./lexicons-home.js";
import { leisureLexicons } from "./lexicons-leisure.js";
import { numberLexicons } from "./lexicons-numbers.js";
import { peopleLexicons } from "./lexicons-people.js";
import { addNoise, type Segment, withoutAccents } from "./noise.js";
import { trainMoreFillers, trainMoreTemplates } from "./train-more.js";

/** A part of the data set. */
export type Split = keyof IntentTemplates;

/** All parts, in the order in which they are made and written. */
export const splits = ["train", "eval", "test"] as const satisfies readonly Split[];

/** How many utterances of every intent each part gets. */
export const utterancesPerIntent: Readonly<Record<Split, number>> = { train: 600, eval: 30, test: 50 };

/** How many train utterances of an intent are made from `intents` before eval and test, which differ from them. */
const firstOfTrain = 220;

/** A labelled stretch of a text: Unicode code points, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly slot: string;
}

/** One line of the data set. */
export interface Utterance {
  readonly intent: string;
  readonly spans: readonly Span[];
  readonly text: string;
}

/** The templates of every intent, by the intent's label. */
export const intents: Readonly<Record<string, IntentTemplates>> = {
  ...dayIntents,
  ...homeIntents,
  ...leisureIntents,
};

const lexicons: Readonly<Record<string, readonly string[]>> = {
  ...peopleLexicons,
  ...leisureLexicons,
  ...homeLexicons,
  ...numberLexicons,
};

/** Text as it is compared for sameness: no capitals, accents, punctuation or doubled spaces. */
export function folded(text: string): string {
  return withoutAccents(text.toLowerCase())
    .replace(/[^\p{L}\p{N}\p{S}{}%]+/gu, " ")
    .trim();
}

/**
 * Deals every filler to one part: of ten entries of a list seven go to train, one to eval, two to test. A filler
 * that stands in several lists goes to the same part in all of them, so no test filler is a train filler of
 * another slot.
 */
export function dealFillers(): Record<Split, Map<string, string[]>> {
  const dealt: Record<Split, Map<string, string[]>> = { train: new Map(), eval: new Map(), test: new Map() };
  const partOf = new Map<string, Split>();
  for (const [name, fillers] of Object.entries(lexicons)) {
    for (const split of splits) dealt[split].set(name, []);
    const order = name in numberLexicons ? new Random(`deal ${name}`).shuffle(fillers) : fillers;
    order.forEach((filler, at) => {
      const key = folded(filler);
      const split = partOf.get(key) ?? (at % 10 === 6 ? "eval" : at % 5 === 4 ? "test" : "train");
      partOf.set(key, split);
      dealt[split].get(name)!.push(filler);
    });
  }
  return dealt;
}

/** Train's fillers with the further ones, without those that eval or test has in any list. */
export function allTrainFillers(dealt = dealFillers()): Map<string, string[]> {
  const bare = (filler: string): string => folded(filler.replace(/['’\p{Extended_Pictographic}]/gu, ""));
  const kept = new Set([...dealt.eval.values(), ...dealt.test.values()].flat().map(bare));
  return new Map(
    [...dealt.train].map(([name, fillers]) => {
      const more = (trainMoreFillers[name] ?? []).filter((filler) => !kept.has(bare(filler)));
      return [name, [...new Map([...fillers, ...more].map((filler) => [folded(filler), filler])).values()]];
    }),
  );
}

/**
 * Writes the whole data set from the templates and word lists, the same for the same seed. The further train
 * utterances, from `more`, are made last and keep away from eval and test, so these two do not depend on them; every
 * template gets about the same share of train.
 * Throws `PTX_DATA` when a template names an unknown word list, when two intents or two parts share a sentence, or
 * when an intent has too few sentences for the wanted number of different utterances.
 */
export function generateAssistant(
  seed = "assistant 1",
  templates = intents,
  more = templates === intents ? trainMoreTemplates : {},
): Record<Split, Utterance[]> {
  const { sentences, further } = expandIntents(templates, more);
  const fillers = dealFillers();
  const taken: Taken = { texts: new Set(), fillers: new Set(), surfaces: new Set() };
  const held: Taken = { texts: taken.texts, fillers: new Set(), surfaces: new Set() };
  const result: Record<Split, Utterance[]> = { train: [], eval: [], test: [] };
  for (const split of splits) {
    const fresh: Utterance[] = [];
    for (const intent of Object.keys(templates)) {
      const random = new Random(`${seed} ${split} ${intent}`);
      const wanted = split === "train" ? firstOfTrain : utterancesPerIntent[split];
      fresh.push(
        ...fillIntent(intent, sentences[split].get(intent)!, wanted, fillers[split], split, taken, random),
      );
    }
    for (const known of split === "train" ? [taken] : [taken, held]) {
      for (const utterance of fresh) {
        known.surfaces.add(utteranceSurface(utterance));
        for (const filler of fillersOf(utterance)) known.fillers.add(folded(filler));
      }
    }
    result[split] = new Random(`${seed} ${split} order`).shuffle(fresh);
  }
  const trainFillers = allTrainFillers(fillers);
  for (const [intent, templatesOfOne] of further) {
    const all = utterancesPerIntent.train;
    const first = sentences.train.get(intent)!.length;
    const kept = Math.min(firstOfTrain, Math.round((all * first) / (first + templatesOfOne.length)));
    const [own, others] = [[] as Utterance[], [] as Utterance[]];
    for (const utterance of result.train) (utterance.intent === intent ? own : others).push(utterance);
    const random = new Random(`${seed} further ${intent}`);
    const order = random.shuffle(templatesOfOne);
    const fresh = fillIntent(intent, order, all - kept, trainFillers, "train", held, random);
    result.train = [...others, ...own.slice(0, kept), ...fresh];
  }
  result.train = new Random(`${seed} train order`).shuffle(result.train);
  return result;
}

/** The fillers of an utterance, cut out of its text. */
export function fillersOf({ text, spans }: Utterance): string[] {
  const points = [...text];
  return spans.map(({ start, end }) => points.slice(start, end).join(""));
}

/** What is left of an utterance when its fillers are taken out, as it is compared for sameness. */
export function utteranceSurface({ text, spans }: Utterance): string {
  const points = [...text];
  let [result, at] = ["", 0];
  for (const { start, end, slot } of spans) {
    result += `${points.slice(at, start).join("")}{${slot}}`;
    at = end;
  }
  return folded(result + points.slice(at).join(""));
}

interface Taken {
  /** Every text so far, of all parts. */
  readonly texts: Set<string>;
  /** Fillers and surfaces of the parts from which the present one has to differ. */
  readonly fillers: Set<string>;
  readonly surfaces: Set<string>;
}

interface Sentences {
  readonly sentences: Readonly<Record<Split, Map<string, Piece[][][]>>>;
  /** Those of the further train templates, without what eval or test says. */
  readonly further: Map<string, Piece[][][]>;
}

/** Every template's sentences, checked: a sentence has one intent and one part. */
function expandIntents(
  intents: Readonly<Record<string, IntentTemplates>>,
  more: Readonly<Record<string, readonly string[]>>,
): Sentences {
  const owner = new Map<string, string>();
  const result: Record<Split, Map<string, Piece[][][]>> = {
    train: new Map(),
    eval: new Map(),
    test: new Map(),
  };
  for (const [intent, templates] of Object.entries(intents)) {
    for (const split of splits) {
      result[split].set(intent, templates[split].map(expandTemplate));
      for (const sentence of result[split].get(intent)!.flat()) {
        const key = folded(surface(sentence));
        const place = `${intent} ${split}`;
        const other = owner.get(key) ?? place;
        if (other !== place)
          throw ptxError("PTX_DATA", place, `the sentence "${surface(sentence)}" is also in ${other}`);
        owner.set(key, place);
      }
    }
  }
  const further = new Map<string, Piece[][][]>();
  for (const [intent, templates] of Object.entries(more)) {
    const place = `${intent} train`;
    const fits = (sentence: Piece[]): boolean => {
      const key = folded(surface(sentence));
      const other = owner.get(key) ?? place;
      if (other !== place && other.endsWith(" train"))
        throw ptxError("PTX_DATA", place, `the sentence "${surface(sentence)}" is also in ${other}`);
      owner.set(key, other);
      return other === place;
    };
    const kept = templates.map((template) => expandTemplate(template).filter(fits));
    further.set(
      intent,
      kept.filter((sentences) => sentences.length > 0),
    );
  }
  return { sentences: result, further };
}

function fillIntent(
  intent: string,
  templates: readonly (readonly Piece[][])[],
  wanted: number,
  fillers: ReadonlyMap<string, readonly string[]>,
  split: Split,
  taken: Taken,
  random: Random,
): Utterance[] {
  const found: Utterance[] = [];
  for (let attempt = 0; found.length < wanted; attempt++) {
    if (attempt > 50 * wanted) {
      throw ptxError(
        "PTX_DATA",
        `${intent} ${split}`,
        `only ${found.length} of ${wanted} different utterances found`,
      );
    }
    const sentence = random.pick(templates[attempt % templates.length]!);
    const utterance = toUtterance(intent, addNoise(fillSentence(sentence, fillers, intent, random), random));
    const key = folded(utterance.text);
    const known =
      taken.texts.has(key) ||
      taken.surfaces.has(utteranceSurface(utterance)) ||
      fillersOf(utterance).some((filler) => taken.fillers.has(folded(filler)));
    if (known) continue;
    taken.texts.add(key);
    found.push(utterance);
  }
  return found;
}

/** Puts a filler into every place of a sentence, no filler twice, and makes `a`/`an` agree with it. */
export function fillSentence(
  sentence: readonly Piece[],
  fillers: ReadonlyMap<string, readonly string[]>,
  intent: string,
  random: Random,
): Segment[] {
  const used = new Set<string>();
  const segments: Segment[] = [];
  for (const piece of sentence) {
    if ("text" in piece) {
      segments.push({ text: piece.text });
      continue;
    }
    const choices = fillers.get(piece.lexicon);
    if (choices === undefined)
      throw ptxError("PTX_DATA", intent, `no word list is called "${piece.lexicon}"`);
    const filler = random.pick(choices.filter((choice) => !used.has(choice)));
    used.add(filler);
    const before = segments.pop();
    if (before !== undefined) segments.push(before.slot ? before : { text: agree(before.text, filler) });
    segments.push({ text: filler, slot: piece.slot });
  }
  return segments;
}

function agree(text: string, filler: string): string {
  const article = /^(?:[aeioé]|8|11\b|18\b|u(?!ni))/i.test(filler) ? "an" : "a";
  return text.replace(/\ban? $/, `${article} `);
}

/** The utterance of segments put together. */
export function toUtterance(intent: string, segments: readonly Segment[]): Utterance {
  const spans: Span[] = [];
  let at = 0;
  for (const { text, slot } of segments) {
    const end = at + [...text].length;
    if (slot !== undefined) spans.push({ start: at, end, slot });
    at = end;
  }
  return { intent, spans, text: segments.map(({ text }) => text).join("") };
}
