import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ptxError } from "../../src/registry/errors.js";
import { cleanText, squeeze, stripListTags } from "./clean.js";
import { Groups, joinByKey, joinNearDuplicates, plainWords } from "./near-duplicates.js";
import { readMail } from "./read-mail.js";
import { assignGroups, type Group, type Split, splits, stableHash } from "./split.js";

/** A message of the corpus with the part of the data set that it belongs to. */
export interface Row {
  readonly label: "ham" | "spam";
  /** Subject and body on one line, at most `maxCharacters` UTF-16 units. */
  readonly text: string;
  /** The corpus file without its extension, `folder/number.checksum`. */
  readonly id: string;
  /** The id of the first message of the row's near-duplicate and thread group. */
  readonly group: string;
}

/** The data set and what became of every message of the corpus. */
export interface SpamDataSet {
  readonly rows: Record<Split, Row[]>;
  readonly report: {
    readonly messages: number;
    readonly duplicates: number;
    readonly empty: number;
    readonly cut: number;
    readonly groups: number;
    readonly largestGroup: number;
  };
}

/** The share of the smaller message's word triples from which two messages count as near-duplicates. */
export const nearDuplicateThreshold = 0.5;
/** Longer texts are cut: digests and attachments sent as text. */
export const maxCharacters = 20_000;

interface Message {
  readonly id: string;
  readonly label: Row["label"];
  readonly text: string;
  readonly thread: string;
}

/**
 * Reads the corpus (`file_list.json` and the raw messages that it names) and splits it. Messages whose letters
 * equal those of an earlier one are left out; so are messages without any text. Near-duplicates and messages of
 * one thread share a part. Throws `PTX_FILE_MISSING` without the corpus and `PTX_DATA` on an unknown folder or
 * on one text with two labels.
 */
export async function buildSpamDataSet(corpus: string): Promise<SpamDataSet> {
  const messages: Message[] = [];
  for (const file of listFiles(corpus)) messages.push(await readMessage(corpus, file));
  const { kept, duplicates, empty } = dropRepeated(messages);
  const groups = new Groups(kept.length);
  joinNearDuplicates(
    groups,
    kept.map(({ text }) => text),
    nearDuplicateThreshold,
  );
  joinByKey(
    groups,
    kept.map(({ thread }) => thread),
  );
  const roots = kept.map((_, at) => groups.root(at));
  const counted = countGroups(kept, roots);
  const partOf = new Map(
    assignGroups([...counted.values()]).map((split, i) => [[...counted.keys()][i]!, split]),
  );
  const rows: Record<Split, Row[]> = { train: [], eval: [], test: [] };
  kept.forEach(({ id, label, text }, at) => {
    const row = { label, text: cutText(text), id, group: kept[roots[at]!]!.id };
    rows[partOf.get(roots[at]!)!].push(row);
  });
  for (const split of splits) rows[split].sort((a, b) => (stableHash(a.id) < stableHash(b.id) ? -1 : 1));
  const sizes = [...counted.values()].map(({ counts }) =>
    [...counts.values()].reduce((sum, n) => sum + n, 0),
  );
  return {
    rows,
    report: {
      messages: messages.length,
      duplicates,
      empty,
      cut: kept.filter(({ text }) => text.length > maxCharacters).length,
      groups: counted.size,
      largestGroup: Math.max(...sizes),
    },
  };
}

function listFiles(corpus: string): string[] {
  const path = join(corpus, "file_list.json");
  try {
    return JSON.parse(readFileSync(path, "utf8")) as string[];
  } catch (cause) {
    throw ptxError("PTX_FILE_MISSING", path, `cannot be read: ${(cause as Error).message}`, "npm ci");
  }
}

async function readMessage(corpus: string, file: string): Promise<Message> {
  const label = /^(?:easy-|hard-)?(ham|spam)-\d\//.exec(file)?.[1] as Row["label"] | undefined;
  if (label === undefined) {
    throw ptxError("PTX_DATA", join(corpus, "file_list.json"), `"${file}" lies in no ham or spam folder`);
  }
  const mail = await readMail(readFileSync(join(corpus, file)));
  return { id: file.replace(/\.txt$/, ""), label, text: cleanText(mail), thread: threadKey(mail.subject) };
}

/** A subject's words without list tags and reply marks: equal for all messages of a thread. */
export function threadKey(subject: string): string {
  let bare = squeeze(subject);
  for (let before = ""; before !== bare; ) {
    before = bare;
    bare = stripListTags(bare).replace(/^\s*(re|fwd?|aw)\s*(\[\d+\])?:/i, "");
  }
  return plainWords(bare).join(" ");
}

function dropRepeated(messages: readonly Message[]): { kept: Message[]; duplicates: number; empty: number } {
  const byLetters = new Map<string, Message>();
  let empty = 0;
  for (const message of messages) {
    const letters = plainWords(message.text).join(" ");
    const earlier = byLetters.get(letters);
    if (letters === "") empty++;
    else if (earlier === undefined) byLetters.set(letters, message);
    else if (earlier.label !== message.label) {
      throw ptxError("PTX_DATA", message.id, `has the text of ${earlier.id} but the label ${message.label}`);
    }
  }
  const kept = [...byLetters.values()];
  return { kept, duplicates: messages.length - kept.length - empty, empty };
}

/** Groups by root, with the counts of each corpus folder, so that hard ham is spread as evenly as spam. */
function countGroups(messages: readonly Message[], roots: readonly number[]): Map<number, Group> {
  const counts = new Map<number, Map<string, number>>();
  messages.forEach(({ id }, at) => {
    const own = counts.get(roots[at]!) ?? new Map<string, number>();
    const folder = id.slice(0, id.indexOf("/"));
    counts.set(roots[at]!, own.set(folder, (own.get(folder) ?? 0) + 1));
  });
  return new Map([...counts].map(([root, own]) => [root, { key: messages[root]!.id, counts: own }]));
}

/** Cuts at `maxCharacters`, or one unit earlier where that would halve a surrogate pair. */
function cutText(text: string): string {
  if (text.length <= maxCharacters) return text;
  return text
    .slice(0, maxCharacters)
    .replace(/[\ud800-\udbff]$/, "")
    .trimEnd();
}
