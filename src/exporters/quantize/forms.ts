/** @file The forms that a model can be exported in besides its own. */

/** The forms by the name that the command line has for them: what they are, and how near the file must be to them. */
export const forms = {
  int8: {
    description: "matrix products and LSTMs in whole numbers of 8 bits, tables stored in 8 bits",
    // What is multiplied is rounded as it comes: a difference of a rounding can be one of a step.
    tolerance: 1e-2,
  },
  "int8-weights": { description: "weights stored in 8 bits, computed with in float32", tolerance: 1e-5 },
  "int4-weights": {
    description: "tables stored in 4 bits, other weights in 8, computed with in float32",
    tolerance: 1e-5,
  },
  float16: { description: "weights stored in half precision, computed with in float32", tolerance: 1e-5 },
} as const;

/** A form that a model can be exported in. */
export type QuantizedForm = keyof typeof forms;
