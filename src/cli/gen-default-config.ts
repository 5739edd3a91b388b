import { defaultConfig } from "../registry/default-config.js";
import { printConfig } from "../registry/load-config.js";
import type { Registry } from "../registry/registry.js";
import type { CommandOutput } from "./command-output.js";

/** `pytext-ts gen-default-config TASK [Component|path=value]...`: a complete config with every default written out. */
export function genDefaultConfig(
  registry: Registry,
  args: { readonly task: string; readonly edits: readonly string[] },
): CommandOutput {
  const { config, placeholders } = defaultConfig(registry, args.task, args.edits);
  return { text: printConfig(config), notes: placeholders };
}
