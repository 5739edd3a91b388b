/** @file examples/browser in a headless Chromium: it predicts what Node predicts, and asks no other host for anything. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root, toolPath } from "../../scripts/lib/run.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { forms } from "../../src/exporters/quantize/forms.js";
import { loadModel, predict, silentLog, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { chromiumPath } from "../support/chromium.js";
import { workplace } from "../support/toy.js";
import { exported, KINDS, type Kind, labelsOf, TEXTS, trained } from "./shipped.js";

/** The public set SNIPS, which is not part of this project. */
const SNIPS = join(root, "../shared/data/snips");

/** Serves the page with a file as its README says: the process, and the page's address. */
async function serve(file: string): Promise<{ server: ChildProcess; address: string }> {
  const server: ChildProcess = spawn(
    process.execPath,
    [toolPath("jiti"), "examples/browser/serve.ts", file, "--port", "0"],
    { cwd: root, stdio: ["ignore", "pipe", "inherit"] },
  );
  const [address] = (await once(createInterface(server.stdout!), "line")) as [string];
  return { server, address };
}

/** The page's answer for what is in its field, once it is there. */
async function answer(page: Page) {
  await page.locator('#answer[aria-busy="false"]').waitFor({ state: "attached" });
  const scores = await page.locator("#labels data").all();
  const pieces: [text: string, label: string | undefined][] = await page
    .locator("#marked")
    .evaluate(({ childNodes }) =>
      Array.from(childNodes, ({ textContent, dataset }) => [textContent, dataset?.label]),
    );
  let end = 0;
  const slots = pieces.flatMap(([text, label]) => {
    const start = end;
    end += text.length;
    return label === undefined ? [] : [{ start, text, label }];
  });
  return {
    names: await page.locator("#labels strong").allTextContents(),
    scores: await Promise.all(scores.map(async (score) => Number(await score.getAttribute("value")))),
    marked: pieces.map(([text]) => text).join(""),
    slots,
    problem: await page.locator("#problem").textContent(),
  };
}

describe.skipIf(chromiumPath === undefined)(
  `examples/browser${chromiumPath === undefined ? " (skipped: needs Chromium, on the search path or named by $CHROMIUM)" : ""}`,
  () => {
    const folder = workplace();
    const broken = join(folder, "broken.onnx");
    const fileOf = (kind: Kind) => join(folder, `${kind}-utf16.onnx`);
    let [browser, page]: [Browser?, Page?] = [];
    let server: ChildProcess | undefined;
    const asked: string[] = [];
    const errors: string[] = [];

    beforeAll(async () => {
      for (const kind of KINDS) await exported(await trained(folder, kind));
      writeFileSync(broken, "no model");
      const served = await serve(fileOf("label"));
      server = served.server;
      browser = await chromium.launch({
        executablePath: chromiumPath!,
        // No other host has an address.
        args: ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"],
      });
      page = await browser.newPage();
      page.on("request", (request) => asked.push(request.url()));
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(served.address);
    });
    afterAll(async () => {
      await browser?.close();
      server?.kill();
    });

    test("opens the file that is served", async () => {
      expect((await answer(page!)).problem).toBe("");
      await page!.getByText("model.onnx", { exact: true }).waitFor();
    });

    test.each(KINDS)("answers as Node does: %s", async (kind) => {
      const model = await loadModel(fileOf(kind));
      const expected = await predict(model, TEXTS);
      await model.release();
      await page!.locator("#file").setInputFiles(fileOf(kind));
      await page!.getByText(`${kind}-utf16.onnx`, { exact: true }).waitFor();
      for (const [i, prediction] of expected.entries()) {
        const text = TEXTS[i]!;
        await page!.locator("#text").fill(text);
        const got = await answer(page!);
        const labels = labelsOf(prediction);
        const slots = prediction.slots ?? [];
        expect(got.problem, text).toBe("");
        expect(got.names, text).toEqual(labels.map(([name]) => name));
        for (const [k, [, score]] of labels.entries())
          expect(Math.abs(got.scores[k]! - score), text).toBeLessThanOrEqual(1e-5);
        expect(got.slots, text).toEqual(slots.map(({ start, text, label }) => ({ start, text, label })));
        expect(got.marked, text).toBe(slots.length === 0 ? "" : text);
      }
      expect(expected.some((one) => labelsOf(one).length > 0 || one.slots!.length > 0)).toBe(true);
    });

    test("answers for the last of what is typed", async () => {
      await page!.locator("#file").setInputFiles(fileOf("joint"));
      await page!.getByText("joint-utf16.onnx", { exact: true }).waitFor();
      await page!.locator("#text").fill("");
      await page!.locator("#text").pressSequentially("wake me at seven");
      const { names, slots } = await answer(page!);
      expect([names, slots]).toEqual([["alarm"], [{ start: 11, text: "seven", label: "time" }]]);
    });

    test("says what is wrong with a file, and takes another one", async () => {
      await page!.locator("#file").setInputFiles(broken);
      await page!.getByText("no model", { exact: true }).waitFor();
      expect((await answer(page!)).problem).toMatch(/^broken\.onnx: ./);
      expect(await page!.locator("#text").isDisabled()).toBe(true);
      await page!.locator("#file").setInputFiles(fileOf("label"));
      await page!.locator("#text:enabled").waitFor();
      const { names, problem } = await answer(page!);
      expect([names, problem]).toEqual([["alarm"], ""]);
    });

    test.skipIf(!existsSync(SNIPS))(
      `answers by SNIPS's intents and slots as int8, in under 3 MB${existsSync(SNIPS) ? "" : " (skipped: ../shared/data is not here)"}`,
      async () => {
        const [run, data] = [join(folder, "snips"), join(folder, "data")];
        cpSync(SNIPS, join(data, "snips"), { recursive: true });
        // All training rows, for the words that they hold; of the others a few.
        for (const split of ["valid", "test"])
          for (const name of ["seq.in", "seq.out", "label"]) {
            const lines = readFileSync(join(SNIPS, split, name), "utf8")
              .split("\n")
              .slice(0, 50);
            writeFileSync(join(data, "snips", split, name), `${lines.join("\n")}\n`);
          }
        // Few large steps: the size does not hang on them.
        const batcher = "task.IntentSlotTask.data.Data.batcher.PoolingBatcher.train_batch_size=256";
        const trainer = "task.IntentSlotTask.trainer.Trainer";
        const set = [batcher, `${trainer}.epochs=1`, `${trainer}.optimizer.Adam.lr=0.01`];
        await train("configs/snips-joint.json", { output: run, set: [`vars.data=${data}`, ...set] });
        const file = `${run}-int8.onnx`;
        await exportOnnx(run, file, { registry: defaultRegistry(), log: silentLog, quantize: "int8" });
        expect(statSync(file).size).toBeLessThan(3e6);
        const texts = readFileSync(`${SNIPS}/test/seq.in`, "utf8").split("\n").slice(0, 20);
        const model = await loadModel(file);
        const expected = await predict(model, texts);
        await model.release();
        await page!.locator("#file").setInputFiles(file);
        await page!.getByText("snips-int8.onnx", { exact: true }).waitFor();
        for (const [i, { intent, intent_score, slots }] of expected.entries()) {
          await page!.locator("#text").fill(texts[i]!);
          const got = await answer(page!);
          expect(got.problem).toBe("");
          expect(got.names).toEqual([intent]);
          expect(Math.abs(got.scores[0]! - intent_score!)).toBeLessThanOrEqual(forms.int8.tolerance);
          expect(got.slots).toEqual(slots!.map(({ start, text, label }) => ({ start, text, label })));
        }
        expect(new Set(expected.map(({ intent }) => intent)).size).toBeGreaterThan(2);
        expect(expected.some(({ slots }) => slots!.length > 0)).toBe(true);
      },
      300_000,
    );

    test("asks no other host for anything, and nothing goes wrong unseen", () => {
      expect(asked.some((url) => url.endsWith(".wasm"))).toBe(true);
      for (const url of asked) expect(url).toMatch(/^(http:\/\/localhost:\d+\/|data:)/);
      expect(errors).toEqual([]);
    });
  },
);
