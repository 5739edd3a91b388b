/** @file Whether all that a store has is what was pushed. */
import { type Problem, PtxError } from "../../registry/errors.js";
import { present } from "./model-record.js";
import type { ModelStore, ResolvedVersion } from "./model-store.js";
import type { ModelReference } from "./names.js";
import { digested } from "./pieces.js";

/** What was looked at, and what is wrong. */
export interface Verified {
  readonly versions: number;
  /** Different contents, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  readonly problems: readonly Problem[];
}

/** Digests every byte of all versions, of those of a model, or of one. */
export async function verifyStore(store: ModelStore, reference?: ModelReference): Promise<Verified> {
  const sound = new Map<string, number>();
  const problems: Problem[] = [];
  const versions: ResolvedVersion[] = [];
  if (reference !== undefined && (reference.version ?? reference.alias) !== undefined)
    versions.push(await store.resolve(reference));
  else
    for (const model of reference === undefined ? await store.models() : [reference.model]) {
      const record = await orProblems(store.record(model));
      if ("problems" in record) problems.push(...record.problems);
      else versions.push(...present(record.value).map((entry) => ({ ...entry, model })));
    }
  for (const version of versions)
    for await (const problem of damage(store, version, sound)) problems.push(problem);
  const bytes = [...sound.values()].reduce((sum, each) => sum + each, 0);
  return { versions: versions.length, files: sound.size, bytes, problems };
}

async function* damage(
  store: ModelStore,
  version: ResolvedVersion,
  sound: Map<string, number>,
): AsyncGenerator<Problem> {
  const manifest = await orProblems(store.manifest(version));
  if ("problems" in manifest) {
    yield* manifest.problems;
    return;
  }
  for (const file of manifest.value.files) {
    if (sound.has(file.sha256)) continue;
    const read = await orProblems(digested(store.file(version, file)));
    if ("problems" in read) yield* read.problems;
    else sound.set(file.sha256, file.bytes);
  }
}

async function orProblems<T>(work: Promise<T>): Promise<{ value: T } | { problems: readonly Problem[] }> {
  try {
    return { value: await work };
  } catch (error) {
    if (error instanceof PtxError && error.code === "PTX_STORE_DAMAGED") return { problems: error.problems };
    throw error;
  }
}
