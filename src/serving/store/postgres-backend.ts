/**
 * @file A model store in a PostgreSQL database, in a schema of its own. A write is one transaction: of a push that is killed
 * nothing is left. Changes are told by NOTIFY.
 */
import type { Client, Pool, PoolClient } from "pg";
import { ptxError } from "../../registry/errors.js";
import {
  type BackendOptions,
  type Document,
  type Note,
  noBlob,
  type OpenBackend,
  optionalClient,
  PIECE,
  type StoreBackend,
  type StoredBlob,
  type Swept,
  storeFault,
  WAIT_MS,
} from "./backend.js";
import { resized } from "./pieces.js";

const DEFAULT_SCHEMA = "pytext_ts";
/** All stores of a database share it; what is told says which one. */
const CHANNEL = "pytext_ts_store";
const RECONNECT_MS = 2000;

/** `postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME`, and whatever else the client takes. */
export const openPostgresBackend: OpenBackend = async (address, options) => {
  const url = parse(address);
  const schema = url.searchParams.get("schema") ?? DEFAULT_SCHEMA;
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema))
    throw ptxError(
      "PTX_USAGE",
      "schema",
      "the schema's name is of small letters, digits and underscores, at most 41",
    );
  url.searchParams.delete("schema");
  const name = `postgres://${url.host}${url.pathname}?schema=${schema}`;
  const { default: pg } = await optionalClient(name, () => import("pg"), "pg@8");
  return new PostgresBackend(pg, url.href, schema, name, options);
};

function parse(address: string): URL {
  try {
    return new URL(address);
  } catch {
    throw ptxError(
      "PTX_USAGE",
      "--store postgres:...",
      "it is no address: postgres://USER@HOST:5432/DATABASE",
    );
  }
}

type Pg = typeof import("pg")["default"];

class PostgresBackend implements StoreBackend {
  readonly #pool: Pool;
  readonly #listeners = new Map<string, Set<() => void>>();
  #listening: Promise<void> | undefined;
  #listener: Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #made = false;
  #closed = false;

  constructor(
    readonly pg: Pg,
    readonly address: string,
    readonly schema: string,
    readonly name: string,
    readonly options: BackendOptions,
  ) {
    this.#pool = new pg.Pool({
      connectionString: address,
      max: 4,
      connectionTimeoutMillis: WAIT_MS.connect,
      query_timeout: WAIT_MS.answer,
      application_name: "pytext-ts",
      allowExitOnIdle: true,
    });
    this.#pool.on("error", () => {}); // an idle connection broke: the next query opens another, or tells
  }

  async sizeOf(sha256: string): Promise<number | undefined> {
    const [row] = await this.#rows<{ bytes: string }>(
      "blobs",
      "SELECT bytes FROM {blobs} WHERE sha256 = $1",
      [sha256],
    );
    return row === undefined ? undefined : Number(row.bytes);
  }

  async *read(sha256: string): AsyncGenerator<Uint8Array> {
    const bytes = await this.sizeOf(sha256);
    if (bytes === undefined) throw noBlob(this.name, sha256);
    for (let n = 0; n * PIECE < bytes; n++) {
      const [row] = await this.#rows<{ data: Buffer }>(
        `reading ${sha256}`,
        "SELECT data FROM {chunks} WHERE sha256 = $1 AND n = $2",
        [sha256, n],
      );
      if (row === undefined) throw noBlob(this.name, sha256);
      yield row.data;
    }
  }

  async write({ sha256, bytes }: StoredBlob, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#transaction(`writing ${sha256}`, async (query) => {
      await query("DELETE FROM {blobs} WHERE sha256 = $1", [sha256]);
      const own = await query(
        "INSERT INTO {blobs} (sha256, bytes) VALUES ($1, $2) ON CONFLICT (sha256) DO NOTHING RETURNING bytes",
        [sha256, bytes],
      );
      if (own.length === 0) return; // another push has written the same at this very time
      let n = 0;
      for await (const data of resized(pieces, PIECE))
        await query("INSERT INTO {chunks} (sha256, n, data) VALUES ($1, $2, $3)", [sha256, n++, data]);
    });
  }

  async *blobs(): AsyncGenerator<StoredBlob> {
    let after = "";
    for (;;) {
      const rows = await this.#rows<{ sha256: string; bytes: string }>(
        "blobs",
        "SELECT sha256, bytes FROM {blobs} WHERE sha256 > $1 ORDER BY sha256 LIMIT 1000",
        [after],
      );
      for (const { sha256, bytes } of rows) yield { sha256, bytes: Number(bytes) };
      if (rows.length === 0) return;
      after = rows.at(-1)!.sha256;
    }
  }

  async remove(sha256: string): Promise<void> {
    await this.#rows("removing", "DELETE FROM {blobs} WHERE sha256 = $1", [sha256]);
  }

  async document(key: string): Promise<Document | undefined> {
    const [row] = await this.#rows<{ value: string; revision: string }>(
      `reading ${key}`,
      "SELECT value::text AS value, revision FROM {documents} WHERE key = $1",
      [key],
    );
    return row && { text: row.value, revision: row.revision };
  }

  async swap(key: string, text: string, revision: string | undefined): Promise<string | undefined> {
    return this.#transaction(`writing ${key}`, async (query) => {
      const rows =
        revision === undefined
          ? await query(
              "INSERT INTO {documents} (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING revision",
              [key, text],
            )
          : await query(
              "UPDATE {documents} SET value = $2, revision = revision + 1, changed = now() WHERE key = $1 AND revision = $3 RETURNING revision",
              [key, text, revision],
            );
      if (rows.length > 0) await query("SELECT pg_notify($1, $2)", [CHANNEL, `${this.schema} ${key}`]);
      return (rows[0] as { revision: string } | undefined)?.revision;
    });
  }

  async documents(prefix: string): Promise<readonly string[]> {
    const rows = await this.#rows<{ key: string }>(
      "documents",
      "SELECT key FROM {documents} WHERE starts_with(key, $1)",
      [`${prefix}/`],
    );
    return rows.map(({ key }) => key.slice(prefix.length + 1));
  }

  async note(key: string, text: string): Promise<void> {
    await this.#transaction("writing a note", async (query) => {
      await query(
        "INSERT INTO {notes} (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, text],
      );
    });
  }

  async notes(prefix: string): Promise<readonly Note[]> {
    const rows = await this.#rows<{ key: string; value: string }>(
      "notes",
      "SELECT key, value::text AS value FROM {notes} WHERE starts_with(key, $1)",
      [`${prefix}/`],
    );
    return rows.map(({ key, value }) => ({ key, text: value }));
  }

  async dropNote(key: string): Promise<void> {
    await this.#rows("dropping a note", "DELETE FROM {notes} WHERE key = $1", [key]);
  }

  async listen(key: string, changed: () => void): Promise<() => Promise<void>> {
    const told = `${this.schema} ${key}`;
    const all = this.#listeners.get(told) ?? new Set();
    this.#listeners.set(told, all.add(changed));
    this.#listening ??= this.#connectListener();
    await this.#listening;
    return async () => {
      all.delete(changed);
    };
  }

  /** What a transaction did not end is gone with its connection. */
  async sweep(): Promise<Swept> {
    return { items: 0, bytes: 0 };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#listener?.end().catch(() => {});
    await this.#pool.end();
  }

  /** A connection that is told of changes; when it breaks another is opened, and everybody looks whether he missed something. */
  async #connectListener(): Promise<void> {
    const client = new this.pg.Client({
      connectionString: this.address,
      connectionTimeoutMillis: WAIT_MS.connect,
      application_name: "pytext-ts watch",
      keepAlive: true,
    });
    let broken = false;
    const again = (): void => {
      if (broken || this.#closed) return;
      broken = true;
      client.end().catch(() => {});
      this.#retry = setTimeout(() => {
        this.#connectListener().then(
          () => {
            for (const all of this.#listeners.values()) for (const changed of all) changed();
          },
          () => {},
        );
      }, RECONNECT_MS);
      this.#retry.unref();
    };
    client.on("error", again);
    client.on("end", again);
    client.on("notification", ({ payload }) => {
      for (const changed of this.#listeners.get(payload ?? "") ?? []) changed();
    });
    this.#listener = client;
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      again();
      throw storeFault(this.name, "listening", error);
    }
  }

  /** Reads, or removes. Where there is no store yet there is nothing. */
  async #rows<T>(doing: string, sql: string, values: readonly unknown[]): Promise<readonly T[]> {
    try {
      return (await this.#pool.query(this.#sql(sql), [...values])).rows as T[];
    } catch (error) {
      if (isNoTable(error)) return [];
      throw storeFault(this.name, doing, error);
    }
  }

  /** Writes: all of it or nothing. The tables are made first, where they are not there. */
  async #transaction<T>(
    doing: string,
    work: (query: (sql: string, values: readonly unknown[]) => Promise<readonly unknown[]>) => Promise<T>,
  ): Promise<T> {
    let client: PoolClient;
    try {
      await this.#make();
      client = await this.#pool.connect();
    } catch (error) {
      throw storeFault(this.name, doing, error);
    }
    let fault: Error | undefined;
    const query = async (sql: string, values: readonly unknown[]): Promise<readonly unknown[]> => {
      try {
        return (await client.query(this.#sql(sql), [...values])).rows as unknown[];
      } catch (error) {
        fault = storeFault(this.name, doing, error);
        throw fault;
      }
    };
    const lost = (): void => {}; // the query at work tells
    client.on("error", lost);
    try {
      await query("BEGIN", []);
      const result = await work(query);
      await query("COMMIT", []);
      return result;
    } catch (error) {
      await client.query("ROLLBACK").catch(() => {});
      throw error;
    } finally {
      client.off("error", lost);
      client.release(fault);
    }
  }

  async #make(): Promise<void> {
    if (this.#made) return;
    const found = await this.#pool.query("SELECT to_regclass($1) AS notes", [`${this.schema}.notes`]);
    if ((found.rows[0] as { notes: string | null }).notes === null) {
      // Two who make a schema at once would be in each other's way.
      await this.#pool.query(
        this.#sql(`
        BEGIN;
        SELECT pg_advisory_xact_lock(hashtext('pytext_ts_store'));
        CREATE SCHEMA IF NOT EXISTS ${this.schema};
        CREATE TABLE IF NOT EXISTS {blobs} (sha256 text PRIMARY KEY, bytes bigint NOT NULL, created timestamptz NOT NULL DEFAULT now());
        CREATE TABLE IF NOT EXISTS {chunks} (
          sha256 text NOT NULL REFERENCES {blobs} ON DELETE CASCADE, n integer NOT NULL, data bytea NOT NULL, PRIMARY KEY (sha256, n));
        ALTER TABLE {chunks} ALTER data SET STORAGE EXTERNAL;
        CREATE TABLE IF NOT EXISTS {documents} (
          key text PRIMARY KEY, revision bigint NOT NULL DEFAULT 1, value jsonb NOT NULL, changed timestamptz NOT NULL DEFAULT now());
        CREATE TABLE IF NOT EXISTS {notes} (key text PRIMARY KEY, value jsonb NOT NULL);
        COMMIT;`),
      );
    }
    this.#made = true;
  }

  #sql(sql: string): string {
    return sql.replaceAll(/\{(\w+)\}/g, `${this.schema}.$1`);
  }
}

/** The schema or a table of it is not there. */
function isNoTable(error: unknown): boolean {
  return ["42P01", "3F000"].includes(String((error as { code?: unknown }).code));
}
