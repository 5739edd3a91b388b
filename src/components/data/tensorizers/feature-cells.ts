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

/** The features of several rows' tokens as names and weights `[rows, tokens, features]`, each axis 1 at least, padded with "" and 0. */
export function featureNames(rows: readonly (readonly TokenFeatures[])[]): {
  readonly dims: readonly number[];
  readonly names: string[];
  readonly weights: Float32Array;
} {
  const longest = rows.reduce((most, { length }) => Math.max(most, length), 1);
  const widest = rows.flat().reduce((most, { size }) => Math.max(most, size), 1);
  const names = Array<string>(rows.length * longest * widest).fill("");
  const weights = new Float32Array(names.length);
  for (const [row, tokens] of rows.entries()) {
    for (const [token, features] of tokens.entries()) {
      for (const [i, [name, weight]] of [...features].entries()) {
        const place = (row * longest + token) * widest + i;
        [names[place], weights[place]] = [name, weight];
      }
    }
  }
  return { dims: [rows.length, longest, widest], names, weights };
}

function isWeight([name, weight]: [string, unknown]): boolean {
  return name !== "" && typeof weight === "number" && Number.isFinite(weight);
}
