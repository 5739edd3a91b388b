/** @file What is pushed: an exported file with what belongs to it, a run folder, or the folder of an encoder. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { readFacts, shortMetrics } from "../../exporters/metadata.js";
import { modelCard } from "../../exporters/model-card.js";
import { tokenizerFile } from "../../exporters/tokenizer-file.js";
import { inspectModel } from "../../graph/onnx/inspect.js";
import { ptxError } from "../../registry/errors.js";
import { missingInput } from "../../registry/input-file.js";
import { isObject, type JsonObject } from "../../registry/json.js";
import { RunFolder } from "../../tasks/run-folder.js";
import { checkPaths, type Manifest } from "./manifest.js";

/** Where the bytes of a version's file come from. */
export type BundleFile = { readonly path: string } & (
  | { readonly from: string }
  | { readonly bytes: Uint8Array }
);

/** Something that can become a version. */
export interface Bundle {
  readonly facts: Omit<Manifest, "files" | "format" | "parent" | "message">;
  readonly files: readonly BundleFile[];
  /** What a person should know, such as files that were left out. */
  readonly notes: readonly string[];
}

/** What may be told of a bundle beside its path. */
export interface BundleOptions {
  /** A model card in Markdown, in place of the one that is made of what the file says of itself. */
  readonly card?: string;
  /** Figures beside the run's own. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** The name of a version's model card. */
export const CARD = "MODEL_CARD.md";

/**
 * Looks at a path that is to be pushed. Throws `PTX_FILE_MISSING`, `PTX_MODEL_FILE` for a file whose contents are not
 * those that were exported, and `PTX_USAGE` for what is no model.
 */
export async function openBundle(path: string, options: BundleOptions = {}): Promise<Bundle> {
  const problem = missingInput(path, "file or folder");
  if (problem !== undefined) throw ptxError("PTX_FILE_MISSING", path, problem);
  const bundle = statSync(path).isDirectory() ? await folderBundle(path) : await fileBundle(path);
  const { metrics, card } = options;
  const facts = { ...bundle.facts, metrics: { ...bundle.facts.metrics, ...metrics } };
  const files = card === undefined ? bundle.files : withCard(bundle.files, card);
  checkPaths(
    { entry: facts.entry, files: files.map((file) => ({ path: file.path, bytes: 0, sha256: "" })) },
    (message) => ptxError("PTX_USAGE", path, message),
  );
  return { ...bundle, facts, files };
}

function withCard(files: readonly BundleFile[], card: string): readonly BundleFile[] {
  const problem = missingInput(card);
  if (problem !== undefined) throw ptxError("PTX_FILE_MISSING", "--card", problem);
  return [...files.filter(({ path }) => path !== CARD), { path: CARD, from: resolve(card) }];
}

async function fileBundle(path: string): Promise<Bundle> {
  if (!path.endsWith(".onnx"))
    throw ptxError(
      "PTX_USAGE",
      path,
      "of single files only exported .onnx files are pushed",
      "pytext-ts export RUN --onnx FILE",
    );
  const inspection = await inspectModel(path);
  const facts = readFacts(inspection.metadata, path);
  if (inspection.content.state === "differs")
    throw ptxError(
      "PTX_MODEL_FILE",
      path,
      `it was changed after its export: its contents have the hash ${inspection.content.sha256}, it records ${inspection.content.recorded}`,
    );
  const folder = dirname(path);
  const beside = [...inspection.external.map(({ file }) => file)];
  const tokenizer = basename(tokenizerFile(path));
  if (existsSync(join(folder, tokenizer))) beside.push(tokenizer);
  const { part } = facts;
  return {
    facts: {
      kind: "onnx",
      entry: basename(path),
      task: part === undefined ? facts.task : `${facts.task} ${part}`,
      inputs: inspection.inputs.map(({ name, type }) => ({ name, type })),
      outputs: inspection.outputs.map(({ name, type }) => ({ name, type })),
      labels: facts.labels,
      metrics: facts.metrics,
      producer: facts.version,
    },
    files: [
      { path: basename(path), from: resolve(path) },
      ...beside.map((name) => ({ path: name, from: resolve(folder, name) })),
      { path: CARD, bytes: new TextEncoder().encode(modelCard(inspection)) },
    ],
    notes: [],
  };
}

async function folderBundle(path: string): Promise<Bundle> {
  const { files, hidden } = await filesOf(path);
  const notes =
    hidden === 0 ? [] : [`${path}: ${hidden} hidden ${hidden === 1 ? "entry was" : "entries were"} left out`];
  const config = jsonOf(join(path, "config.json"));
  const run = new RunFolder(path);
  if (config !== undefined && "task" in config) {
    for (const name of ["vocabularies", "parameters", "metrics"] as const)
      if (!run.has(name))
        throw ptxError("PTX_RUN", path, `the run has not ended: it lacks ${basename(run.file(name))}`);
    const task = isObject(config.task) ? (Object.keys(config.task)[0] ?? "") : String(config.task);
    return {
      facts: { ...nothing, kind: "run", task, metrics: shortMetrics(await run.metrics()) },
      files,
      notes,
    };
  }
  if (config !== undefined || files.some((file) => file.path === "modules.json"))
    return { facts: { ...nothing, kind: "encoder", task: "encoder" }, files, notes };
  const models = files.filter((file) => /^[^/]+\.onnx$/.test(file.path));
  if (models.length !== 1) {
    const what = models.length === 0 ? "no config.json and no .onnx file" : `${models.length} .onnx files`;
    const message = `${what} in it: a run, an encoder, or one exported file and what belongs to it can be pushed`;
    throw ptxError("PTX_USAGE", path, message);
  }
  const model = await fileBundle(join(path, models[0]!.path));
  // The folder's own files stand for themselves; of the others only the card is made anew.
  const own = new Set(files.map((file) => file.path));
  return { ...model, files: [...files, ...model.files.filter((file) => !own.has(file.path))], notes };
}

/** Of a folder whose signature only loading it would tell. */
const nothing: Omit<Bundle["facts"], "kind" | "task"> = {
  entry: ".",
  inputs: [],
  outputs: [],
  labels: {},
  metrics: {},
  producer: "",
};

/** All files in a folder. Links to files are followed: the caches of hubs are made of them. */
async function filesOf(folder: string): Promise<{ files: BundleFile[]; hidden: number }> {
  const files: BundleFile[] = [];
  let hidden = 0;
  const visit = async (inner: string): Promise<void> => {
    for (const entry of await readdir(join(folder, inner), { withFileTypes: true })) {
      const path = inner === "" ? entry.name : `${inner}/${entry.name}`;
      const from = join(folder, path);
      if (entry.name.startsWith(".")) hidden++;
      else if (entry.isDirectory()) await visit(path);
      else if (statSync(from, { throwIfNoEntry: false })?.isFile()) files.push({ path, from: resolve(from) });
      else
        throw ptxError(
          "PTX_USAGE",
          from,
          "only ordinary files can be pushed, and links to them; move this away",
        );
    }
  };
  await visit("");
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), hidden };
}

function jsonOf(file: string): JsonObject | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw ptxError("PTX_MODEL_FILE", file, "it is no JSON object");
}
