import type { ConfigPath } from "../config-path.js";
import type { JsonObject } from "../json.js";
import type { Report } from "./report.js";

/** What stands in our component for a key of PyText's: values by key; a dot leads into an object (`inputs.tokens`). */
export type Entries = readonly (readonly [key: string, value: unknown])[];

/** Where a value stands, and whom to tell what becomes of it. */
export interface At {
  readonly path: ConfigPath;
  readonly report: Report;
  readonly classes: Classes;
  /** Where this module's parameters are here (`model.embedding`), for `freeze`; undefined where that is not known. */
  readonly module: string | undefined;
}

/** What becomes of one key of a PyText class. */
export interface Rule {
  /** PyText's default as JSON; undefined where it has none, or where the class decides. */
  readonly standard: unknown;
  /**
   * How ours compares: "same" default, so that an absent key stays absent; "written", because ours is another; "part",
   * which is always translated, default or not; "apart", for keys without a default of ours to compare with.
   */
  readonly ours: "same" | "written" | "part" | "apart";
  /** The key here that holds the value itself; undefined where there is none. */
  readonly key?: string;
  /** Translates the value, which is `standard` where the key is absent. */
  apply(value: unknown, at: At): Entries;
}

/** A class of PyText's configs: its keys, and what it is called here. */
export interface PyTextClass {
  /** As configs of PyText spell it. */
  readonly name: string;
  /** The component here; undefined: there is none, and its place says what it becomes. */
  readonly to?: string;
  readonly keys: Readonly<Record<string, Rule>>;
  /** What our component must be told so that it works as PyText's does. */
  readonly always?: Readonly<Record<string, unknown>>;
  /** Puts the translated keys into their final form. `given` is what the config of PyText says. */
  readonly finish?: (made: JsonObject, given: JsonObject, at: At) => JsonObject;
  /** Why a config with this class cannot be translated, although there may be a component of its name here. */
  readonly refused?: string;
}

/** All classes, by their names in lower case, as PyText compares them. */
export type Classes = ReadonlyMap<string, PyTextClass>;

/** The place of a key inside. */
export function inside(at: At, ...keys: readonly (string | number)[]): At {
  return { ...at, path: [...at.path, ...keys], module: undefined };
}
