/** @file What a version consists of: written once, named by the digest of its own text. */
import { createHash } from "node:crypto";
import { type Static, Type } from "typebox";
import { ptxError } from "../../registry/errors.js";
import { printable } from "../../registry/printable.js";
import { validationErrors } from "../../registry/validate.js";
import { requireFilePath } from "./names.js";

const Sha256 = Type.String({ pattern: "^[0-9a-f]{64}$" });

const valueSchema = Type.Object({ name: Type.String(), type: Type.String() });

const manifestSchema = Type.Object({
  format: Type.Literal(1),
  /** What lies in its folder: an exported file and what belongs to it, a run, or an encoder. */
  kind: Type.Union([Type.Literal("onnx"), Type.Literal("run"), Type.Literal("encoder")]),
  /** What to open: the path of a file in the folder, or "." for the folder. */
  entry: Type.String(),
  files: Type.Array(
    Type.Object({ path: Type.String(), bytes: Type.Integer({ minimum: 0 }), sha256: Sha256 }),
    { minItems: 1 },
  ),
  /** The class of its task, and of several the one that it is; of an encoder "encoder". */
  task: Type.String(),
  /** What goes in and comes out; empty where only loading it would tell. */
  inputs: Type.Array(valueSchema),
  outputs: Type.Array(valueSchema),
  /** Label names by target. */
  labels: Type.Unsafe<Readonly<Record<string, readonly string[]>>>({ type: "object" }),
  /** Figures of the run that it is from, and those that were given with it. */
  metrics: Type.Unsafe<Readonly<Record<string, unknown>>>({ type: "object" }),
  /** The version of this library that exported it; "" where that is not told. */
  producer: Type.String(),
  /** The version of the same model that it was made from. */
  parent: Type.Optional(Type.Integer({ minimum: 1 })),
  message: Type.Optional(Type.String()),
});

/** A version's content. The digest of its text is the version's digest: it covers every byte of every file. */
export type Manifest = Static<typeof manifestSchema>;

/** A file of a version. */
export type ManifestFile = Manifest["files"][number];

/** A manifest's text: the same for the same content. */
export function printManifest(manifest: Manifest): Uint8Array {
  const files = [...manifest.files].sort((a, b) => (a.path < b.path ? -1 : 1));
  return new TextEncoder().encode(JSON.stringify(sorted({ ...manifest, files })));
}

/** Reads a manifest whose digest has been checked. Throws `PTX_STORE_DAMAGED` for what this version of the library does not write. */
export function readManifest(text: string, where: string): Manifest {
  const fail = (message: string): Error =>
    ptxError("PTX_STORE_DAMAGED", where, `its manifest cannot be used: ${message}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail(printable((error as Error).message));
  }
  const [problem] = validationErrors(manifestSchema, value);
  if (problem !== undefined)
    throw fail(`${problem.instancePath || "it"} ${problem.message}; a newer program may have written it`);
  const manifest = value as Manifest;
  checkPaths(manifest, fail);
  return manifest;
}

/** Throws unless every path stays within the folder of the version and none is in the way of another. */
export function checkPaths(
  { entry, files }: Pick<Manifest, "entry" | "files">,
  fail: (message: string) => Error,
): void {
  const seen = new Map<string, string>();
  for (const { path } of files) {
    requireFilePath(path, fail);
    const folded = path.normalize("NFC").toLowerCase();
    const other = seen.get(folded);
    if (other !== undefined)
      throw fail(`"${printable(other)}" and "${printable(path)}" are one file on some systems`);
    seen.set(folded, path);
  }
  for (const path of seen.keys()) {
    for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1))
      if (seen.has(path.slice(0, at)))
        throw fail(`"${printable(path.slice(0, at))}" is a file and a folder at once`);
  }
  if (entry !== "." && !files.some(({ path }) => path === entry))
    throw fail(`it opens "${printable(entry)}", which is none of its files`);
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The same value with the keys of all objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
