import type { Adapter } from "../adapter.js";
import { ptxError } from "../errors.js";
import { hasOwn, isObject, type JsonObject } from "../json.js";
import { CONFIG_VERSION } from "../run-config.js";
import { fromPyText } from "./from-pytext.js";
import { PYTEXT_VERSION, pytextAdapters } from "./versions.js";

/** Keys around the task that only configs of this program have. */
const own = ["$schema", "vars", "engine", "seed", "threads"];
/** Keys of a task that only PyText's first versions have. */
const old = ["data_handler", "features", "featurizer", "labels", "exporter", "optimizer", "scheduler"];

/**
 * Whether a config is one of PyText's: it stands in PyText's wrapper, or has a version of PyText's that is none of
 * ours, or none at all, or a task in the form that it had while PyText's version was as ours. Keys that only ours have
 * speak against it.
 * @param newest the newest version of ours
 */
export function isPyText(config: JsonObject, newest: number): boolean {
  if (isWrapped(config)) return true;
  if (own.some((key) => hasOwn(config, key))) return false;
  const { version } = config;
  if (version === undefined || version === 0) return true;
  if (typeof version !== "number" || !Number.isInteger(version)) return false;
  if (version > newest) return version <= PYTEXT_VERSION;
  return hasOldTask(config.task);
}

function hasOldTask(task: unknown): boolean {
  const [params] = isObject(task) ? Object.values(task) : [];
  return isObject(params) && old.some((key) => hasOwn(params, key));
}

/** Whether a config stands in PyText's wrapper. */
function isWrapped(config: object): boolean {
  return Object.keys(config).length === 1 && "config" in config && isObject(config.config);
}

/**
 * From version 0, which is PyText's configs of all its versions: they are brought to PyText's newest version, step by
 * step, and that is translated. A config of ours without a version passes as it is.
 */
export const pytextAdapter: Adapter = {
  from: 0,
  upgrade(draft, source) {
    if (!isPyText(draft.value, CONFIG_VERSION)) return;
    const version = versionOf(
      isWrapped(draft.value) ? (draft.value.config as JsonObject) : draft.value,
      source,
    );
    draft.replace(draft.value, [
      `this is a config of PyText, version ${version}, read as version ${CONFIG_VERSION} of this program's`,
    ]);
    if (isWrapped(draft.value))
      draft.edit({ op: "unwrap", path: ["config"], note: 'the wrapper {"config": {...}} was taken off' });
    for (let from = version; from < PYTEXT_VERSION; from++)
      for (const adapter of pytextAdapters) if (adapter.from === from) adapter.upgrade(draft, source);
    const { config, notes } = fromPyText(draft.value, source);
    draft.replace({ version: CONFIG_VERSION, ...config }, notes);
  },
};

function versionOf(config: JsonObject, source: string): number {
  const { version = 0 } = config;
  if (typeof version === "number" && Number.isInteger(version) && version >= 0 && version <= PYTEXT_VERSION)
    return version;
  throw ptxError(
    "PTX_CONFIG_VERSION",
    `${source}  version`,
    `PyText's configs have versions 0 to ${PYTEXT_VERSION}, got ${JSON.stringify(version)}`,
  );
}
