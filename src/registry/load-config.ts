import { basename } from "node:path";
import { upgradeConfig } from "./adapters.js";
import { type Problem, PtxError, ptxError, throwIfAny } from "./errors.js";
import { fromEntries, hasOwn, isObject, type JsonObject, show } from "./json.js";
import { parseJsonc, readConfigText } from "./jsonc.js";
import { applyOverride, type Override, parseOverride } from "./overrides.js";
import { printJson } from "./print-json.js";
import type { Registry } from "./registry.js";
import { type FoundSlot, type Resolution, type ResolveOptions, resolveValue } from "./resolve.js";
import { type RunConfig, runConfigSchema } from "./run-config.js";
import { helpHint, unknownKeyMessage } from "./schema-problems.js";
import { sharingNotes, sharingProblems } from "./shared-module.js";
import { escapeVariables, interpolate, unknownVariable } from "./variables.js";

/** How a config is loaded. */
export interface LoadOptions {
  /** `path=value` texts, applied in order. */
  readonly set?: readonly string[];
  /** Whether the files that the config names must exist. Default true; a finished run needs no training data. */
  readonly checkFiles?: boolean;
  /** What messages call the config. Default: the file, or `config`. */
  readonly source?: string;
  /** Gives values for required keys that are absent (see `ResolveOptions`). */
  readonly placeholder?: ResolveOptions["placeholder"];
}

/** A config that can be run. */
export interface LoadedConfig {
  /** Complete: every default filled in, every slot written `{"ClassName": {...}}`, variables replaced. */
  readonly config: RunConfig;
  /** The file's name without its ending. */
  readonly name: string;
  /** What was upgraded while reading, and keys that do nothing, one sentence each: to be shown. */
  readonly notes: readonly string[];
  /** Every slot of the config and the class in it. */
  readonly slots: readonly FoundSlot[];
}

/** Loads a config file (JSON with comments). Throws `PtxError` with everything that is wrong with it. */
export function loadConfig(file: string, registry: Registry, options: LoadOptions = {}): LoadedConfig {
  const loaded = resolveConfig(parseJsonc(readConfigText(file), file), registry, {
    source: file,
    ...options,
  });
  return { ...loaded, name: basename(file).replace(/\.jsonc?$/i, "") };
}

/** The same for a config that is at hand as a value. */
export function resolveConfig(value: unknown, registry: Registry, options: LoadOptions = {}): LoadedConfig {
  const source = options.source ?? "config";
  if (!isObject(value))
    throw ptxError("PTX_CONFIG_TYPE", source, `a config is an object {...}, got ${show(value)}`);
  const upgraded = upgradeConfig(value, source);
  const complete = override(registry, upgraded.config, options.set ?? [], source);
  const resolved: Resolution = resolveValue(registry, runConfigSchema, complete, {
    source,
    checkFiles: options.checkFiles ?? true,
    ...fileHint(upgraded.config),
    ...(options.placeholder && { placeholder: options.placeholder }),
  });
  throwIfAny(resolved.problems);
  throwIfAny(sharingProblems(resolved.value, resolved.slots, source));
  const { $schema: _forEditors, ...config } = resolved.value;
  return {
    config: config as unknown as RunConfig,
    name: "config",
    notes: [...upgraded.notes, ...sharingNotes(resolved.value, resolved.slots)],
    slots: resolved.slots,
  };
}

/** Where files are missing, a folder given by a variable is the likely cause. */
function fileHint({ vars }: JsonObject): { fileHint?: string } {
  const [name] = isObject(vars) ? Object.keys(vars) : [];
  return name === undefined ? {} : { fileHint: `--set vars.${name}=FOLDER, if the files are elsewhere` };
}

/** Variables first, so that the texts and the other overrides use their new values. */
function override(
  registry: Registry,
  config: JsonObject,
  texts: readonly string[],
  source: string,
): JsonObject {
  const overrides = texts.map(parseOverride);
  const variables = overrides.filter(({ path }) => path[0] === "vars");
  const withVariables = all(variables, config, setVariable);
  const others = overrides.filter(({ path }) => path[0] !== "vars");
  const { problems, ...interpolated } = interpolate(withVariables, others, source);
  if (problems.length > 0) throwIfAny([...unknownTopKeys(config, source), ...problems]);
  return all(interpolated.overrides, interpolated.config, (current, next) =>
    applyOverride(registry, runConfigSchema, current, next),
  );
}

/** A mistyped `vars` makes every variable unknown: the key is told with them. */
function unknownTopKeys(config: JsonObject, source: string): Problem[] {
  const known = Object.keys(runConfigSchema.properties);
  const written = Object.keys(config);
  return written
    .filter((key) => !known.includes(key))
    .map((key) => ({
      code: "PTX_CONFIG_UNKNOWN_KEY",
      where: source,
      message: unknownKeyMessage(key, known, written),
      hint: helpHint(undefined),
    }));
}

/** Applies overrides in order; the problems of all are thrown together. */
function all(
  overrides: readonly Override[],
  config: JsonObject,
  apply: (config: JsonObject, next: Override) => JsonObject,
): JsonObject {
  const problems: Problem[] = [];
  let current = config;
  for (const next of overrides) {
    try {
      current = apply(current, next);
    } catch (error) {
      if (!(error instanceof PtxError)) throw error;
      problems.push(...error.problems);
    }
  }
  throwIfAny(problems);
  return current;
}

function setVariable(config: JsonObject, { path, value, text }: Override): JsonObject {
  const name = path[1];
  if (name === undefined) return fromEntries([...Object.entries(config), ["vars", value]]);
  const vars = isObject(config.vars) ? config.vars : {};
  if (path.length > 2 || !hasOwn(vars, String(name))) {
    const message = `${unknownVariable(path.slice(1).join("."), Object.keys(vars))}; a variable that the config does not use would change nothing`;
    throw ptxError("PTX_CONFIG_OVERRIDE", `--set ${text}`, message);
  }
  return { ...config, vars: fromEntries(new Map(Object.entries(vars)).set(String(name), value)) };
}

/** A resolved config as text that loads to the same config again. */
export function printConfig(config: RunConfig): string {
  return printJson(escapeVariables(config));
}
