import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchParameters, parameterMatcher } from "../../../src/components/optimizers/parameter-match.js";
import { problemOf } from "./tools.js";

const names = [
  "model.embedding.word.weight",
  "model.embedding.word.projection.bias",
  "model.embeddings.weight",
  "model.decoder.bias",
  "model.layer.0.norm.bias",
  "model.layer.10.norm.bias",
  "bias",
];

describe("a pattern over parameter paths", () => {
  it.each([
    ["model.decoder.bias", ["model.decoder.bias"]],
    ["model.embedding", ["model.embedding.word.weight", "model.embedding.word.projection.bias"]],
    ["model.*.bias", ["model.decoder.bias"]],
    ["model.embedding*", names.slice(0, 3)],
    ["**.bias", [names[1], names[3], names[4], names[5], names[6]]],
    ["model.**.bias", [names[1], names[3], names[4], names[5]]],
    ["model.layer.**", ["model.layer.0.norm.bias", "model.layer.10.norm.bias"]],
    ["**", names],
    ["/layer\\.[0-3]\\./", ["model.layer.0.norm.bias"]],
    ["/^bias$/", ["bias"]],
  ])("%s selects the right parameters", (pattern, expected) => {
    expect(names.filter(parameterMatcher(pattern, "freeze[0]"))).toEqual(expected);
  });

  it("does not read the dots of a path as wildcards", () => {
    expect(parameterMatcher("model.decoder", "freeze[0]")("modelXdecoder")).toBe(false);
  });

  it("takes every character but * literally, so any name matches itself", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^*\s/]+(\.[^*\s/]+)*$/), (name) => {
        expect(parameterMatcher(name, "freeze[0]")(name)).toBe(true);
        expect(parameterMatcher(name, "freeze[0]")(`${name}.child`)).toBe(true);
        expect(parameterMatcher(name, "freeze[0]")(`${name}x`)).toBe(false);
      }),
    );
  });

  it("covers everything below a module and nothing beside it", () => {
    const segment = fc.stringMatching(/^[a-z_0-9]{1,4}$/);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), fc.array(segment), (prefix, rest) => {
        const matches = parameterMatcher(prefix.join("."), "freeze[0]");
        expect(matches([...prefix, ...rest].join("."))).toBe(true);
        expect(matches(rest.join("."))).toBe(prefix.every((part, index) => rest[index] === part));
      }),
    );
  });
});

describe("matching the patterns of a config", () => {
  it("gives the matches of each pattern in the order of the parameters", () => {
    expect(matchParameters(["**.bias", "model.decoder"], names, (index) => `freeze[${index}]`)[1]).toEqual([
      "model.decoder.bias",
    ]);
  });

  it("reports every pattern that matches nothing, with the parameters there are", () => {
    const error = problemOf(() =>
      matchParameters(["decoder", "bias", "x*"], names, (index) => `freeze[${index}]`),
    );
    expect(error.code).toBe("PTX_CONFIG_VALUE");
    expect(error.problems.map(({ where }) => where)).toEqual(["freeze[0]", "freeze[2]"]);
    expect(error.problems[0].message).toBe(`no parameter matches "decoder"  parameters: ${names.join(", ")}`);
  });

  it("cuts a long list of parameters and says how many are left", () => {
    const many = Array.from({ length: 75 }, (_, index) => `p${index}`);
    expect(problemOf(() => matchParameters(["x"], many, () => "freeze[0]")).message).toMatch(
      /p59, and 15 more$/,
    );
    expect(problemOf(() => matchParameters(["x"], [], () => "freeze[0]")).message).toMatch(
      /parameters: none$/,
    );
  });

  it("says where a regular expression is not valid", () => {
    const error = problemOf(() => parameterMatcher("/layer[/", "freeze[3]"));
    expect(error.problems[0]).toMatchObject({ code: "PTX_CONFIG_VALUE", where: "freeze[3]" });
    expect(error.message).toContain("not a valid regular expression");
  });
});
