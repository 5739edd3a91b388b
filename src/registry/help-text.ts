import type { AnyComponent, Kind } from "./component.js";
import { describeFields, type Field } from "./describe.js";
import { ptxError } from "./errors.js";
import type { Schema } from "./json.js";
import { didYouMean } from "./nearest.js";
import type { Registry } from "./registry.js";
import { runConfigSchema } from "./run-config.js";
import { schemaOf } from "./slot-value.js";

/**
 * Help for a component (all of that name, whatever their kind), for a kind, or without a name for the whole config.
 * Throws `PTX_CONFIG_UNKNOWN_COMPONENT` naming the nearest when there is nothing of that name.
 */
export function helpText(registry: Registry, name?: string): string {
  if (name === undefined) {
    const top = runConfigSchema as unknown as Schema;
    const fields = fieldLines(describeFields(top), registry);
    return [top.description ?? "", "", ...fields, "", "Components by kind:", ...listLines(registry), ""].join(
      "\n",
    );
  }
  const components = registry.all().filter((component) => component.name === name);
  if (components.length > 0)
    return components.map((component) => componentHelp(component, registry)).join("\n");
  const kind = registry.kinds().find((known) => known === name);
  if (kind !== undefined)
    return registry
      .names(kind)
      .map((each) => componentHelp(registry.get(kind, each), registry))
      .join("\n");
  throw unknownName(registry, name);
}

/** The names of all kinds, or those of one kind with a line of description each. */
export function listText(registry: Registry, kind?: string): string {
  if (kind === undefined) return `${listLines(registry).join("\n")}\n`;
  const known = registry.kinds().find((each) => each === kind);
  if (known === undefined) throw unknownName(registry, kind, registry.kinds());
  const width = Math.max(...registry.names(known).map((name) => name.length));
  const lines = registry
    .names(known)
    .map((name) => `${name.padEnd(width)}  ${description(registry.get(known, name))}`);
  return `${lines.join("\n")}\n`;
}

function unknownName(registry: Registry, name: string, among?: readonly string[]): Error {
  const names = among ?? [
    ...new Set([...registry.all().map((component) => component.name), ...registry.kinds()]),
  ];
  const what = among === undefined ? "component or kind" : "kind";
  const known = among === undefined ? "" : `  known: ${among.join(", ")}`;
  return ptxError(
    "PTX_CONFIG_UNKNOWN_COMPONENT",
    name,
    `there is no ${what} called "${name}"${didYouMean(name, names)}${known}`,
    "pytext-ts list",
  );
}

function listLines(registry: Registry): string[] {
  const width = Math.max(0, ...registry.kinds().map((kind) => kind.length));
  return registry.kinds().map((kind) => `  ${kind.padEnd(width)}  ${registry.names(kind).join(", ")}`);
}

function componentHelp(component: AnyComponent, registry: Registry): string {
  const fields = describeFields(schemaOf(component));
  const lines = fields.length === 0 ? ["  (no keys)"] : fieldLines(fields, registry);
  return [`${component.name}  (${component.kind})`, description(component), "", ...lines, ""].join("\n");
}

function fieldLines(fields: readonly Field[], registry: Registry, indent = "  "): string[] {
  return fields.flatMap((field) => {
    const value = field.default === undefined ? (field.required ? ", required" : "") : ` = ${field.default}`;
    const names = field.kind === undefined ? [] : [`${indent}    one of: ${namesOf(registry, field.kind)}`];
    return [
      `${indent}${field.key}: ${field.type}${value}`,
      `${indent}    ${field.description}`,
      ...names,
      ...fieldLines(field.fields, registry, `${indent}    `),
    ];
  });
}

function namesOf(registry: Registry, kind: Kind): string {
  return registry.names(kind).join(", ") || "none registered";
}

function description(component: AnyComponent): string {
  return schemaOf(component).description ?? "";
}
