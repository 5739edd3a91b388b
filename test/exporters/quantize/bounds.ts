import type { QuantizedForm } from "../../../src/exporters/quantize/forms.js";

/** How far a score (of a language model: a surprisal) of a smaller form may be from the run's. */
export const bounds: Readonly<Record<QuantizedForm, number>> = {
  int8: 0.1,
  "int8-weights": 0.05,
  "int4-weights": 0.6,
  float16: 2e-3,
};
