/** @file The try-it page: what it is made of, and what it does in a headless Chromium, if there is one. */
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath } from "../../support/chromium.js";
import { type TestFront, testFront } from "../../support/front.js";

let front: TestFront;
beforeAll(async () => {
  front = await testFront();
});
afterAll(() => front.stop());

test("the page is one file that may ask this server alone", async () => {
  const response = await fetch(front.http.url);
  const html = await response.text();
  const policy = response.headers.get("content-security-policy")!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy.match(/'sha256-[\w+/=]{44}'/g)).toHaveLength(2);
  expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
});

describe.skipIf(chromiumPath === undefined)(
  `in Chromium${chromiumPath === undefined ? " (skipped: needs Chromium, on the search path or named by $CHROMIUM)" : ""}`,
  () => {
    let [browser, page]: [Browser?, Page?] = [];
    const [asked, errors]: [string[], string[]] = [[], []];
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: chromiumPath!,
        args: ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
      });
      page = await browser.newPage();
      page.on("request", (request) => asked.push(request.url()));
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(front.http.url);
      await page.locator("#model option").first().waitFor({ state: "attached" });
    });
    afterAll(() => browser?.close());

    const run = async (model: string, texts: string): Promise<void> => {
      await page!.locator("#model").selectOption(model);
      await page!.locator("#inputs").fill(texts);
      await page!.getByRole("button", { name: "Run" }).click();
      await page!.locator("#time", { hasText: "version" }).waitFor();
    };

    test("predicts, marks parts of texts, gives vectors, and tells errors", async () => {
      await run("letters", "aab\nxyz");
      expect(await page!.locator("#result strong").allTextContents()).toEqual(["vowels", "consonants"]);
      await run("capitals", "a <b>Bc</b>");
      expect(await page!.locator("#result mark").allTextContents()).toEqual(["B capital"]);
      await run("lengths", "a bb");
      expect(await page!.locator("#result p").allTextContents()).toEqual(["4 numbers", "a bb"]);
      await run("pairs", "abc\tabd");
      expect(await page!.locator("#result pre").first().textContent()).toContain('"score": 2');
      await page!.locator("#inputs").fill("");
      await page!.getByRole("button", { name: "Run" }).click();
      await page!.locator("#result .error", { hasText: "inputs: expected" }).waitFor();
      expect(errors).toEqual([]);
      for (const url of asked) expect(url.startsWith(front.http.url) || url.startsWith("data:")).toBe(true);
    });
  },
);
