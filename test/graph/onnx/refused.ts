/** @file Model files to be refused: how they are written, and what each reader says of them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { OnnxModelFile } from "../../../src/engine/ort-model.js";
import { readModel } from "../../../src/graph/onnx/file.js";
import { inspectModel } from "../../../src/graph/onnx/inspect.js";
import type { onnx } from "../../../src/graph/onnx/proto/onnx.js";
import { readRunnable } from "../../../src/graph/onnx/runnable.js";
import { loadModel } from "../../../src/library.js";
import { PtxError } from "../../../src/registry/errors.js";
import { declare, model } from "./messages.js";

type GraphProto = onnx.GraphProto.$Properties;

/** An input of three columns, and a node that reads it. */
export const x = declare("x", 1, "n", 3);
export const relu: onnx.NodeProto.$Properties = { opType: "Relu", input: ["x"], output: ["y"], name: "r" };

/** A model of one node, but for what is given. */
export const bytesOf = (graph: GraphProto, rest: onnx.ModelProto.$Properties = {}): Uint8Array =>
  model([relu], graph, rest);

let files = 0;

/** Writes a model's file into a folder; its path. */
export function write(folder: string, bytes: Uint8Array): string {
  const path = join(folder, `model${files++}.onnx`);
  writeFileSync(path, bytes);
  return path;
}

/** Opens a file for the run time, as `predict` does. */
export const open = async (path: string): Promise<OnnxModelFile> =>
  OnnxModelFile.open(await readRunnable(path), 1);

/** The error that something ends with. */
export async function failure(promise: Promise<unknown>): Promise<PtxError> {
  const error = await promise.then(
    () => new Error("nothing was refused"),
    (reason: Error) => reason,
  );
  expect(error).toBeInstanceOf(PtxError);
  return error as PtxError;
}

/** What inspect and the run time's front say of a file; they say the same. The reader of graphs and `predict` refuse it too. */
export async function complaint(path: string): Promise<string> {
  const [shown, opened, read, loaded] = await Promise.all([
    failure(inspectModel(path)),
    failure(open(path)),
    failure(readModel(path)),
    failure(loadModel(path)),
  ]);
  for (const { message } of [opened, loaded]) expect(message).toBe(shown.message);
  for (const { code } of [shown, read]) expect(code).toBe("PTX_MODEL_FILE");
  return shown.message;
}
