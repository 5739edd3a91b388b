/** The built-in sparsifiers, for the registry. */
import { BlockwiseMagnitudeSparsifier } from "./blockwise-magnitude.js";
import { CRFL1SoftThresholding, CRFMagnitudeThresholding } from "./crf.js";
import { L0ProjectionSparsifier } from "./l0-projection.js";
import { SensitivityAnalysisSparsifier } from "./sensitivity-analysis.js";

/** Every sparsifier that comes with the library. */
export const sparsifiers = [
  L0ProjectionSparsifier,
  BlockwiseMagnitudeSparsifier,
  CRFL1SoftThresholding,
  CRFMagnitudeThresholding,
  SensitivityAnalysisSparsifier,
] as const;
