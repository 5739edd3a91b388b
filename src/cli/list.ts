import { listText } from "../registry/help-text.js";
import type { Registry } from "../registry/registry.js";
import type { CommandOutput } from "./command-output.js";

/** `pytext-ts list [KIND]`: the registered components. */
export function list(registry: Registry, args: { readonly kind?: string | undefined }): CommandOutput {
  return { text: listText(registry, args.kind), notes: [] };
}
