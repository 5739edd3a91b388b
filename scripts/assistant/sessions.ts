import { ptxError } from "../../src/registry/errors.js";
import { Random } from "../lib/random.js";
import { type FollowUp, followUps } from "./follow-ups.js";
import {
  dealFillers,
  fillersOf,
  fillSentence,
  folded,
  generateAssistant,
  type Split,
  splits,
  toUtterance,
  type Utterance,
  utteranceSurface,
} from "./generate.js";
import { expandTemplate, type Piece, surface } from "./grammar.js";
import { addNoise } from "./noise.js";

/** How many sessions each part gets. */
export const sessionsOf: Readonly<Record<Split, number>> = { train: 2400, eval: 350, test: 500 };

/** One line of the data set: what was said before, oldest first, and the last request with its intent and slots. */
export interface Session {
  readonly context: readonly string[];
  readonly last: Utterance;
}

/** How often the last request is a short one that hangs on the one before, and how often another such stands between. */
const rates = { followUp: 0.75, between: 0.25 } as const;
/** How many requests on other matters stand before, each as likely as the next. */
const others = [0, 0, 0, 1, 1, 2] as const;

/** The longest conversation before a request. */
const MOST_BEFORE = 3;

/** A follow-up with the sentences of one part; `{x}` is still open. */
interface Ready {
  readonly followUp: FollowUp;
  readonly sentences: readonly string[][];
}

/**
 * Writes sessions from the requests of the assistant set and from short follow-ups, the same for the same seed. Throws
 * `PTX_DATA` when two parts share a follow-up's sentence.
 */
export function generateSessions(
  full: Readonly<Record<Split, readonly Utterance[]>> = generateAssistant(),
  seed = "sessions 1",
): Record<Split, Session[]> {
  const ready = readyFollowUps(followUps);
  const fillers = dealFillers();
  const result: Record<Split, Session[]> = { train: [], eval: [], test: [] };
  const earlier = new Set<string>();
  for (const split of splits) {
    const random = new Random(`${seed} ${split}`);
    const intents = [...new Set(full[split].map(({ intent }) => intent))].sort();
    const topics = intents.map((wanted) =>
      random.shuffle(full[split].filter(({ intent }) => intent === wanted)),
    );
    const made: Utterance[] = [];
    const follow = (before: Utterance): Utterance => {
      for (let attempt = 0; attempt < 200; attempt++) {
        const next = followed(before, ready[split], fillers[split], random);
        if (traces(next).some((trace) => earlier.has(trace))) continue;
        made.push(next);
        return next;
      }
      throw ptxError(
        "PTX_DATA",
        `${before.intent} ${split}`,
        "every follow-up is in an earlier part already",
      );
    };
    const known = new Set<string>();
    for (let at = 0; result[split].length < sessionsOf[split]; at++) {
      const requests = topics[at % topics.length]!;
      const topic = requests[Math.floor(at / topics.length) % requests.length]!;
      const context = Array.from({ length: random.pick(others) }, () => random.pick(full[split]).text);
      let last = topic;
      if (random.chance(rates.followUp)) {
        context.push(topic.text);
        if (random.chance(rates.between)) {
          const between = follow(topic);
          if (between.intent === topic.intent) context.push(between.text);
        }
        last = follow(topic);
      }
      const session = { context: context.slice(-MOST_BEFORE), last };
      const key = [...session.context, last.text].map(folded).join("\n");
      if (known.has(key)) continue;
      known.add(key);
      result[split].push(session);
    }
    for (const trace of made.flatMap(traces)) earlier.add(trace);
    result[split] = random.shuffle(result[split]);
  }
  return result;
}

/** The files of the sessions, by name: JSON Lines. */
export function sessionFiles(data: Readonly<Record<Split, readonly Session[]>>): Map<string, string> {
  return new Map(
    splits.map((split) => [
      `sessions-${split}.jsonl`,
      data[split].map((session) => `${JSON.stringify(rowOf(session))}\n`).join(""),
    ]),
  );
}

/** Counts of the sessions as lines for a person. */
export function describeSessions(data: Readonly<Record<Split, readonly Session[]>>): string {
  const intents = new Set(splits.flatMap((split) => data[split].map(({ last }) => last.intent)));
  const parts = splits.map((split) => {
    const texts = data[split].reduce((sum, { context }) => sum + context.length + 1, 0);
    return `${split.padEnd(5)} ${data[split].length} sessions, ${texts} utterances`;
  });
  return [`${intents.size} intents of last requests`, ...parts].join("\n");
}

function rowOf({ context, last: { text, intent, spans } }: Session): object {
  const slots = spans.map(({ start, end, slot }) => ({ start, end, label: slot }));
  return { text_seq: [...context, text], context, text, intent, slots };
}

/** What of a follow-up may be in one part only: its sentence, whatever stands in it, and its fillers. */
function traces(made: Utterance): string[] {
  return [utteranceSurface(made).replace(/\{[^}]*\}/g, "{x}"), ...fillersOf(made).map(folded)];
}

/** Every follow-up's sentences by part, checked: a sentence has one part, whatever stands at `{x}`. */
function readyFollowUps(all: readonly FollowUp[]): Record<Split, Ready[]> {
  const owner = new Map<string, Split>();
  const result: Record<Split, Ready[]> = { train: [], eval: [], test: [] };
  for (const split of splits) {
    for (const followUp of all) {
      const sentences = followUp.templates[split].map((template) => expandTemplate(template).map(surface));
      for (const sentence of sentences.flat()) {
        const other = owner.get(folded(sentence)) ?? split;
        if (other !== split)
          throw ptxError("PTX_DATA", `follow-up ${split}`, `"${sentence}" is also in ${other}`);
        owner.set(folded(sentence), split);
      }
      result[split].push({ followUp, sentences });
    }
  }
  return result;
}

/** A short request after another: the intent, and what its place means, are those of the request before. */
function followed(
  before: Utterance,
  ready: readonly Ready[],
  fillers: ReadonlyMap<string, readonly string[]>,
  random: Random,
): Utterance {
  const fitting = ready.filter(({ followUp }) => before.intent in followUp.after);
  const { followUp, sentences } = random.pick(fitting);
  const slots = followUp.after[before.intent]!;
  const sentence = random.pick(random.pick(sentences));
  const pieces: Piece[] = expandTemplate(
    slots.length === 0 ? sentence : sentence.replace("{x}", `{${random.pick(slots)}}`),
  )[0]!;
  const intent =
    followUp.action === undefined ? before.intent : `${before.intent.split("/")[0]!}/${followUp.action}`;
  return toUtterance(intent, addNoise(fillSentence(pieces, fillers, intent, random), random));
}
