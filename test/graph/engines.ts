/** @file Engines for tests, made as a task would make them: by component, with the schema's defaults. */
import { Value } from "typebox/value";
import type { Engine } from "../../src/engine/engine.js";
import { onnxruntime } from "../../src/engine/onnxruntime.js";
import { tensorflow } from "../../src/engine/tensorflow.js";
import type { TensorData } from "../../src/graph/dtype.js";
import { Context } from "../../src/registry/context.js";
import { Registry } from "../../src/registry/registry.js";

const makers = {
  onnxruntime: (context: Context) => onnxruntime.create(Value.Create(onnxruntime.schema), context),
  tensorflow: (context: Context) => tensorflow.create(Value.Create(tensorflow.schema), context),
};

/** The name of an engine. */
export type EngineName = keyof typeof makers;

/** All engines. */
export const engineNames: readonly EngineName[] = ["onnxruntime", "tensorflow"];

const made = new Map<EngineName, Promise<Engine>>();

/** An engine on one thread; the same one for every caller in this process. */
export function engine(name: EngineName): Promise<Engine> {
  const known = made.get(name);
  if (known !== undefined) return known;
  const log = { info: () => {}, warn: () => {} };
  const making = makers[name](new Context(new Registry(), { log, settings: { seed: 1, threads: 1 } }));
  made.set(name, making);
  return making;
}

/** Elements as plain numbers. */
export function numbers(data: TensorData): number[] {
  return Array.from(data as ArrayLike<number | bigint>, Number);
}
