// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configs write their variables so.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { throwIfAny } from "../../src/registry/errors.js";
import type { JsonObject } from "../../src/registry/json.js";
import { escapeVariables, interpolate } from "../../src/registry/variables.js";
import { around, problemsFrom, resolved } from "./problems.js";

function replaced(config: JsonObject): JsonObject {
  const { config: result, problems } = interpolate(config, [], "f.json");
  throwIfAny(problems);
  return result;
}

test("a variable stands inside texts, at any depth", () => {
  const config = {
    vars: { data: "../d", n: 3, on: true },
    a: "${data}/x/${n}-${on}.tsv",
    b: [{ c: "${data}" }],
    d: "no $ here, $5, $$",
  };
  expect(replaced(config)).toEqual({
    vars: {},
    a: "../d/x/3-true.tsv",
    b: [{ c: "../d" }],
    d: "no $ here, $5, $$",
  });
});

test("a text that is nothing but a variable takes its type", () => {
  expect(
    replaced({ vars: { n: 3, on: false, s: "3" }, a: "${n}", b: "${on}", c: "${s}", d: " ${n}" }),
  ).toEqual({ vars: {}, a: 3, b: false, c: "3", d: " 3" });
});

test("variables use each other in any order", () => {
  expect(replaced({ vars: { c: "${b}/c", a: "A", b: "${a}/b" }, x: "${c}" })).toEqual({
    vars: {},
    x: "A/b/c",
  });
});

test("$${ is a literal ${", () => {
  expect(replaced({ vars: { a: "A" }, x: "$${a} ${a} $$${a}", y: "$${" })).toEqual({
    vars: {},
    x: "${a} A $${a}",
    y: "${",
  });
});

test("overrides may use variables", () => {
  const { overrides } = interpolate(
    { vars: { data: "d" } },
    [{ text: "a=${data}/x", path: ["a"], value: "${data}/x" }],
    "f",
  );
  expect(overrides).toEqual([{ text: "a=${data}/x", path: ["a"], value: "d/x" }]);
});

describe("mistakes are all reported at once", () => {
  test("unknown variables, with the nearest and the known ones", () => {
    const problems = problemsFrom(() =>
      replaced({ vars: { data: "d", other: "o" }, a: "${dta}/x", b: { c: ["${zzzzzz}"] } }),
    );
    expect(problems).toEqual([
      {
        code: "PTX_CONFIG_VARIABLE",
        where: "f.json  a",
        message: 'there is no variable "dta" under vars; did you mean "data"?  known: data, other',
      },
      {
        code: "PTX_CONFIG_VARIABLE",
        where: "f.json  b.c[0]",
        message: 'there is no variable "zzzzzz" under vars  known: data, other',
      },
    ]);
  });

  test("in an override", () => {
    const { problems } = interpolate({}, [{ text: "", path: ["a", "b"], value: "${x}" }], "f");
    expect(problems).toMatchObject([
      { where: "f  --set.a.b", message: expect.stringContaining("known: none") },
    ]);
  });

  test("together with a mistyped vars, which is their cause", () => {
    const config = around({ data: { delimiter: "${d}" } }, { vras: { d: "|" } });
    expect(problemsFrom(() => resolved(config)).map(({ message }) => message.split("  known")[0])).toEqual([
      'unknown key "vras"; did you mean "vars"?',
      'there is no variable "d" under vars',
    ]);
  });

  test("a circle", () => {
    const problems = problemsFrom(() => replaced({ vars: { a: "${b}", b: "x${a}" } }));
    expect(problems[0]?.message).toBe("the variables refer to each other in a circle: a -> b -> a");
  });

  test("a ${ that is not closed, and empty or odd names", () => {
    const problems = problemsFrom(() => replaced({ vars: {}, a: "x ${y", b: "${}", c: "${a b}" }));
    expect(problems.map(({ message }) => message.slice(0, 40))).toEqual([
      '"x ${y" has a "${" that is not closed; w',
      'there is no variable "" under vars  know',
      'there is no variable "a b" under vars  k',
    ]);
  });

  test("a variable that is no text, number or truth value", () => {
    expect(problemsFrom(() => replaced({ vars: { a: ["x"], b: null } }))).toMatchObject([
      {
        code: "PTX_CONFIG_TYPE",
        where: "f.json  vars.a",
        message: 'expected string | number | boolean, got the array ["x"]',
      },
      {
        code: "PTX_CONFIG_TYPE",
        where: "f.json  vars.b",
        message: "expected string | number | boolean, got null",
      },
    ]);
  });

  test("a name of JavaScript's own is no variable", () => {
    expect(problemsFrom(() => replaced({ vars: {}, a: "${constructor}" }))).toHaveLength(1);
  });
});

test("any JSON survives being escaped and interpolated, whatever signs are in it", () => {
  const text = fc
    .array(fc.constantFrom("$", "{", "}", "a", "$${", "${a}", "\\"))
    .map((parts) => parts.join(""));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.constant(null),
      fc.array(tie("tree")),
      fc.dictionary(fc.string(), tie("tree")),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      expect(replaced({ vars: { a: "A" }, value: escapeVariables(value) })).toEqual({ vars: {}, value });
    }),
  );
});
