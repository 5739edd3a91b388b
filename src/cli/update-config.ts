import { readConfigText } from "../registry/jsonc.js";
import type { Registry } from "../registry/registry.js";
import { updateConfigText } from "../registry/update-config.js";
import type { CommandOutput } from "./command-output.js";

/** `pytext-ts update-config FILE`: the config in the current version's spelling, comments kept. */
export function updateConfig(registry: Registry, args: { readonly file: string }): CommandOutput {
  return updateConfigText(readConfigText(args.file), args.file, registry);
}
