/** @file Where and with what benchmarks run. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, availableParallelism, cpus, loadavg, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = fileURLToPath(new URL("..", import.meta.url));

/** The root folder of the project. */
export const root = join(here, "..");

/** What benchmarks download or make: the Python of the peer, vectors, sets that are not shipped. */
export const cache = join(here, ".cache");

/** The built command line. */
export const cli = join(root, "dist/cli/main.js");

/** How much is measured. */
export interface BenchOptions {
  readonly threads: readonly number[];
  readonly rounds: number;
}

/** `--threads 1,2 --rounds 15` from the command line, and which of the switches that a benchmark has besides are given. */
export function benchOptions(
  defaults: BenchOptions,
  switches: readonly string[] = [],
): BenchOptions & { readonly on: ReadonlySet<string> } {
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(switches.map((name) => [name, { type: "boolean" as const }])),
      threads: { type: "string" },
      rounds: { type: "string" },
    },
    strict: true,
  });
  return {
    threads: values.threads?.split(",").map(Number) ?? defaults.threads,
    rounds: values.rounds === undefined ? defaults.rounds : Number(values.rounds),
    on: new Set(switches.filter((name) => name in values)),
  };
}

/** The command that starts one of our own TypeScript programs in this folder; what it imports of the built library runs as built. */
export function ours(script: string, ...args: readonly string[]): [string, ...string[]] {
  return [process.execPath, "--import", import.meta.resolve("jiti/register"), join(here, script), ...args];
}

/** The programs of PyTorch. */
export type TorchProgram =
  | "torch_classifier.py"
  | "torch_rnng.py"
  | "torch_sequences.py"
  | "torch_transformer.py"
  | "torch_embed.py"
  | "torch_fine_tuning.py"
  | "torch_squad.py"
  | "export_encoder.py"
  | "serve_models.py";

/** The command that starts a peer. */
export function torch(program: TorchProgram, ...args: readonly string[]): [string, ...string[]] {
  return [python(), join(here, "peers", program), ...args];
}

/** The command that starts ONNX Runtime in Python, with a file and texts on its input. */
export function pythonRuntime(file: string): [string, ...string[]] {
  return [python(), join(here, "peers/onnx_text.py"), file];
}

/** A Python that has what peers/requirements.txt names: $BENCH_PYTHON, or the one of bench/.cache/venv. */
function python(): string {
  const venv = join(cache, "venv/bin/python");
  const chosen = process.env.BENCH_PYTHON ?? (existsSync(venv) ? venv : undefined);
  if (chosen !== undefined) return chosen;
  throw new Error(
    "the peer needs a Python of its own: python3 -m venv bench/.cache/venv && bench/.cache/venv/bin/pip install -r bench/peers/requirements.txt (or name a Python in BENCH_PYTHON)",
  );
}

/** Gives `work` a folder that is gone afterwards. */
export async function inScratchFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "pytext-ts-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Machine, versions, date and how busy the machine is, in a line. */
export function machine(): string {
  const require = createRequire(import.meta.url);
  const version = (name: string): string =>
    (JSON.parse(readFileSync(require.resolve(`${name}/package.json`), "utf8")) as { version: string })
      .version;
  const requirement = readFileSync(join(here, "peers/requirements.txt"), "utf8").split("\n")[0];
  return [
    new Date().toISOString().slice(0, 16).replace("T", " "),
    `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores`,
    `${platform()} ${arch()}, Node ${process.version}, onnxruntime-node ${version("onnxruntime-node")}, ${requirement}`,
    `load before the start ${loadavg()[0]!.toFixed(1)}`,
  ].join("; ");
}

/** Whether a module is the program that runs. */
export function isProgram(url: string): boolean {
  return process.argv[1] !== undefined && fileURLToPath(url) === process.argv[1];
}
