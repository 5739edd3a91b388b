import { Type } from "typebox";
import { describe, expect, test } from "vitest";
import { Context } from "../../src/registry/context.js";
import { helpText } from "../../src/registry/help-text.js";
import { configJsonSchema } from "../../src/registry/json-schema.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import { Registry } from "../../src/registry/registry.js";
import { keyOfPath, sharedKeyOf, sharedPath } from "../../src/registry/shared-module.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { fake } from "./fakes.js";
import { problemsFrom } from "./problems.js";

const registry = defaultRegistry();
const KEY = "shared_module_key";

/** A config of two classifiers; `first` and `second` are their models. */
const config = (first: object, second: object): object => ({
  version: 1,
  task: {
    NewDisjointMultitask: {
      tasks: Object.fromEntries(
        Object.entries({ a: first, b: second }).map(([name, model]) => [
          name,
          {
            DocumentClassificationTask: {
              data: { Data: { source: { TSVDataSource: { train_filename: "x.tsv" } } } },
              model: { DocModel: model },
            },
          },
        ]),
      ),
    },
  },
});
const problems = (first: object, second: object) =>
  problemsFrom(() => resolveConfig(config(first, second), registry, { checkFiles: false }));
const place = (task: string) =>
  `task.NewDisjointMultitask.tasks.${task}.DocumentClassificationTask.model.DocModel`;

describe("shared_module_key", () => {
  test("is a key of every module and tensorizer, and of nothing else", () => {
    const modules = [
      "decoder",
      "embedding",
      "encoder",
      "pooling",
      "representation",
      "tag_output_layer",
      "tensorizer",
    ];
    const having = new Set(
      registry.all().flatMap(({ kind, schema }) => (KEY in schema.properties ? [kind as string] : [])),
    );
    expect([...having].sort()).toEqual(modules);
    for (const kind of modules)
      for (const name of registry.names(kind as "decoder"))
        expect(registry.get(kind as "decoder", name).schema.properties).toHaveProperty(KEY);
  });

  test("is explained by help-config and known to editors", () => {
    expect(helpText(registry, "BiLSTM")).toMatch(/shared_module_key: null \| string.* = null\n.*one module/);
    const { $defs } = configJsonSchema(registry) as { $defs: Record<string, { properties: object }> };
    expect($defs["representation.BiLSTM"]!.properties).toHaveProperty(KEY);
  });

  test("is null where it is not written", () => {
    const { config: resolved } = resolveConfig(config({}, {}), registry, { checkFiles: false });
    expect(JSON.stringify(resolved)).toContain('"shared_module_key":null');
    expect(sharedKeyOf({})).toBeNull();
  });

  test("may be given to modules of a user's own, whose definition stays as it is", () => {
    class Own {
      readonly kind = "representation";
      readonly name = "Own";
      readonly schema = Type.Object({}, { description: "One." });
      build(): string {
        return this.name;
      }
    }
    const own = new Own();
    const added = new Registry(["representation"]).add(own as never);
    const known = added.get("representation", "Own") as unknown as Own;
    expect(known.schema.properties).toHaveProperty(KEY);
    expect(own.schema.properties).not.toHaveProperty(KEY);
    expect(known.build()).toBe("Own");
    expect(() => added.add(own as never)).not.toThrow();
    expect(() => added.add(fake("representation", "Own", own.schema))).toThrow("the name is taken");
  });

  test("of the same key with another config, class or kind is told with both places", () => {
    const words = (dim: number) => ({ WordEmbedding: { embed_dim: dim, [KEY]: "w" } });
    expect(problems({ embedding: words(4) }, { embedding: words(5) })).toMatchObject([
      {
        code: "PTX_CONFIG_VALUE",
        where: expect.stringContaining(`${place("b")}.embedding`),
        message: expect.stringContaining(
          `embed_dim is the integer 5 here and the integer 4 at ${place("a")}`,
        ),
      },
    ]);
    const encoder = (name: string) => ({ representation: { [name]: { [KEY]: "e" } } });
    expect(problems(encoder("DocNNRepresentation"), encoder("BiLSTMDocAttention"))[0]!.message).toContain(
      "this is BiLSTMDocAttention and that at",
    );
    expect(
      problems({ embedding: words(4) }, { decoder: { MLPDecoder: { [KEY]: "w" } } })[0]!.message,
    ).toContain("this is of the kind decoder and that at");
  });

  test("is a name that a parameter path can hold", () => {
    expect(problems({ embedding: { WordEmbedding: { [KEY]: "a.b" } } }, {})[0]!.message).toContain(
      'got the string "a.b"',
    );
  });

  test("that stands at one place only is told to share nothing", () => {
    const once = config({ embedding: { WordEmbedding: { [KEY]: "w" } } }, {});
    expect(resolveConfig(once, registry, { checkFiles: false }).notes).toEqual([
      `${place("a")}.embedding: no other module has the shared_module_key "w", so nothing is shared`,
    ]);
    const twice = { embedding: { WordEmbedding: { [KEY]: "w" } } };
    expect(resolveConfig(config(twice, twice), registry, { checkFiles: false }).notes).toEqual([]);
  });

  test("is the second name in its parameters' paths", () => {
    expect(keyOfPath(`${sharedPath("lstm")}.layer0.weight`)).toBe("lstm");
    expect(keyOfPath("model.shared.weight")).toBeNull();
  });
});

describe("the contexts of several tasks", () => {
  const lines: string[] = [];
  const log = {
    info: (line: string) => void lines.push(line),
    warn: (line: string) => void lines.push(line),
  };
  const root = () => new Context(registry, { log, settings: { seed: 3, threads: 1 } });

  test("share what is shared, keep what they provide, and write their names before their lines", () => {
    const all = root();
    const [a, b] = [all.child("a"), all.child("b")];
    const made = a.shared("thing", () => ({ made: 1 }));
    expect(b.shared("thing", () => ({ made: 2 }))).toBe(made);
    expect(all.find("thing")).toBe(made);
    a.provide("own", { of: "a" });
    expect([a.find("own"), b.find("own"), all.find("own")]).toEqual([{ of: "a" }, undefined, undefined]);
    expect(b.settings.seed).toBe(3);
    b.log.warn("careful");
    expect(lines).toEqual(["b: careful"]);
  });

  test("of two runs share nothing", () => {
    root().shared("thing", () => ({ made: 1 }));
    expect(root().find("thing")).toBeUndefined();
  });
});
