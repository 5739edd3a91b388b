/** @file A server whose models come from a store. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import type { ServeResponse } from "../../../src/serving/contracts.js";
import { openBundle } from "../../../src/serving/store/bundle.js";
import { openStore } from "../../../src/serving/store/open-store.js";
import { openSources } from "../../../src/serving/store/served-sources.js";
import { exported, trained } from "../../elsewhere/shipped.js";
import { workplace } from "../../support/toy.js";
import { serve } from "../served.js";

const folder = workplace();
let model: string;

beforeAll(async () => {
  model = await exported(await trained(folder, "label"), "utf16");
});

test("follows the alias: a damaged version leaves the old one serving, a good one takes over, and only what is served is in use", async () => {
  const address = `file:${join(folder, "store")}`;
  const store = await openStore(address, { by: "ada" });
  for (const step of [1, 2, 3]) await store.put("topic", await openBundle(model, { metrics: { step } }));
  await store.setAlias("topic", "production", 1);
  const warnings: string[] = [];
  const settings = { store: address, store_cache: join(folder, "cache"), store_poll_ms: 100 };
  const models = { topic: { source: "store:topic", labels: {} } };
  const log = { info: () => {}, warn: (line: string) => warnings.push(line) };
  const { sourceOf, close } = await openSources({ models, ...settings }, log);
  const { engine, log: lines } = await serve({ topic: { source: "store:topic", workers: 1 } }, {}, sourceOf);
  const ask = (): Promise<ServeResponse> =>
    engine.submit({ inputs: ["wake me at noon"], client: "test", requestId: "1" });
  const first = await ask();
  expect(first.version).toBe("1");

  // Of a damaged version's manifest nothing can be believed.
  const { digest } = await store.resolve({ model: "topic", version: 2 });
  const manifest = join(folder, "store", "blobs", digest.slice(0, 2), digest);
  const sound = readFileSync(manifest);
  writeFileSync(manifest, sound.toString().replace('"step":2', '"step":9'));
  await store.setAlias("topic", "production", 2);
  for (let i = 0; !lines.some((line) => JSON.stringify(line).includes("its manifest has the SHA-256")); i++) {
    if (i === 500) throw new Error("the damage was not told");
    await sleep(20);
  }
  expect((await ask()).version).toBe("1");

  await store.setAlias("topic", "production", 3);
  for (let i = 0; (await ask()).version !== "3"; i++) {
    if (i === 500) throw new Error("the new version was not served");
    await sleep(20);
  }
  const last = await ask();
  expect(last.answers).toEqual(first.answers);
  for (let i = 0; (await store.leases("topic")).some(({ version }) => version === 1); i++) {
    if (i === 500) throw new Error("the old version stayed in use");
    await sleep(20);
  }
  expect((await store.leases("topic")).map(({ version, use }) => [version, use])).toEqual([[3, "serving"]]);
  await expect(store.remove("topic", 3)).rejects.toThrow(/is in use by .* \(serving\)/);
  await store.remove("topic", 1);
  await engine.drain();
  expect(await store.leases("topic")).toEqual([]);
  await close();
  expect(warnings).toEqual([]);
  expect(readdirSync(join(folder, "cache", "topic", ".used"))).toEqual([]);
});

test("a reference that cannot be read is told before anything starts; paths need no store", async () => {
  const settings = { store: "nonsense", store_cache: "c", store_poll_ms: 100 };
  const log = { info: () => {}, warn: () => {} };
  const of = (source: string) => openSources({ models: { m: { source, labels: {} } }, ...settings }, log);
  await expect(of("store:../x")).rejects.toThrow(/PTX_USAGE/);
  await expect(of("store:x")).rejects.toThrow(/an address of a store is/);
  expect((await of(model)).sourceOf(model).label).toBe("default");
});
