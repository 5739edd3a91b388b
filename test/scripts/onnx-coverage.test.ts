import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../../scripts/lib/run.js";
import { conformanceFolder } from "../../scripts/onnx-coverage/conformance-data.js";
import { coveragePage } from "../../scripts/onnx-coverage/page.js";
import { measureAll } from "../../scripts/onnx-coverage.js";

const folder = conformanceFolder();
const title = "the page of ONNX's operators says what is measured on the conformance models";
const missing = "skipped: neither libonnx-testdata is installed nor does ONNX_TESTDATA name a folder";

it.skipIf(folder === undefined)(
  folder === undefined ? `${title} (${missing})` : title,
  async () => {
    const page = readFileSync(join(root, "docs/onnx-operators.md"), "utf8");
    expect(coveragePage(await measureAll(folder!))).toBe(page);
  },
  180_000,
);
