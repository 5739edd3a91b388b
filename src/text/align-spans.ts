import type { Entity } from "./label-schemes.js";
import type { Token } from "./tokenizer.js";

/** A labelled piece of a text. Offsets count UTF-16 code units, end exclusive. */
export interface Span {
  readonly label: string;
  readonly startUtf16: number;
  readonly endUtf16: number;
}

/** Spans as runs of tokens. */
export interface AlignedSpans {
  /** Every token goes to the span that it shares most characters with, of equals to the first. */
  readonly entities: readonly Entity[];
  /** Spans that begin or end inside a token, or that touch none, with the tokens that they touch. */
  readonly misaligned: readonly { readonly span: Span; readonly tokens: readonly Token[] }[];
  /** Spans for which no token is left. */
  readonly lost: readonly Span[];
}

/**
 * Which tokens each span covers. White space, and whatever else stands between tokens, may lie inside or outside.
 * @param spans in order, none overlapping another
 * @param tokens in order
 */
export function alignSpans(spans: readonly Span[], tokens: readonly Token[]): AlignedSpans {
  const misaligned: { span: Span; tokens: readonly Token[] }[] = [];
  /** For each token the number of its span, and how many characters they share. */
  const owners = new Int32Array(tokens.length).fill(-1);
  const shares = new Int32Array(tokens.length);
  let first = 0;
  for (const [number, span] of spans.entries()) {
    while (first < tokens.length && tokens[first]!.endUtf16 <= span.startUtf16) first++;
    let [at, cuts] = [first, false];
    for (; at < tokens.length && tokens[at]!.startUtf16 < span.endUtf16; at++) {
      const { startUtf16, endUtf16 } = tokens[at]!;
      const shared = Math.min(endUtf16, span.endUtf16) - Math.max(startUtf16, span.startUtf16);
      cuts ||= shared < endUtf16 - startUtf16;
      if (shared > shares[at]!) [owners[at], shares[at]] = [number, shared];
    }
    if (cuts || at === first) misaligned.push({ span, tokens: tokens.slice(first, at) });
  }
  const entities: Entity[] = [];
  const lost = spans.filter((span, number) => {
    const start = owners.indexOf(number);
    if (start < 0) return true;
    entities.push({ label: span.label, start, end: owners.lastIndexOf(number) + 1 });
    return false;
  });
  return { entities, misaligned, lost };
}
