import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateAssistant, type Split, splits, type Utterance } from "./assistant/generate.js";
import { describeSessions, generateSessions, sessionFiles } from "./assistant/sessions.js";
import { isMain } from "./lib/main.js";
import { toTsv, writeAtomically } from "./lib/output.js";

/** The files of the data set, by name, in PyText's form: no header, `intent TAB start:end:slot,... TAB text`. */
export function assistantFiles(data: Readonly<Record<Split, readonly Utterance[]>>): Map<string, string> {
  return new Map(
    splits.map((split) => [
      `${split}.tsv`,
      toTsv(
        data[split].map(({ intent, spans, text }) => [
          intent,
          spans.map(({ start, end, slot }) => `${start}:${end}:${slot}`).join(","),
          text,
        ]),
      ),
    ]),
  );
}

/** Counts of the data set as lines for a person. */
export function describeAssistant(data: Readonly<Record<Split, readonly Utterance[]>>): string {
  const all = splits.flatMap((split) => data[split]);
  const slots = new Set(all.flatMap(({ spans }) => spans.map(({ slot }) => slot)));
  const intents = new Set(all.map(({ intent }) => intent));
  const parts = splits.map((split) => {
    const spans = data[split].reduce((sum, utterance) => sum + utterance.spans.length, 0);
    return `${split.padEnd(5)} ${data[split].length} utterances, ${spans} slots filled`;
  });
  return [`${intents.size} intents, ${slots.size} slot types, ${all.length} utterances`, ...parts].join("\n");
}

if (isMain(import.meta.url)) {
  const data = generateAssistant();
  const sessions = generateSessions(data);
  const folder = fileURLToPath(new URL("../data/assistant", import.meta.url));
  console.log(describeAssistant(data));
  console.log(describeSessions(sessions));
  for (const [name, content] of [...assistantFiles(data), ...sessionFiles(sessions)]) {
    writeAtomically(join(folder, name), content);
    console.log(join(folder, name));
  }
}
