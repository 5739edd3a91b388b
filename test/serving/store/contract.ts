/** @file What every place for models promises, tested with a real server of each kind. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StoredBlob } from "../../../src/serving/store/backend.js";
import { type CollectOptions, collect } from "../../../src/serving/store/collect.js";
import { pullVersion } from "../../../src/serving/store/fetch-version.js";
import { sha256Of } from "../../../src/serving/store/manifest.js";
import { ModelCache } from "../../../src/serving/store/model-cache.js";
import type { ModelStore } from "../../../src/serving/store/model-store.js";
import { gathered } from "../../../src/serving/store/pieces.js";
import { ReachedStore } from "../../../src/serving/store/reached-store.js";
import { StoreSource } from "../../../src/serving/store/store-source.js";
import { verifyStore } from "../../../src/serving/store/verify.js";
import { workplace } from "../../support/toy.js";
import { bundleOf, noise, version } from "./bundles.js";
import type { Place, PlaceKind } from "./places.js";

const silent = { info: () => {}, warn: () => {} };

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const blobOf = (bytes: Uint8Array): StoredBlob => ({ sha256: sha256Of(bytes), bytes: bytes.length });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Asks until it holds. */
async function until(holds: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (holds()) return;
    await sleep(25);
  }
  throw new Error(`it did not come to be that ${what}`);
}

/** Declares the tests of one kind of place; they are skipped, saying so, where its server is not named. */
export function testContract({ kind, variable, make }: PlaceKind): void {
  if (variable !== undefined && process.env[variable] === undefined) {
    const why = `the model store in ${kind} is not tested: ${variable} is not set; "npm run test:stores" starts a server`;
    process.stdout.write(`${why}\n`);
    test.skip(why, () => {});
    return;
  }
  describe(kind, () => {
    const scratch = workplace();
    const newFolder = (): string => join(scratch, randomUUID());
    let place: Place;
    let store: ModelStore;
    let other: ModelStore;

    beforeAll(async () => {
      place = await make();
      store = await place.open("ada");
      other = await place.open("bob");
    });

    afterAll(async () => place?.destroy());

    const fetched = async (reference: { model: string; version?: number; alias?: string }) => {
      const folder = newFolder();
      await pullVersion(other, await other.resolve(reference), folder);
      return folder;
    };

    describe("contents", () => {
      test("a store that nobody has written to has nothing, and says so", async () => {
        const fresh = await make();
        try {
          const empty = await fresh.open();
          expect(await empty.models()).toEqual([]);
          expect(await empty.backend.sizeOf("0".repeat(64))).toBeUndefined();
          expect(await all(empty.backend.blobs())).toEqual([]);
          expect(await empty.backend.notes("uploads")).toEqual([]);
          await expect(empty.resolve({ model: "m" })).rejects.toMatchObject({ code: "PTX_STORE_MISSING" });
          expect(await collect(empty)).toMatchObject({ blobs: { items: 0 }, removed: [] });
        } finally {
          await fresh.destroy();
        }
      });

      test.each([
        ["no byte", 0, 10],
        ["one byte", 1, 1],
        ["exactly a piece", 2 ** 20, 65_536],
        ["a piece and one byte", 2 ** 20 + 1, 2 ** 20],
        ["three pieces and a rest, in odd cuts", 3 * 2 ** 20 + 7, 99_991],
        ["more than a part of S3", 2 ** 24 + 4099, 2 ** 20],
      ])("%s comes back as it was", async (_, size, cut) => {
        const bytes = noise(size, size);
        const blob = blobOf(bytes);
        expect(await store.backend.sizeOf(blob.sha256)).toBeUndefined();
        await store.backend.write(blob, inPieces(bytes, cut));
        expect(await other.backend.sizeOf(blob.sha256)).toBe(size);
        const back = await gathered(other.backend.read(blob.sha256));
        expect(createHash("sha256").update(back).digest("hex")).toBe(blob.sha256);
        expect(await all(other.backend.blobs())).toContainEqual(blob);
        await other.backend.remove(blob.sha256);
        expect(await store.backend.sizeOf(blob.sha256)).toBeUndefined();
        await expect(gathered(store.backend.read(blob.sha256))).rejects.toMatchObject({
          code: "PTX_STORE_DAMAGED",
        });
      });

      test("what breaks off is never seen, the error is that of its source, and it can be written afterwards", async () => {
        for (const size of [100, 2 ** 24 + 2 ** 20]) {
          const bytes = noise(size, 5);
          const blob = blobOf(bytes);
          async function* broken(): AsyncGenerator<Uint8Array> {
            yield* inPieces(bytes.subarray(0, -50), 2 ** 20);
            expect(await other.backend.sizeOf(blob.sha256)).toBeUndefined();
            throw new Error("the source broke");
          }
          await expect(store.backend.write(blob, broken())).rejects.toThrow("the source broke");
          expect(await other.backend.sizeOf(blob.sha256)).toBeUndefined();
          expect(await all(other.backend.blobs())).toEqual([]);
          await store.backend.write(blob, inPieces(bytes, 2 ** 20));
          expect(await other.backend.sizeOf(blob.sha256)).toBe(size);
          await store.backend.remove(blob.sha256);
        }
      });

      test("the same contents may be written by many at once, and again", async () => {
        const bytes = noise(2 ** 20 + 11, 9);
        const blob = blobOf(bytes);
        const write = (by: ModelStore): Promise<void> => by.backend.write(blob, inPieces(bytes, 50_000));
        await Promise.all([write(store), write(other), write(store), write(other)]);
        await write(other);
        expect(blobOf(await gathered(store.backend.read(blob.sha256)))).toEqual(blob);
        await store.backend.remove(blob.sha256);
        expect(await all(store.backend.blobs())).toEqual([]);
      });
    });

    describe("documents", () => {
      test("of those who create one at once, or replace one revision, exactly one does", async () => {
        const key = `trial/race-${randomUUID().slice(0, 8)}`;
        let revision: string | undefined;
        for (let round = 0; round < 2; round++) {
          const results = await Promise.all(
            Array.from({ length: 6 }, (_, i) =>
              (i % 2 ? store : other).backend.swap(key, JSON.stringify({ round, i }), revision),
            ),
          );
          const winners = results.filter((result) => result !== undefined);
          expect(winners).toHaveLength(1);
          const stored = await other.backend.document(key);
          expect(stored?.revision).toBe(winners[0]);
          expect(JSON.parse(stored!.text)).toEqual({ round, i: results.indexOf(winners[0]) });
          revision = winners[0];
        }
      });

      test("an old revision is refused, also when the text is what it was then", async () => {
        const key = `trial/back-${randomUUID().slice(0, 8)}`;
        const first = await store.backend.swap(key, '{"a":1}', undefined);
        const second = await store.backend.swap(key, '{"a":2}', first);
        const third = await store.backend.swap(key, '{"a":1}', second);
        expect(third).not.toBe(first);
        expect(await other.backend.swap(key, '{"a":3}', first)).toBeUndefined();
        expect(await other.backend.swap(key, '{"a":3}', undefined)).toBeUndefined();
        expect(JSON.parse((await other.backend.document(key))!.text)).toEqual({ a: 1 });
      });

      test("names are listed by their prefix and no other", async () => {
        await store.backend.swap("trialx/foreign", "{}", undefined);
        const names = await other.backend.documents("trial");
        expect(names).not.toContain("foreign");
        expect(await other.backend.documents("trialx")).toEqual(["foreign"]);
        expect(await other.backend.documents("tria")).toEqual([]);
      });

      test("notes are renewed and dropped, and listed by prefix", async () => {
        await store.backend.note("leases/a/1/x", '{"n":1}');
        await store.backend.note("leases/a/1/x", '{"n":2}');
        await store.backend.note("leases/a.b/1/y", '{"n":3}');
        expect(await other.backend.notes("leases/a")).toEqual([
          { key: "leases/a/1/x", text: expect.any(String) },
        ]);
        const both = await other.backend.notes("leases");
        const values = Object.fromEntries(both.map(({ key, text }) => [key, JSON.parse(text)]));
        expect(values).toEqual({ "leases/a/1/x": { n: 2 }, "leases/a.b/1/y": { n: 3 } });
        for (const { key } of both) await other.backend.dropNote(key);
        await other.backend.dropNote("leases/a/1/x");
        expect(await store.backend.notes("leases")).toEqual([]);
      });
    });

    describe("versions", () => {
      test("files come back under their paths, byte for byte, with what was said of them", async () => {
        const files = {
          "model.onnx": noise(70_000, 2),
          "model.onnx.data": noise(2_100_000, 3),
          "sub/größe 1.txt": "Grüße",
          "sub/deep/empty": "",
        };
        const first = await store.put("round", bundleOf(files), {
          message: "the first",
          tags: { "data.set": "v1" },
        });
        expect(first).toMatchObject({ version: 1, added: true });
        const folder = await fetched({ model: "round", version: 1 });
        for (const [path, content] of Object.entries(files))
          expect(Buffer.compare(readFileSync(join(folder, path)), Buffer.from(content as string))).toBe(0);
        expect(readdirSync(folder, { recursive: true })).toHaveLength(6);
        const resolved = await other.resolve({ model: "round", alias: "latest" });
        expect(resolved).toMatchObject({ version: 1, by: "ada", tags: [{ key: "data.set", value: "v1" }] });
        expect(await other.manifest(resolved)).toMatchObject({
          message: "the first",
          labels: { label: ["a", "b"] },
          metrics: { test: { accuracy: 0.9 } },
        });
      });

      test("contents that the store has are not sent again, and the same version is not made twice", async () => {
        const again = await other.put(
          "round",
          bundleOf({ "model.onnx": noise(70_000, 2), "other.txt": "o" }),
          {
            parent: 1,
          },
        );
        expect(again).toMatchObject({ version: 2, added: true });
        expect(again.sent).toBeLessThan(5000);
        const same = await store.put(
          "round",
          bundleOf({ "model.onnx": noise(70_000, 2), "other.txt": "o" }),
          { parent: 1, tags: { late: "yes" } },
        );
        expect(same).toMatchObject({ version: 2, added: false, sent: 0, digest: again.digest });
        expect((await other.resolve({ model: "round", version: 2 })).tags).toEqual([
          { key: "late", value: "yes" },
        ]);
      });

      test("many who push at once get versions of their own, all whole", async () => {
        const words = Array.from({ length: 8 }, (_, i) => `word${i}`);
        const puts = await Promise.all(
          words.map((word, i) => (i % 2 ? store : other).put("crowd", version(word))),
        );
        expect(puts.map((put) => put.version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
        for (const [i, put] of puts.entries()) {
          const folder = await fetched({ model: "crowd", version: put.version });
          expect(readFileSync(join(folder, "model.onnx"), "utf8")).toBe(`weights of ${words[i]}`);
        }
      });

      test("what is not there is told with what is", async () => {
        const message = async (reference: Parameters<ModelStore["resolve"]>[0]): Promise<string> =>
          store.resolve(reference).then(
            () => "",
            (error: Error) => error.message,
          );
        expect(await message({ model: "rond" })).toMatch(/no model "rond"; did you mean "round"/);
        expect(await message({ model: "round" })).toMatch(
          /no alias "production".*round@latest[\s\S]*models promote round@2/,
        );
        expect(await message({ model: "round", version: 9 })).toMatch(/no version 9 {2}the last ones: 1, 2/);
        expect(await message({ model: "round", alias: "staging" })).toMatch(/no alias "staging"/);
        await expect(store.put("round", version("x"), { parent: 7 })).rejects.toThrow(
          /parent\n {2}no version 7/,
        );
      });
    });

    describe("aliases", () => {
      test("move forth and back, and tell where they were", async () => {
        for (const word of ["one", "two", "three"]) await store.put("moves", version(word));
        await store.setAlias("moves", "production", 1, null);
        await other.setAlias("moves", "production", 2, 1);
        await store.setAlias("moves", "production", 3);
        expect((await other.resolve({ model: "moves" })).version).toBe(3);
        await other.rollback("moves", "production", 3);
        expect((await store.resolve({ model: "moves" })).version).toBe(2);
        await other.rollback("moves", "production");
        expect((await store.resolve({ model: "moves" })).version).toBe(1);
        await expect(store.rollback("moves", "production")).rejects.toThrow(/at no version/);
        const [entry] = (await store.record("moves")).aliases;
        expect(entry!.moves.map(({ to, how, by }) => [to, how, by])).toEqual([
          [1, "promote", "ada"],
          [2, "promote", "bob"],
          [3, "promote", "ada"],
          [2, "rollback", "bob"],
          [1, "rollback", "bob"],
        ]);
        await store.removeAlias("moves", "production");
        await expect(store.resolve({ model: "moves" })).rejects.toMatchObject({ code: "PTX_STORE_MISSING" });
        expect((await store.resolve({ model: "moves", version: 3 })).version).toBe(3);
      });

      test("of two who expect the same, one moves it, and the other learns who did", async () => {
        await store.setAlias("moves", "canary", 1);
        for (let round = 0; round < 3; round++) {
          const [from, a, b] = [round + 1, ((round + 1) % 3) + 1, ((round + 2) % 3) + 1];
          const now = (await store.resolve({ model: "moves", alias: "canary" })).version;
          expect(now).toBe(from);
          const results = await Promise.allSettled([
            store.setAlias("moves", "canary", a, now),
            other.setAlias("moves", "canary", b, now),
          ]);
          const lost = results.filter((result) => result.status === "rejected");
          expect(lost).toHaveLength(1);
          expect(lost[0]!.reason).toMatchObject({ code: "PTX_STORE_CONFLICT" });
          expect(String(lost[0]!.reason)).toMatch(/canary stands at \d, moved at .* by (ada|bob)/);
          await store.setAlias("moves", "canary", ((round + 1) % 3) + 1);
        }
      });

      test("of many who move it without expecting anything no move is lost", async () => {
        await Promise.all(
          Array.from({ length: 12 }, (_, i) =>
            (i % 2 ? store : other).setAlias("moves", `free${i % 3}`, (i % 3) + 1),
          ),
        );
        const { aliases } = await other.record("moves");
        expect(aliases.map(({ alias, version: at }) => [alias, at])).toEqual([
          ["canary", 1],
          ["free0", 1],
          ["free1", 2],
          ["free2", 3],
        ]);
      });

      test("a watcher is told of changes that another makes, without being asked", async () => {
        let told = 0;
        // S3 has no way to tell: there it asks.
        const stop = other.watch("moves", () => told++, other.backend.listen === undefined ? 100 : 60_000);
        await sleep(300);
        expect(told).toBe(0);
        await store.setAlias("moves", "watched", 1);
        await until(() => told > 0, "the watcher was told");
        const before = told;
        await store.setAlias("moves", "watched", 2);
        await until(() => told > before, "the watcher was told again");
        await stop();
        const after = told;
        await store.setAlias("moves", "watched", 3);
        await sleep(200);
        expect(told).toBe(after);
      });
    });

    describe("removal and collection", () => {
      test("nobody removes what an alias points to or somebody uses, and no number is given twice", async () => {
        for (const word of ["p", "q", "r"]) await store.put("gone", version(word));
        await store.setAlias("gone", "production", 1);
        await expect(store.remove("gone", 1)).rejects.toThrow(/what production points to/);
        const lease = await other.hold(await other.resolve({ model: "gone", version: 2 }), "serving");
        await expect(store.remove("gone", 2)).rejects.toThrow(/in use by bob \(serving\)/);
        expect((await store.resolve({ model: "gone", version: 2 })).version).toBe(2);
        await lease.release();
        await store.remove("gone", 2);
        await store.remove("gone", 3);
        await expect(store.remove("gone", 3)).rejects.toThrow(/was removed at/);
        await expect(
          other.hold({ ...(await other.resolve({ model: "gone" })), version: 3 }, "late"),
        ).rejects.toThrow(/was removed/);
        expect(await other.leases("gone")).toEqual([]);
        expect(await store.put("gone", version("q"))).toMatchObject({ version: 4, added: true });
      });

      test("a collection takes what nothing refers to, and nothing else", async () => {
        const orphan = noise(3000, 77);
        await store.backend.write(blobOf(orphan), inPieces(orphan, 1000));
        // A push that died an hour and more ago, and one that is at work.
        const pinned = noise(2000, 78);
        await store.backend.write(blobOf(pinned), inPieces(pinned, 1000));
        const pin = (at: number, bytes: Uint8Array): string =>
          JSON.stringify({ at, blobs: [sha256Of(bytes)] });
        await store.backend.note("uploads/dead", pin(Date.now() - 2 * 3600_000, orphan));
        await store.backend.note("uploads/live", pin(Date.now(), pinned));
        const before = await all(store.backend.blobs());
        const dry = await collect(other, { dryRun: true });
        expect(dry).toMatchObject({ blobs: { items: 1, bytes: 3000 }, leftovers: { items: 1 }, removed: [] });
        expect(await all(store.backend.blobs())).toHaveLength(before.length);
        expect(await collect(other)).toMatchObject({
          blobs: { items: 1, bytes: 3000 },
          leftovers: { items: 1 },
        });
        expect(await store.backend.sizeOf(sha256Of(orphan))).toBeUndefined();
        expect(await store.backend.sizeOf(sha256Of(pinned))).toBe(2000);
        await store.backend.dropNote("uploads/live");
        expect(await collect(other)).toMatchObject({ blobs: { items: 1, bytes: 2000 } });
        expect(await verifyStore(store)).toMatchObject({ problems: [] });
      });

      test("keeping the newest keeps what aliases, rollbacks and users need, too", async () => {
        for (let i = 1; i <= 7; i++) await store.put("aged", version(`age ${i}`));
        await store.setAlias("aged", "production", 1);
        await store.setAlias("aged", "production", 2);
        await store.setAlias("aged", "production", 3);
        const lease = await other.hold(await other.resolve({ model: "aged", version: 5 }), "serving");
        const options: CollectOptions = { keep: 1 };
        const dry = await collect(store, { ...options, dryRun: true });
        const done = await collect(store, options);
        expect(done.removed.filter(({ model }) => model === "aged").map((each) => each.version)).toEqual([
          1, 4, 6,
        ]);
        expect(dry.removed).toEqual(done.removed);
        expect(dry.blobs).toEqual(done.blobs);
        expect(done.kept.filter(({ model }) => model === "aged")).toEqual([
          { model: "aged", version: 2, why: "production would be rolled back to it" },
          { model: "aged", version: 3, why: "production points to it" },
          { model: "aged", version: 5, why: "in use by bob" },
        ]);
        await lease.release();
        expect((await store.rollback("aged", "production")).aliases[0]!.version).toBe(2);
        for (const at of [2, 3, 5, 7])
          expect(existsSync(await fetched({ model: "aged", version: at }))).toBe(true);
        expect(await verifyStore(store, { model: "aged" })).toMatchObject({ problems: [], versions: 4 });
      });

      test("pushes and collections at once lose nothing", async () => {
        const shared = noise(4000, 50);
        for (let round = 0; round < 3; round++) {
          await store.backend.write(blobOf(shared), inPieces(shared, 1000)); // an orphan that pushes come to rely on
          const pushes = [0, 1, 2].map((i) =>
            (i % 2 ? store : other).put("busy", bundleOf({ "model.onnx": shared, n: `${round} ${i}` })),
          );
          await Promise.all([...pushes, collect(round % 2 ? store : other)]);
          expect(await verifyStore(other, { model: "busy" })).toMatchObject({ problems: [] });
          if (round === 0)
            for (const { version: at } of (await other.record("busy")).versions)
              await other.remove("busy", at);
        }
      });

      test("one collection at a time", async () => {
        const until = Date.now() + 60_000;
        const found = await store.backend.document("control/collection");
        await store.backend.swap("control/collection", JSON.stringify({ by: "eve", until }), found?.revision);
        await expect(collect(other)).rejects.toThrow(/another collection is at work, by eve/);
        const running = await store.backend.document("control/collection");
        let pushed = false;
        const push = other.put("waits", version("w")).then(() => {
          pushed = true;
        });
        await sleep(400);
        expect(pushed).toBe(false);
        await store.backend.swap(
          "control/collection",
          JSON.stringify({ by: "eve", until: 0 }),
          running?.revision,
        );
        await push;
        expect(pushed).toBe(true);
      });
    });

    describe("integrity", () => {
      test("a damaged file is never handed out, verify names it, and a push that sends all again mends it", async () => {
        const bundle = bundleOf({ "model.onnx": noise(5000, 60), "sound.txt": "sound" });
        const { files } = await store.put("hurt", bundle);
        const file = files.find(({ path }) => path === "model.onnx")!;
        await place.damage(file.sha256);
        const folder = newFolder();
        const resolved = await other.resolve({ model: "hurt", version: 1 });
        await expect(pullVersion(other, resolved, folder)).rejects.toThrow(
          /PTX_STORE_DAMAGED[\s\S]*hurt@1 {2}model.onnx[\s\S]*SHA-256/,
        );
        expect(readdirSync(scratch).filter((name) => name.includes(".part"))).toEqual([]);
        expect(existsSync(folder)).toBe(false);
        expect(await other.leases("hurt")).toEqual([]);
        const { problems } = await verifyStore(other);
        expect(problems).toHaveLength(1);
        expect(problems[0]).toMatchObject({
          code: "PTX_STORE_DAMAGED",
          where: expect.stringContaining("model.onnx"),
        });
        expect(await store.put("hurt", bundle, { rewrite: true })).toMatchObject({
          version: 1,
          added: false,
        });
        expect(await verifyStore(other)).toMatchObject({ problems: [] });
      });

      test("with a damaged manifest nothing is collected; without the version all is well", async () => {
        const { digest, version: at } = await store.put("hurt", version("manifest"));
        await place.damage(digest);
        await expect(fetched({ model: "hurt", version: at })).rejects.toThrow(/its manifest has the SHA-256/);
        await expect(collect(store)).rejects.toThrow(/nothing was collected[\s\S]*models rm hurt@2/);
        const { problems } = await verifyStore(other, { model: "hurt" });
        expect(problems).toHaveLength(1);
        await store.remove("hurt", at);
        await collect(store, { keep: 1000 }).catch((error: Error) =>
          expect(error.message).toMatch(/nothing was collected/),
        );
        // Younger than the grace it counts; mended it does no more harm.
        await store.put("hurt", version("manifest"), { rewrite: true });
        expect(await verifyStore(other)).toMatchObject({ problems: [] });
      });

      test("names cannot leave the store", async () => {
        const before = await all(store.backend.blobs());
        for (const name of [
          "..",
          "../x",
          "a/b",
          "/etc",
          "a\\b",
          ".hidden",
          "",
          "con",
          "a..b",
          "a\u0000",
          "é",
          "x".repeat(101),
        ])
          await expect(store.put(name, version("v"))).rejects.toMatchObject({ code: "PTX_USAGE" });
        for (const alias of ["../x", "a/b", "latest", "3", "Prod", ""])
          await expect(store.setAlias("moves", alias, 1)).rejects.toMatchObject({ code: "PTX_USAGE" });
        await expect(store.record("../models/moves")).rejects.toMatchObject({ code: "PTX_USAGE" });
        expect(await all(store.backend.blobs())).toEqual(before);
      });
    });

    describe("serving", () => {
      test("the current version lies on this machine, checked, and is kept as long as it is read", async () => {
        const cache = new ModelCache(newFolder());
        await store.put("live", bundleOf({ "m.onnx": "first", "m.onnx.data": "f" }));
        await store.put("live", bundleOf({ "m.onnx": "second", "m.onnx.data": "s" }));
        await store.setAlias("live", "production", 1);
        const source = new StoreSource(
          { model: "live" },
          { store: new ReachedStore("kept", async () => other), cache, log: silent, pollMs: 100 },
        );
        expect(source).toMatchObject({ name: "store:live", label: "production" });
        expect(await source.currentVersion()).toBe("1");
        let changes = 0;
        const stop = source.watch!(() => changes++);
        // Many ask at once: it is fetched once.
        const bundles = await Promise.all([source.current(), source.current(), source.current()]);
        expect(new Set(bundles.map(({ path }) => path)).size).toBe(1);
        const [first] = bundles;
        expect(first!.version).toBe("1");
        expect(readFileSync(first!.path, "utf8")).toBe("first");
        expect(readFileSync(`${first!.path}.data`, "utf8")).toBe("f");
        expect(await store.leases("live")).toHaveLength(3);
        await store.setAlias("live", "production", 2);
        await until(() => changes > 0, "the server was told");
        expect(await source.currentVersion()).toBe("2");
        const second = await source.current();
        expect(readFileSync(second.path, "utf8")).toBe("second");
        expect(readFileSync(first!.path, "utf8")).toBe("first");
        await expect(store.remove("live", 1)).rejects.toThrow(/in use/);
        for (const bundle of [...bundles, second]) await bundle.release();
        await stop();
        expect(await store.leases("live")).toEqual([]);
        await store.remove("live", 1);
        const pinned = new StoreSource(
          { model: "live", version: 2 },
          { store: new ReachedStore("kept", async () => other), cache, log: silent },
        );
        expect(pinned.watch).toBeUndefined();
        expect(pinned.label).toBe("default");
      });
    });
  });
}
