/** @file Engines with workers of the compiled program. */
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { pino } from "pino";
import { afterAll } from "vitest";
import type { JsonObject } from "../../src/registry/json.js";
import { loadServeConfig } from "../../src/serving/config.js";
import type { ModelSource } from "../../src/serving/contracts.js";
import { ServingEngine } from "../../src/serving/engine.js";
import { ServingMetrics } from "../../src/serving/metrics.js";
import { pathSource } from "../../src/serving/sources.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { builtMain } from "../support/built.js";

const registry = defaultRegistry();

/** A server, its figures and what it logged. */
export interface Served {
  readonly engine: ServingEngine;
  readonly metrics: ServingMetrics;
  readonly log: readonly Readonly<Record<string, unknown>>[];
}

/** Starts an engine; its workers are those of the compiled program. It is drained when the tests of the file are done. */
export async function serve(
  models: JsonObject,
  settings: JsonObject = {},
  sourceOf: (source: string, label?: string) => ModelSource = pathSource,
): Promise<Served> {
  const entry = pathToFileURL(join(dirname(await builtMain()), "serve-worker.js"));
  const log: Readonly<Record<string, unknown>>[] = [];
  const config = loadServeConfig(
    { config: { models }, models: [], settings, include: [], front: {} },
    registry,
  );
  const metrics = new ServingMetrics();
  const write = (line: string): void => void log.push(JSON.parse(line));
  const engine = await ServingEngine.start({ config, sourceOf, metrics, log: pino({}, { write }), entry });
  engines.push(engine);
  return { engine, metrics, log };
}

const engines: ServingEngine[] = [];
afterAll(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.drain()));
});
