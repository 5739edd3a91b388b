/** @file The table of all kernels. It is exhaustive: an operator without a kernel does not compile. */
import type { OpName } from "../../graph/ops/table.js";
import { elementwiseKernels } from "./elementwise.js";
import type { Kernels } from "./kernel.js";
import { lookupKernels } from "./lookup.js";
import { matrixKernels } from "./matrix.js";
import { quantizedKernels } from "./quantized.js";
import { recurrentKernels } from "./recurrent.js";
import { reductionKernels } from "./reduction.js";
import { bodyKernels } from "./scan.js";
import { shapingKernels } from "./shaping.js";
import { textKernels } from "./text.js";

/** One kernel for every operator. */
export const kernels: Kernels<OpName> = {
  ...elementwiseKernels,
  ...lookupKernels,
  ...matrixKernels,
  ...quantizedKernels,
  ...recurrentKernels,
  ...reductionKernels,
  ...bodyKernels,
  ...shapingKernels,
  ...textKernels,
};
