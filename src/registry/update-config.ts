import { upgradeConfig } from "./adapters.js";
import { countComments, editText } from "./config-edit.js";
import { PtxError, ptxError } from "./errors.js";
import { isObject, show } from "./json.js";
import { parseJsonc } from "./jsonc.js";
import { resolveConfig } from "./load-config.js";
import type { Registry } from "./registry.js";

/** A config's text in the current version's spelling. */
export interface UpdatedText {
  readonly text: string;
  /** What was changed, what could not be kept, and what is still wrong: to be shown. */
  readonly notes: readonly string[];
}

/**
 * Rewrites the text of a config in the current version's spelling. Comments and layout are kept where they are not
 * part of what changes; what is lost is said. Problems that the upgraded config still has are notes, not errors.
 */
export function updateConfigText(text: string, source: string, registry: Registry): UpdatedText {
  const value = parseJsonc(text, source);
  if (!isObject(value))
    throw ptxError("PTX_CONFIG_TYPE", source, `a config is an object {...}, got ${show(value)}`);
  const { config, edits, notes } = upgradeConfig(value, source);
  const edited = editText(text, edits);
  const lost = countComments(text) - countComments(edited);
  return {
    text: edited,
    notes: [
      ...(notes.length === 0 ? ["the config is of the current version; nothing was changed"] : notes),
      ...(lost > 0
        ? [
            `${lost} comment${lost === 1 ? "" : "s"} stood inside what was removed or moved and could not be kept`,
          ]
        : []),
      ...remainingProblems(config, source, registry),
    ],
  };
}

function remainingProblems(config: unknown, source: string, registry: Registry): string[] {
  try {
    resolveConfig(config, registry, { source, checkFiles: false });
    return [];
  } catch (error) {
    if (!(error instanceof PtxError)) throw error;
    return [
      `the config still has ${error.problems.length} problem${error.problems.length === 1 ? "" : "s"}:\n${error.message}`,
    ];
  }
}
