import { type ConfigPath, formatPath } from "./config-path.js";
import { isObject, type JsonObject, type Schema } from "./json.js";
import type { Registry } from "./registry.js";
import { patternFor } from "./resolve.js";
import { branchFor, readSlot, schemaOf, slotKind } from "./slot-value.js";

/** A place that an override may name: with class names and without. */
export interface OverridePath {
  readonly full: string;
  readonly short: string;
}

/** Every path that can be set in a config, keys left to their defaults included. */
export function overridePaths(registry: Registry, schema: object, config: JsonObject): OverridePath[] {
  const found: OverridePath[] = [];
  const visit = (part: Schema, current: unknown, full: ConfigPath, short: ConfigPath): void => {
    if (short.length > 0) found.push({ full: formatPath(full), short: formatPath(short) });
    if (slotKind(part) !== undefined) {
      const reading = readSlot(registry, part, current);
      if (reading === null || "mistake" in reading) return;
      const { component, params } = reading;
      for (const [key, sub] of Object.entries(schemaOf(component).properties ?? {})) {
        visit(sub, params[key], [...full, component.name, key], [...short, key]);
      }
      return;
    }
    const value = current === undefined ? part.default : current;
    const inner = part.anyOf === undefined ? part : (branchFor(part.anyOf, value) ?? {});
    if (Array.isArray(value) && isObject(inner.items)) {
      for (const [index, item] of value.entries())
        visit(inner.items as Schema, item, [...full, index], [...short, index]);
    }
    const object = isObject(value) ? value : {};
    for (const [key, sub] of Object.entries(inner.properties ?? {}))
      visit(sub, object[key], [...full, key], [...short, key]);
    for (const [key, item] of Object.entries(object)) {
      const sub = patternFor(inner, key);
      if (sub !== undefined) visit(sub, item, [...full, key], [...short, key]);
    }
  };
  visit(schema as Schema, config, [], []);
  return found;
}
