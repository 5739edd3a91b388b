import { type TSchema, Type } from "typebox";
import { describe, expect, test } from "vitest";
import type { AnyComponent } from "../../src/registry/component.js";
import { component } from "../../src/registry/component.js";
import { Context, LOG } from "../../src/registry/context.js";
import { errorCatalogue, PtxError, ptxError, throwIfAny } from "../../src/registry/errors.js";
import { Registry } from "../../src/registry/registry.js";
import { fake, fakeSlot, sampleRegistry } from "./fakes.js";
import { problemsFrom } from "./problems.js";

const empty = Type.Object({}, { description: "Nothing." });

describe("a registry", () => {
  test("finds components by kind and name, both sorted", () => {
    const registry = new Registry().add(
      fake("b_kind", "Z", empty),
      fake("b_kind", "A", empty),
      fake("a_kind", "M", empty),
    );
    expect(registry.kinds()).toEqual(["a_kind", "b_kind"]);
    expect(registry.names("b_kind" as never)).toEqual(["A", "Z"]);
    expect(registry.all().map(({ name }) => name)).toEqual(["M", "A", "Z"]);
    expect(registry.has("a_kind" as never, "M")).toBe(true);
    expect(registry.has("a_kind" as never, "A")).toBe(false);
    expect(registry.names("none" as never)).toEqual([]);
  });

  test("takes the same definition twice but not two of one name", () => {
    const one = fake("pooling", "One", empty);
    const registry = new Registry().add(one, one);
    expect(registry.all()).toHaveLength(1);
    expect(problemsFrom(() => registry.add(fake("pooling", "One", empty)))).toMatchObject([
      { code: "PTX_REGISTRY", where: "pooling One", message: expect.stringContaining("the name is taken") },
    ]);
    expect(problemsFrom(() => registry.add(fake("embedding", "One", empty)))).toEqual([]);
  });

  test("says which name is nearest when there is none", () => {
    expect(problemsFrom(() => sampleRegistry().get("optimizer" as never, "adm"))).toMatchObject([
      {
        code: "PTX_CONFIG_UNKNOWN_COMPONENT",
        where: "optimizer",
        message: 'no optimizer is called "adm"; did you mean "Adam"?  known: Adam, SGD',
      },
    ]);
    expect(new Registry().unknownName("optimizer" as never, "x")).toBe(
      'no optimizer is called "x"  known: none',
    );
  });

  test("splits a resolved slot into component and config", () => {
    const { component: found, config } = sampleRegistry().part(
      "optimizer" as never,
      { Adam: { lr: 3 } } as never,
    );
    expect(found).toMatchObject({ name: "Adam" });
    expect(config).toEqual({ lr: 3 });
    expect(problemsFrom(() => sampleRegistry().part("optimizer" as never, {} as never))).toMatchObject([
      { code: "PTX_CONFIG_MISSING" },
    ]);
  });
});

describe("a definition is refused", () => {
  const described = { description: "D." };
  const union = (a: TSchema, b: TSchema) => ({
    kind: "pooling",
    name: "X",
    schema: Type.Object({ u: Type.Union([a, b], described) }, described),
  });
  test.each<[string, unknown, string]>([
    ["that is no object", 3, "a component is an object, got the integer 3"],
    ["without a kind", { name: "X", schema: empty }, '"kind" must be a snake_case name'],
    [
      "with a kind that is not snake_case",
      { kind: "Pooling", name: "X", schema: empty },
      '"kind" must be a snake_case name',
    ],
    ["without a name", { kind: "pooling", schema: empty }, '"name" must be letters and digits'],
    [
      "whose name is no identifier",
      { kind: "pooling", name: "a-b", schema: empty },
      '"name" must be letters and digits',
    ],
    ["without a schema", { kind: "pooling", name: "X" }, '"schema" must be made by Type.Object({...}), got'],
    [
      "whose schema is no object",
      { kind: "pooling", name: "X", schema: Type.String() },
      '"schema" must be made by Type.Object',
    ],
    [
      "without a description",
      { kind: "pooling", name: "X", schema: Type.Object({}) },
      "the schema needs a description",
    ],
    [
      "with a key that is not described",
      { kind: "pooling", name: "X", schema: Type.Object({ a: Type.String() }, described) },
      'the key "a" needs a description',
    ],
    [
      "with an inner key that is not described",
      {
        kind: "pooling",
        name: "X",
        schema: Type.Object({ a: Type.Array(Type.Object({ b: Type.String() }), described) }, described),
      },
      'the key "a.b" needs a description',
    ],
    [
      "with a key that is not snake_case",
      { kind: "pooling", name: "X", schema: Type.Object({ Size: Type.String(described) }, described) },
      'the key "Size" must be snake_case',
    ],
    [
      "with an intersection",
      {
        kind: "pooling",
        name: "X",
        schema: Type.Object({ a: Type.Unsafe({ allOf: [], ...described }) }, described),
      },
      '"a" uses "allOf", which configs do not support',
    ],
    [
      "with a union of objects",
      union(Type.Object({ a: Type.String(described) }), Type.Record(Type.String(), Type.String())),
      '"u" is a union of several objects or components',
    ],
    [
      "with a union of a slot and an object",
      union(fakeSlot("pooling"), Type.Object({})),
      '"u" is a union of several objects or components',
    ],
    [
      "with a union of a slot and a text",
      union(fakeSlot("pooling"), Type.String()),
      '"u" is a union of a component and a text',
    ],
    [
      "whose check is no function",
      { kind: "pooling", name: "X", schema: empty, check: 3 },
      '"check" must be a function',
    ],
  ])("%s", (_, definition, message) => {
    const problems = problemsFrom(() => new Registry().add(definition as AnyComponent));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: "PTX_REGISTRY" });
    expect(problems[0]?.message).toContain(message);
  });

  test("with all its faults at once", () => {
    const faulty = { kind: "pooling", name: "a b", schema: Type.Object({ A: Type.String() }) };
    expect(problemsFrom(() => new Registry().add(faulty as never))).toHaveLength(4);
  });
});

test("component returns the definition itself, with the config's type given to its functions", () => {
  const definition = component({
    kind: "scheduler",
    name: "Sample",
    schema: Type.Object({ rate: Type.Number({ default: 1, description: "R." }) }, { description: "S." }),
    check: (config: { rate: number }) =>
      config.rate.toFixed(0) === "0" ? [{ path: "rate", message: "too small" }] : [],
  } as never) as unknown as { name: string; check(config: { rate: number }): unknown[] };
  expect(definition.name).toBe("Sample");
  expect(definition.check({ rate: 0.1 })).toHaveLength(1);
});

describe("a context", () => {
  const services = {
    log: { info: () => undefined, warn: () => undefined },
    settings: { seed: 3, threads: 2 },
  };
  const context = () => new Context(sampleRegistry(), services);

  test("holds the log and the settings", () => {
    expect(context().settings).toEqual({ seed: 3, threads: 2 });
    expect(context().log).toBe(services.log);
    expect(context().find(LOG)).toBe(services.log);
  });

  test("gives what was provided, each context its own", () => {
    const [one, two] = [context(), context()];
    one.provide("x", 5);
    expect(one.find("x")).toBe(5);
    expect(two.find("x")).toBeUndefined();
  });

  test("looks up the component behind a slot", () => {
    expect(context().part("optimizer" as never, { SGD: { lr: 1 } } as never)).toMatchObject({
      component: { name: "SGD" },
      config: { lr: 1 },
    });
  });
});

describe("an error", () => {
  test("shows every problem with code, place, message and hint", () => {
    const error = new PtxError([
      { code: "PTX_DATA", where: "a.tsv:3", message: "bad row" },
      { code: "PTX_USAGE", where: "x", message: "y", hint: "pytext-ts --help" },
    ]);
    expect(error.message).toBe("PTX_DATA  a.tsv:3\n  bad row\nPTX_USAGE  x\n  y\n  see: pytext-ts --help");
    expect(error.code).toBe("PTX_DATA");
    expect(Object.keys(errorCatalogue)).toContain(error.code);
  });

  test("is thrown only if there is a problem", () => {
    expect(() => throwIfAny([])).not.toThrow();
    expect(() => throwIfAny([{ code: "PTX_DATA", where: "", message: "" }])).toThrow(PtxError);
    expect(ptxError("PTX_DATA", "w", "m").problems).toEqual([{ code: "PTX_DATA", where: "w", message: "m" }]);
  });
});
