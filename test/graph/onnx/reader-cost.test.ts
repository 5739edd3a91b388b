/** @file Models that are small but might cost much. */
import { describe, expect, it } from "vitest";
import { readModel } from "../../../src/graph/onnx/file.js";
import { inspectModel } from "../../../src/graph/onnx/inspect.js";
import type { onnx } from "../../../src/graph/onnx/proto/onnx.js";
import { cpuTime } from "../../support/cpu-time.js";
import { workplace } from "../../support/toy.js";
import { declare } from "./messages.js";
import { bytesOf, failure, write, x } from "./refused.js";

type GraphProto = onnx.GraphProto.$Properties;

const folder = workplace();

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
      /picks from 1073741824 axes behind 0 of a tensor of rank 2/,
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
    const path = write(folder, bytesOf(graph()));
    const start = cpuTime();
    if (message === null) expect((await readModel(path)).graph.outputs.size).toBe(1);
    else expect((await failure(readModel(path))).message).toMatch(message);
    await inspectModel(path);
    expect(cpuTime() - start).toBeLessThan(5000);
  });
});
