/** @file Random cases for every operator. The table is exhaustive: an operator without cases does not compile. */
import type { OpName } from "../../../src/graph/ops/table.js";
import type { CaseGenerator } from "./arbitraries.js";
import { elementwiseCases } from "./cases-elementwise.js";
import { lookupCases } from "./cases-lookup.js";
import { matrixCases } from "./cases-matrix.js";
import { quantizedCases } from "./cases-quantized.js";
import { recurrentCases } from "./cases-recurrent.js";
import { shapingCases } from "./cases-shaping.js";

/** Random cases by operator. */
export const cases: { readonly [O in OpName]: CaseGenerator } = {
  ...elementwiseCases,
  ...lookupCases,
  ...matrixCases,
  ...quantizedCases,
  ...recurrentCases,
  ...shapingCases,
};
