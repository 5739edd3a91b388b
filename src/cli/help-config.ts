import { helpText } from "../registry/help-text.js";
import type { Registry } from "../registry/registry.js";
import type { CommandOutput } from "./command-output.js";

/** `pytext-ts help-config [NAME]`: keys, types, defaults and meanings of a component, a kind, or the whole config. */
export function helpConfig(registry: Registry, args: { readonly name?: string | undefined }): CommandOutput {
  return { text: helpText(registry, args.name), notes: [] };
}
