/** @file What the file format says of operators and attributes that their definitions do not need to know. */

/** The versions of the operator sets that files are written in, by domain; "" is ONNX's own. */
export const opsets = { "": 20, "ai.onnx.ml": 4, "com.microsoft": 1 } as const;

/** The version of the file format that goes with these operator sets. */
export const irVersion = 9;

/** Attributes that ONNX types FLOAT or FLOATS; numbers in all others are integers. */
export const floatAttributes: ReadonlySet<string> = new Set([
  "activation_alpha",
  "activation_beta",
  "alpha",
  "beta",
  "clip",
  "default_float",
  "epsilon",
  "keys_floats",
  "value_float",
  "value_floats",
  "values_floats",
  "weights",
]);

/** Attributes that hold any bytes, not only UTF-8: nodes write these as `textOfBytes` does. */
export const byteAttributes: ReadonlySet<string> = new Set(["delimiter", "keys_strings"]);

/** Operators whose trailing outputs may be left out of a file when nobody reads them. */
export const optionalOutputs: ReadonlySet<string> = new Set([
  "LayerNormalization",
  "DynamicQuantizeLSTM",
  "LSTM",
  "GRU",
  "Unique",
]);
