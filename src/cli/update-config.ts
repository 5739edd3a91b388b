import { replaceFiles } from "../graph/replace-file.js";
import { readConfigText } from "../registry/jsonc.js";
import { requireFileTarget } from "../registry/output-file.js";
import type { Registry } from "../registry/registry.js";
import { updateConfigText } from "../registry/update-config.js";
import type { CommandOutput } from "./command-output.js";

/**
 * `pytext-ts update-config FILE`: the config in the current version's spelling, comments kept; a config of PyText as
 * one of this program's. With `output` it is written there, and the result is the file's name.
 */
export async function updateConfig(
  registry: Registry,
  args: { readonly file: string; readonly output?: string | undefined },
): Promise<CommandOutput> {
  const { file, output } = args;
  if (output !== undefined) requireFileTarget(output, "--output");
  const updated = updateConfigText(readConfigText(file), file, registry);
  if (output === undefined) return updated;
  await replaceFiles([{ path: output, pieces: [Buffer.from(updated.text)] }]);
  return { text: `wrote ${output}`, notes: updated.notes };
}
