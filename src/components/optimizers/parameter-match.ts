import { type Problem, ptxError, throwIfAny } from "../../registry/errors.js";

/** How patterns over parameter paths are written; for the descriptions of config keys. */
export const PATTERN_SYNTAX =
  "A parameter path or the path of a module that holds parameters, where * stands for part of one name and ** for any part of " +
  "the path (`model.embedding`, `model.*.bias`, `**.bias`); or a regular expression between slashes that may match anywhere in " +
  "the path (`/layer\\.[0-3]\\./`).";

const NAMES_SHOWN = 60;

/**
 * The test for one pattern: a glob that covers the whole path or its leading names, or `/regular expression/`.
 * `where` names the config key for the error when the expression is not valid.
 */
export function parameterMatcher(pattern: string, where: string): (name: string) => boolean {
  const expression = /^\/(.+)\/$/s.exec(pattern)?.[1];
  const compiled = expression === undefined ? glob(pattern) : regular(expression, where);
  return (name) => compiled.test(name);
}

/**
 * The parameters that each pattern matches, in the order of `names`. Throws `PTX_CONFIG_VALUE` with one problem for each
 * pattern that matches nothing. `where` gives the config key of the pattern with that index.
 */
export function matchParameters(
  patterns: readonly string[],
  names: readonly string[],
  where: (index: number) => string,
): string[][] {
  const problems: Problem[] = [];
  const matched = patterns.map((pattern, index) => {
    const matches = parameterMatcher(pattern, where(index));
    const found = names.filter(matches);
    if (found.length === 0) problems.push(noMatch(pattern, names, where(index)));
    return found;
  });
  throwIfAny(problems);
  return matched;
}

function noMatch(pattern: string, names: readonly string[], where: string): Problem {
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  const more = names.length > NAMES_SHOWN ? `, and ${names.length - NAMES_SHOWN} more` : "";
  return {
    code: "PTX_CONFIG_VALUE",
    where,
    message: `no parameter matches "${pattern}"  parameters: ${shown || "none"}${more}`,
  };
}

function regular(expression: string, where: string): RegExp {
  try {
    return new RegExp(expression, "u");
  } catch (error) {
    throw ptxError("PTX_CONFIG_VALUE", where, `not a valid regular expression: ${(error as Error).message}`);
  }
}

function glob(pattern: string): RegExp {
  const source = pattern.replaceAll(/\*\*\.|\*\*|\*|[\\^$.+?()[\]{}|/]/g, (part) => {
    switch (part) {
      case "**.":
        return "(?:.*\\.)?";
      case "**":
        return ".*";
      case "*":
        return "[^.]*";
      default:
        return `\\${part}`;
    }
  });
  return new RegExp(`^${source}(?:\\.|$)`, "u");
}
