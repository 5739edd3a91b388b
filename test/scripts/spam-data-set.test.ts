import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildSpamDataSet, maxCharacters, threadKey } from "../../scripts/spam/data-set.js";
import { splits } from "../../scripts/spam/split.js";

let corpus: string;
beforeEach(() => {
  corpus = mkdtempSync(join(tmpdir(), "corpus-"));
});
afterEach(() => rmSync(corpus, { recursive: true }));

function write(messages: Readonly<Record<string, string>>): void {
  for (const [file, raw] of Object.entries(messages)) {
    mkdirSync(dirname(join(corpus, file)), { recursive: true });
    writeFileSync(join(corpus, file), raw);
  }
  writeFileSync(join(corpus, "file_list.json"), JSON.stringify(Object.keys(messages)));
}

const letters = "abcdefghijklmnopqrst";
const unlike = (i: number): string =>
  [1, 2, 3, 4].map((n) => letters[(i * n) % 20]!.repeat(n + (i % 7))).join(" ");

describe("buildSpamDataSet", () => {
  it("keeps a thread and its near-duplicates in one part, whatever their order", async () => {
    const messages: Record<string, string> = {};
    for (let i = 0; i < 40; i++) {
      messages[`easy-ham-1/${i}.txt`] = `Subject: topic ${unlike(i)}\n\nham ${unlike(i + 1)}`;
      messages[`spam-1/${i}.txt`] = `Subject: offer ${unlike(i + 3)}\n\nspam ${unlike(i + 5)}`;
    }
    messages["easy-ham-1/a.txt"] = "Subject: the party\n\nwho brings the cake on friday";
    messages["hard-ham-1/b.txt"] = "Subject: Re: [ILUG] The Party\n\nsomething else altogether";
    messages["easy-ham-2/c.txt"] = "Subject: fw\n\nhe wrote: who brings the cake on friday, i wonder";
    write(messages);
    const { rows, report } = await buildSpamDataSet(corpus);
    const all = splits.flatMap((split) => rows[split].map((row) => ({ ...row, split })));
    const party = all.filter(({ id }) => ["easy-ham-1/a", "hard-ham-1/b", "easy-ham-2/c"].includes(id));
    expect(party.map(({ group }) => group)).toEqual(["easy-ham-1/a", "easy-ham-1/a", "easy-ham-1/a"]);
    expect(new Set(party.map(({ split }) => split)).size).toBe(1);
    expect(all.length + report.duplicates + report.empty).toBe(report.messages);
  });

  it("drops repeats and messages without letters, counts them, and cuts long texts at whole characters", async () => {
    const long = "🎉".repeat(maxCharacters);
    write({
      "spam-1/1.txt": "Subject: Win 100 now\n\nbuy it",
      "spam-2/2.txt": "Subject: WIN 200 now!\n\nbuy-it",
      "spam-2/3.txt": "From: nobody\n\n123\n",
      "easy-ham-1/4.txt": `Subject: x\n\n${long}`,
    });
    const { rows, report } = await buildSpamDataSet(corpus);
    expect(report).toEqual({ messages: 4, duplicates: 1, empty: 1, cut: 1, groups: 2, largestGroup: 1 });
    const texts = splits.flatMap((split) => rows[split].map(({ label, text }) => `${label} ${text}`)).sort();
    expect(texts[1]).toBe("spam Win 100 now buy it");
    expect(texts[0]!.length).toBe("ham ".length + maxCharacters);
    expect(texts[0]).not.toMatch(/[\ud800-\udfff]/u);
    expect(texts[0]!.endsWith("🎉")).toBe(true);
  });

  it("reports a corpus that is not there", async () => {
    await expect(buildSpamDataSet(join(corpus, "none"))).rejects.toThrow(
      /PTX_FILE_MISSING .*file_list\.json[\s\S]*npm ci/,
    );
  });

  it("reports a file in an unknown folder", async () => {
    write({ "eggs-1/1.txt": "Subject: x\n\ny" });
    await expect(buildSpamDataSet(corpus)).rejects.toThrow(
      /PTX_DATA[\s\S]*"eggs-1\/1\.txt" lies in no ham or spam folder/,
    );
  });

  it("reports one text under two labels", async () => {
    write({ "spam-1/1.txt": "Subject: same\n\nwords", "easy-ham-1/2.txt": "Subject: Same\n\nWords." });
    await expect(buildSpamDataSet(corpus)).rejects.toThrow(
      /easy-ham-1\/2[\s\S]*text of spam-1\/1 but the label ham/,
    );
  });
});

describe("threadKey", () => {
  it.each([
    ["Re: [ILUG] Re[2]: FW: Mutt hooks?", "mutt hooks"],
    ["mutt  HOOKS", "mutt hooks"],
    ["Re: ", ""],
    ["Rest of the day", "rest of the day"],
  ])("%j is the thread %j", (subject, key) => {
    expect(threadKey(subject)).toBe(key);
  });
});
