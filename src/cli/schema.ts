import { configJsonSchema } from "../registry/json-schema.js";
import { printJson } from "../registry/print-json.js";
import type { Registry } from "../registry/registry.js";
import type { CommandOutput } from "./command-output.js";

/** `pytext-ts schema`: JSON Schema of a whole config, for editors. */
export function schema(registry: Registry): CommandOutput {
  return { text: printJson(configJsonSchema(registry)), notes: [] };
}
