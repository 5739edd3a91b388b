/** @file From the address of a store to the store. */
import { hostname, userInfo } from "node:os";
import { ptxError } from "../../registry/errors.js";
import type { OpenBackend } from "./backend.js";
import { ModelStore, type StoreOptions } from "./model-store.js";

/** The variable that holds the address where none is given. */
export const STORE_VARIABLE = "PYTEXT_TS_STORE";

/** Where models are kept when nobody says otherwise: in the current folder. */
export const DEFAULT_STORE = "file:model-store";

/** Each kind of place, loaded when it is named. */
const backends: Readonly<Record<string, () => Promise<OpenBackend>>> = {
  file: async () => (await import("./file-backend.js")).openFileBackend,
  postgres: async () => (await import("./postgres-backend.js")).openPostgresBackend,
  postgresql: async () => (await import("./postgres-backend.js")).openPostgresBackend,
  mongodb: async () => (await import("./mongo-backend.js")).openMongoBackend,
  "mongodb+srv": async () => (await import("./mongo-backend.js")).openMongoBackend,
  s3: async () => (await import("./s3-backend.js")).openS3Backend,
};

const FORMS = "file:DIR, postgres://HOST/DATABASE, mongodb://HOST/DATABASE, or s3://BUCKET/PREFIX";

/** The address that is meant: the given one, else that in the variable, else the default. */
export function storeAddress(address?: string): string {
  return address ?? (process.env[STORE_VARIABLE] || DEFAULT_STORE);
}

/**
 * Opens a model store by its address, else by that in the variable `PYTEXT_TS_STORE`, else `file:model-store` of the current
 * folder. `close` it when done. Throws `PTX_USAGE` for an address of no known kind, `PTX_STORE` where no store answers.
 */
export async function openStore(address?: string, options: StoreOptions = {}): Promise<ModelStore> {
  const given = storeAddress(address);
  const scheme = /^([a-z][a-z0-9+.-]*):/.exec(given)?.[1];
  const open = scheme === undefined ? undefined : backends[scheme];
  if (open === undefined) {
    // What stands there may be a password.
    const shown = scheme === undefined ? "--store" : `--store ${scheme}:...`;
    throw ptxError("PTX_USAGE", shown, `an address of a store is ${FORMS}`, "docs/model-store.md");
  }
  const warn = (line: string): void => options.warn?.(line);
  return new ModelStore(await (await open())(given, { warn }), { by: user(), ...options });
}

function user(): string {
  let name = "unknown";
  try {
    name = userInfo().username;
  } catch {
    // A container's user may have no name.
  }
  return `${name}@${hostname()}`;
}
