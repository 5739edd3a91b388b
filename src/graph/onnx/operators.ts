/** @file Every operator by its ONNX name, and what ONNX says of operators and attributes that our definitions do not need to know. */
import type { OpDefinition } from "../ops/define.js";
import * as elementwise from "../ops/elementwise.js";
import * as lookup from "../ops/lookup.js";
import * as matrix from "../ops/matrix.js";
import * as reduction from "../ops/reduction.js";
import * as scan from "../ops/scan.js";
import * as shaping from "../ops/shaping.js";

/** The versions of the operator sets that files are written in, by domain; "" is ONNX's own. */
export const opsets = { "": 20, "ai.onnx.ml": 4, "com.microsoft": 1 } as const;

/** The version of the file format that goes with these operator sets. */
export const irVersion = 9;

const modules: readonly object[] = [elementwise, lookup, matrix, reduction, scan, shaping];

/** All operators that graphs are made of. */
export function allOperators(): OpDefinition[] {
  return modules.flatMap((module) => Object.values(module)).filter(isDefinition);
}

function isDefinition(value: unknown): value is OpDefinition {
  return typeof value === "object" && value !== null && "infer" in value && "gradient" in value;
}

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

/** Operators whose trailing outputs may be left out of a file when nobody reads them. */
export const optionalOutputs: ReadonlySet<string> = new Set(["LayerNormalization", "LSTM", "GRU", "Dropout"]);
