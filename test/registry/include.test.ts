import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "typebox";
import { describe, expect, test } from "vitest";
import { component, Slot } from "../../src/registry/component.js";
import { type Problem, PtxError } from "../../src/registry/errors.js";
import { includeFiles } from "../../src/registry/include.js";
import { resolveConfig } from "../../src/registry/load-config.js";
import type { Registry } from "../../src/registry/registry.js";
import { fake, sampleRegistry } from "./fakes.js";
import { around, at, TASK } from "./problems.js";

const folder = mkdtempSync(join(tmpdir(), "include-"));
const marker = Symbol("this very program");
const library = { component, Slot, marker };

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function problems(registry: Registry, ...files: string[]): Promise<readonly Problem[]> {
  const error: unknown = await includeFiles(registry, files, library).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof PtxError ? error.problems : [];
}

const typescript = file(
  "gated.ts",
  `import { component, marker, type Whatever } from "pytext-ts";
import { Type, type Static } from "typebox";
import { helper } from "./helper.ts";

interface Local { readonly size: number }
const schema = Type.Object(
  { size: Type.Integer({ minimum: 1, default: helper(2), description: "Size." }) },
  { description: "Gates." },
);
export const seen: unknown = marker;
export const GatedPooling = component({ kind: "pooling", name: "GatedPooling", schema, build: (config: Local) => config.size } as never);
export default GatedPooling;
`,
);
file("helper.ts", "export const helper = (x: number): number => x * 4;\n");

describe("an included file", () => {
  test("in TypeScript registers its components, which configs may then use", async () => {
    const registry = sampleRegistry();
    await includeFiles(registry, [typescript], library);
    const { config } = resolveConfig(around({ model: { layers: ["GatedPooling"] } }), registry);
    expect(at(config, ...TASK, "model", "DocModel", "layers")).toEqual([{ GatedPooling: { size: 8 } }]);
  });

  test("gets this very program as pytext-ts, not a copy", async () => {
    const probe = file(
      "probe.mjs",
      `import { component, marker } from "pytext-ts";
import { Type } from "typebox";
export const P = component({ kind: "pooling", name: "Probe", schema: Type.Object({}, { description: "P." }), marker });`,
    );
    const registry = sampleRegistry();
    await includeFiles(registry, [probe], library);
    expect(registry.get("pooling" as never, "Probe")).toMatchObject({ marker });
  });

  test("may bring a new kind together with the component whose slot takes it", async () => {
    const both = file(
      "both.mjs",
      `import { Slot } from "pytext-ts";
import { Type } from "typebox";
const d = { description: "D." };
export const a = { kind: "gate", name: "Gate", schema: Type.Object({}, d) };
export const b = { kind: "pooling", name: "Gating", schema: Type.Object({ gate: Slot("gate", { default: "Gate", ...d }) }, d) };`,
    );
    const registry = sampleRegistry();
    await includeFiles(registry, [both], library);
    expect(registry.names("gate" as never)).toEqual(["Gate"]);
  });

  test("that does not exist is missed by name", async () => {
    expect(await problems(sampleRegistry(), join(folder, "gatd.ts"))).toMatchObject([
      { code: "PTX_FILE_MISSING", message: expect.stringContaining('did you mean "gated.ts"?') },
    ]);
  });

  test.each([
    [
      "without a component",
      "export const x = 1;",
      "the file exports no component; export what component({ kind, name, schema, ... }) returns  exports: x",
    ],
    ["without any export", "const x = 1;", "exports: nothing"],
    ["with a syntax error", "export const = 3;", "the file cannot be loaded: "],
    ["that throws", 'throw new Error("at work");', "the file cannot be loaded: at work"],
    ["that imports what is not there", 'import "./gone.mjs";', "the file cannot be loaded: "],
    [
      "with a faulty definition",
      'export const c = { kind: "pooling", name: "A B", schema: { type: "object", properties: {}, description: "D." } };',
      'pooling A B: "name" must be letters and digits',
    ],
    [
      "with a schema that is not sound",
      'export const c = { kind: "pooling", name: "A", schema: { type: "object", description: "D.", properties: { a: { type: "strng", description: "A." } } } };',
      "pooling A: the schema is not sound: ",
    ],
    [
      "with a name that is taken",
      'export const c = { kind: "pooling", name: "MaxPool", schema: { type: "object", description: "D.", properties: {} } };',
      'the name is taken: a pooling called "MaxPool" is registered already',
    ],
    [
      "of a kind that nothing takes",
      'export const c = { kind: "poolings", name: "A", schema: { type: "object", description: "D.", properties: {} } };',
      'poolings A: no slot takes the kind "poolings"; did you mean "pooling"?',
    ],
  ])("%s is refused with the file's name", async (what, text, message) => {
    const path = file(`${what.replaceAll(/\W/g, "-")}.mjs`, text);
    const [problem] = await problems(sampleRegistry(), path);
    expect(problem).toMatchObject({ code: "PTX_REGISTRY", where: `--include ${path}` });
    expect(problem?.message).toContain(message);
  });

  test("that lacks a function which every component of its kind has is refused", async () => {
    const schema = Type.Object({}, { description: "D." });
    const build = () => 0;
    const registry = sampleRegistry().add(
      Object.assign(
        fake("gate", "One", schema, () => []),
        { build, prepare: build },
      ),
      Object.assign(
        fake("gate", "Two", schema, () => []),
        { build },
      ),
    );
    const path = file(
      "lacking.mjs",
      'export const c = { kind: "gate", name: "Three", schema: { type: "object", description: "D.", properties: {} }, bild() {} };',
    );
    expect(await problems(registry, path)).toMatchObject([
      { code: "PTX_REGISTRY", message: 'gate Three lacks the function "build", which every gate has' },
    ]);
  });
});
