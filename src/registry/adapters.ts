import type { Adapter } from "./adapter.js";
import { ConfigDraft, type ConfigEdit } from "./config-edit.js";
import { ptxError } from "./errors.js";
import { hasOwn, type JsonObject, show } from "./json.js";
import { isPyText, pytextAdapter } from "./pytext/adapter.js";
import { PYTEXT_VERSION } from "./pytext/versions.js";
import { CONFIG_VERSION } from "./run-config.js";

/** All adapters: one for every version before the current one. */
export const adapters: readonly Adapter[] = [pytextAdapter];

/** A config brought to the current version. */
export interface Upgrade {
  readonly config: JsonObject;
  /** What was changed, in order, so that the same can be done to the text. */
  readonly edits: readonly ConfigEdit[];
  /** One sentence for each change; empty when nothing had to change. */
  readonly notes: readonly string[];
}

/**
 * Upgrades a config to the current version. A config without `version` counts as version 0, as does one of PyText's,
 * whatever PyText version it names. Throws `PTX_CONFIG_VERSION` for a newer one.
 */
export function upgradeConfig(
  original: JsonObject,
  source: string,
  steps: readonly Adapter[] = adapters,
  target: number = CONFIG_VERSION,
): Upgrade {
  const draft = new ConfigDraft(original);
  for (let version = versionOf(original, source, target); version < target; version++) {
    const step = steps.find((adapter) => adapter.from === version);
    if (step === undefined) {
      throw ptxError(
        "PTX_CONFIG_VERSION",
        source,
        `there is no upgrade from version ${version} to ${version + 1}`,
      );
    }
    step.upgrade(draft, source);
  }
  const { version } = draft.value;
  if (version !== target) {
    const was = version === undefined ? "it was missing" : `it was ${JSON.stringify(version)}`;
    draft.edit({ op: "set", path: ["version"], value: target, note: `"version" is now ${target} (${was})` });
  }
  return {
    config: draft.value,
    edits: draft.edits,
    notes: [
      ...new Set(draft.edits.flatMap((edit) => (edit.op === "replace" ? edit.notes : [edit.note]))),
    ].filter((note) => note !== ""),
  };
}

function versionOf(config: JsonObject, source: string, newest: number): number {
  if (isPyText(config, newest) || !hasOwn(config, "version")) return 0;
  const { version } = config;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 0) {
    throw ptxError("PTX_CONFIG_TYPE", `${source}  version`, `expected integer >= 0, got ${show(version)}`);
  }
  if (version > newest) {
    throw ptxError(
      "PTX_CONFIG_VERSION",
      `${source}  version`,
      `version ${version} is newer than ${newest}, the newest that this program reads; update pytext-ts, ` +
        `or, if this is a config of PyText (versions 0 to ${PYTEXT_VERSION}), take off the keys that only this program's have, or wrap it: {"config": {...}}`,
    );
  }
  return version;
}
