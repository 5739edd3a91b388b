/**
 * @file A model store in a bucket of an S3-compatible service. An object is there whole or not at all; documents are
 * replaced by conditional writes (`If-Match`, `If-None-Match`).
 */

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { GetObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { ptxError } from "../../registry/errors.js";
import {
  type BackendOptions,
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
import { resized } from "./pieces.js";

/** Larger contents go in parts of this size; a service takes 10,000 parts. */
const PART = 2 ** 24;
const MOST_PARTS = 10_000;

/** How long a write without conditions may still be overwritten by one that was on its way. */
const SETTLE_MS = 300;

type Sdk = typeof import("@aws-sdk/client-s3");

/**
 * `s3://BUCKET/PREFIX?region=...&endpoint=...&path_style=true`. Region, endpoint and credentials are otherwise found where the
 * official tools look for them (AWS_REGION, AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, ...).
 */
export const openS3Backend: OpenBackend = async (address, options) => {
  const [, bucket, prefix = "", query = ""] =
    /^s3:\/\/([^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(address) ?? [];
  if (bucket === undefined)
    throw ptxError(
      "PTX_USAGE",
      "--store s3:...",
      "it names no bucket: s3://BUCKET/PREFIX?region=eu-central-1",
    );
  const settings = new URLSearchParams(query);
  const unknown = [...settings.keys()].filter((key) => !["region", "endpoint", "path_style"].includes(key));
  if (unknown.length > 0)
    throw ptxError(
      "PTX_USAGE",
      "--store s3:...",
      `unknown: ${unknown.join(", ")}  known: region, endpoint, path_style`,
    );
  const name = `s3://${bucket}/${prefix}`;
  const sdk = await optionalClient(name, () => import("@aws-sdk/client-s3"), "@aws-sdk/client-s3@3");
  const [region, endpoint] = [settings.get("region"), settings.get("endpoint")];
  const client = new sdk.S3Client({
    ...(region !== null && { region }),
    ...(endpoint !== null && { endpoint }),
    // A service by an address of its own has no host name for each bucket, as a rule.
    forcePathStyle:
      settings.get("path_style") !== "false" && (endpoint !== null || settings.has("path_style")),
    requestHandler: { connectionTimeout: WAIT_MS.connect, socketTimeout: WAIT_MS.answer },
    // Not every service knows the newer checksums; everything that is read is digested.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return new S3Backend(name, sdk, client, bucket, prefix.replace(/\/+$/, ""), options);
};

class S3Backend implements StoreBackend {
  #conditional: Promise<boolean> | undefined;

  constructor(
    readonly name: string,
    readonly sdk: Sdk,
    readonly client: S3Client,
    readonly bucket: string,
    readonly prefix: string,
    readonly options: BackendOptions,
  ) {}

  async sizeOf(sha256: string): Promise<number | undefined> {
    const object = { Bucket: this.bucket, Key: this.#key("blobs", sha256) };
    const found = await this.#ask(`looking for ${sha256}`, () =>
      this.client.send(new this.sdk.HeadObjectCommand(object)),
    );
    return found?.ContentLength;
  }

  async *read(sha256: string): AsyncGenerator<Uint8Array> {
    const found = await this.#get(this.#key("blobs", sha256));
    if (found === undefined) throw noBlob(this.name, sha256);
    try {
      yield* found.Body as unknown as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw storeFault(this.name, `reading ${sha256}`, error);
    }
  }

  async write({ sha256, bytes }: StoredBlob, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const object = { Bucket: this.bucket, Key: this.#key("blobs", sha256) };
    const doing = `writing ${sha256}`;
    if (bytes <= PART) {
      const all: Buffer[] = [];
      for await (const part of resized(pieces, PART)) all.push(part);
      const Body = all[0] ?? Buffer.alloc(0);
      await this.#try(doing, () => this.client.send(new this.sdk.PutObjectCommand({ ...object, Body })));
      return;
    }
    const { UploadId } = await this.#try(doing, () =>
      this.client.send(new this.sdk.CreateMultipartUploadCommand(object)),
    );
    const upload = { ...object, UploadId };
    try {
      const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
      for await (const Body of resized(pieces, Math.max(PART, Math.ceil(bytes / MOST_PARTS)))) {
        const part = { ...upload, PartNumber: Parts.length + 1, Body };
        const { ETag } = await this.#try(doing, () => this.client.send(new this.sdk.UploadPartCommand(part)));
        Parts.push({ PartNumber: part.PartNumber, ETag });
      }
      const whole = { ...upload, MultipartUpload: { Parts } };
      await this.#try(doing, () => this.client.send(new this.sdk.CompleteMultipartUploadCommand(whole)));
    } catch (error) {
      await this.client.send(new this.sdk.AbortMultipartUploadCommand(upload)).catch(() => {});
      throw error;
    }
  }

  async *blobs(): AsyncGenerator<StoredBlob> {
    const prefix = this.#key("blobs", "");
    for await (const { key, bytes } of this.#list(prefix)) {
      const sha256 = key.slice(prefix.length);
      if (/^[0-9a-f]{64}$/.test(sha256)) yield { sha256, bytes };
    }
  }

  async remove(sha256: string): Promise<void> {
    await this.#delete(this.#key("blobs", sha256));
  }

  async document(key: string): Promise<Document | undefined> {
    const found = await this.#stored(this.#key("documents", `${key}.json`));
    return found && { text: JSON.stringify(found.value), revision: found.etag };
  }

  async swap(key: string, text: string, revision: string | undefined): Promise<string | undefined> {
    const Key = this.#key("documents", `${key}.json`);
    // An object's tag may be a digest of its bytes: the id makes every document another one.
    const id = randomUUID();
    const Body = Buffer.from(JSON.stringify({ id, value: JSON.parse(text) as unknown }));
    const put = { Bucket: this.bucket, Key, Body, ContentType: "application/json" };
    this.#conditional ??= this.#probe();
    const conditional = await this.#conditional;
    if (!conditional && (await this.#stored(Key))?.etag !== revision) return undefined;
    const condition = revision === undefined ? { IfNoneMatch: "*" } : { IfMatch: revision };
    try {
      const command = new this.sdk.PutObjectCommand({ ...put, ...(conditional && condition) });
      const { ETag } = await this.client.send(command);
      if (conditional) return ETag;
      // Of several who write at once the last one's stays: the others see it a little later.
      await sleep(SETTLE_MS);
      const stored = await this.#stored(Key);
      return stored?.id === id ? stored.etag : undefined;
    } catch (error) {
      // 409: another conditional write of the object is at work. 404: it has gone.
      const refused = [412, 409, 404].includes(statusOf(error)) && !isNoBucket(error);
      if (!refused) throw storeFault(this.name, `writing ${key}`, error);
      // The client sends again what was not answered, and is then refused because of itself.
      const stored = await this.#stored(Key);
      return stored?.id === id ? stored.etag : undefined;
    }
  }

  async documents(prefix: string): Promise<readonly string[]> {
    const start = this.#key("documents", `${prefix}/`);
    const names: string[] = [];
    for await (const { key } of this.#list(start)) names.push(key.slice(start.length, -".json".length));
    return names;
  }

  async note(key: string, text: string): Promise<void> {
    const object = { Bucket: this.bucket, Key: this.#key("notes", `${key}.json`), Body: Buffer.from(text) };
    await this.#try("writing a note", () => this.client.send(new this.sdk.PutObjectCommand(object)));
  }

  async notes(prefix: string): Promise<readonly Note[]> {
    const start = this.#key("notes", "");
    const notes: Note[] = [];
    for await (const { key } of this.#list(`${start}${prefix}/`)) {
      const found = await this.#get(key);
      const text = await found?.Body?.transformToString();
      if (text !== undefined) notes.push({ key: key.slice(start.length, -".json".length), text });
    }
    return notes;
  }

  async dropNote(key: string): Promise<void> {
    await this.#delete(this.#key("notes", `${key}.json`));
  }

  /** Uploads in parts that did not end. */
  async sweep(olderThanMs: number): Promise<Swept> {
    const where = { Bucket: this.bucket, Prefix: this.#key("blobs", "") };
    const found = await this.#ask("listing uploads", () =>
      this.client.send(new this.sdk.ListMultipartUploadsCommand(where)).catch((error: unknown) => {
        if (statusOf(error) === 501) return undefined; // a service that does not tell of them
        throw error;
      }),
    );
    const swept = { items: 0, bytes: 0 };
    for (const { Key, UploadId, Initiated } of found?.Uploads ?? []) {
      if (Initiated === undefined || Date.now() - Initiated.getTime() < olderThanMs) continue;
      const upload = { Bucket: this.bucket, Key, UploadId };
      await this.#ask("ending an upload", () =>
        this.client.send(new this.sdk.AbortMultipartUploadCommand(upload)),
      );
      swept.items++;
    }
    return swept;
  }

  async close(): Promise<void> {
    this.client.destroy();
  }

  /** Whether the service heeds conditions: of two who create one object the second must be refused. */
  async #probe(): Promise<boolean> {
    const Key = this.#key("probes", randomUUID());
    const put = { Bucket: this.bucket, Key, Body: Buffer.from("probe"), IfNoneMatch: "*" };
    const send = () => this.client.send(new this.sdk.PutObjectCommand(put));
    try {
      await this.#try("writing", send);
      const refused = await send().then(
        () => false,
        (error: unknown) => statusOf(error) === 412 || statusOf(error) === 409,
      );
      if (!refused)
        this.options.warn(
          `${this.name}: the service does not heed conditions of writes: two who push or promote at the very same time may lose one of the changes`,
        );
      return refused;
    } finally {
      await this.#delete(Key).catch(() => {});
    }
  }

  async #stored(Key: string): Promise<{ id: unknown; value: unknown; etag: string } | undefined> {
    const found = await this.#get(Key);
    const text = await found?.Body?.transformToString();
    if (text === undefined) return undefined;
    try {
      return { ...(JSON.parse(text) as { id: unknown; value: unknown }), etag: found?.ETag ?? "" };
    } catch {
      throw ptxError(
        "PTX_STORE_DAMAGED",
        this.name,
        `the object ${Key} is not what this program writes there`,
      );
    }
  }

  async #get(Key: string): Promise<GetObjectCommandOutput | undefined> {
    const object = { Bucket: this.bucket, Key };
    return this.#ask(`reading ${Key}`, () => this.client.send(new this.sdk.GetObjectCommand(object)));
  }

  async *#list(Prefix: string): AsyncGenerator<{ key: string; bytes: number }> {
    let ContinuationToken: string | undefined;
    do {
      const where = {
        Bucket: this.bucket,
        Prefix,
        ...(ContinuationToken !== undefined && { ContinuationToken }),
      };
      const page = await this.#try("listing", () =>
        this.client.send(new this.sdk.ListObjectsV2Command(where)),
      );
      for (const { Key, Size } of page.Contents ?? [])
        if (Key !== undefined) yield { key: Key, bytes: Size ?? 0 };
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  async #delete(Key: string): Promise<void> {
    await this.#ask("removing", () =>
      this.client.send(new this.sdk.DeleteObjectCommand({ Bucket: this.bucket, Key })),
    );
  }

  #key(room: string, rest: string): string {
    return [...(this.prefix === "" ? [] : [this.prefix]), room, rest].join("/");
  }

  /** The same, with undefined for what is not there. A bucket that is not there is an error. */
  async #ask<T>(doing: string, send: () => Promise<T>): Promise<T | undefined> {
    try {
      return await send();
    } catch (error) {
      if (statusOf(error) === 404 && !isNoBucket(error)) return undefined;
      throw storeFault(this.name, doing, error);
    }
  }

  async #try<T>(doing: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      throw storeFault(this.name, doing, error);
    }
  }
}

function isNoBucket(error: unknown): boolean {
  return (error as Error).name === "NoSuchBucket";
}

function statusOf(error: unknown): number {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
}
