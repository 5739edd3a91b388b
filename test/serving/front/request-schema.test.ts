import { Type } from "typebox";
import { expect, test } from "vitest";
import { checked } from "../../../src/serving/front/request-schema.js";
import { listSchema, rowSchema } from "../../../src/serving/http/rows-schema.js";

const schema = Type.Object(
  {
    inputs: Type.Union([Type.String(), listSchema(rowSchema)]),
    pooling: Type.Optional(Type.Enum(["mean", "cls"])),
    timeout_ms: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: false },
);

test.each([
  [{ inputs: "a" }, null],
  [{ inputs: ["a", ["b", "c"], { text: 1 }] }, null],
  [
    {},
    'the required key "inputs" (string | list of (string | list of string, at least 1 | object), at least 1) is missing',
  ],
  [null, "expected object, got null"],
  [[1], "expected object, got the array [1]"],
  [
    { inputs: 3 },
    "inputs: expected string | list of (string | list of string, at least 1 | object), at least 1, got the integer 3",
  ],
  [
    { inputs: [] },
    "inputs: expected list of (string | list of string, at least 1 | object), at least 1, got the array []",
  ],
  [{ inputs: ["a", null] }, "inputs[1]: expected string | list of string, at least 1 | object, got null"],
  [{ inputs: ["a", ["b", 3]] }, "inputs[1][1]: expected string, got the integer 3"],
  [
    { inputs: "a", poling: "cls" },
    'unknown key "poling"; did you mean "pooling"?  known: inputs, pooling, timeout_ms',
  ],
  [
    { inputs: "a", pooling: "clss" },
    'pooling: expected "mean" | "cls", got the string "clss"; did you mean "cls"?',
  ],
  [{ inputs: "a", timeout_ms: 0 }, "timeout_ms: expected integer >= 1, got the integer 0"],
  [{ inputs: "a", timeout_ms: 1.5 }, "timeout_ms: expected integer >= 1, got the number 1.5"],
])("%j", (value, message) => {
  const told = (): string | null => {
    try {
      checked(schema, value);
      return null;
    } catch (error) {
      const { place, message: text, fault } = error as { place?: string; message: string; fault: string };
      expect(fault).toBe("invalid");
      return place === undefined ? text : `${place}: ${text}`;
    }
  };
  expect(told()).toBe(message);
});

test("a million wrong values make one short message", () => {
  const long = "k".repeat(100_000);
  for (const value of [
    { inputs: Array(1_000_000).fill(7) },
    { inputs: "a", [long]: 1 },
    { inputs: "a", pooling: long },
  ])
    expect(() => checked(schema, value)).toThrow(
      expect.objectContaining({ message: expect.toSatisfy((text: string) => text.length < 400) }),
    );
});
