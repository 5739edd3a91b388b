import type { AnyComponent, CheckProblem, Kind } from "./component.js";
import type { ConfigPath } from "./config-path.js";
import { parsePath } from "./config-path.js";
import { type Problem, PtxError, ptxError } from "./errors.js";
import { FILE_KEYWORD, type InputKind, missingInput } from "./input-file.js";
import { fromEntries, hasOwn, isObject, type JsonObject, type Schema } from "./json.js";
import type { Registry } from "./registry.js";
import { helpHint, type OtherClass, type Place, problemsOf, whereOf } from "./schema-problems.js";
import { branchFor, readSlot, schemaOf, slotKind } from "./slot-value.js";

/** A slot found while resolving: where it stands, what it takes and what it holds. */
export interface FoundSlot {
  /** With class names, for example `task.X.model.DocModel.representation`. */
  readonly path: ConfigPath;
  readonly kind: Kind;
  /** The class that fills it, or null. */
  readonly name: string | null;
}

/** What resolving a value came to. `value` is complete only if there are no problems. */
export interface Resolution {
  readonly value: JsonObject;
  readonly problems: readonly Problem[];
  readonly slots: readonly FoundSlot[];
}

/** How to resolve. */
export interface ResolveOptions {
  /** The file (or `config`) that messages name. */
  readonly source: string;
  /** Whether files named by the config must exist. */
  readonly checkFiles: boolean;
  /** What to do about missing files. */
  readonly fileHint?: string;
  /** Gives a value for a required key that is absent, or undefined to leave it absent (a problem). */
  readonly placeholder?: (schema: Schema, path: ConfigPath) => unknown;
}

/** Deeper nesting than this means that slot defaults contain one another without end. */
const DEEPEST = 100;

/**
 * Resolves a config value against a schema: fills defaults, writes every slot as `{"ClassName": {...}}` by recursion
 * into the component's own schema, validates each component, and gathers all problems of the whole config.
 */
export function resolveValue(
  registry: Registry,
  schema: object,
  value: JsonObject,
  options: ResolveOptions,
): Resolution {
  return new Resolver(registry, options).run(schema as Schema, value);
}

class Resolver {
  readonly #problems: Problem[] = [];
  readonly #slots: FoundSlot[] = [];

  constructor(
    readonly registry: Registry,
    readonly options: ResolveOptions,
  ) {}

  run(schema: Schema, value: JsonObject): Resolution {
    const resolved = this.#validated(schema, value, {
      source: this.options.source,
      path: [],
      className: undefined,
    });
    return { value: resolved as JsonObject, problems: this.#problems, slots: this.#slots };
  }

  /** Fills and validates the config of one component; its own problems come before those of the slots inside. */
  #validated(schema: Schema, written: JsonObject, place: Place, component?: AnyComponent): unknown {
    const before = this.#problems.length;
    const filled = this.#filled(schema, written, place, place.path);
    const own = problemsOf(schema, filled, written, place, () => this.#othersOf(component));
    this.#problems.splice(before, 0, ...own);
    if (component === undefined || this.#problems.length > before) return filled;
    const complete = this.#completed(component, schema, filled, place);
    if (this.#problems.length === before && component.check !== undefined)
      this.#wrong(component.check(complete as never), place);
    return complete;
  }

  /** The other classes of a component's kind. */
  #othersOf(component: AnyComponent | undefined): OtherClass[] {
    if (component === undefined) return [];
    const { kind, name: own } = component;
    return this.registry
      .names(kind)
      .filter((name) => name !== own)
      .map((name) => ({ name, schema: schemaOf(this.registry.get(kind, name)) }));
  }

  /** The config with what the files that it names say. */
  #completed(component: AnyComponent, schema: Schema, filled: unknown, place: Place): unknown {
    const { checkFiles, placeholder } = this.options;
    if (component.complete === undefined || !checkFiles || placeholder !== undefined) return filled;
    try {
      const { config, problems } = component.complete(filled as never);
      this.#wrong(problems, place);
      this.#problems.push(...problemsOf(schema, config, config as JsonObject, place));
      return config;
    } catch (error) {
      if (!(error instanceof PtxError)) throw error;
      this.#problems.push(...error.problems);
      return filled;
    }
  }

  #wrong(problems: readonly CheckProblem[], place: Place): void {
    for (const { path, message } of problems) {
      const full = [...place.path, ...(parsePath(path) ?? [])];
      this.#problem("PTX_CONFIG_VALUE", full, message, place.className);
    }
  }

  #filled(schema: Schema, value: unknown, place: Place, path: ConfigPath): unknown {
    if (path.length > DEEPEST) {
      throw ptxError(
        "PTX_REGISTRY",
        whereOf(place.source, path),
        "the defaults of these slots contain one another without end",
      );
    }
    if (slotKind(schema) !== undefined) return this.#slot(schema, value, place, path);
    if (schema.anyOf !== undefined) {
      const branch = branchFor(schema.anyOf, value);
      return branch === undefined ? value : this.#filled(branch, value, place, path);
    }
    if (typeof value === "string" && schema[FILE_KEYWORD] !== undefined)
      this.#file(value, schema[FILE_KEYWORD] as InputKind, place, path);
    if (isObject(value)) return this.#object(schema, value, place, path);
    if (Array.isArray(value)) return value.map((item, index) => this.#item(schema, item, index, place, path));
    return value;
  }

  #object(schema: Schema, value: JsonObject, place: Place, path: ConfigPath): JsonObject {
    const filled = new Map<string, unknown>();
    const properties = schema.properties ?? {};
    for (const [key, sub] of Object.entries(properties)) {
      const given = hasOwn(value, key) ? value[key] : undefined;
      const start = given === undefined ? this.#absent(schema, key, sub, [...path, key]) : given;
      if (start !== undefined) filled.set(key, this.#filled(sub, start, place, [...path, key]));
    }
    for (const [key, given] of Object.entries(value)) {
      if (Object.hasOwn(properties, key) || given === undefined) continue;
      const sub = patternFor(schema, key);
      filled.set(key, sub === undefined ? given : this.#filled(sub, given, place, [...path, key]));
    }
    return fromEntries(filled);
  }

  /** The value of an absent key: its default, else a placeholder when one is asked for. */
  #absent(parent: Schema, key: string, schema: Schema, path: ConfigPath): unknown {
    if (schema.default !== undefined) return structuredClone(schema.default);
    return parent.required?.includes(key) ? this.options.placeholder?.(schema, path) : undefined;
  }

  #item(schema: Schema, item: unknown, index: number, place: Place, path: ConfigPath): unknown {
    const sub = isObject(schema.items)
      ? (schema.items as Schema)
      : (schema.items as readonly Schema[] | undefined)?.[index];
    return sub === undefined ? item : this.#filled(sub, item, place, [...path, index]);
  }

  #slot(schema: Schema, value: unknown, place: Place, path: ConfigPath): unknown {
    const kind = slotKind(schema) as Kind;
    const reading = readSlot(this.registry, schema, value);
    if (reading === null) {
      this.#slots.push({ path, kind, name: null });
      return null;
    }
    if ("mistake" in reading) {
      this.#problem(reading.mistake.code, path, reading.mistake.message, place.className);
      return value;
    }
    const { component, params } = reading;
    this.#slots.push({ path, kind, name: component.name });
    const inner: Place = { source: place.source, path: [...path, component.name], className: component.name };
    return fromEntries([[component.name, this.#validated(schemaOf(component), params, inner, component)]]);
  }

  #file(value: string, kind: InputKind, place: Place, path: ConfigPath): void {
    const message = this.options.checkFiles ? missingInput(value, kind) : undefined;
    if (message === undefined) return;
    const hint = this.options.fileHint ?? helpHint(place.className);
    this.#problems.push({ code: "PTX_FILE_MISSING", where: whereOf(place.source, path), message, hint });
  }

  #problem(code: Problem["code"], path: ConfigPath, message: string, className: string | undefined): void {
    this.#problems.push({
      code,
      where: whereOf(this.options.source, path),
      message,
      hint: helpHint(className),
    });
  }
}

/** The schema for a key of a map. */
export function patternFor(schema: Schema, key: string): Schema | undefined {
  return Object.entries(schema.patternProperties ?? {}).find(([pattern]) =>
    new RegExp(pattern, "u").test(key),
  )?.[1];
}
