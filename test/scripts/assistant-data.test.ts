import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { distance } from "fastest-levenshtein";
import { describe, expect, it } from "vitest";
import {
  allTrainFillers,
  dealFillers,
  folded,
  generateAssistant,
  intents,
  splits,
  utteranceSurface,
  utterancesPerIntent,
} from "../../scripts/assistant/generate.js";
import { trainMoreFillers } from "../../scripts/assistant/train-more.js";
import { assistantFiles, describeAssistant } from "../../scripts/generate-assistant.js";

interface Line {
  readonly intent: string;
  readonly spans: readonly {
    readonly start: number;
    readonly end: number;
    readonly slot: string;
    readonly filler: string;
  }[];
  readonly text: string;
  /** The text with `{slot}` for every filler. */
  readonly frame: string;
}

const read = (name: string): string =>
  readFileSync(new URL(`../../data/assistant/${name}`, import.meta.url), "utf8");

/** Reads the committed form anew, without the generator's code. */
function parse(split: string): Line[] {
  return read(`${split}.tsv`)
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [intent, slots, text, ...more] = line.split("\t");
      expect(more).toEqual([]);
      const points = Array.from(text!);
      let [frame, at] = ["", 0];
      const spans = (slots === "" ? [] : slots!.split(",")).map((span) => {
        const [, start, end, slot] = /^(\d+):(\d+):([a-z_]+)$/.exec(span)!;
        const bounds = { start: Number(start), end: Number(end), slot: slot! };
        frame += `${points.slice(at, bounds.start).join("")}{${slot}}`;
        at = bounds.end;
        return { ...bounds, filler: points.slice(bounds.start, bounds.end).join("") };
      });
      return { intent: intent!, spans, text: text!, frame: frame + points.slice(at).join("") };
    });
}

/** Words in small letters, without accents and apostrophes: a comparison of our own, blind to more than the generator's. */
const bare = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\p{Mn}'’]/gu, "")
    .replace(/[^\p{L}\p{N}{}€$£¥₹₩%°½¾]+/gu, " ")
    .trim();

const lines = new Map(splits.map((split) => [split, parse(split)]));
const all = [...lines.values()].flat();

describe("the assistant data set", () => {
  it("is what the generator writes, byte for byte", () => {
    const data = generateAssistant();
    for (const [name, content] of assistantFiles(data)) expect(content === read(name), name).toBe(true);
    expect(describeAssistant(data)).toBe(
      [
        "20 intents, 51 slot types, 13600 utterances",
        ...splits.map((split) => {
          const spans = lines.get(split)!.reduce((sum, line) => sum + line.spans.length, 0);
          return `${split.padEnd(5)} ${lines.get(split)!.length} utterances, ${spans} slots filled`;
        }),
      ].join("\n"),
    );
  });

  it("is written to its folder by the script, wherever the script is started", () => {
    const files = [
      ...splits.map((split) => `${split}.tsv`),
      ...splits.map((split) => `sessions-${split}.jsonl`),
    ];
    const before = files.map(read);
    const jiti = join(createRequire(import.meta.url).resolve("jiti/package.json"), "../lib/jiti-cli.mjs");
    const script = fileURLToPath(new URL("../../scripts/generate-assistant.ts", import.meta.url));
    const output = execFileSync(process.execPath, [jiti, script], { cwd: tmpdir(), encoding: "utf8" });
    const folder = fileURLToPath(new URL("../../data/assistant", import.meta.url));
    expect(output.trimEnd().split("\n").slice(-6)).toEqual(files.map((name) => join(folder, name)));
    expect(files.map(read)).toEqual(before);
  });

  it("has the figures that its README gives", () => {
    for (const split of splits) {
      const spans = lines.get(split)!.reduce((sum, line) => sum + line.spans.length, 0);
      const cells = [lines.get(split)!.length, utterancesPerIntent[split], spans].map((n) =>
        n.toLocaleString("en-US"),
      );
      expect(read("README.md")).toContain(`| ${split}.tsv | ${cells.join(" | ")} |`);
    }
  });

  it("has every intent equally often and every slot type in train", () => {
    for (const split of splits) {
      for (const intent of Object.keys(intents)) {
        expect(lines.get(split)!.filter((line) => line.intent === intent).length).toBe(
          utterancesPerIntent[split],
        );
      }
    }
    const slots = (part: readonly Line[]): Set<string> =>
      new Set(part.flatMap(({ spans }) => spans.map(({ slot }) => slot)));
    expect(slots(lines.get("train")!)).toEqual(slots(all));
  });

  it("has spans in order, apart from each other, that cut out trimmed fillers", () => {
    for (const { spans, text } of all) {
      let at = 0;
      for (const { start, end, filler } of spans) {
        expect(start).toBeGreaterThanOrEqual(at);
        expect(end).toBeLessThanOrEqual(Array.from(text).length);
        expect(filler).toMatch(/^\S(.*\S)?$/u);
        at = end;
      }
    }
  });

  it("cuts out an entry of the part's word lists, up to two wrong keystrokes", () => {
    for (const split of splits) {
      const lists = split === "train" ? allTrainFillers() : dealFillers()[split];
      const known = [...new Set([...lists.values()].flat().map(bare))];
      const exact = new Set(known);
      let same = 0;
      const fillers = lines.get(split)!.flatMap(({ spans }) => spans.map(({ filler }) => bare(filler)));
      for (const filler of fillers) {
        if (exact.has(filler)) same++;
        else
          expect(Math.min(...known.map((entry) => distance(entry, filler))), filler).toBeLessThanOrEqual(4);
      }
      expect(same / fillers.length).toBeGreaterThan(0.85);
    }
  });

  it("shares no text, no sentence frame and no filler between parts, capitals, accents and signs aside", () => {
    const seen = {
      text: new Map<string, string>(),
      frame: new Map<string, string>(),
      filler: new Map<string, string>(),
    };
    for (const split of splits) {
      for (const { text, frame, spans } of lines.get(split)!) {
        const facts = [
          ["text", text],
          ["frame", frame],
          ...spans.map(({ filler }) => ["filler", filler]),
        ] as [keyof typeof seen, string][];
        for (const [kind, value] of facts) {
          const key = bare(value);
          expect(seen[kind].get(key) ?? split, `${kind} "${value}"`).toBe(split);
          seen[kind].set(key, split);
        }
      }
    }
  });

  it("repeats no text", () => {
    expect(new Set(all.map(({ text }) => text.toLowerCase())).size).toBe(all.length);
  });

  it("has spans behind characters beyond the 16-bit range in every part, so that the unit of offsets matters", () => {
    for (const split of splits) {
      const shifted = lines
        .get(split)!
        .filter(({ text, spans }) =>
          spans.some(({ start }) => Array.from(text).slice(0, start).join("").length > start),
        );
      expect(shifted.length).toBeGreaterThan(5);
      expect(lines.get(split)!.filter(({ text }) => /[^\p{ASCII}]/u.test(text)).length).toBeGreaterThan(50);
    }
  });
});

describe("generateAssistant", () => {
  const tiny = {
    train: ["call {contact} (now|soon|later)"],
    eval: ["ring {contact} [up]"],
    test: ["phone {contact}"],
  };

  it("writes other texts for another seed", () => {
    const texts = (seed: string): string[] => generateAssistant(seed).test.map(({ text }) => text);
    const first = new Set(texts("one"));
    expect(texts("two").filter((text) => first.has(text)).length).toBeLessThan(300);
  });

  it("refuses a place without a word list", () => {
    const templates = { "a/b": { ...tiny, train: ["call {stranger}"] } };
    expect(() => generateAssistant("s", templates)).toThrow(/a\/b[\s\S]*no word list is called "stranger"/);
  });

  it("refuses a sentence that two parts or two intents share", () => {
    const inTest = { "a/b": { ...tiny, test: ["[please] Call {contact} now!"] } };
    expect(() => generateAssistant("s", inTest)).toThrow(/a\/b test[\s\S]*is also in a\/b train/);
    const inIntent = { "a/b": tiny, "c/d": { train: ["x"], eval: ["y"], test: ["ring {contact}"] } };
    expect(() => generateAssistant("s", inIntent)).toThrow(/c\/d test[\s\S]*is also in a\/b eval/);
  });

  it("adds train utterances from further templates, about as many a template, and leaves eval and test alone", () => {
    const templates = { "a/b": tiny };
    const further = [
      "get {contact} on the line [right now|at once]",
      "I have to talk to {contact} (soon|now)",
    ];
    const alone = generateAssistant("s", templates);
    const both = generateAssistant("s", templates, { "a/b": further });
    expect({ eval: both.eval, test: both.test }).toEqual({ eval: alone.eval, test: alone.test });
    expect(both.train.length).toBe(utterancesPerIntent.train);
    const texts = (data: typeof both): Set<string> => new Set(data.train.map(({ text }) => text));
    const old = [...texts(both)].filter((text) => texts(alone).has(text)).length;
    expect(old).toBe(Math.round(utterancesPerIntent.train / 3));
  });

  it("leaves out a further sentence that eval or test has, and refuses one that another intent has in train", () => {
    const templates = { "a/b": tiny, "c/d": { train: ["x {city}"], eval: ["y {city}"], test: ["z {city}"] } };
    const further = { "a/b": ["ring {contact} up", "phone {contact}!", "get me {contact} [fast|now]"] };
    const words = generateAssistant("s", templates, further)
      .train.filter(({ intent }) => intent === "a/b")
      .map(utteranceSurface);
    expect(words.filter((text) => text === "ring {contact} up" || text === "phone {contact}")).toEqual([]);
    expect(words.filter((text) => text === "get me {contact} now").length).toBeGreaterThan(10);
    expect(() => generateAssistant("s", templates, { "c/d": ["call {contact} now"] })).toThrow(
      /c\/d train[\s\S]*is also in a\/b train/,
    );
  });

  it("refuses templates that give too few different utterances", () => {
    const templates = { "a/b": { ...tiny, train: ["12"] } };
    expect(() => generateAssistant("s", templates)).toThrow(
      /a\/b train[\s\S]*only \d+ of 220 different utterances/,
    );
  });
});

describe("allTrainFillers", () => {
  it("adds to train's fillers none that eval or test has in any list, and none twice", () => {
    const dealt = dealFillers();
    const kept = new Set([...dealt.eval.values(), ...dealt.test.values()].flat().map(bare));
    const lists = allTrainFillers(dealt);
    for (const [name, fillers] of lists) {
      expect(fillers.filter((filler) => kept.has(bare(filler)))).toEqual([]);
      expect(new Set(fillers.map(folded)).size, name).toBe(fillers.length);
      expect(fillers.map(folded)).toEqual(expect.arrayContaining(dealt.train.get(name)!.map(folded)));
    }
    for (const name of Object.keys(trainMoreFillers)) expect([...lists.keys()]).toContain(name);
  });
});

describe("folded", () => {
  it("makes texts equal that differ in capitals, accents, punctuation and spacing only", () => {
    expect(folded("  Café, don't!  NOW")).toBe(folded("cafe don t now"));
    expect(folded("$5")).not.toBe(folded("€5"));
  });
});
