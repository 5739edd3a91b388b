/** @file Models whose external data leads elsewhere, and files that are none: they are refused unread. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { inspectModel } from "../../../src/graph/onnx/inspect.js";
import { onnx } from "../../../src/graph/onnx/proto/onnx.js";
import { workplace } from "../../support/toy.js";
import { bytesOf, complaint, failure, write } from "./refused.js";

type GraphProto = onnx.GraphProto.$Properties;
const { DataType, DataLocation } = onnx.TensorProto;

const folder = workplace();

const float = { dataType: DataType.FLOAT };

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
  const say = (graph: GraphProto): Promise<string> => complaint(write(own, bytesOf(graph)));

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
        inspectModel(write(own, bytesOf({ node: node!, initializer: [...initializer!, ...many] }))),
      ),
    ).toMatchObject({
      message: expect.stringContaining("its tensors are over 16 times what the files beside it hold"),
    });
  });
});

test("a file beyond the format's end, and a folder, are refused unread", async () => {
  const path = write(folder, bytesOf({}));
  truncateSync(path, 2 ** 31 + 5);
  expect((await failure(inspectModel(path))).message).toContain(
    "it has 2147483653 bytes; a model file ends at 2147483647",
  );
  truncateSync(path, 0);
  expect((await failure(inspectModel(folder))).message).toMatch(/^PTX_FILE_MISSING .*\n.*this is a folder/);
});
