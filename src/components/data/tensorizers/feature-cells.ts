import type { Row } from "../contracts.js";
import { badCell, cell } from "./cells.js";
import { listCell } from "./lists.js";

/** What is known of a token: features and how sure each is. */
export type TokenFeatures = ReadonlyMap<string, number>;

/**
 * The features of a row's tokens, from a cell in PyText's form: a list (as a value, or as JSON text) of
 * `{"tokenIdx": 1, "features": {"drink/beverage": 0.8}}`. An empty cell has none. Throws `PTX_DATA`.
 * @param tokens how many tokens the row has
 */
export function featureCell(row: Row, column: string, tokens: number): readonly TokenFeatures[] {
  const features = Array.from({ length: tokens }, () => new Map<string, number>());
  const value = cell(row, column);
  if (typeof value === "string" && value.trim() === "") return features;
  for (const item of listCell(row, column, null)) {
    const { tokenIdx, features: given } = (item ?? {}) as { tokenIdx?: unknown; features?: unknown };
    const pairs = Object.entries((given ?? {}) as Record<string, unknown>);
    if (typeof tokenIdx !== "number" || !Number.isInteger(tokenIdx) || !pairs.every(isWeight))
      throw badCell(row, column, 'items like {"tokenIdx": 1, "features": {"city": 0.8}}', item);
    const token = features[tokenIdx];
    if (token === undefined)
      throw badCell(row, column, `tokenIdx from 0 to ${tokens - 1}, as the text has ${tokens} tokens`, item);
    for (const [feature, weight] of pairs as [string, number][]) token.set(feature, weight);
  }
  return features;
}

function isWeight([name, weight]: [string, unknown]): boolean {
  return name !== "" && typeof weight === "number" && Number.isFinite(weight);
}
