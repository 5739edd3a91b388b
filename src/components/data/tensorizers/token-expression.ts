/** @file A cutter's rules as regular expressions, which ONNX Runtime can follow. */
import { characterPattern } from "../../../graph/ops/text.js";
import { beginnings, type CharacterRules, kindFinder, OUTSIDE } from "../../../text/character-cutter.js";
import { lowerCaseOf } from "../../../text/normalize.js";

/** Expressions take a walk over all of Unicode to make. */
const made = new Map<string, unknown>();

export function once<T>(key: string, make: () => T): T {
  const known = made.get(key) ?? make();
  made.set(key, known);
  return known as T;
}

/**
 * One token where it is matched from the left and as long as can be; for `matches`. Throws where kinds of characters take turns.
 */
export function tokenExpression(rules: CharacterRules): string {
  const table = beginnings(rules);
  const kinds = [...table.keys()].filter((kind) => kind !== OUTSIDE && patternOf(rules, [kind]) !== null);
  const behind = (kind: number): number[] => kinds.filter((at) => !table[kind]![at]);
  const alike = (a: number, b: number): boolean => `${behind(a)}` === `${behind(b)}`;

  /** A token's rest, or all of it, that starts with a character of one of these kinds. */
  const rest = (of: readonly number[], passed: readonly number[]): string => {
    const firsts = of.filter((kind, i) => of.findIndex((other) => alike(other, kind)) === i);
    return firsts
      .map((kind) => {
        if (passed.some((other) => alike(other, kind)))
          throw new Error("no expression has kinds of characters that take turns");
        const start = of.filter((other) => alike(other, kind));
        const same = behind(kind).filter((other) => alike(other, kind));
        const others = behind(kind).filter((other) => !alike(other, kind));
        const loops = same.length === 0 ? "" : `${start}` === `${same}` ? "+" : `${patternOf(rules, same)}*`;
        const more = others.length === 0 ? "" : `(?:${rest(others, [...passed, kind])})?`;
        return `${patternOf(rules, start)}${loops}${more}`;
      })
      .join("|");
  };
  return rest(kinds, []);
}

/** A character of some kinds, or one that is when lower-cased. */
export function patternOf(rules: CharacterRules, kinds: readonly number[], lowercase = false): string | null {
  const { outside, kinds: sources } = rules;
  const key = JSON.stringify([outside, sources, lowercase]);
  const all = once(`kinds ${key}`, () => {
    const find = kindFinder(rules);
    const lower = lowercase ? lowerCaseTable() : undefined;
    return Uint8Array.from({ length: 0x110000 }, (_, code) => {
      const character = String.fromCodePoint(code);
      return find(lower?.get(character) ?? character);
    });
  });
  return once(`${kinds} of ${key}`, () =>
    characterPattern((character) => kinds.includes(all[character.codePointAt(0)!]!)),
  );
}

/** Every character that lower-casing changes, with what it becomes. */
export const lowerCaseTable = (): ReadonlyMap<string, string> =>
  once("lower case", () => {
    const table = new Map<string, string>();
    for (let code = 0; code < 0x110000; code++) {
      const character = String.fromCodePoint(code);
      const lower = lowerCaseOf(character);
      if (lower !== character) table.set(character, lower);
    }
    return table;
  });
