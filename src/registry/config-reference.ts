import { describeFields, type Field } from "./describe.js";
import type { Schema } from "./json.js";
import type { Registry } from "./registry.js";
import { runConfigSchema } from "./run-config.js";
import { schemaOf } from "./slot-value.js";

/** The config reference as Markdown: the keys around the task, then every component by kind with all its keys. */
export function configReference(registry: Registry): string {
  const kinds = registry.kinds();
  const parts = [
    "# Config reference",
    "Generated from the schemas of the components; change those, not this page.",
    'A key that takes a component holds its name, or `{"Name": {...}}` with the component\'s own keys inside. ' +
      "Where the key has a default component, the name may be left out.",
    "## The config file",
    keyTable(runConfigSchema),
    "## Kinds",
    kinds.map((kind) => `- [${kind}](#${kind}): ${registry.names(kind).join(", ")}`).join("\n"),
    ...kinds.flatMap((kind) => [
      `## ${kind}`,
      ...registry.names(kind).flatMap((name) => {
        const component = registry.get(kind, name);
        const fields = describeFields(schemaOf(component));
        return [
          `### ${name}`,
          schemaOf(component).description ?? "",
          fields.length === 0 ? "No keys." : table(fields),
        ];
      }),
    ]),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The keys of a schema as a table in Markdown. */
export function keyTable(schema: object): string {
  return table(describeFields(schema as Schema));
}

function table(fields: readonly Field[]): string {
  return ["| key | type | default | meaning |", "| --- | --- | --- | --- |", ...rows(fields, "")].join("\n");
}

function rows(fields: readonly Field[], prefix: string): string[] {
  return fields.flatMap((field) => {
    const key = `${prefix}${field.key}`;
    const given = field.default === undefined ? (field.required ? "required" : "") : code(field.default);
    const row = `| ${code(key)} | ${cell(field.type)} | ${given} | ${cell(field.description)} |`;
    return [row, ...rows(field.fields, `${key}.`)];
  });
}

function code(text: string): string {
  return `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
