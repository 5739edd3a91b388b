import type { Kind } from "./component.js";
import { isObject, type Schema } from "./json.js";
import { phrase } from "./phrase.js";
import type { Registry } from "./registry.js";
import { slotKind } from "./slot-value.js";

/** One key of a schema, ready to be shown. */
export interface Field {
  readonly key: string;
  /** What it accepts, with its range: `integer >= 1`. */
  readonly type: string;
  /** JSON of the default; undefined when there is none. */
  readonly default: string | undefined;
  readonly required: boolean;
  readonly description: string;
  /** The kind of component that a slot (or a list or map of slots) takes. */
  readonly kind: Kind | undefined;
  /** The keys of an object (or of the objects in a list or map) that stands here. */
  readonly fields: readonly Field[];
}

/** The keys of an object schema, in the schema's order. */
export function describeFields(schema: Schema): Field[] {
  return Object.entries(schema.properties ?? {}).map(([key, sub]) => ({
    key,
    type: phrase(sub),
    default: sub.default === undefined ? undefined : JSON.stringify(sub.default),
    required: sub.default === undefined && (schema.required?.includes(key) ?? false),
    description: sub.description ?? "",
    kind: kindInside(sub),
    fields: objectsInside(sub).flatMap(describeFields),
  }));
}

/** The schema itself, the members of a union, the items of a list, the values of a map. */
function within(schema: Schema): Schema[] {
  if (slotKind(schema) !== undefined) return [schema];
  const { items, anyOf, patternProperties } = schema;
  const inner = [
    ...(isObject(items) ? [items as Schema] : ((items as readonly Schema[] | undefined) ?? [])),
    ...(anyOf ?? []),
  ];
  return [schema, ...inner.flatMap(within), ...Object.values(patternProperties ?? {}).flatMap(within)];
}

function kindInside(schema: Schema): Kind | undefined {
  return within(schema)
    .map(slotKind)
    .find((kind) => kind !== undefined);
}

function objectsInside(schema: Schema): Schema[] {
  return within(schema).filter((part) => part.properties !== undefined);
}

/** The kinds that slots ask for: of every registered component, and of other schemas. */
export function slotKinds(registry: Registry, ...schemas: readonly object[]): ReadonlySet<Kind> {
  const all = [...registry.all().map((component) => component.schema as object), ...schemas];
  return new Set(all.flatMap((schema) => kindsIn(schema as Schema)));
}

function kindsIn(schema: Schema): Kind[] {
  return Object.values(schema.properties ?? {})
    .flatMap((sub) => [kindInside(sub), ...objectsInside(sub).flatMap(kindsIn)])
    .filter((kind) => kind !== undefined);
}
