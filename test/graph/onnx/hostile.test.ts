/** @file Model files that were made to do harm, or by mistake: each is refused by name, at once, before a run time sees it. */
import { describe, expect, it, test } from "vitest";
import { onnx } from "../../../src/graph/onnx/proto/onnx.js";
import { cpuTime } from "../../support/cpu-time.js";
import { workplace } from "../../support/toy.js";
import { declare } from "./messages.js";
import { bytesOf, complaint, relu, write, x } from "./refused.js";

type GraphProto = onnx.GraphProto.$Properties;
type NodeProto = onnx.NodeProto.$Properties;
type TensorProto = onnx.TensorProto.$Properties;
const { DataType } = onnx.TensorProto;

const folder = workplace();

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
    expect(await complaint(write(folder, bytesOf(graph)))).toContain(message);
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
    expect(await complaint(write(folder, bytes))).toContain(message);
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
    expect(await complaint(write(folder, bytes))).toContain(message);
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
    expect(await complaint(write(folder, bytes))).toContain(
      "its parts lie more than 100 deep in one another",
    );
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
    const start = cpuTime();
    expect(await complaint(write(folder, Buffer.concat([bytesOf({}), tag, empty])))).toContain(
      "more small parts than can be held in memory",
    );
    expect(cpuTime() - start).toBeLessThan(5000);
  });
});

test("names that steer a terminal are printed as escapes, and long ones short", async () => {
  const node = { ...relu, name: `\u001b[2J${"n".repeat(100_000)}`, input: ["\u001b]0;title\u0007"] };
  const message = await complaint(write(folder, bytesOf({ node: [node] })));
  expect(message).not.toMatch(/[^\P{Cc}\n]/u);
  expect(message.length).toBeLessThan(800);
});
