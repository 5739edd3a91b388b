/** @file Rows with trees of intents and slots that follow from the words. */
import { stream } from "../../src/registry/random.js";
import { leavesOf, readTree } from "../../src/text/trees.js";

/** Texts with their trees in brackets, whose labels and brackets follow from the words. */
export function treeRows(count: number, seed: number): { text: string; tree: string }[] {
  const random = stream(seed, "trees");
  const pick = (...from: readonly string[]): string => from[random.int(from.length)]!;
  const place = (): string =>
    random.int(3) === 0
      ? `[SL:PLACE [IN:GET_LOCATION [SL:KIND ${pick("home", "work")} ] ] ]`
      : `[SL:PLACE ${pick("Rome", "Oslo", "New York")} ]`;
  return Array.from({ length: count }, () => {
    const tree =
      random.int(2) === 0
        ? `[IN:GET_EVENT ${pick("fairs", "concerts")} ${pick("in", "near")} ${place()} ]`
        : `[IN:GET_ROUTE ${pick("way", "route")} from ${place()} to ${place()} ]`;
    return { text: leavesOf(readTree(tree)).join(" "), tree };
  });
}
