import type { Tensorizers } from "../components/data/split-data.js";
import { ptxError } from "../registry/errors.js";

/** Throws `PTX_CONFIG_VALUE` unless the input `tokens` reads two columns, or `tokens1` and `tokens2` one each. */
export function requirePair(tensorizers: Tensorizers): void {
  const wanted = Object.hasOwn(tensorizers, "tokens") ? { tokens: 2 } : { tokens1: 1, tokens2: 1 };
  for (const [name, count] of Object.entries(wanted)) {
    const columns = tensorizers[name]?.columns ?? [];
    if (columns.length === count) continue;
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `model.inputs.${name}.columns`,
      count === 2
        ? `a pair has two columns, got ${JSON.stringify(columns)}`
        : `each text of a pair has a column of its own here, got ${JSON.stringify(columns)}`,
      count === 2 ? 'name both, such as ["text1", "text2"]' : 'name one, such as ["text1"]',
    );
  }
}
