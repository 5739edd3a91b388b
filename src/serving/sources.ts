import { statSync } from "node:fs";
import { ptxError } from "../registry/errors.js";
import type { ModelSource } from "./contracts.js";

/** The version of a model that comes from a path, which has no others. */
const ONLY = "1";

/** A file or folder that stays as it is while the server runs. Throws `PTX_FILE_MISSING`. */
export function pathSource(path: string, label = "default"): ModelSource {
  if (statSync(path, { throwIfNoEntry: false }) === undefined)
    throw ptxError("PTX_FILE_MISSING", path, "there is no such file or folder");
  return {
    name: path,
    label,
    current: async () => ({ version: ONLY, path, release: () => {} }),
    currentVersion: async () => ONLY,
  };
}
