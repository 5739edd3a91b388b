/**
 * @file Model stores when things break: killed pushes, full disks, killed databases, two who promote at once. Nothing that was
 * there is lost, nothing half is seen, and the message says why. `npm run test:faults` runs them.
 */
import { type ChildProcess, execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Server, type ServerKind, startServer } from "../../scripts/lib/store-servers.js";
import { collect } from "../../src/serving/store/collect.js";
import { pullVersion } from "../../src/serving/store/fetch-version.js";
import type { ModelStore } from "../../src/serving/store/model-store.js";
import { openStore } from "../../src/serving/store/open-store.js";
import { verifyStore } from "../../src/serving/store/verify.js";
import { bundleOf, noise, version } from "../serving/store/bundles.js";
import { cli, jsonLines } from "../support/cli.js";
import { workplace } from "../support/toy.js";

const MB = 2 ** 20;

/** An encoder's folder as far as a push looks: what its weights are it does not ask. */
function writeFolder(folder: string, megabytes: number, seed: number): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), "{}");
  writeFileSync(join(folder, "model.safetensors"), noise(megabytes * MB, seed));
  return folder;
}

/** Lets a command run until `when` holds, then kills it as the system does when memory is out. */
async function killed(args: readonly string[], when: () => Promise<boolean>): Promise<NodeJS.Signals | null> {
  let child: ChildProcess | undefined;
  const done = cli(args, {
    started: (started) => {
      child = started;
    },
  });
  let ended = false;
  const end = done.then((result) => {
    ended = true;
    return result;
  });
  while (!ended && !(await when())) await sleep(5);
  child?.kill("SIGKILL");
  return (await end).signal;
}

describe.skipIf(process.env.PYTEXT_TS_TEST_FAULTS === undefined)("faults (npm run test:faults)", () => {
  const folder = workplace();
  const small = join(folder, "small");
  const large = join(folder, "large");

  beforeAll(() => {
    writeFolder(small, 1, 1);
    writeFolder(large, 96, 2);
  });

  /** A push is killed while its large file is on its way. */
  async function killPush(address: string, store: ModelStore): Promise<void> {
    const pushing = async (): Promise<boolean> => (await store.backend.notes("uploads")).length > 0;
    const signal = await killed(["models", "push", "m", large, "--store", address], async () => {
      if (!(await pushing())) return false;
      await sleep(150);
      return true;
    });
    expect(signal).toBe("SIGKILL");
  }

  /** What must hold after it. */
  async function expectNothingHalf(address: string, store: ModelStore): Promise<void> {
    expect((await store.record("m")).versions.map((each) => each.version)).toEqual([1]);
    expect((await store.resolve({ model: "m" })).version).toBe(1);
    expect(await verifyStore(store)).toMatchObject({ versions: 1, problems: [] });
    // Its note counts for an hour: a collection leaves all that it may have sent.
    await collect(store);
    expect(await store.backend.notes("uploads")).toHaveLength(1);
    const again = await cli([
      "models",
      "push",
      "m",
      large,
      "--store",
      address,
      "--alias",
      "production",
      "--json",
    ]);
    expect(again.stderr).toMatch(/^warning: [^\n]*large: no answers were recorded with it: [^\n]*\n$/);
    expect(jsonLines(again.stdout)[0]).toMatchObject({ version: 2, added: true });
    expect(await verifyStore(store)).toMatchObject({ versions: 2, problems: [] });
    // Two hours later.
    const [note] = await store.backend.notes("uploads");
    const old = { ...(JSON.parse(note!.text) as object), at: Date.now() - 2 * 3600_000 };
    await store.backend.note(note!.key, JSON.stringify(old));
    const { leftovers } = await collect(store);
    expect(leftovers.items).toBeGreaterThanOrEqual(1);
    expect(await store.backend.notes("uploads")).toEqual([]);
    await store.backend.sweep(-60_000);
    expect((await store.backend.sweep(-60_000)).items).toBe(0);
    expect(await verifyStore(store)).toMatchObject({ versions: 2, problems: [] });
  }

  describe("in a folder", () => {
    test("a push that is killed leaves the version before, and nothing of it is seen", async () => {
      const address = `file:${join(folder, randomUUID())}`;
      const store = await openStore(address);
      await store.put("m", version("first"));
      await store.setAlias("m", "production", 1);
      await killPush(address, store);
      await expectNothingHalf(address, store);
    });

    test("many pushes killed at all times leave a store that is whole", async () => {
      const address = `file:${join(folder, randomUUID())}`;
      const store = await openStore(address);
      await store.put("m", version("first"));
      for (let round = 0; round < 6; round++) {
        const source = writeFolder(join(folder, `round${round}`), 8, 100 + round);
        const started = Date.now();
        await killed(
          ["models", "push", "m", source, "--store", address],
          async () => Date.now() - started > 250 + 60 * round,
        );
        const { versions } = await store.record("m");
        expect(versions.map((each) => each.version)).toEqual(versions.map((_, i) => i + 1));
        expect(await verifyStore(store)).toMatchObject({ versions: versions.length, problems: [] });
      }
      await collect(store);
      expect(await verifyStore(store)).toMatchObject({ problems: [] });
    });

    test("processes that promote at once: of those who expect the same one moves it; no move is lost", async () => {
      const address = `file:${join(folder, randomUUID())}`;
      const store = await openStore(address);
      for (const word of ["a", "b", "c", "d", "e"]) await store.put("m", version(word));
      await store.setAlias("m", "production", 1);
      const promote = (at: number, ...more: string[]) =>
        cli(["models", "promote", `m@${at}`, "--store", address, ...more]);
      const results = await Promise.all([2, 3, 4, 5].map((at) => promote(at, "--expect", "1")));
      expect(results.map(({ code }) => code).sort()).toEqual([0, 2, 2, 2]);
      for (const { stderr } of results.filter(({ code }) => code !== 0))
        expect(stderr).toMatch(
          /PTX_STORE_CONFLICT[\s\S]*production stands at \d, moved at .*; it was expected at 1/,
        );
      const winner = (await store.resolve({ model: "m" })).version;
      expect(results[winner - 2]!.code).toBe(0);
      const free = await Promise.all([1, 2, 3, 4, 5].map((at) => promote(at, "--alias", `free${at}`)));
      expect(free.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
      const { aliases } = await store.record("m");
      expect(aliases.map((each) => each.version)).toEqual([1, 2, 3, 4, 5, winner]);
    });

    const isRoot = process.platform === "linux" && process.getuid?.() === 0;
    describe.skipIf(!isRoot)(
      isRoot ? "on a full disk" : "on a full disk: not tested, only root can mount a small one",
      () => {
        const disk = join(folder, "disk");
        let mounted = false;

        beforeAll(() => {
          mkdirSync(disk);
          execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", disk]);
          mounted = true;
        });

        afterAll(() => {
          if (mounted) execFileSync("umount", [disk]);
        });

        test("a push ends with the reason, leaves no byte behind, and what was there can be read and pushed to", async () => {
          const address = `file:${join(disk, "store")}`;
          const first = await cli([
            "models",
            "push",
            "m",
            small,
            "--store",
            address,
            "--alias",
            "production",
          ]);
          expect(first.code).toBe(0);
          const full = await cli(["models", "push", "m", large, "--store", address]);
          expect(full.code).toBe(2);
          expect(full.stderr).toMatch(
            /PTX_STORE {2}file:.*store\n {2}writing failed, and nothing was added: ENOSPC/,
          );
          expect(readdirSync(join(disk, "store", "temporary"))).toEqual([]);
          const store = await openStore(address);
          expect((await store.record("m")).versions).toHaveLength(1);
          expect(await store.backend.notes("uploads")).toEqual([]);
          expect(await verifyStore(store)).toMatchObject({ versions: 1, problems: [] });
          const another = await cli([
            "models",
            "push",
            "m",
            writeFolder(join(folder, "tiny"), 1, 7),
            "--store",
            address,
          ]);
          expect(another.code).toBe(0);
        });

        test("a pull ends with the reason and leaves nothing", async () => {
          const address = `file:${join(folder, randomUUID())}`;
          expect((await cli(["models", "push", "m", large, "--store", address])).code).toBe(0);
          const target = join(disk, "pulled");
          const { code, stderr } = await cli([
            "models",
            "pull",
            "m@1",
            "--store",
            address,
            "--output",
            target,
          ]);
          expect(code).not.toBe(0);
          expect(stderr).toMatch(/ENOSPC/);
          expect(readdirSync(disk).sort()).toEqual(["store"]);
        });
      },
    );
  });

  describe.each(["postgres", "mongodb", "s3"] as const)("in %s", (kind: ServerKind) => {
    let server: Server | undefined;
    let address: string;
    let store: ModelStore;

    beforeAll(async () => {
      try {
        server = await startServer(kind);
      } catch (error) {
        process.stdout.write(`${kind} is not tested: ${(error as Error).message}\n`);
        return;
      }
      address = await addressOf(kind, server.address);
      store = await openStore(address);
      await store.put("m", version("first"));
      await store.setAlias("m", "production", 1);
    });

    afterAll(async () => {
      await store?.close();
      await server?.remove();
    });

    test("a push that is killed leaves the version before, and nothing of it is seen", async ({ skip }) => {
      if (server === undefined) return skip();
      await killPush(address, store);
      await expectNothingHalf(address, store);
    });

    test("a server that is killed during a fetch or a push: the reason is told, nothing is left, and all is there afterwards", {
      timeout: 180_000,
    }, async ({ skip }) => {
      if (server === undefined) return skip();
      const big = bundleOf({ "model.onnx": noise(64 * MB, 9) });
      const { version: at } = await store.put("big", big);
      const resolved = await store.resolve({ model: "big", version: at });
      const target = join(folder, `${kind}-pulled`);
      const pulling = pullVersion(store, resolved, target).then(
        () => undefined,
        (error: Error) => error,
      );
      while (!readdirSync(folder).some((name) => name.startsWith(`.${kind}-pulled`))) await sleep(2);
      await sleep(20);
      await server.kill();
      const error = await pulling;
      expect(error).toMatchObject({ code: "PTX_STORE" });
      expect(error?.message).toMatch(/reading (models\/blobs\/)?[0-9a-f]{64}: \S+/);
      expect(existsSync(target)).toBe(false);
      expect(readdirSync(folder).filter((name) => name.includes(`${kind}-pulled`))).toEqual([]);
      const down = await cli(["models", "list", "--store", address]);
      expect(down.code).toBe(2);
      expect(down.stderr).toMatch(/^PTX_STORE {2}/);
      expect(down.stderr).not.toMatch(/ at .*\.js:/);
      await server.restart();
      // The clients find the server again by themselves.
      await pullVersion(store, resolved, target);
      expect(existsSync(join(target, "model.onnx"))).toBe(true);
      expect(await verifyStore(store)).toMatchObject({ problems: [] });
      expect((await store.resolve({ model: "m" })).version).toBeGreaterThanOrEqual(1);

      const pushing = store.put("big", bundleOf({ "model.onnx": noise(64 * MB, 10) })).then(
        () => undefined,
        (fault: Error) => fault,
      );
      await sleep(500);
      await server.kill();
      expect(await pushing).toMatchObject({ code: "PTX_STORE" });
      await server.restart();
      expect((await store.record("big")).versions).toHaveLength(1);
      expect(await verifyStore(store)).toMatchObject({ problems: [] });
      expect(await store.put("big", bundleOf({ "model.onnx": noise(64 * MB, 10) }))).toMatchObject({
        version: 2,
      });
    });
  });
});

/** A store's address on a server that is a test's own. */
async function addressOf(kind: ServerKind, server: string): Promise<string> {
  if (kind === "postgres") return server;
  if (kind === "mongodb") return server.replace("/?", "/faults?");
  const sdk = await import("@aws-sdk/client-s3");
  const client = new sdk.S3Client({ endpoint: server, forcePathStyle: true });
  await client.send(new sdk.CreateBucketCommand({ Bucket: "faults" }));
  client.destroy();
  return `s3://faults/models?endpoint=${encodeURIComponent(server)}`;
}
