/**
 * @file Imports ONNX's conformance models, runs them on both engines, checks their gradients, and writes
 * docs/onnx-operators.md: `npm run docs:onnx`. `--list` prints every model with what went wrong instead.
 */
import { join } from "node:path";
import { Value } from "typebox/value";
import { onnxruntime } from "../src/engine/onnxruntime.js";
import { tensorflow } from "../src/engine/tensorflow.js";
import { Context } from "../src/registry/context.js";
import { Registry } from "../src/registry/registry.js";
import { isMain } from "./lib/main.js";
import { writeAtomically } from "./lib/output.js";
import { root } from "./lib/run.js";
import { conformanceCases, conformanceFolder } from "./onnx-coverage/conformance-data.js";
import { type Engines, measure, type Outcome } from "./onnx-coverage/measure.js";
import { coveragePage, summary } from "./onnx-coverage/page.js";

/** What becomes of every model in the folder. */
export async function measureAll(folder: string): Promise<Outcome[]> {
  const log = { info: () => {}, warn: () => {} };
  const context = new Context(new Registry(), { log, settings: { seed: 1, threads: 1 } });
  const engines: Engines = {
    onnxruntime: await onnxruntime.create(Value.Create(onnxruntime.schema), context),
    tensorflow: await tensorflow.create(Value.Create(tensorflow.schema), context),
  };
  const outcomes: Outcome[] = [];
  for (const each of conformanceCases(folder)) outcomes.push(await measure(each, engines));
  return outcomes;
}

if (isMain(import.meta.url)) {
  const folder = conformanceFolder();
  if (folder === undefined) {
    console.error(
      "the models are not there: install Debian's package libonnx-testdata, or name the folder that holds node/ in ONNX_TESTDATA",
    );
    process.exit(2);
  }
  const outcomes = await measureAll(folder);
  if (process.argv.includes("--list")) {
    for (const { group, name, ...steps } of outcomes) console.log(JSON.stringify([group, name, steps]));
  } else writeAtomically(join(root, "docs/onnx-operators.md"), coveragePage(outcomes));
  console.error(summary(outcomes));
}
