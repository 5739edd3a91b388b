import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ptxError } from "../../../src/registry/errors.js";
import type { StoreBackend } from "../../../src/serving/store/backend.js";
import { pullVersion } from "../../../src/serving/store/fetch-version.js";
import { ModelCache } from "../../../src/serving/store/model-cache.js";
import { ModelStore } from "../../../src/serving/store/model-store.js";
import { DEFAULT_STORE, openStore, STORE_VARIABLE } from "../../../src/serving/store/open-store.js";
import { ReachedStore } from "../../../src/serving/store/reached-store.js";
import { SharedFetch } from "../../../src/serving/store/shared-fetch.js";
import { StoreSource } from "../../../src/serving/store/store-source.js";
import { workplace } from "../../support/toy.js";
import { bundleOf, version } from "./bundles.js";

const folder = workplace();
const silent = { info: () => {}, warn: () => {} };
const reached = (store: ModelStore): ReachedStore => new ReachedStore("kept", async () => store);

describe("addresses", () => {
  test.each(["models", "./models", "ftp://host/x", ":x", ""])(
    "%j names no kind of store",
    async (address) => {
      const before = process.env[STORE_VARIABLE];
      process.env[STORE_VARIABLE] = "nonsense";
      try {
        await expect(openStore(address || undefined)).rejects.toThrow(/an address of a store is file:DIR/);
      } finally {
        if (before === undefined) delete process.env[STORE_VARIABLE];
        else process.env[STORE_VARIABLE] = before;
      }
    },
  );

  test.each([
    ["mongodb://user:secret@127.0.0.1:1/", "names no database"],
    ["s3://?region=x", "names no bucket"],
    ["s3://bucket/x?regin=eu", "unknown: regin"],
    ["postgres://user:secret@127.0.0.1/x?schema=a;drop", "the schema's name"],
    ["file:", "names no folder"],
  ])("%s: %s, and no secret is told", async (address, message) => {
    const error = await openStore(address).then(
      () => undefined,
      (fault: Error) => fault,
    );
    expect(error?.message).toContain(message);
    expect(error?.message).not.toContain("secret");
  });

  test("a server that does not answer is told without the password", async () => {
    const store = await openStore("postgres://user:secret@127.0.0.1:1/x");
    const error = await store.models().then(
      () => undefined,
      (fault: Error) => fault,
    );
    await store.close();
    expect(error).toMatchObject({ code: "PTX_STORE" });
    expect(error?.message).toContain("127.0.0.1:1/x");
    expect(error?.message).not.toContain("secret");
  });

  test("the default lies in the current folder", () => {
    expect(DEFAULT_STORE).toBe("file:model-store");
  });
});

describe("a folder", () => {
  test("of other things, a file, or of a newer program is no store; looking at a new one makes nothing", async () => {
    const other = join(folder, "other");
    mkdirSync(other);
    writeFileSync(join(other, "thesis.txt"), "x");
    await expect(openStore(`file:${other}`)).rejects.toThrow(/no model store: it holds other things/);
    await expect(openStore(`file:${join(other, "thesis.txt")}`)).rejects.toThrow(/this is a file/);
    const newer = join(folder, "newer");
    mkdirSync(newer);
    writeFileSync(join(newer, "format"), "pytext-ts model store 2\n");
    await expect(openStore(`file:${newer}`)).rejects.toThrow(/newer program/);
    const fresh = join(folder, "fresh");
    const store = await openStore(`file:${fresh}`);
    expect(await store.models()).toEqual([]);
    expect(existsSync(fresh)).toBe(false);
  });

  test("its leftovers and old revisions go once they are old, and no sooner", async () => {
    const root = join(folder, "old");
    const store = await openStore(`file:${root}`);
    await store.put("m", version("a"));
    for (let i = 0; i < 3; i++) await store.setAlias("m", `a${i}`, 1);
    const revisions = join(root, "documents", "models", "m");
    const leftover = join(root, "temporary", "of-a-killed-push");
    writeFileSync(leftover, "half");
    expect(await store.backend.sweep(60_000)).toEqual({ items: 0, bytes: 0 });
    const twoDaysAgo = new Date(Date.now() - 48 * 3600_000);
    for (const name of readdirSync(revisions)) utimesSync(join(revisions, name), twoDaysAgo, twoDaysAgo);
    utimesSync(leftover, twoDaysAgo, twoDaysAgo);
    expect(await store.backend.sweep(60_000)).toMatchObject({ items: 4 });
    expect(readdirSync(revisions)).toEqual(["000000004.json"]);
    expect(readdirSync(join(root, "temporary"))).toEqual([]);
    expect((await store.record("m")).aliases).toHaveLength(3);
    await store.setAlias("m", "b", 1);
    expect((await store.record("m")).aliases).toHaveLength(4);
  });
});

describe("the cache of a server", () => {
  test("who may not write to the store is warned, and serves and pulls all the same", async () => {
    const writable = await openStore(`file:${join(folder, "read-only")}`);
    await writable.put("m", bundleOf({ "m.onnx": "weights" }));
    const backend = Object.create(writable.backend, {
      note: { value: () => Promise.reject(ptxError("PTX_STORE", "s", "permission denied")) },
    }) as StoreBackend;
    for (const method of ["sizeOf", "read", "document", "documents", "notes"] as const)
      Object.defineProperty(backend, method, { value: writable.backend[method].bind(writable.backend) });
    const warnings: string[] = [];
    const warn = (line: string) => warnings.push(line);
    const store = new ModelStore(backend, { warn });
    const log = { info: () => {}, warn };
    const source = new StoreSource(
      { model: "m", version: 1 },
      { store: reached(store), cache: new ModelCache(join(folder, "ro-cache")), log },
    );
    for (let i = 0; i < 2; i++) {
      const bundle = await source.current();
      expect(readFileSync(bundle.path, "utf8")).toBe("weights");
      await bundle.release();
    }
    expect(warnings).toEqual([
      expect.stringMatching(/m@1 is in use, and may collect it:[\s\S]*permission denied/),
    ]);
    await pullVersion(store, await store.resolve({ model: "m", version: 1 }), join(folder, "ro-pulled"));
    expect(warnings).toHaveLength(2);
  });

  test("a changed file is fetched anew, unused versions but two go, used ones stay", async () => {
    const store = await openStore(`file:${join(folder, "served")}`);
    const root = join(folder, "cache");
    const cache = new ModelCache(root);
    for (let i = 1; i <= 6; i++) await store.put("m", bundleOf({ "m.onnx": `weights ${i}` }));
    const open = (n: number) =>
      new StoreSource({ model: "m", version: n }, { store: reached(store), cache, log: silent }).current();
    const first = await open(1);
    writeFileSync(first.path, "weights X");
    const again = await open(1);
    expect(readFileSync(again.path, "utf8")).toBe("weights 1");
    await again.release();
    for (let i = 2; i <= 6; i++) await (await open(i)).release();
    const held = await open(6);
    const kept = readdirSync(join(root, "m")).filter((name) => !name.startsWith("."));
    expect(kept.map((name) => name.split("-")[0]).sort()).toEqual(["1", "4", "5", "6"]);
    expect(existsSync(first.path)).toBe(true);
    await Promise.all([first.release(), held.release()]);
    expect(await store.leases("m")).toEqual([]);
  });

  test("what cannot be fetched is an error each time, and leaves nothing", async () => {
    const at = join(folder, "broken");
    const store = await openStore(`file:${at}`);
    const { files } = await store.put("m", bundleOf({ "m.onnx": "weights" }));
    const { sha256 } = files[0]!;
    writeFileSync(join(at, "blobs", sha256.slice(0, 2), sha256), "WEIGHTS");
    const root = join(folder, "broken-cache");
    const source = new StoreSource(
      { model: "m", alias: "latest" },
      { store: reached(store), cache: new ModelCache(root), log: silent },
    );
    for (let i = 0; i < 2; i++) await expect(source.current()).rejects.toThrow(/PTX_STORE_DAMAGED/);
    expect(readdirSync(join(root, "m"))).toEqual([".used"]);
    expect(readdirSync(join(root, "m", ".used"))).toEqual([]);
    expect(await store.leases("m")).toEqual([]);
  });

  test("a fetch that is no longer wanted ends, and leaves nothing", async () => {
    const store = await openStore(`file:${join(folder, "aborted")}`);
    await store.put("m", bundleOf({ "m.onnx": "weights" }));
    const root = join(folder, "aborted-cache");
    const source = new StoreSource(
      { model: "m", version: 1 },
      { store: reached(store), cache: new ModelCache(root), log: silent },
    );
    await expect(source.current(AbortSignal.abort())).rejects.toThrow();
    expect(readdirSync(join(root, "m"))).toEqual([".used"]);
  });

  test("a fetch goes on for those who still want it, whoever began it, and ends with the last", async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    let [end, stopped] = [(): void => {}, false];
    const begin = () =>
      new SharedFetch(
        (signal) =>
          new Promise((resolve, reject) => {
            end = resolve;
            signal.addEventListener("abort", () => {
              stopped = true;
              reject(signal.reason as Error);
            });
          }),
      );
    const fetched = begin();
    const waits = [fetched.wait(first.signal), fetched.wait(second.signal)];
    first.abort(new Error("the first has gone"));
    await expect(waits[0]).rejects.toThrow("the first has gone");
    expect([stopped, fetched.abandoned]).toEqual([false, false]);
    end();
    await waits[1];

    const given = begin();
    const alone = given.wait(second.signal);
    second.abort(new Error("the last has gone"));
    await expect(alone).rejects.toThrow("the last has gone");
    expect([stopped, given.abandoned]).toEqual([true, true]);
  });
});

describe("a store that is away when a server starts", () => {
  test("is made up for by what was fetched last, if that is whole; later by nothing", async () => {
    const store = await openStore(`file:${join(folder, "away")}`);
    await store.put("m", bundleOf({ "m.onnx": "weights" }));
    await store.setAlias("m", "production", 1);
    const cache = new ModelCache(join(folder, "away-cache"));
    let there = true;
    const open = async () => {
      if (!there) throw ptxError("PTX_STORE", "away", "nothing answers");
      return store;
    };
    const warnings: string[] = [];
    const log = { info: () => {}, warn: (line: string) => void warnings.push(line) };
    const start = () =>
      new StoreSource({ model: "m" }, { store: new ReachedStore("away", open), cache, log, pollMs: 10 });
    there = false;
    await expect(start().current()).rejects.toThrow(/nothing answers/);
    there = true;
    const before = await start().current();
    await before.release();
    there = false;
    const source = start();
    const bundle = await source.current();
    expect([bundle.version, readFileSync(bundle.path, "utf8")]).toEqual(["1", "weights"]);
    expect(warnings).toEqual([
      expect.stringMatching(/does not answer; version 1 is served.*nothing answers/s),
    ]);
    await expect(source.current()).rejects.toThrow(/nothing answers/);
    await bundle.release();

    // When it is back it is followed.
    await store.put("m", bundleOf({ "m.onnx": "other weights" }));
    await store.setAlias("m", "production", 2);
    const changed = new Promise<void>((resolve) => {
      const stop = source.watch!(() => {
        resolve(stop());
      });
      there = true;
    });
    await changed;
    expect(await source.currentVersion()).toBe("2");

    there = false;
    writeFileSync(bundle.path, "WEIGHTS");
    await expect(start().current()).rejects.toThrow(/nothing answers/);
  });
});
