/** @file What references meant when the store was last asked: for a server that starts while the store is away. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Static, Type } from "typebox";
import { isObject } from "../../registry/json.js";
import { validationErrors } from "../../registry/validate.js";
import { type Manifest, printManifest, readManifest, sha256Of } from "./manifest.js";
import type { CachedName } from "./model-cache.js";
import { DEFAULT_ALIAS, type ModelReference } from "./names.js";

/** The folder of it, within a model's. */
export const LAST = ".last";

const knownSchema = Type.Object({
  version: Type.Integer({ minimum: 1 }),
  digest: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  manifest: Type.Unknown(),
});

/** A version, and its manifest. */
export interface LastKnown {
  readonly version: CachedName;
  readonly manifest: Manifest;
}

const fileOf = (root: string, store: string, { model, version, alias }: ModelReference): string =>
  join(
    root,
    model,
    LAST,
    `${version === undefined ? `alias-${alias ?? DEFAULT_ALIAS}` : `version-${version}`}.${store}.json`,
  );

/** Writes down what a reference means now; `store` is the key of the store that says so. */
export async function rememberVersion(
  root: string,
  store: string,
  reference: ModelReference,
  { version: { version, digest }, manifest }: LastKnown,
): Promise<void> {
  const file = fileOf(root, store, reference);
  const temporary = `${file}.${randomUUID()}.part`;
  await mkdir(join(root, reference.model, LAST), { recursive: true });
  await writeFile(
    temporary,
    JSON.stringify({ version, digest, manifest } satisfies Static<typeof knownSchema>),
  );
  await rename(temporary, file);
}

/** What a reference meant last; undefined where nobody knows, or where what is written is not what was written down. */
export async function recalledVersion(
  root: string,
  store: string,
  reference: ModelReference,
): Promise<LastKnown | undefined> {
  const { model } = reference;
  try {
    const known: unknown = JSON.parse(await readFile(fileOf(root, store, reference), "utf8"));
    if (!isObject(known) || validationErrors(knownSchema, known).length > 0) return undefined;
    const { version, digest, manifest: written } = known as Static<typeof knownSchema>;
    const manifest = readManifest(JSON.stringify(written), model);
    if (sha256Of(printManifest(manifest)) !== digest) return undefined;
    return { version: { model, version, digest }, manifest };
  } catch {
    return undefined;
  }
}
