/**
 * @file The places that the contract of model stores is tested with. Servers are named by variables, which
 * `npm run test:stores` sets; whatever a test makes there is its own, under a name by chance, and goes with it.
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelStore } from "../../../src/serving/store/model-store.js";
import { openStore } from "../../../src/serving/store/open-store.js";

/** A store of a test's own. */
export interface Place {
  readonly address: string;
  /** Opens the same store once more, as another process would. */
  open(by?: string): Promise<ModelStore>;
  /** Flips a bit of what is kept under a digest. */
  damage(sha256: string): Promise<void>;
  destroy(): Promise<void>;
}

/** A kind of place. */
export interface PlaceKind {
  readonly kind: string;
  /** The variable that names its server; none for the file system. */
  readonly variable?: string;
  make(): Promise<Place>;
}

const variables = {
  postgres: "PYTEXT_TS_TEST_POSTGRES",
  mongodb: "PYTEXT_TS_TEST_MONGODB",
  s3: "PYTEXT_TS_TEST_S3",
} as const;

const needed = (variable: string): string => {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set`);
  return value;
};

const chance = (): string => `t${randomUUID().replaceAll("-", "").slice(0, 20)}`;

export const places = {
  file: {
    kind: "file system",
    async make() {
      const folder = mkdtempSync(join(tmpdir(), "pytext-ts-store-"));
      return place(`file:${join(folder, "store")}`, {
        damage: async (sha256) => {
          const { readFile, writeFile } = await import("node:fs/promises");
          const path = join(folder, "store", "blobs", sha256.slice(0, 2), sha256);
          await writeFile(path, flipped(await readFile(path)));
        },
        destroy: async () => rmSync(folder, { recursive: true, force: true }),
      });
    },
  },
  postgres: {
    kind: "PostgreSQL",
    variable: variables.postgres,
    async make() {
      const server = new URL(needed(variables.postgres));
      const schema = chance();
      const { default: pg } = await import("pg");
      const query = async (sql: string, values: readonly unknown[] = []): Promise<void> => {
        const client = new pg.Client({ connectionString: server.href });
        await client.connect();
        try {
          await client.query(sql, [...values]);
        } finally {
          await client.end();
        }
      };
      const address = new URL(server);
      address.searchParams.set("schema", schema);
      return place(address.href, {
        damage: (sha256) =>
          query(
            `UPDATE ${schema}.chunks SET data = set_byte(data, 0, get_byte(data, 0) # 1) WHERE sha256 = $1 AND n = 0`,
            [sha256],
          ),
        destroy: () => query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`),
      });
    },
  },
  mongodb: {
    kind: "MongoDB",
    variable: variables.mongodb,
    async make() {
      const address = new URL(needed(variables.mongodb));
      address.pathname = `/${chance()}`;
      const { Binary, MongoClient } = await import("mongodb");
      const inDatabase = async (
        work: (database: import("mongodb").Db) => Promise<unknown>,
      ): Promise<void> => {
        const client = new MongoClient(address.href);
        try {
          await work(client.db());
        } finally {
          await client.close();
        }
      };
      return place(address.href, {
        damage: (sha256) =>
          inDatabase(async (database) => {
            const file = await database.collection("models.files").findOne({ filename: sha256 });
            const chunks = database.collection<{
              files_id: unknown;
              n: number;
              data: { buffer: Uint8Array };
            }>("models.chunks");
            const chunk = await chunks.findOne({ files_id: file?._id, n: 0 });
            const data = new Binary(flipped(chunk!.data.buffer));
            await chunks.updateOne({ _id: chunk!._id }, { $set: { data: data as never } });
          }),
        destroy: () => inDatabase((database) => database.dropDatabase()),
      });
    },
  },
  s3: {
    kind: "S3",
    variable: variables.s3,
    async make() {
      const sdk = await import("@aws-sdk/client-s3");
      const endpoint = needed(variables.s3);
      const Bucket = chance();
      const client = new sdk.S3Client({ endpoint, forcePathStyle: true });
      await client.send(new sdk.CreateBucketCommand({ Bucket }));
      return place(`s3://${Bucket}/models/of/a/test?endpoint=${encodeURIComponent(endpoint)}`, {
        damage: async (sha256) => {
          const object = { Bucket, Key: `models/of/a/test/blobs/${sha256}` };
          const found = await client.send(new sdk.GetObjectCommand(object));
          const bytes = await found.Body!.transformToByteArray();
          await client.send(new sdk.PutObjectCommand({ ...object, Body: flipped(bytes) }));
        },
        destroy: async () => {
          const { Contents = [] } = await client.send(new sdk.ListObjectsV2Command({ Bucket }));
          for (const { Key } of Contents) await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }));
          await client.send(new sdk.DeleteBucketCommand({ Bucket }));
          client.destroy();
        },
      });
    },
  },
} as const satisfies Record<string, PlaceKind>;

function place(address: string, { damage, destroy }: Pick<Place, "damage" | "destroy">): Place {
  const opened: ModelStore[] = [];
  return {
    address,
    damage,
    async open(by = "tester") {
      const store = await openStore(address, { by });
      opened.push(store);
      return store;
    },
    async destroy() {
      for (const store of opened) await store.close();
      await destroy();
    },
  };
}

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[0] = copy[0]! ^ 1;
  return copy;
}
