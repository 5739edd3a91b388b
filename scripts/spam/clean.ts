import type { Mail } from "./read-mail.js";

const marker = /^[>)#|:\s]*(_{20,}|-{2}|-{20,})\s*$/;
const listAddress =
  /listinfo\/|list(man)?\.redhat\.com|mailing list|list maintainer|\(un\)subscri|unsubscribe from this (group|list)|deathtospam/i;
const sponsorship = /this sf\.net email is sponsored by/i;
const yahooSponsor = /-{10,} yahoo! groups sponsor -{10,}/i;
const yahooEnd = /-{20,}~-+>/;
const listLine =
  /^[>)#|:\s]*https?:\S+\/listinfo\/\S+\s*$|--(deathtospam){2,}--|\bunsubscribe@(e|yahoo)groups\.com|your use of yahoo! groups is subject|to unsubscribe from this group, send an email to/i;
/** A footer line stands at most this many lines under its marker. */
const footerReach = 8;

/**
 * Removes what mailing lists, feed readers and the corpus's own mail filter added to a body, because it tells
 * where a message was collected, not whether it is spam: list footers, the sponsor notes of SourceForge and
 * Yahoo! Groups, the `URL:`/`Date:` head of feed items, and quoted `X-Spam-*` lines.
 */
export function stripCollectionTraces(body: string): string {
  const lines = body.replace(/^\s*URL: \S+\s*\n\s*Date: .*\n/, "").split(/\r?\n/);
  const kept: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const end = endOfTrace(lines, at);
    if (end === at) kept.push(lines[at++]!);
    else at = end;
  }
  return kept.join("\n");
}

/** The index after the trace that starts at line `at`; `at` itself when none does. */
function endOfTrace(lines: readonly string[], at: number): number {
  const line = lines[at]!;
  if (listLine.test(line) || /^[>)#|:\s]*X-Spam-[\w-]+:/i.test(line)) return at + 1;
  if (yahooSponsor.test(line)) {
    const length = lines
      .slice(at, at + 2 * footerReach)
      .findIndex((other, i) => i > 0 && yahooEnd.test(other));
    return length < 0 ? at + 1 : at + length + 1;
  }
  if (!marker.test(line)) return at;
  const block = lines.slice(at, at + footerReach);
  const length = block.findIndex(
    (other, i) => i > 0 && (/^[>)#|:\s]*$/.test(other) || /^_{20,}/.test(other)),
  );
  const footer = length < 0 ? block : block.slice(0, length);
  return footer.some((other) => listAddress.test(other) || sponsorship.test(other)) ? at + footer.length : at;
}

/** Removes the `[list name]` tags that mailing lists put in front of a subject, also behind `Re:`. */
export function stripListTags(subject: string): string {
  return subject.replace(/^((?:\s*(?:re|fwd?|aw)\s*:)*)\s*\[(?=[^\]]*[a-z]{2})[^\]]{2,40}\]/i, "$1");
}

/** What stands for the addresses under which the corpus was collected. */
export const ownerMask = "user@example.com";

const ownerAddress =
  /[\w.+-]*@[\w.-]*\b(?:spamassassin\.taint\.org|netnoteinc\.com|jmason\.org|example\.com)\b|\b(?:zzzz|yyyy)[\w.+-]*@[\w.-]+|\b(?:jm|jmason|zzzz\w*|yyyy\w*)@[\w.-]+/gi;
const ownerHost = /\b(?:[\w-]+\.)*(?:spamassassin\.taint\.org|netnoteinc\.com|jmason\.org)\b/gi;
const ownerName = /\b(?:zzzz|yyyy)\w*/gi;

/** Replaces the collectors' addresses and host names, which are anonymised differently in ham and in spam. */
export function maskOwner(text: string): string {
  return text.replace(ownerAddress, ownerMask).replace(ownerHost, "example.com").replace(ownerName, "user");
}

/** Turns every run of white space and control characters into one space and trims the ends. */
export function squeeze(text: string): string {
  return text
    .normalize("NFC")
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, " ")
    .trim();
}

/** One line of subject and body with the traces of the collection removed. */
export function cleanText({ subject, body }: Mail): string {
  return squeeze(maskOwner(`${stripListTags(subject)}\n${stripCollectionTraces(body)}`));
}
