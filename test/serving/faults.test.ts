/** @file Workers that are killed, hang or do not come back; versions that come, are bad, and come again. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { loadModel, predict } from "../../src/library.js";
import type { ModelSource, ServeError, ServeRequest } from "../../src/serving/contracts.js";
import { exported, trained } from "../elsewhere/shipped.js";
import { workplace } from "../support/toy.js";
import { type Served, serve } from "./served.js";

const folder = workplace();
let label: string;
let tags: string;

beforeAll(async () => {
  label = await exported(await trained(folder, "label"), "utf16");
  tags = await exported(await trained(folder, "tags"), "utf16");
});

const request = (inputs: readonly string[], more: Partial<ServeRequest> = {}): ServeRequest => ({
  ...{ inputs, client: "test", requestId: "1" },
  ...more,
});

const faultOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "answered",
    (error: unknown) => (error as ServeError).fault,
  );

/** Waits until something holds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; !(await holds()); i++) {
    if (i === 2500) throw new Error("it never came to that");
    await sleep(20);
  }
}

/** The value of a figure, whatever its labels. */
async function figure({ metrics }: Served, name: string): Promise<number> {
  const lines = (await metrics.registry.metrics())
    .split("\n")
    .filter((line) => line.startsWith(`pytext_${name}`));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

/** The processes that this one started and that run Node. */
function children(): number[] {
  return readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8")
    .trim()
    .split(" ")
    .map(Number);
}

/** A text that takes the model some time. */
const LONG = "will it rain in New York at noon ".repeat(2000);

describe.skipIf(process.platform !== "linux")("a worker that is killed in mid-batch", () => {
  test("takes its batch with it and nothing else, and is replaced", async () => {
    const before = new Set(children());
    const served = await serve({ tags }, { isolation: "process", workers: 1, max_batch_size: 1 });
    const [worker] = children().filter((pid) => !before.has(pid));
    const running = faultOf(served.engine.submit(request([LONG])));
    const waiting = Array.from({ length: 5 }, () => served.engine.submit(request(["wake me at seven"])));
    await sleep(5);
    process.kill(worker!, "SIGKILL");
    expect(await running).toBe("unavailable");
    for (const { answers } of await Promise.all(waiting))
      expect(answers[0]).toMatchObject({ text: "wake me at seven" });
    expect(await figure(served, "worker_restarts_total")).toBe(1);
    expect(served.log.filter(({ msg }) => msg === "worker lost")).toMatchObject([
      { reason: "it was ended by SIGKILL" },
    ]);
    expect(children()).not.toContain(worker);
    await served.engine.drain();
  });

  test("leaves the others at work", async () => {
    const before = new Set(children());
    const served = await serve({ label }, { isolation: "process", workers: 2 });
    const [victim, other] = children().filter((pid) => !before.has(pid));
    process.kill(victim!, "SIGKILL");
    for (let i = 0; i < 20; i++) {
      const answered = await faultOf(served.engine.submit(request(["will it rain in Oslo"])));
      expect(["answered", "unavailable"]).toContain(answered);
    }
    await until(async () => (await figure(served, "workers")) === 2);
    expect(children()).toContain(other);
    expect(served.engine.ready).toBe(true);
    await served.engine.drain();
  });
});

test.each(["process", "thread"])(
  "a batch that takes too long is given up, and its %s replaced",
  async (isolation) => {
    const served = await serve({ tags }, { isolation, workers: 1, run_timeout_ms: 1 });
    expect(await faultOf(served.engine.submit(request([LONG])))).toBe("unavailable");
    await until(async () => (await figure(served, "worker_restarts_total")) === 1);
    await served.engine.drain();
  },
);

test("while a batch runs the event loop of the front goes on and deadlines are kept; the worker is not disturbed", async () => {
  const served = await serve({ tags }, { workers: 1 });
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const { timings } = await served.engine.submit(request([LONG, LONG]));
  clearInterval(timer);
  expect(timings.inference).toBeGreaterThan(20);
  expect(ticks).toBeGreaterThan(timings.inference / 5 / 4);
  const deadline = performance.now() + 10;
  expect(await faultOf(served.engine.submit(request([LONG], { deadline })))).toBe("deadline");
  expect((await served.engine.submit(request(["wake me"]))).answers).toHaveLength(1);
  expect(await figure(served, "worker_restarts_total")).toBe(0);
  await served.engine.drain();
});

/** An alias that a test moves. */
class Alias implements ModelSource {
  readonly name = "store:toy@production";
  readonly label: string;
  version = "1";
  fails = false;
  fetched: string[] = [];
  released: string[] = [];
  #changed = (): void => {};

  constructor(
    readonly paths: Readonly<Record<string, string>>,
    label?: string,
  ) {
    this.label = label ?? "production";
  }

  async currentVersion(): Promise<string> {
    if (this.fails) throw new Error("the store is away");
    return this.version;
  }

  async current() {
    const { version } = this;
    this.fetched.push(version);
    return { version, path: this.paths[version]!, release: () => void this.released.push(version) };
  }

  watch(changed: () => void): () => void {
    this.#changed = changed;
    return () => {
      this.#changed = () => {};
    };
  }

  move(version: string): void {
    this.version = version;
    this.#changed();
  }
}

describe("an alias that moves", () => {
  /** Two versions that answer differently, and three that are not fit to serve. */
  async function versions(): Promise<Record<string, string>> {
    const place = join(folder, "versions");
    mkdirSync(place, { recursive: true });
    const broken = join(place, "broken.onnx");
    writeFileSync(broken, readFileSync(label).subarray(0, 5000));
    // A file whose model is not the one that its recorded answers are of.
    const lying = join(place, "lying.onnx");
    const bytes = readFileSync(label);
    const recorded = '"answer":{"label":"';
    bytes.write("x", bytes.indexOf(recorded) + recorded.length);
    writeFileSync(lying, bytes);
    const copy = join(place, "copy.onnx");
    copyFileSync(tags, copy);
    return { "1": label, "2": copy, "3": broken, "4": lying, "5": join(place, "nowhere.onnx") };
  }

  test("moves new requests, lets old ones end, and mixes no answers", async () => {
    const alias = new Alias(await versions());
    const served = await serve({ toy: "alias" }, { workers: 1 }, () => alias);
    const { engine } = served;
    const seen = new Map<string, number>();
    let stop = false;
    const client = async (): Promise<void> => {
      while (!stop) {
        const { version, answers } = await engine.submit(request(["wake me at seven", "will it rain"]));
        const kinds = new Set(answers.map((answer) => ("scores" in answer ? "1" : "2")));
        expect([...kinds]).toEqual([version]);
        seen.set(version, (seen.get(version) ?? 0) + 1);
      }
    };
    const clients = Array.from({ length: 8 }, client);
    for (const version of ["2", "1", "2"]) {
      await sleep(30);
      alias.move(version);
      await until(() => engine.find().version === version);
    }
    await sleep(30);
    stop = true;
    await Promise.all(clients);
    expect([...seen.keys()].toSorted()).toEqual(["1", "2"]);
    await until(() => alias.released.length === 3);
    expect(alias.released).toEqual(["1", "2", "1"]);
    expect(engine.models()).toHaveLength(1);
    expect(await figure(served, "model_swap_seconds_count")).toBe(3);
    await engine.drain();
    expect(alias.released).toEqual(["1", "2", "1", "2"]);
  });

  test("to bad versions leaves the old one serving, tries each once, and tells why", async () => {
    const alias = new Alias(await versions());
    const served = await serve({ toy: "alias" }, { workers: 1 }, () => alias);
    const { engine } = served;
    const bad = {
      "3": /PTX_MODEL_FILE/,
      "4": /does not answer as it did/,
      "5": /PTX_FILE_MISSING/,
    };
    for (const [version, why] of Object.entries(bad)) {
      alias.move(version);
      await until(() => engine.models().some((one) => one.version === version && one.state === "failed"));
      for (let i = 0; i < 3; i++) alias.move(version);
      await sleep(20);
      expect((await engine.submit(request(["wake me"]))).version).toBe("1");
      expect(engine.models().map(({ state }) => state)).toEqual(["ready", "failed"]);
      expect(engine.models()[1]!.error).toMatch(why);
      expect(await figure(served, "model_bad")).toBe(1);
    }
    expect(alias.fetched).toEqual(["1", "3", "4", "5"]);
    expect(alias.released).toEqual(["3", "4", "5"]);
    expect(await figure(served, "model_swap_failures_total")).toBe(3);
    alias.move("2");
    await until(() => engine.find().version === "2");
    expect(await figure(served, "model_bad")).toBe(0);
    // It was moved away and back on purpose: that is worth another try.
    alias.move("5");
    await until(() => alias.fetched.length === 6);
    await engine.drain();
  });

  test("while its store is away is looked for again later", async () => {
    const alias = new Alias(await versions());
    const served = await serve({ toy: "alias" }, { workers: 1 }, () => alias);
    alias.fails = true;
    alias.move("2");
    await until(async () => (await figure(served, "model_swap_failures_total")) === 1);
    expect((await served.engine.submit(request(["wake me"]))).version).toBe("1");
    alias.fails = false;
    await until(() => served.engine.find().version === "2");
    await served.engine.drain();
  });

  test("shares a version with other aliases: it is loaded once, and requests may name each", async () => {
    const paths = await versions();
    const aliases: Record<string, Alias> = {};
    const sourceOf = (source: string, name?: string): ModelSource =>
      (aliases[source] = new Alias(paths, name));
    const models = { toy: { source: "main", labels: { canary: "beta" } } };
    const served = await serve(models, { workers: 1 }, sourceOf);
    const { engine } = served;
    expect(engine.models()).toMatchObject([{ version: "1", labels: ["production", "canary"] }]);
    expect(aliases.beta!.released).toEqual(["1"]);
    aliases.beta!.move("2");
    await until(() => engine.models().length === 2);
    await until(() => engine.find("toy", "canary").version === "2");
    const ask = async (version?: string): Promise<string> =>
      (await engine.submit(request(["wake me"], version === undefined ? {} : { version }))).version;
    expect([
      await ask(),
      await ask("production"),
      await ask("canary"),
      await ask("1"),
      await ask("2"),
    ]).toEqual(["1", "1", "2", "1", "2"]);
    aliases.main!.move("2");
    await until(() => aliases.main!.released.length === 2);
    expect(engine.models()).toHaveLength(1);
    expect(aliases.main!.released).toEqual(["2", "1"]);
    await expect(engine.submit(request(["x"], { version: "1" }))).rejects.toMatchObject({
      fault: "not_found",
    });
    await engine.drain();
  });
});

test("recorded answers are those that the file gives", async () => {
  const model = await loadModel(label);
  const recorded = (await serve({ label }, { workers: 1 })).engine.find().description.example!;
  const [answer] = await predict(model, [recorded.input]);
  expect(recorded.answer).toMatchObject({ label: answer!.label });
  await model.release();
});
