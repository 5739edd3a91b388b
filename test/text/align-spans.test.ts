import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignSpans, type Span } from "../../src/text/align-spans.js";
import type { Token } from "../../src/text/tokenizer.js";

const token = (startUtf16: number, endUtf16: number): Token => ({ text: "t", startUtf16, endUtf16 });
const span = (label: string, startUtf16: number, endUtf16: number): Span => ({ label, startUtf16, endUtf16 });

/** Runs of characters: [gap before, size] pairs turned into [start, end) pairs. */
const runs = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 1, max: 4 })), { maxLength: 7 })
  .map((parts) => {
    let at = 0;
    return parts.map(([gap, size]) => {
      const start = at + gap;
      at = start + size;
      return [start, at] as const;
    });
  });

/** PyText's parse_and_align_slot_labels_list, which looks at each token and each slot: the slot that shares most with it. */
function owners(spans: readonly Span[], tokens: readonly Token[]): (string | undefined)[] {
  return tokens.map((t) => {
    let [best, most]: [string | undefined, number] = [undefined, 0];
    for (const s of spans) {
      const shared =
        Math.min(t.endUtf16, Math.max(t.startUtf16, s.endUtf16)) -
        Math.min(t.endUtf16, Math.max(t.startUtf16, s.startUtf16));
      if (shared > most) [best, most] = [s.label, shared];
    }
    return best;
  });
}

describe("alignSpans", () => {
  it("covers whole tokens, white space inside or outside", () => {
    const tokens = [token(0, 4), token(5, 8), token(9, 14), token(15, 19), token(20, 25)];
    const spans = [span("artist", 5, 15), span("type", 19, 25)];
    expect(alignSpans(spans, tokens)).toEqual({
      entities: [
        { label: "artist", start: 1, end: 3 },
        { label: "type", start: 4, end: 5 },
      ],
      misaligned: [],
      lost: [],
    });
  });

  it("tells spans that cut tokens or touch none, and what they touch", () => {
    const tokens = [token(0, 4), token(6, 9)];
    const cut = span("cut", 2, 7);
    expect(alignSpans([cut], tokens)).toEqual({
      entities: [{ label: "cut", start: 0, end: 2 }],
      misaligned: [{ span: cut, tokens }],
      lost: [],
    });
    const empty = span("empty", 4, 6);
    expect(alignSpans([empty], tokens)).toEqual({
      entities: [],
      misaligned: [{ span: empty, tokens: [] }],
      lost: [empty],
    });
  });

  it("gives a token to the span that has most of it, and loses spans without a token", () => {
    const [a, b, c] = [span("a", 0, 1), span("b", 1, 3), span("c", 3, 4)];
    const found = alignSpans([a, b, c], [token(0, 4)]);
    expect(found.entities).toEqual([{ label: "b", start: 0, end: 1 }]);
    expect(found.lost).toEqual([a, c]);
    expect(found.misaligned.map((one) => one.span)).toEqual([a, b, c]);
  });

  it("gives every token to the span that PyText's rule names (property)", () => {
    fc.assert(
      fc.property(runs, runs, (tokenRuns, spanRuns) => {
        const tokens = tokenRuns.map(([start, end]) => token(start, end));
        const spans = spanRuns.map(([start, end], i) => span(String(i), start, end));
        const { entities, lost, misaligned } = alignSpans(spans, tokens);
        const given = Array<string | undefined>(tokens.length).fill(undefined);
        for (const { label, start, end } of entities) given.fill(label, start, end);
        expect(given).toEqual(owners(spans, tokens));
        expect(new Set([...entities, ...lost].map(({ label }) => label)).size).toBe(spans.length);
        const clean = spans.filter(
          (s) =>
            tokens.some((t) => t.startUtf16 >= s.startUtf16 && t.endUtf16 <= s.endUtf16) &&
            tokens.every(
              (t) =>
                (t.startUtf16 >= s.startUtf16 && t.endUtf16 <= s.endUtf16) ||
                t.endUtf16 <= s.startUtf16 ||
                t.startUtf16 >= s.endUtf16,
            ),
        );
        expect(misaligned.map((one) => one.span)).toEqual(spans.filter((s) => !clean.includes(s)));
      }),
      { numRuns: 500 },
    );
  });
});
