import type { Kind } from "./component.js";
import { SLOT_KEYWORD } from "./component.js";
import { type Problem, throwIfAny } from "./errors.js";
import { isObject, type Schema, show } from "./json.js";
import { takesType } from "./slot-value.js";

/** Keys of configs. A word may be an abbreviation in capitals, as in PyText's `max_open_NT`. */
const SNAKE_CASE = /^[a-z][a-z0-9]*(?:_(?:[a-z0-9]*|[A-Z]+))*$/;

/**
 * Checks that a definition can be registered: a kind, a name that a config can hold, a schema that is an object whose
 * every key is snake_case and described. Throws `PTX_REGISTRY` with everything that is wrong.
 */
export function assertDefinition(definition: unknown): void {
  throwIfAny(definitionProblems(definition));
}

function definitionProblems(definition: unknown): Problem[] {
  if (!isObject(definition))
    return [problem("component", `a component is an object, got ${show(definition)}`)];
  const { kind, name, schema, check, complete } = definition;
  const where = `${typeof kind === "string" ? kind : "component"} ${typeof name === "string" ? name : "without name"}`;
  const problems: Problem[] = [];
  if (typeof kind !== "string" || !/^[a-z][a-z0-9_]*$/.test(kind)) {
    problems.push(
      problem(where, `"kind" must be a snake_case name such as "representation", got ${show(kind)}`),
    );
  }
  if (typeof name !== "string" || !/^[A-Za-z][A-Za-z0-9]*$/.test(name)) {
    problems.push(
      problem(where, `"name" must be letters and digits, starting with a letter, got ${show(name)}`),
    );
  }
  if (check !== undefined && typeof check !== "function") {
    problems.push(problem(where, `"check" must be a function from config to problems, got ${show(check)}`));
  }
  if (complete !== undefined && typeof complete !== "function") {
    problems.push(
      problem(where, `"complete" must be a function from config to config, got ${show(complete)}`),
    );
  }
  if (!isObject(schema) || schema.type !== "object" || !isObject(schema.properties)) {
    problems.push(problem(where, `"schema" must be made by Type.Object({...}), got ${show(schema)}`));
  } else {
    if (typeof schema.description !== "string") {
      problems.push(
        problem(where, "the schema needs a description: Type.Object({...}, { description: ... })"),
      );
    }
    problems.push(...keyProblems(schema as Schema, "", where));
  }
  return problems;
}

/** Keywords that the config system cannot see through: defaults and slots inside would be overlooked. */
const opaque = ["allOf", "oneOf", "not", "if", "$ref", "prefixItems"];

function keyProblems(schema: Schema, path: string, where: string): Problem[] {
  const problems = opaque
    .filter((keyword) => keyword in schema)
    .map((keyword) =>
      problem(
        where,
        `${path === "" ? "the schema" : `"${path}"`} uses "${keyword}", which configs do not support`,
      ),
    );
  const ambiguous = ambiguousUnion(schema.anyOf ?? []);
  if (ambiguous !== undefined) problems.push(problem(where, `"${path}" is a union of ${ambiguous}`));
  for (const [key, sub] of Object.entries(schema.properties ?? {})) {
    const full = path === "" ? key : `${path}.${key}`;
    if (!SNAKE_CASE.test(key)) problems.push(problem(where, `the key "${full}" must be snake_case`));
    if (typeof sub.description !== "string" || sub.description.trim() === "") {
      problems.push(problem(where, `the key "${full}" needs a description: help-config and editors show it`));
    }
    problems.push(...keyProblems(sub, full, where));
  }
  if (SLOT_KEYWORD in schema) return problems;
  const inner = [
    schema.items ?? [],
    schema.anyOf ?? [],
    Object.values(schema.patternProperties ?? {}),
  ].flat() as Schema[];
  return [...problems, ...inner.flatMap((sub) => keyProblems(sub, path, where))];
}

/** A union whose branches cannot be told apart by JSON type would leave defaults and slots inside unresolved. */
function ambiguousUnion(branches: readonly Schema[]): string | undefined {
  const take = (value: unknown): Schema[] => branches.filter((branch) => takesType(branch, value));
  if (take({}).length > 1)
    return "several objects or components: use a slot, which holds one of several classes";
  if (take("").length > 1 && branches.some((branch) => SLOT_KEYWORD in branch)) {
    return "a component and a text: a name could be either";
  }
  return undefined;
}

function problem(where: string, message: string): Problem {
  return { code: "PTX_REGISTRY", where, message };
}

/** Whether an exported value looks like a component, so that a mistake in it deserves a message. */
export function looksLikeComponent(value: unknown): value is { kind: Kind; name: string } {
  return isObject(value) && "kind" in value && "name" in value && "schema" in value;
}
