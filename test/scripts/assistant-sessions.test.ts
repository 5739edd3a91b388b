import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { followUps } from "../../scripts/assistant/follow-ups.js";
import { generateAssistant, intents, splits } from "../../scripts/assistant/generate.js";
import {
  describeSessions,
  generateSessions,
  sessionFiles,
  sessionsOf,
} from "../../scripts/assistant/sessions.js";

interface Row {
  readonly text_seq: readonly string[];
  readonly context: readonly string[];
  readonly text: string;
  readonly intent: string;
  readonly slots: readonly { readonly start: number; readonly end: number; readonly label: string }[];
}

const read = (name: string): string =>
  readFileSync(new URL(`../../data/assistant/${name}`, import.meta.url), "utf8");
const rows = new Map(
  splits.map((split) => [
    split,
    read(`sessions-${split}.jsonl`)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Row),
  ]),
);
const all = [...rows.values()].flat();

/** Words in small letters, without accents and signs: a comparison of our own. */
const bare = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\p{Mn}'’]/gu, "")
    .replace(/[^\p{L}\p{N}{}€$£¥₹₩%°½¾]+/gu, " ")
    .trim();

const fillers = ({ text, slots }: Row): string[] =>
  slots.map(({ start, end }) => Array.from(text).slice(start, end).join(""));

/** The text with `{}` for every filler, whatever it is, or with `{label}`. */
function frame({ text, slots }: Row, named = false): string {
  const points = Array.from(text);
  for (const { start, end, label } of [...slots].reverse())
    points.splice(start, end - start, `{${named ? label : ""}}`);
  return points.join("");
}

/** The full requests of each part of the assistant set: text -> intent. */
const full = new Map(
  splits.map((split) => [
    split,
    new Map(
      read(`${split}.tsv`)
        .trimEnd()
        .split("\n")
        .map((line) => [line.split("\t")[2]!, line.split("\t")[0]!]),
    ),
  ]),
);

describe("the sessions of the assistant set", () => {
  it("are what the generator writes, byte for byte", () => {
    const data = generateSessions(generateAssistant());
    for (const [name, content] of sessionFiles(data)) expect(content === read(name), name).toBe(true);
    const lines = splits.map((split) => {
      const found = rows.get(split)!;
      const texts = found.reduce((sum, { text_seq }) => sum + text_seq.length, 0);
      return `${split.padEnd(5)} ${found.length} sessions, ${texts} utterances`;
    });
    expect(describeSessions(data)).toBe(["30 intents of last requests", ...lines].join("\n"));
  });

  it("have the figures that their README gives", () => {
    for (const split of splits) {
      const found = rows.get(split)!;
      expect(found).toHaveLength(sessionsOf[split]);
      const short = found.filter(({ text }) => !full.get(split)!.has(text)).length;
      const texts = found.reduce((sum, { text_seq }) => sum + text_seq.length, 0);
      const cells = [found.length, texts, short].map((n) => n.toLocaleString("en-US"));
      expect(read("README.md")).toContain(`| sessions-${split}.jsonl | ${cells.join(" | ")} |`);
    }
  });

  it("hold one to four utterances: those before, and the last one", () => {
    const lengths = new Set(all.map(({ text_seq }) => text_seq.length));
    expect([...lengths].sort()).toEqual([1, 2, 3, 4]);
    for (const { text_seq, context, text } of all) expect(text_seq).toEqual([...context, text]);
  });

  it("have slots in order, apart from each other, that cut out trimmed fillers by code points", () => {
    for (const row of all) {
      let at = 0;
      for (const { start, end } of row.slots) {
        expect(start).toBeGreaterThanOrEqual(at);
        expect(end).toBeLessThanOrEqual(Array.from(row.text).length);
        at = end;
      }
      for (const filler of fillers(row)) expect(filler).toMatch(/^\S(.*\S)?$/u);
    }
  });

  it("take their full requests from the same part of the assistant set", () => {
    for (const split of splits) {
      const known = full.get(split)!;
      for (const { context, text, intent } of rows.get(split)!) {
        if (known.has(text)) expect(known.get(text)).toBe(intent);
        // A short request stands behind the full one that it is about.
        else expect(context.some((earlier) => known.has(earlier))).toBe(true);
      }
    }
  });

  it("end in short requests about the last full one before", () => {
    for (const split of splits) {
      const known = full.get(split)!;
      for (const { context, text, intent } of rows.get(split)!) {
        if (known.has(text)) continue;
        const topic = known.get(context.findLast((earlier) => known.has(earlier))!)!;
        expect([topic, `${topic.split("/")[0]}/cancel`]).toContain(intent);
      }
    }
  });

  it("share no last request's frame and no filler between parts, and repeat no session", () => {
    const seen = { frame: new Map<string, string>(), filler: new Map<string, string>() };
    for (const split of splits) {
      for (const row of rows.get(split)!) {
        const facts = [
          ["frame", frame(row, full.get(split)!.has(row.text))],
          ...fillers(row).map((filler) => ["filler", filler]),
        ] as [keyof typeof seen, string][];
        for (const [kind, value] of facts) {
          const key = bare(value);
          expect(seen[kind].get(key) ?? split, `${kind} "${value}"`).toBe(split);
          seen[kind].set(key, split);
        }
      }
    }
    expect(new Set(all.map(({ text_seq }) => text_seq.join("\n").toLowerCase())).size).toBe(all.length);
  });

  it("say the same with several meanings, and train has every intent and label", () => {
    const train = rows.get("train")!;
    const meanings = new Map<string, Set<string>>();
    for (const row of train) {
      const key = bare(frame(row));
      meanings.set(key, (meanings.get(key) ?? new Set()).add(row.intent));
    }
    expect(meanings.get("again")!.size).toBeGreaterThan(5);
    expect(meanings.get("what about {}")!.size).toBeGreaterThan(5);
    const of = (part: readonly Row[]) =>
      new Set(part.flatMap(({ intent, slots }) => [intent, ...slots.map(({ label }) => label)]));
    for (const name of of(all)) expect(of(train)).toContain(name);
    for (const { after } of followUps)
      for (const intent of Object.keys(after)) expect(Object.keys(intents)).toContain(intent);
  });

  it("are others for another seed", () => {
    const data = generateAssistant();
    const texts = (seed: string) =>
      generateSessions(data, seed).test.map(({ context, last }) => [...context, last.text].join("\n"));
    const first = new Set(texts("one"));
    expect(texts("two").filter((text) => first.has(text)).length).toBeLessThan(50);
  });
});
