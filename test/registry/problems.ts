import { type Problem, PtxError } from "../../src/registry/errors.js";
import { type LoadOptions, resolveConfig } from "../../src/registry/load-config.js";
import type { RunConfig } from "../../src/registry/run-config.js";
import { sampleRegistry } from "./fakes.js";

/** The problems that a call throws; an empty list when it throws nothing. */
export function problemsFrom(call: () => unknown): readonly Problem[] {
  try {
    call();
    return [];
  } catch (error) {
    if (error instanceof PtxError) return error.problems;
    throw error;
  }
}

/** A config around the sample task. */
export function around(task: unknown, rest: object = {}): Record<string, unknown> {
  return { version: 1, task: { DocumentClassificationTask: task }, ...rest };
}

/** Resolves against the sample registry. */
export function resolved(config: unknown, options: LoadOptions = {}): RunConfig {
  return resolveConfig(config, sampleRegistry(), options).config;
}

/** The value at a path of a resolved config. */
export function at(config: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((inside, key) => (inside as Record<string | number, unknown>)[key], config);
}

export const TASK = ["task", "DocumentClassificationTask"] as const;
export const TASK_PATH = "config  task.DocumentClassificationTask";
