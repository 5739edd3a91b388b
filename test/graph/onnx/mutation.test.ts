/** @file Damaged model files are refused with an error that says so, or read: nothing else, and at once. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { drawModel } from "../../../src/exporters/drawing.js";
import { inspectionLines } from "../../../src/exporters/inspection-text.js";
import { exportOnnx } from "../../../src/exporters/onnx-exporter.js";
import { checkedModel } from "../../../src/graph/onnx/check-model.js";
import { decodeModel } from "../../../src/graph/onnx/decode.js";
import { encodeModel } from "../../../src/graph/onnx/encode.js";
import { inspectChecked } from "../../../src/graph/onnx/inspect.js";
import { ortMetadata } from "../../../src/graph/onnx/ort-format.js";
import { silentLog, train } from "../../../src/library.js";
import { PtxError } from "../../../src/registry/errors.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";
import { builtMain } from "../../support/built.js";
import { cpuTime } from "../../support/cpu-time.js";
import { flatMutants, type Mutant, mutants } from "../../support/mutants.js";
import { toyConfig, workplace, writeToyData } from "../../support/toy.js";
import { trainedTagger } from "./graphs.js";

const folder = workplace();
const registry = defaultRegistry();
const CODES = ["PTX_MODEL_FILE", "PTX_ENGINE"];
const MUTANTS = 5000;
const SESSIONS = 150;

let exported: Uint8Array;
let loops: Uint8Array;
let ort: Uint8Array;

beforeAll(async () => {
  writeToyData(folder);
  const run = join(folder, "run");
  const trained = toyConfig({ data: folder, trainer: { epochs: 1 } });
  await train(trained, { output: run, registry });
  const targets = { onnx: `${run}.onnx`, ort: `${run}.ort` };
  await exportOnnx(run, targets, { registry, log: silentLog, input: "tokens" });
  exported = readFileSync(targets.onnx);
  ort = readFileSync(targets.ort);
  loops = encodeModel(trainedTagger(true).graph).model;
});

/** What a reader makes of a file: "read", or the code of its error. */
function outcome(read: () => void): string {
  try {
    read();
    return "read";
  } catch (error) {
    if (error instanceof PtxError && error.code === "PTX_MODEL_FILE") return error.code;
    throw error;
  }
}

/** Inspects a file; every fourth is printed and drawn as well. */
function inspect({ bytes, name }: Mutant): void {
  const inspection = inspectChecked(checkedModel(bytes, join(folder, name)), name);
  if (bytes.length % 4 !== 0) return;
  expect(inspectionLines(inspection).length).toBeGreaterThan(5);
  expect(JSON.parse(JSON.stringify(inspection))).toMatchObject({ bytes: bytes.length });
  expect(drawModel(inspection)).toMatch(/<\/svg>\n$/);
}

describe("damaged copies of an exported file, and of one with loops", () => {
  it("are read or refused, by the reader of graphs and by inspect", () => {
    const outcomes = { decode: new Map<string, number>(), inspect: new Map<string, number>() };
    let slowest = 0;
    const each = (file: Uint8Array, donor: Uint8Array, count: number, seed: number): void => {
      for (const mutant of mutants(file, donor, count, seed)) {
        const start = cpuTime();
        const note = (of: Map<string, number>, read: () => void): void => {
          let found: string;
          try {
            found = outcome(read);
          } catch (error) {
            throw new Error(`${mutant.name} of seed ${seed}: ${(error as Error).stack}`);
          }
          of.set(found, (of.get(found) ?? 0) + 1);
        };
        note(outcomes.decode, () => decodeModel(mutant.bytes));
        note(outcomes.inspect, () => inspect(mutant));
        slowest = Math.max(slowest, cpuTime() - start);
      }
    };
    each(exported, loops, MUTANTS * 0.7, 1);
    each(loops, exported, MUTANTS * 0.3, 2);
    expect(slowest).toBeLessThan(3000);
    for (const found of Object.values(outcomes)) {
      expect([...found.keys()].sort()).toEqual(["PTX_MODEL_FILE", "read"]);
      expect(Math.min(...found.values())).toBeGreaterThan(MUTANTS / 20);
      expect([...found.values()].reduce((a, b) => a + b)).toBe(MUTANTS);
    }
  }, 60_000);

  it("never end the process in ONNX Runtime", async () => {
    const place = join(folder, "mutants");
    mkdirSync(place);
    const names: string[] = [];
    const keep = ({ name, bytes }: Mutant, extension: string): void => {
      names.push(`${name}.${extension}`);
      writeFileSync(join(place, `${name}.${extension}`), bytes);
    };
    // Those that our own checks let through are what the run time is to be tried with.
    for (const mutant of mutants(exported, loops, MUTANTS, 3)) {
      if (names.length === SESSIONS) break;
      if (outcome(() => checkedModel(mutant.bytes, mutant.name)) === "read") keep(mutant, "onnx");
    }
    expect(names.length).toBe(SESSIONS);
    for (const mutant of flatMutants(ort, 2 * SESSIONS, 4))
      if (outcome(() => ortMetadata(mutant.bytes, mutant.name)) === "read") keep(mutant, "ort");
    expect(names.length).toBeGreaterThan(2 * SESSIONS);
    const library = pathToFileURL(join(await builtMain(), "../../index.js")).href;
    const child = spawn(process.execPath, ["--input-type=module", "-e", CHILD, library, place, ...names], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (text) => {
      out += text;
    });
    child.stderr.on("data", (text) => {
      err += text;
    });
    const code = await new Promise((resolve) =>
      child.once("close", (exit, signal) => resolve(exit ?? signal)),
    );
    const reports = out.split("\n").filter((line) => line !== "");
    expect(code, `the process ended at ${reports.at(-1)}: ${err}`).toBe(0);
    const results = reports.filter((line) => !line.startsWith("try ")).map((line) => line.split(" "));
    expect(results.map(([name]) => name)).toEqual(names);
    const unexpected = results.filter(([, result]) => result !== "read" && !isExpected(result!));
    expect(unexpected.map((line) => line.join(" "))).toEqual([]);
    for (const [extension, share] of [
      ["onnx", 0.25],
      // Most damage to the packed form is told by our checks or the run time; some files must get further.
      ["ort", 0.02],
    ] as const) {
      const own = results.filter(([name]) => name!.endsWith(extension));
      expect(own.filter(([, result]) => result === "read").length).toBeGreaterThan(own.length * share);
    }
  }, 120_000);
});

/** A damaged config in the metadata is told as a config. */
function isExpected(result: string): boolean {
  return CODES.includes(result) || result.startsWith("PTX_CONFIG");
}

/** Loads each file as `predict` does and predicts with it; says which before it tries and how it went. */
const CHILD = `
const [library, place, ...names] = process.argv.slice(1);
const { loadModel, predict, PtxError } = await import(library);
for (const name of names) {
  console.log("try " + name);
  let model, result = "read";
  try {
    model = await loadModel(place + "/" + name, { log: { info() {}, warn() {} } });
    await predict(model, ["goal word1", ""]);
  } catch (error) {
    result = error instanceof PtxError ? error.code : "other " + String(error.stack).replace(/\\n/g, " ");
  }
  await model?.release();
  console.log(name + " " + result);
}
`;
