/** @file The few things that may become of a key of PyText's. The tables of classes are written with these. */
import { isDeepStrictEqual } from "node:util";
import { formatPath } from "../config-path.js";
import { type JsonObject, show } from "../json.js";
import { type At, type Entries, inside, type Rule } from "./rule.js";
import { specified, translateClass, translateSlot } from "./translate.js";

const numberText = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** PyText took `"lr": "0.001"` for a number. */
function plain(value: unknown, standard: unknown, at: At): unknown {
  if (typeof standard !== "number" || typeof value !== "string" || !numberText.test(value)) return value;
  at.report.note(`"${formatPath(at.path)}" is now the number ${Number(value)} (it was the text "${value}")`);
  return Number(value);
}

/** The key means the same here and has the same default. */
export function same(key: string, standard: unknown): Rule {
  return { standard, ours: "same", key, apply: (value, at) => [[key, plain(value, standard, at)]] };
}

/** The key means the same here, but its default is another: PyText's is written out. */
export function written(key: string, standard: unknown): Rule {
  return { ...same(key, standard), ours: "written" };
}

/** As `same`, where another default makes no difference, or PyText's own cannot be trained with. */
export function apart(key: string, standard: unknown): Rule {
  return { ...same(key, standard), ours: "apart" };
}

/** The value is written in another way here; an absent key stays absent, as both defaults mean the same. */
export function mapped(key: string, standard: unknown, map: (value: unknown, at: At) => unknown): Rule {
  return {
    standard,
    ours: "apart",
    apply: (value, at) => {
      const mapped = map(plain(value, standard, at), at);
      return mapped === undefined ? [] : [[key, mapped]];
    },
  };
}

/** As `mapped`, where the default here means something else: PyText's is written out. */
export function mappedWritten(
  key: string,
  standard: unknown,
  map: (value: unknown, at: At) => unknown,
): Rule {
  return { ...mapped(key, standard, map), ours: "written" };
}

/** The key means nothing here. */
export function gone(why: string): Rule {
  return {
    standard: undefined,
    ours: "apart",
    apply(value, at) {
      if (value === null) at.report.idle(at.path);
      else at.report.gone(at.path, why);
      return [];
    },
  };
}

/** Only one value can be had here, PyText's default; any other is an error. */
export function only(standard: unknown, why: string): Rule {
  return {
    standard,
    ours: "apart",
    apply(value, at) {
      const empty = value === null || value === "" || isDeepStrictEqual(value, []);
      if (isDeepStrictEqual(plain(value, standard, at), standard) || (empty && isEmpty(standard)))
        at.report.idle(at.path);
      else
        at.report.wrong(
          "PTX_CONFIG_VALUE",
          at.path,
          `${show(value)} has no counterpart here: ${why}; without the key, ${show(standard)} is meant`,
        );
      return [];
    },
  };
}

function isEmpty(value: unknown): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** The class that a part has where the config says nothing: its name, with its keys. */
export type Standard = string | readonly [name: string, params: JsonObject] | null;

/**
 * A part: a class with keys of its own, always written by name. `bare` is the class of keys without a name, the first
 * one of PyText's union; left out, it is the default's.
 */
export function slot(key: string, standard: Standard, bare?: string): Rule {
  const [name, params] = typeof standard === "string" ? [standard, {}] : (standard ?? ["", {}]);
  return {
    standard: standard === null ? null : { [name]: params },
    ours: "part",
    apply(value, at) {
      if (value === null) return [];
      const module = at.module === undefined ? undefined : `${at.module}.${key}`;
      return [[key, translateSlot(value, bare ?? name, { ...at, module })]];
    },
  };
}

/** A part whose keys stand here in `key` without a class name, or (with `key` "") among its owner's. */
export function object(key: string, className: string): Rule {
  return {
    standard: {},
    ours: "part",
    apply(value, at) {
      const made = partOf(value, className, { ...at, module: key === "" ? at.module : undefined });
      if (key === "") return Object.entries(made);
      return Object.keys(made).length === 0 ? [] : [[key, made]];
    },
  };
}

/** The translated keys of a part of a known class, which may be named. */
export function partOf(value: unknown, className: string, at: At): JsonObject {
  const { name, params, named } = specified(value, className);
  const found = at.classes.get(className.toLowerCase());
  if (found === undefined) throw new RangeError(`there is no table for ${className}`);
  if (name.toLowerCase() !== className.toLowerCase()) {
    at.report.wrong("PTX_CONFIG_UNKNOWN_COMPONENT", at.path, `only ${className} can stand here, not ${name}`);
    return {};
  }
  return translateClass(found, params, named ? inside(at, name) : at);
}

/** A list of parts of one class. */
export function list(key: string, className: string): Rule {
  return {
    standard: [],
    ours: "same",
    key,
    apply: (value, at) => [
      [
        key,
        Array.isArray(value)
          ? value.map((item: unknown, i) => partOf(item, className, inside(at, i)))
          : value,
      ],
    ],
  };
}

/** A rule of its own. */
export function special(
  standard: unknown,
  ours: Rule["ours"],
  apply: (value: unknown, at: At) => Entries,
): Rule {
  return { standard, ours, apply };
}

/** The keys that all of PyText's modules have. `shared` tells whether ours can be shared. */
export function moduleKeys(shared = true): Readonly<Record<string, Rule>> {
  return {
    load_path: only(null, "modules that PyText saved cannot be read"),
    save_path: gone("a run is saved in its folder"),
    freeze: shared
      ? special(false, "apart", freeze)
      : only(false, "name its parameters in the trainer's freeze"),
    shared_module_key: shared ? same("shared_module_key", null) : only(null, "this part cannot be shared"),
  };
}

function freeze(value: unknown, at: At): Entries {
  if (value === false || value === null) at.report.idle(at.path);
  else if (at.module === undefined || value !== true)
    at.report.wrong(
      "PTX_CONFIG_VALUE",
      at.path,
      "this part alone cannot be frozen by its own key; name its parameters in the trainer's freeze after: pytext-ts update-config",
    );
  else at.report.freeze(at.module);
  return [];
}

/** The key that all tensorizers of PyText's have. */
export const inputMark = { is_input: gone("inputs and targets are told apart by what they are") };

/** The truth of a JSON value that must be a boolean; other values are left for the schema to refuse. */
export function when(value: unknown, yes: unknown, no: unknown): unknown {
  if (value === true) return yes;
  return value === false ? no : value;
}
