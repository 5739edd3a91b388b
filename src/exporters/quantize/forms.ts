/** @file The forms that a model can be exported in besides its own. */

/** By the name that the command line has for them; how far the file's scores may be from those of the form as the run computes it. */
export const forms = {
  /** Matrix products and LSTMs in whole numbers of 8 bits, tables stored in 8 bits. */
  int8: {
    // What is multiplied is rounded as it comes: a difference of a rounding can be one of a step.
    tolerance: 1e-2,
  },
  /** Weights stored in 8 bits, computed with in float32. */
  "int8-weights": { tolerance: 1e-5 },
  /** Tables stored in 4 bits, other weights in 8, computed with in float32. */
  "int4-weights": { tolerance: 1e-5 },
  /** Weights stored in half precision, computed with in float32. */
  float16: { tolerance: 1e-5 },
} as const;

/** A form that a model can be exported in. */
export type QuantizedForm = keyof typeof forms;
