import type { AnyComponent, Kind } from "./component.js";
import { type ConfigPath, formatPath, parsePath } from "./config-path.js";
import { type Problem, PtxError } from "./errors.js";
import { fromEntries, hasOwn, isObject, type JsonObject, type Schema } from "./json.js";
import { nearest } from "./nearest.js";
import { type OverridePath, overridePaths } from "./override-paths.js";
import { phrase } from "./phrase.js";
import type { Registry } from "./registry.js";
import { patternFor } from "./resolve.js";
import { branchFor, readSlot, schemaOf, slotKind, takesType } from "./slot-value.js";

/** One `path=value` from the command line. */
export interface Override {
  /** As typed, for messages. */
  readonly text: string;
  readonly path: ConfigPath;
  readonly value: unknown;
}

/** Reads `path=value`: the value is JSON where it parses as JSON, else a text. */
export function parseOverride(text: string): Override {
  const split = /^((?:\["(?:[^"\\]|\\.)*"\]|[^=])*?)=(.*)$/su.exec(text);
  const path = split?.[1] === undefined ? undefined : parsePath(split[1].trim());
  if (path === undefined) {
    throw new PtxError([overrideProblem(text, "expected path=value, for example task.trainer.epochs=3")]);
  }
  const raw = split?.[2] ?? "";
  try {
    return { text, path, value: JSON.parse(raw) as unknown };
  } catch {
    return { text, path, value: raw };
  }
}

/**
 * Applies one override to a config that may leave defaults out. A path may leave out the class name of a slot:
 * `task.trainer.epochs` finds `task.DocumentClassificationTask.trainer.Trainer.epochs`. Keys on the way that the
 * config does not write start from their defaults. Throws `PTX_CONFIG_OVERRIDE` naming the nearest valid path.
 */
export function applyOverride(
  registry: Registry,
  schema: object,
  config: JsonObject,
  override: Override,
): JsonObject {
  const setter = new Setter(registry, override, () => overridePaths(registry, schema, config));
  return setter.set(schema as Schema, config, override.path, { full: [], typed: [] }) as JsonObject;
}

/** A place on the way of an override: as the config has it, and as the person wrote it. */
interface Reached {
  readonly full: ConfigPath;
  readonly typed: ConfigPath;
}

const into = ({ full, typed }: Reached, key: string | number): Reached => ({
  full: [...full, key],
  typed: [...typed, key],
});

class Setter {
  constructor(
    readonly registry: Registry,
    readonly override: Override,
    readonly validPaths: () => readonly OverridePath[],
  ) {}

  /** `current` with the value put in at `rest`. */
  set(schema: Schema, current: unknown, rest: ConfigPath, at: Reached): unknown {
    const [next, ...further] = rest;
    if (next === undefined) return this.override.value;
    const kind = slotKind(schema);
    if (kind !== undefined) return this.#slot(schema, kind, current, rest, at);
    const start = current === undefined ? structuredClone(schema.default) : current;
    if (schema.anyOf !== undefined) return this.#union(schema.anyOf, start, rest, at);
    if (schema.items !== undefined) return this.#array(schema.items, start, next, further, at);
    if (schema.properties !== undefined || schema.patternProperties !== undefined) {
      return this.#object(schema, start, String(next), further, at);
    }
    throw this.#wrong(`${formatPath(at.full)} is ${phrase(schema)} and has nothing inside`);
  }

  #slot(schema: Schema, kind: Kind, current: unknown, rest: ConfigPath, at: Reached): unknown {
    const [next, ...further] = rest as [string | number, ...ConfigPath];
    const reading = readSlot(this.registry, schema, current);
    if (reading === null) {
      const known = this.registry.names(kind).join(", ") || "none";
      throw this.#wrong(`${formatPath(at.full)} is null; ${this.#chooseFirst(at, "Name")}  known: ${known}`);
    }
    if ("mistake" in reading) {
      const choose = current === undefined ? `; ${this.#chooseFirst(at, "Name")}` : "";
      throw this.#wrong(`${reading.mistake.message}${choose}`);
    }
    const { component, params } = reading;
    const own = schemaOf(component);
    if (next === component.name) {
      return { [component.name]: this.set(own, params, further, into(at, next)) };
    }
    const inside = { ...at, full: [...at.full, component.name] };
    if (!Object.hasOwn(own.properties ?? {}, next)) {
      throw this.#wrong(this.#notInSlot(kind, component, String(next), further, at, inside));
    }
    return { [component.name]: this.set(own, params, rest, inside) };
  }

  #union(branches: readonly Schema[], current: unknown, rest: ConfigPath, at: Reached): unknown {
    const holders = branches.filter(
      (branch) => branch.type === "object" || branch.type === "array" || slotKind(branch) !== undefined,
    );
    const branch = branchFor(holders, current) ?? (holders.length === 1 ? holders[0] : undefined);
    if (branch === undefined) {
      throw this.#wrong(`${formatPath(at.full)} is ${phrase({ anyOf: branches })}: set it as a whole`);
    }
    return this.set(branch, takesType(branch, current) ? current : undefined, rest, at);
  }

  #array(
    items: Schema | readonly Schema[],
    current: unknown,
    next: string | number,
    further: ConfigPath,
    at: Reached,
  ): unknown {
    const list: readonly unknown[] = Array.isArray(current) ? current : [];
    const index = /^\d+$/.test(String(next)) ? Number(next) : Number.NaN;
    if (!(index <= list.length)) {
      const there = list.length === 0 ? "it is empty" : `it has [0] to [${list.length - 1}]`;
      throw this.#wrong(
        `${formatPath(at.full)} is a list without "${next}"; ${there}, and [${list.length}] adds one`,
      );
    }
    const sub = isObject(items) ? (items as Schema) : ((items as readonly Schema[])[index] ?? {});
    return [
      ...list.slice(0, index),
      this.set(sub, list[index], further, into(at, index)),
      ...list.slice(index + 1),
    ];
  }

  #object(schema: Schema, current: unknown, key: string, further: ConfigPath, at: Reached): unknown {
    const object = isObject(current) ? current : {};
    const properties = schema.properties ?? {};
    const sub = Object.hasOwn(properties, key) ? properties[key] : patternFor(schema, key);
    if (sub === undefined) {
      const [form] = Object.keys(schema.patternProperties ?? {});
      if (form !== undefined) {
        throw this.#wrong(`${formatPath(at.full)} takes keys of the form /${form}/, not "${key}"`);
      }
      throw this.#wrong(this.#unknownKey(key, Object.keys(properties), further, at));
    }
    const value = this.set(sub, hasOwn(object, key) ? object[key] : undefined, further, into(at, key));
    return fromEntries(new Map(Object.entries(object)).set(key, value));
  }

  /** Why a key is not inside a slot's class: another class is named, or another class has the key, or nobody has. */
  #notInSlot(
    kind: Kind,
    component: AnyComponent,
    key: string,
    further: ConfigPath,
    slot: Reached,
    inside: Reached,
  ): string {
    if (this.registry.has(kind, key)) {
      const holds = `${formatPath(slot.full)} is ${component.name}, not ${key}`;
      return `${holds}; ${this.#chooseFirst(slot, key)}`;
    }
    const message = this.#unknownKey(key, Object.keys(component.schema.properties), further, inside);
    const owners = this.registry
      .names(kind)
      .filter((name) => Object.hasOwn(this.registry.get(kind, name).schema.properties, key));
    const [owner] = owners;
    return owner === undefined
      ? message
      : `${message}; ${owners.join(", ")} has it: ${this.#chooseFirst(slot, owner)}`;
  }

  #chooseFirst(slot: Reached, name: string): string {
    return `choose the class first: --set ${formatPath(slot.typed)}=${name}`;
  }

  #unknownKey(key: string, known: readonly string[], further: ConfigPath, at: Reached): string {
    const place = at.full.length === 0 ? "the config" : formatPath(at.full);
    const sibling = nearest(key, known);
    const close = sibling === undefined ? this.#longer() : formatPath([...at.typed, sibling, ...further]);
    const meant = close === undefined ? "" : `; did you mean "${close}"?`;
    return `${place} has no "${key}"${meant}  known: ${[...known].sort().join(", ") || "none"}`;
  }

  /** The one valid path that ends like the one typed, whose beginning was left out. */
  #longer(): string | undefined {
    const ending = `.${formatPath(this.override.path)}`;
    const found = this.validPaths().filter(
      ({ short, full }) => short.endsWith(ending) || full.endsWith(ending),
    );
    return found.length === 1 ? found[0]?.short : undefined;
  }

  #wrong(message: string): PtxError {
    return new PtxError([overrideProblem(this.override.text, message)]);
  }
}

function overrideProblem(text: string, message: string): Problem {
  return { code: "PTX_CONFIG_OVERRIDE", where: `--set ${text}`, message, hint: "pytext-ts help-config" };
}
