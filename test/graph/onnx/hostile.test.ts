/** @file Model files that were made to do harm, or by mistake: each is refused by name, at once, before a run time sees it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { OnnxModelFile } from "../../../src/engine/ort-model.js";
import { readModel } from "../../../src/graph/onnx/file.js";
import { inspectModel } from "../../../src/graph/onnx/inspect.js";
import { onnx } from "../../../src/graph/onnx/proto/onnx.js";
import { loadModel } from "../../../src/library.js";
import { PtxError } from "../../../src/registry/errors.js";
import { workplace } from "../../support/toy.js";
import { declare, model } from "./messages.js";

type GraphProto = onnx.GraphProto.$Properties;
type ModelProto = onnx.ModelProto.$Properties;
type NodeProto = onnx.NodeProto.$Properties;
type TensorProto = onnx.TensorProto.$Properties;
const { DataType, DataLocation } = onnx.TensorProto;

const folder = workplace();
let files = 0;

const x = declare("x", DataType.FLOAT, "n", 3);
const relu: NodeProto = { opType: "Relu", input: ["x"], output: ["y"], name: "r" };

const bytesOf = (graph: GraphProto, rest: ModelProto = {}): Uint8Array => model([relu], graph, rest);

function write(bytes: Uint8Array): string {
  const path = join(folder, `model${files++}.onnx`);
  writeFileSync(path, bytes);
  return path;
}

async function failure(promise: Promise<unknown>): Promise<PtxError> {
  const error = await promise.then(
    () => new Error("nothing was refused"),
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(PtxError);
  return error as PtxError;
}

/** What inspect and the run time's front say of a file; they say the same. The reader of graphs and `predict` refuse it too. */
async function complaint(path: string): Promise<string> {
  const [shown, opened, read, loaded] = await Promise.all([
    failure(inspectModel(path)),
    failure(OnnxModelFile.open(path, 1)),
    failure(readModel(path)),
    failure(loadModel(path)),
  ]);
  expect(opened.message).toBe(shown.message);
  for (const { code } of [shown, read, loaded]) expect(code).toBe("PTX_MODEL_FILE");
  return shown.message;
}

const stored = (proto: TensorProto): GraphProto => ({ initializer: [{ name: "w", ...proto }] });
const float = { dataType: DataType.FLOAT };
const call = (opType: string, input: string, output: string): NodeProto => ({
  opType,
  domain: "d",
  input: [input],
  output: [output],
});

describe("a model is refused that has", () => {
  it.each<[string, GraphProto, string]>([
    [
      "a negative size",
      stored({ ...float, dims: [-1], floatData: [1] }),
      'the tensor "w" has the impossible shape [-1]',
    ],
    [
      "sizes that overflow",
      stored({ ...float, dims: [2 ** 32, 2 ** 32] }),
      "has the impossible shape [4294967296,4294967296]",
    ],
    [
      "a huge size without data",
      stored({ ...float, dims: [2 ** 40], floatData: [1] }),
      "has 1 elements, its shape [1099511627776] needs 1099511627776",
    ],
    [
      "a huge number of texts",
      stored({ dataType: DataType.STRING, dims: [2 ** 36] }),
      "has 0 elements, its shape [68719476736] needs",
    ],
    [
      "too few raw bytes, of a type that graphs lack",
      stored({ dataType: DataType.BFLOAT16, dims: [3], rawData: new Uint8Array(5) }),
      "has 5 bytes, BFLOAT16[3] needs 6",
    ],
    [
      "half bytes that do not fit",
      stored({ dataType: DataType.INT4, dims: [3], rawData: new Uint8Array(3) }),
      "has 3 bytes, INT4[3] needs 2",
    ],
    [
      "a huge constant in a node",
      {
        node: [
          {
            opType: "Constant",
            output: ["y"],
            attribute: [{ name: "value", type: 4, t: { ...float, dims: [2 ** 40], floatData: [1] } }],
          },
        ],
      },
      "its shape [1099511627776] needs",
    ],
    [
      "a huge sparse tensor",
      {
        sparseInitializer: [
          {
            dims: [2 ** 40],
            values: { name: "s", ...float, dims: [1], floatData: [1] },
            indices: { dataType: DataType.INT64, dims: [1], int64Data: [1] },
          },
        ],
      },
      "stands for 1099511627776 elements",
    ],
    [
      "an input of a negative size",
      { input: [declare("x", 1, -7, 3)] },
      'the value "x" has the impossible size -7',
    ],
    [
      "an input whose sizes overflow",
      { input: [declare("x", 1, 2 ** 31, 2 ** 31)] },
      "has the impossible shape [2147483648,2147483648]",
    ],
    ["one name for two nodes' outputs", { node: [relu, { ...relu, name: "q" }] }, '"y" is defined twice'],
    ["one name for two inputs", { input: [x, x] }, '"x" is defined twice'],
    [
      "a read of nothing",
      { node: [{ ...relu, input: ["q"] }] },
      'the node "r" (Relu) reads "q", which nothing defines',
    ],
    ["an output of nothing", { output: [{ name: "z" }] }, 'no node makes the output "z"'],
    [
      "a circle",
      {
        node: [
          { ...relu, name: "a", input: ["b"], output: ["a"] },
          { ...relu, name: "b", input: ["a"], output: ["b"] },
          relu,
        ],
      },
      'its graph has a cycle: the node "a" (Relu) waits for what is made after it',
    ],
    ["a node that reads itself", { node: [{ ...relu, input: ["y"] }] }, "its graph has a cycle"],
    [
      "a circle through a body",
      {
        node: [
          {
            opType: "If",
            name: "if",
            input: ["x"],
            output: ["y"],
            attribute: [
              {
                name: "then_branch",
                type: 5,
                g: {
                  name: "b",
                  node: [{ opType: "Relu", input: ["y"], output: ["z"] }],
                  output: [{ name: "z" }],
                },
              },
            ],
          },
        ],
      },
      'its graph has a cycle: the node "if" (If)',
    ],
    [
      "a loop over more inputs than it has",
      {
        node: [
          {
            opType: "Scan",
            name: "s",
            input: ["x"],
            output: ["y"],
            attribute: [{ name: "num_scan_inputs", type: 2, i: 2 ** 40 }],
          },
        ],
      },
      "cannot scan 1099511627776 of its 1 inputs",
    ],
    [
      "a division that ends the process",
      {
        node: [{ opType: "Div", name: "d", input: ["a", "b"], output: ["y"] }],
        initializer: [
          {
            name: "a",
            dataType: DataType.INT64,
            dims: [1],
            rawData: Buffer.from(BigInt64Array.of(-(2n ** 63n)).buffer),
          },
          { name: "b", dataType: DataType.INT64, dims: [1], int64Data: [-1] },
        ],
      },
      'the node "d" (Div) divides -9223372036854775808 by -1',
    ],
  ])("%s", async (_, graph, message) => {
    expect(await complaint(write(bytesOf(graph)))).toContain(message);
  });

  const functions = (...bodies: readonly (readonly [name: string, node: NodeProto[]])[]): Uint8Array =>
    bytesOf(
      { node: [call("f0", "x", "y")] },
      {
        opsetImport: [
          { domain: "", version: 17 },
          { domain: "d", version: 1 },
        ],
        functions: bodies.map(([name, node]) => ({
          name,
          domain: "d",
          input: ["x"],
          output: ["y"],
          opsetImport: [
            { domain: "", version: 17 },
            { domain: "d", version: 1 },
          ],
          node,
        })),
      },
    );
  const twice = (i: number): [string, NodeProto[]] => [
    `f${i}`,
    i === 25 ? [relu] : [call(`f${i + 1}`, "x", "t"), call(`f${i + 1}`, "t", "y")],
  ];
  const chain = (i: number): [string, NodeProto[]] => [
    `f${i}`,
    i === 199 ? [relu] : [call(`f${i + 1}`, "x", "y")],
  ];

  it.each<[string, Uint8Array, string]>([
    [
      "a function that calls itself",
      functions(["f0", [call("f0", "x", "y")]]),
      'the function "f0" calls itself',
    ],
    [
      "functions that call each other",
      functions(["f0", [call("f1", "x", "y")]], ["f1", [call("f0", "x", "y")]]),
      'the function "f0" calls itself',
    ],
    [
      "functions that become millions of nodes",
      functions(...Array.from({ length: 26 }, (_, i) => twice(i))),
      "its functions become over 1048576 nodes",
    ],
    [
      "functions too deep, called from the top",
      functions(...Array.from({ length: 200 }, (_, i) => chain(i))),
      "call one another over 64 deep",
    ],
    [
      "functions too deep, known from the bottom",
      functions(...Array.from({ length: 200 }, (_, i) => chain(199 - i))),
      "call one another over 64 deep",
    ],
    [
      "a circle in a function",
      functions(["f0", [{ ...relu, input: ["y"] }]]),
      "function f0\n  its graph has a cycle",
    ],
    ["one function twice", functions(["f0", [relu]], ["f0", [relu]]), 'the function "f0" is defined twice'],
  ])("%s", async (_, bytes, message) => {
    expect(await complaint(write(bytes))).toContain(message);
  });

  it.each<[string, Uint8Array, string]>([
    ["nothing in it", new Uint8Array(), "it is not a whole ONNX model (no graph, or no operator set)"],
    [
      "no graph",
      onnx.ModelProto.encode({ irVersion: 8, opsetImport: [{ version: 17 }] }).finish(),
      "no graph, or no operator set",
    ],
    ["no operator set", bytesOf({}, { opsetImport: [] }), "no graph, or no operator set"],
    [
      "text instead of a model",
      Buffer.from("<html><body>Not found</body></html>"),
      "it is not a whole ONNX model (at byte",
    ],
    ["its end missing", bytesOf({}).subarray(0, 40), "it is not a whole ONNX model (at byte"],
    [
      "a length beyond its end",
      Uint8Array.of(58, 255, 255, 255, 255, 15),
      "has a part of 4294967295 bytes where 0 are left",
    ],
    ["a number without an end", new Uint8Array(40).fill(255), "has a number that does not end"],
  ])("%s", async (_, bytes, message) => {
    expect(await complaint(write(bytes))).toContain(message);
  });

  test("parts too deep in one another", async () => {
    let type = Buffer.from([8, 1]);
    for (let i = 0; i < 400; i++) {
      const length = type.length < 128 ? [type.length] : [(type.length & 127) | 128, type.length >> 7];
      type = Buffer.concat([Buffer.from([i % 2 === 0 ? 10 : 34, ...length]), type]);
    }
    const typed = onnx.ValueInfoProto.encode({ name: "q" }).finish();
    const size = (n: number) => (n < 128 ? [n] : [(n & 127) | 128, n >> 7]);
    const value = Buffer.concat([typed, Buffer.from([18, ...size(type.length)]), type]);
    const graph = Buffer.concat([Buffer.from([90, ...size(value.length)]), value]);
    const bytes = Buffer.concat([bytesOf({}), Buffer.from([58, ...size(graph.length)]), graph]);
    expect(await complaint(write(bytes))).toContain("its parts lie more than 100 deep in one another");
  });

  test("more small parts than memory holds", async () => {
    const empty = Buffer.alloc(2 * 3_000_000);
    for (let i = 0; i < empty.length; i += 2) empty[i] = 0x0a; // an empty node in each two bytes
    const tag = Buffer.from([
      58,
      ...[empty.length & 127, (empty.length >> 7) & 127, (empty.length >> 14) & 127].map(
        (part) => part | 128,
      ),
      empty.length >> 21,
    ]);
    const start = performance.now();
    expect(await complaint(write(Buffer.concat([bytesOf({}), tag, empty])))).toContain(
      "more small parts than can be held in memory",
    );
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe("external data", () => {
  const external = (location: string, offset?: string, length?: string): GraphProto => ({
    node: [{ opType: "Add", name: "a", input: ["x", "w"], output: ["y"] }],
    initializer: [
      {
        name: "w",
        ...float,
        dims: [3],
        dataLocation: DataLocation.EXTERNAL,
        externalData: Object.entries({ location, offset, length }).flatMap(([key, value]) =>
          value === undefined ? [] : [{ key, value }],
        ),
      },
    ],
  });
  const own = join(folder, "own");
  mkdirSync(own);
  writeFileSync(join(folder, "secret"), Buffer.alloc(64));
  writeFileSync(join(own, "weights"), Buffer.alloc(64));
  writeFileSync(join(own, "short"), Buffer.alloc(8));
  mkdirSync(join(own, "folder"));
  const say = (graph: GraphProto): Promise<string> => {
    const path = join(own, `model${files++}.onnx`);
    writeFileSync(path, bytesOf(graph));
    return complaint(path);
  };

  it.each<[string, GraphProto, string]>([
    [
      "above the folder",
      external("../secret"),
      'its external data "../secret" lies outside the model\'s folder',
    ],
    ["above the folder by a detour", external("folder/../../secret"), "lies outside the model's folder"],
    ["above the folder as Windows writes it", external("..\\secret"), "lies outside the model's folder"],
    ["at an absolute place", external("/etc/hostname"), "lies outside the model's folder"],
    ["at a place on a drive", external("C:\\secret"), "lies outside the model's folder"],
    ["that is missing", external("nowhere"), "cannot be read: ENOENT"],
    ["whose name no file can have", external("a\0b"), "cannot be read"],
    ["that is a folder", external("folder"), "it is no ordinary file"],
    ["that is too short", external("short"), "needs its bytes up to 12, it has 8"],
    ["beyond its end", external("weights", "60"), "needs its bytes up to 72, it has 64"],
    ["before its start", external("weights", "-4"), 'needs 12 bytes of "weights", the model says 12 from -4'],
    ["beyond all numbers", external("weights", `${2n ** 62n}`), "the model says 12 from 4611686018427388000"],
    ["of another length", external("weights", "0", "16"), "the model says 16 from 0"],
    [
      "that is nowhere",
      {
        ...external("x"),
        initializer: [{ name: "w", ...float, dims: [3], dataLocation: DataLocation.EXTERNAL }],
      },
      "the model does not say where",
    ],
  ])("%s is refused", async (_, graph, message) => {
    expect(await say(graph)).toContain(message);
  });

  test.skipIf(process.platform === "win32")(
    "behind a link out of the folder is refused, behind one within it read",
    async () => {
      symlinkSync(join(folder, "secret"), join(own, "out"));
      symlinkSync(join(own, "weights"), join(own, "in"));
      symlinkSync("/dev/zero", join(own, "zero"));
      expect(await say(external("out"))).toContain(
        'its external data "out" lies outside the model\'s folder',
      );
      expect(await say(external("zero"))).toContain("lies outside the model's folder");
      const path = join(own, "linked.onnx");
      writeFileSync(path, bytesOf(external("in")));
      expect((await inspectModel(path)).external).toEqual([{ file: "in", bytes: 64 }]);
    },
  );

  test.skipIf(process.platform === "win32")("that is a pipe is refused, and not waited for", async () => {
    execFileSync("mkfifo", [join(own, "pipe"), join(own, "pipe.onnx")]);
    expect(await say(external("pipe"))).toContain("it is no ordinary file");
    expect((await failure(inspectModel(join(own, "pipe.onnx")))).message).toContain("it is no ordinary file");
  });

  test.skipIf(process.platform === "win32")(
    "of a model that is a link itself may lie beside what it links to",
    async () => {
      const path = join(own, "real.onnx");
      writeFileSync(path, bytesOf(external("weights")));
      const elsewhere = join(folder, "elsewhere");
      mkdirSync(elsewhere);
      symlinkSync(path, join(elsewhere, "model.onnx"));
      symlinkSync(join(own, "weights"), join(elsewhere, "weights"));
      expect((await inspectModel(join(elsewhere, "model.onnx"))).content.sha256).toBe(
        (await inspectModel(path)).content.sha256,
      );
    },
  );

  test("that many tensors share is not read without end", async () => {
    const { node, initializer } = external("weights");
    const many = Array.from({ length: 2000 }, (_, i) => ({ ...initializer![0]!, name: `w${i}` }));
    expect(
      await failure(
        inspectModel(writeInto(own, bytesOf({ node: node!, initializer: [...initializer!, ...many] }))),
      ),
    ).toMatchObject({
      message: expect.stringContaining("its tensors are over 16 times what the files beside it hold"),
    });
  });
});

function writeInto(place: string, bytes: Uint8Array): string {
  const path = join(place, `model${files++}.onnx`);
  writeFileSync(path, bytes);
  return path;
}

test("a file beyond the format's end, and a folder, are refused unread", async () => {
  const path = write(bytesOf({}));
  truncateSync(path, 2 ** 31 + 5);
  expect((await failure(inspectModel(path))).message).toContain(
    "it has 2147483653 bytes; a model file ends at 2147483647",
  );
  truncateSync(path, 0);
  expect((await failure(inspectModel(folder))).message).toMatch(/^PTX_FILE_MISSING .*\n.*this is a folder/);
});

test("names that steer a terminal are printed as escapes, and long ones short", async () => {
  const node = { ...relu, name: `\u001b[2J${"n".repeat(100_000)}`, input: ["\u001b]0;title\u0007"] };
  const message = await complaint(write(bytesOf({ node: [node] })));
  expect(message).not.toMatch(/[^\P{Cc}\n]/u);
  expect(message.length).toBeLessThan(800);
});

describe("a foreign model", () => {
  test("with operators and types that graphs do not have is opened by the run time, and inspected", async () => {
    const path = write(
      bytesOf(
        {
          node: [
            { opType: "HardSwish", name: "h", input: ["x"], output: ["t"] },
            { ...relu, input: ["t"], opType: "Mish" },
          ],
        },
        { opsetImport: [{ version: 18 }] },
      ),
    );
    const model = await OnnxModelFile.open(path, 1);
    const { y } = await model.run({ x: { dtype: "float32", dims: [1, 3], data: Float32Array.of(0, 3, 30) } });
    expect([...(y!.data as Float32Array)].map((value) => Math.round(value))).toEqual([0, 3, 30]);
    await model.release();
    expect((await inspectModel(path)).operators).toEqual({ HardSwish: 1, Mish: 1 });
    expect((await failure(readModel(path))).message).toContain("the operator HardSwish is not supported");
    expect((await failure(loadModel(path))).message).toContain(
      "does not carry the task, config, labels and form of input",
    );
  });

  test("with nodes out of order, open sizes written as -1, and an unknown domain, is inspected", async () => {
    const nodes = [
      { ...relu, domain: "com.acme", opType: "Frob", input: ["t"] },
      { ...relu, name: "q", output: ["t"] },
    ];
    const path = write(bytesOf({ node: nodes, input: [declare("x", 1, -1, 3)] }));
    const { operators, inputs, content } = await inspectModel(path);
    expect(operators).toEqual({ Relu: 1, "com.acme.Frob": 1 });
    expect(inputs).toEqual([{ name: "x", type: "float32[?,3]", dtype: "float32", shape: [null, 3] }]);
    expect(content).toMatchObject({ recorded: null, state: "unrecorded" });
    expect((await failure(OnnxModelFile.open(path, 1))).code).toBe("PTX_ENGINE");
  });

  test.each([3, 99, -1])("of operator set %i is the run time's to refuse", async (version) => {
    const path = write(bytesOf({ node: [{ ...relu, opType: "Mish" }] }, { opsetImport: [{ version }] }));
    expect((await failure(OnnxModelFile.open(path, 1))).code).toBe("PTX_ENGINE");
    expect((await inspectModel(path)).opsets).toEqual({ "ai.onnx": version });
    expect((await failure(readModel(path))).message).toContain(`it uses operator set ${version}`);
  });
});

describe("metadata", () => {
  const good = {
    ...{ task: "DocumentClassificationTask", config: "{}", labels: '{"labels":["a"]}' },
    ...{ input: "text", offset_unit: "utf16" },
  };
  it.each<[Record<string, string>, RegExp]>([
    [{ ...good, labels: "{" }, /^PTX_MODEL_FILE .*\n.*its metadata "labels" is not valid JSON/],
    [{ ...good, config: "not json" }, /^PTX_MODEL_FILE .*\n.*its metadata "config" is not valid JSON/],
    [
      { ...good, config: "[]" },
      /^PTX_MODEL_FILE .*\n.*its metadata "config" is not what an exported file has there/,
    ],
    [{ ...good, labels: '{"labels":[1]}' }, /its metadata "labels" is not what an exported file has there/],
    [{ ...good, metrics: "7" }, /its metadata "metrics" is not what an exported file has there/],
    [{ ...good, sizes: '{"batch":0}' }, /its metadata "sizes" is not what an exported file has there/],
    [{ ...good, input: "speech" }, /does not carry the task, config, labels and form of input/],
    [{ ...good, data: "[{}]" }, /its metadata "data" is not what an exported file has there/],
    [{ ...good, config: '{"task":{"Nope":{}}}' }, /^PTX_CONFIG_UNKNOWN_COMPONENT .*config/],
  ])("%j is refused", async (metadata, message) => {
    const metadataProps = Object.entries(metadata).map(([key, value]) => ({ key, value }));
    const path = write(bytesOf({}, { metadataProps }));
    expect((await failure(loadModel(path))).message).toMatch(message);
    expect((await inspectModel(path)).metadata).toEqual(metadata);
  });
});

describe("the reader of graphs takes no more time or memory than a file is worth:", () => {
  const many = 20_000;
  const values = Array.from({ length: many }, (_, i) => `v${i}`);
  it.each<[string, () => GraphProto, RegExp | null]>([
    [
      "nodes in a row",
      () => ({
        node: values.map((name, i) => ({
          opType: "Relu",
          input: [i === 0 ? "x" : values[i - 1]!],
          output: [i === many - 1 ? "y" : name],
        })),
      }),
      null,
    ],
    [
      "outputs of a loop's body",
      () => ({
        input: [declare("x", 1, 4, 3)],
        node: [
          {
            opType: "Scan",
            name: "s",
            input: ["x"],
            output: ["y", ...values.slice(1)],
            attribute: [
              { name: "num_scan_inputs", type: 2, i: 1 },
              {
                name: "body",
                type: 5,
                g: {
                  name: "b",
                  input: [{ name: "e" }],
                  node: values.map((name) => ({ opType: "Relu", input: ["e"], output: [name] })),
                  output: values.map((name) => ({ name })),
                },
              },
            ],
          },
        ],
      }),
      null,
    ],
    [
      "a slice along as many axes as an input may have",
      () => ({
        input: [x, declare("s", 7, 2 ** 30)],
        node: [{ opType: "Slice", name: "c", input: ["x", "s", "s"], output: ["y"] }],
      }),
      null,
    ],
    [
      "a choice by as many axes",
      () => ({
        input: [x, declare("s", 7, 2, 2 ** 30)],
        node: [{ opType: "GatherND", name: "c", input: ["x", "s"], output: ["y"] }],
      }),
      /picks from 1073741824 axes of a tensor of rank 2/,
    ],
    [
      "sizes of a thousand symbols, multiplied",
      () => {
        const sum = values.slice(0, 1000).join("+");
        return {
          input: [declare("x", 1, sum, sum, sum)],
          node: [
            {
              opType: "Flatten",
              name: "f",
              input: ["x"],
              output: ["y"],
              attribute: [{ name: "axis", type: 2, i: 3 }],
            },
          ],
        };
      },
      /a size of over 1000 terms/,
    ],
  ])("%s", async (_, graph, message) => {
    const path = write(bytesOf(graph()));
    const start = performance.now();
    if (message === null) expect((await readModel(path)).graph.outputs.size).toBe(1);
    else expect((await failure(readModel(path))).message).toMatch(message);
    await inspectModel(path);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
