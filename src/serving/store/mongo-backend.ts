/**
 * @file A model store in a MongoDB database: contents in GridFS (bucket `models`), the state of each model in the collection
 * `model_status`, signs of life in `model_notes`. Changes are told by a change stream where the server is of a replica set.
 */
import type {
  ChangeStream,
  Collection,
  Db,
  GridFSBucket,
  GridFSFile,
  MongoClient,
  MongoServerError,
  ObjectId,
} from "mongodb";
import { ptxError } from "../../registry/errors.js";
import {
  type Document,
  type Note,
  noBlob,
  type OpenBackend,
  optionalClient,
  type StoreBackend,
  type StoredBlob,
  type Swept,
  storeFault,
  WAIT_MS,
} from "./backend.js";

const BUCKET = "models";
const DUPLICATE = 11000;

interface StatusRow {
  _id: string;
  revision: number;
  value: unknown;
}

interface NoteRow {
  _id: string;
  value: unknown;
}

/** `mongodb://USER:PASSWORD@HOST:PORT/DATABASE?OPTIONS`. */
export const openMongoBackend: OpenBackend = async (address) => {
  const [, hosts, database] = /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?([^/?]+)\/([^?]+)/.exec(address) ?? [];
  if (hosts === undefined || database === undefined)
    throw ptxError("PTX_USAGE", "--store mongodb:...", "it names no database: mongodb://HOST:27017/DATABASE");
  const name = `mongodb://${hosts}/${database}`;
  const driver = await optionalClient(name, () => import("mongodb"), "mongodb@7");
  const client = new driver.MongoClient(address, {
    appName: "pytext-ts",
    serverSelectionTimeoutMS: WAIT_MS.connect,
    socketTimeoutMS: WAIT_MS.answer,
    // What was written is seen by all, and stays when the primary changes.
    writeConcern: { w: "majority" },
    readConcern: { level: "majority" },
    readPreference: "primary",
  });
  try {
    await client.connect();
  } catch (error) {
    await client.close();
    throw storeFault(name, "connecting", error);
  }
  const bucket = new driver.GridFSBucket(client.db(), { bucketName: BUCKET });
  return new MongoBackend(name, client, bucket, (time) => driver.ObjectId.createFromTime(time));
};

class MongoBackend implements StoreBackend {
  readonly #db: Db;
  readonly #status: Collection<StatusRow>;
  readonly #notes: Collection<NoteRow>;
  readonly #streams = new Set<ChangeStream>();

  constructor(
    readonly name: string,
    readonly client: MongoClient,
    readonly bucket: GridFSBucket,
    readonly idOfTime: (seconds: number) => unknown,
  ) {
    this.#db = client.db();
    this.#status = this.#db.collection("model_status");
    this.#notes = this.#db.collection("model_notes");
  }

  async sizeOf(sha256: string): Promise<number | undefined> {
    return (await this.#file(sha256))?.length;
  }

  async *read(sha256: string): AsyncGenerator<Uint8Array> {
    const file = await this.#file(sha256);
    if (file === undefined) throw noBlob(this.name, sha256);
    try {
      for await (const piece of this.bucket.openDownloadStream(file._id)) yield piece as Uint8Array;
    } catch (error) {
      // The driver's word for chunks that are missing or of another size.
      if ((error as Error).name === "MongoGridFSChunkError") throw noBlob(this.name, sha256);
      throw storeFault(this.name, `reading ${sha256}`, error);
    }
  }

  /** A file of GridFS is found by its entry, which is written behind its chunks. */
  async write({ sha256 }: StoredBlob, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const upload = this.bucket.openUploadStream(sha256);
    let fault: unknown;
    upload.on("error", (error) => {
      fault ??= error;
    });
    const step = (act: (done: (error?: Error | null) => void) => void): Promise<void> =>
      new Promise<void>((resolve, reject) => {
        act((error) => (error ? reject(error) : resolve()));
      }).catch((error: unknown) => {
        throw storeFault(this.name, `writing ${sha256}`, fault ?? error);
      });
    try {
      for await (const piece of pieces) await step((done) => upload.write(piece, done));
      await step((done) => upload.end(done));
      await this.#removeOlder(sha256, upload.id);
    } catch (error) {
      await upload.abort().catch(() => {}); // what it cannot take away the next sweep does
      throw error;
    }
  }

  async *blobs(): AsyncGenerator<StoredBlob> {
    try {
      for await (const { filename, length } of this.bucket.find()) yield { sha256: filename, bytes: length };
    } catch (error) {
      throw storeFault(this.name, "listing", error);
    }
  }

  async remove(sha256: string): Promise<void> {
    await this.#try("removing", async () => {
      for (const { _id } of await this.bucket.find({ filename: sha256 }).toArray())
        await this.#removeFile(_id);
    });
  }

  async document(key: string): Promise<Document | undefined> {
    const row = await this.#try(`reading ${key}`, () => this.#status.findOne({ _id: key }));
    return row === null ? undefined : { text: JSON.stringify(row.value), revision: String(row.revision) };
  }

  async swap(key: string, text: string, revision: string | undefined): Promise<string | undefined> {
    const value: unknown = JSON.parse(text);
    const next = Number(revision ?? 0) + 1;
    return this.#try(`writing ${key}`, async () => {
      if (revision !== undefined) {
        const where = { _id: key, revision: Number(revision) };
        const { matchedCount } = await this.#status.updateOne(where, { $set: { value, revision: next } });
        return matchedCount === 1 ? String(next) : undefined;
      }
      try {
        await this.#status.insertOne({ _id: key, revision: next, value });
        return String(next);
      } catch (error) {
        if ((error as MongoServerError).code === DUPLICATE) return undefined;
        throw error;
      }
    });
  }

  async documents(prefix: string): Promise<readonly string[]> {
    const found = await this.#try("listing", () =>
      this.#status.find(within(prefix), { projection: { _id: 1 } }).toArray(),
    );
    return found.map(({ _id }) => _id.slice(prefix.length + 1));
  }

  async note(key: string, text: string): Promise<void> {
    const value: unknown = JSON.parse(text);
    await this.#try("writing a note", () =>
      this.#notes.updateOne({ _id: key }, { $set: { value } }, { upsert: true }),
    );
  }

  async notes(prefix: string): Promise<readonly Note[]> {
    const found = await this.#try("reading notes", () => this.#notes.find(within(prefix)).toArray());
    return found.map(({ _id, value }) => ({ key: _id, text: JSON.stringify(value) }));
  }

  async dropNote(key: string): Promise<void> {
    await this.#try("dropping a note", () => this.#notes.deleteOne({ _id: key }));
  }

  async listen(key: string, changed: () => void): Promise<() => Promise<void>> {
    const stream = this.#status.watch([{ $match: { "documentKey._id": key } }]);
    this.#streams.add(stream);
    const end = async (): Promise<void> => {
      this.#streams.delete(stream);
      await stream.close().catch(() => {});
    };
    try {
      // A single server has no change streams, and says so on the first question.
      await stream.tryNext();
    } catch (error) {
      await end();
      throw storeFault(this.name, "listening", error);
    }
    const follow = async (): Promise<void> => {
      try {
        for await (const _ of stream) changed();
      } catch {
        await end(); // the store is asked in any case
      }
    };
    void follow();
    return end;
  }

  /** Chunks whose file has no entry: of uploads that did not end. */
  async sweep(olderThanMs: number): Promise<Swept> {
    return this.#try("sweeping", async () => {
      const chunks = this.#db.collection(`${BUCKET}.chunks`);
      const before = this.idOfTime(Math.floor((Date.now() - olderThanMs) / 1000));
      const orphans = chunks.aggregate<{ _id: unknown; bytes: number }>([
        { $match: { files_id: { $lt: before } } },
        { $group: { _id: "$files_id", bytes: { $sum: { $binarySize: "$data" } } } },
        { $lookup: { from: `${BUCKET}.files`, localField: "_id", foreignField: "_id", as: "file" } },
        { $match: { file: { $size: 0 } } },
      ]);
      const swept = { items: 0, bytes: 0 };
      for await (const { _id, bytes } of orphans) {
        await chunks.deleteMany({ files_id: _id });
        swept.items++;
        swept.bytes += bytes;
      }
      return swept;
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#streams].map((stream) => stream.close().catch(() => {})));
    await this.client.close();
  }

  /** Of several with the same contents the last is the one: the others go. */
  async #file(sha256: string): Promise<GridFSFile | undefined> {
    const newest = this.bucket.find({ filename: sha256 }).sort({ _id: -1 }).limit(1);
    return this.#try(`looking for ${sha256}`, async () => (await newest.toArray())[0]);
  }

  async #removeOlder(sha256: string, id: ObjectId): Promise<void> {
    await this.#try("removing", async () => {
      const older = await this.bucket.find({ filename: sha256, _id: { $lt: id } }).toArray();
      for (const { _id } of older) await this.#removeFile(_id);
    });
  }

  /** Another may have removed it at the same time. */
  async #removeFile(id: ObjectId): Promise<void> {
    await this.bucket.delete(id).catch(async (error: unknown) => {
      if ((await this.bucket.find({ _id: id }).limit(1).toArray()).length > 0) throw error;
    });
  }

  async #try<T>(doing: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storeFault(this.name, doing, error);
    }
  }
}

/** Keys that begin with `prefix/`: "0" is the sign behind "/". */
function within(prefix: string): { _id: { $gte: string; $lt: string } } {
  return { _id: { $gte: `${prefix}/`, $lt: `${prefix}0` } };
}
