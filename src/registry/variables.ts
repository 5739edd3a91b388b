import { type ConfigPath, formatPath } from "./config-path.js";
import type { Problem } from "./errors.js";
import { fromEntries, hasOwn, isObject, type JsonObject, show } from "./json.js";
import { didYouMean } from "./nearest.js";
import type { Override } from "./overrides.js";

/** `$${` (a literal `${`), `${name}`, or a `${` that is not closed. */
const pattern = /\$\$\{|\$\{([^{}]*)\}|\$\{/g;
const whole = /^\$\{([^{}]*)\}$/;

/**
 * Replaces `${name}` in every text of a config, and of the values that overrides put into it, by the value under
 * `vars`; variables may use each other. A text that is nothing but one variable takes the variable's type. The result
 * has empty `vars`, because nothing refers to them any more. `problems` are all mistakes (`PTX_CONFIG_VARIABLE`,
 * `PTX_CONFIG_TYPE`); the result is of no use if there are any.
 */
export function interpolate(
  config: JsonObject,
  overrides: readonly Override[],
  source: string,
): { config: JsonObject; overrides: Override[]; problems: readonly Problem[] } {
  const variables = new Variables(isObject(config.vars) ? config.vars : {}, source);
  variables.check();
  const entries = Object.entries(config).map(([key, value]): [string, unknown] => {
    return [key, key === "vars" && isObject(value) ? {} : variables.replace(value, [key])];
  });
  const replacedOverrides = overrides.map((override) => ({
    ...override,
    value: variables.replace(override.value, ["--set", ...override.path]),
  }));
  return { config: fromEntries(entries), overrides: replacedOverrides, problems: variables.problems };
}

/** Writes a resolved config so that reading it gives the same texts: each literal `${` becomes `$${`. */
export function escapeVariables(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("${", "$$${");
  if (Array.isArray(value)) return value.map(escapeVariables);
  if (!isObject(value)) return value;
  return fromEntries(Object.entries(value).map(([key, inner]) => [key, escapeVariables(inner)]));
}

class Variables {
  readonly problems: Problem[] = [];
  readonly #values = new Map<string, unknown>();
  readonly #open: string[] = [];

  constructor(
    readonly vars: JsonObject,
    readonly source: string,
  ) {}

  /** Variables are texts, numbers and truth values (anything else could not stand inside a text), used or not. */
  check(): void {
    for (const [name, value] of Object.entries(this.vars)) {
      if (["string", "number", "boolean"].includes(typeof value)) {
        this.#value(name, ["vars", name]);
        continue;
      }
      const message = `expected string | number | boolean, got ${show(value)}`;
      this.problems.push({
        code: "PTX_CONFIG_TYPE",
        where: `${this.source}  ${formatPath(["vars", name])}`,
        message,
      });
    }
  }

  replace(value: unknown, path: ConfigPath): unknown {
    if (typeof value === "string") return this.#text(value, path);
    if (Array.isArray(value)) return value.map((item, index) => this.replace(item, [...path, index]));
    if (!isObject(value)) return value;
    return fromEntries(
      Object.entries(value).map(([key, inner]) => [key, this.replace(inner, [...path, key])]),
    );
  }

  #text(text: string, path: ConfigPath): unknown {
    const alone = whole.exec(text)?.[1];
    if (alone !== undefined) return this.#value(alone, path);
    return text.replaceAll(pattern, (match, name: string | undefined) => {
      if (match === "$${") return "${";
      if (name === undefined) {
        this.#problem(path, `"${text}" has a "\${" that is not closed; write "$\${" for a literal "\${"`);
        return match;
      }
      return String(this.#value(name, path));
    });
  }

  #value(name: string, path: ConfigPath): unknown {
    if (!hasOwn(this.vars, name)) {
      this.#problem(path, unknownVariable(name, Object.keys(this.vars)));
      return "";
    }
    if (this.#open.includes(name)) {
      this.#problem(
        path,
        `the variables refer to each other in a circle: ${[...this.#open, name].join(" -> ")}`,
      );
      return "";
    }
    if (!this.#values.has(name)) {
      this.#open.push(name);
      const before = this.problems.length;
      const value = this.replace(this.vars[name], ["vars", name]);
      this.#open.pop();
      if (this.problems.length === before) this.#values.set(name, value);
      return value;
    }
    return this.#values.get(name);
  }

  #problem(path: ConfigPath, message: string): void {
    const where = `${this.source}  ${formatPath(path)}`;
    if (this.problems.some((known) => known.where === where && known.message === message)) return;
    this.problems.push({ code: "PTX_CONFIG_VARIABLE", where, message });
  }
}

/** The sentence for a variable that is not defined. */
export function unknownVariable(name: string, known: readonly string[]): string {
  return `there is no variable "${name}" under vars${didYouMean(name, known)}  known: ${[...known].sort().join(", ") || "none"}`;
}
