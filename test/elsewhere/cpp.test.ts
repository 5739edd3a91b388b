/** @file examples/cpp, built as its README says, predicts what Node predicts. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { root } from "../../scripts/lib/run.js";
import { loadModel, predict } from "../../src/library.js";
import { inUnit } from "../../src/tasks/prediction.js";
import { workplace } from "../support/toy.js";
import { exported, inOrtFormat, KINDS, labelsOf, TEXTS, trained } from "./shipped.js";

const runs = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;
/** What is not here and has to be. */
const missing = [
  ...(process.platform === "win32" ? ["Linux or macOS"] : []),
  ...(runs("cmake") ? [] : ["cmake"]),
  ...([process.env.CXX, "c++", "g++", "clang++"].some((name) => name && runs(name))
    ? []
    : ["a C++ compiler"]),
];

describe.skipIf(missing.length > 0)(
  `examples/cpp${missing.length > 0 ? ` (skipped: needs ${missing.join(" and ")})` : ""}`,
  () => {
    const folder = workplace();
    const program = join(folder, "build", "predict");
    const label = (file: string, input: string | Buffer) =>
      spawnSync(program, [file], { input, encoding: "utf8", env: { LC_ALL: "C" } });

    beforeAll(() => {
      const source = join(root, "examples/cpp");
      const readme = readFileSync(join(source, "README.md"), "utf8");
      const commands = /^```\n(cmake .*?)^```$/ms.exec(readme)![1]!;
      const here = commands
        .replaceAll("examples/cpp/build", JSON.stringify(join(folder, "build")))
        .replaceAll(/examples\/cpp(?=\s)/g, JSON.stringify(source));
      const { status, stdout, stderr } = spawnSync("sh", ["-ec", here], { cwd: root, encoding: "utf8" });
      expect(status, `${stdout}${stderr}`).toBe(0);
      expect(`${stdout}${stderr}`).not.toContain("warning:");
    });

    test.each(KINDS)("gives Node's labels, scores and slots: %s", async (kind) => {
      const ort = kind === "joint" || kind === "bytes";
      const file = await exported(await trained(folder, kind), "utf8_bytes", { ort });
      const model = await loadModel(file);
      // The program reads U+FFFD for a NUL, which is three bytes.
      const expected = await predict(
        model,
        TEXTS.map((text) => text.replaceAll("\0", "\ufffd")),
      );
      await model.release();
      expect(expected.some((one) => labelsOf(one).length > 0 || one.slots!.length > 0)).toBe(true);

      const lines = `${TEXTS.join("\n")}\n`;
      const { status, stdout, stderr } = label(file, lines);
      if (ort) expect(label(inOrtFormat(file), lines).stdout).toBe(stdout);
      expect(stderr).toBe("");
      expect(status).toBe(0);
      const printed = stdout.split("\n");
      expect(printed).toHaveLength(TEXTS.length + 1);
      for (const [i, prediction] of expected.entries()) {
        const labels = labelsOf(prediction);
        const { slots = [] } = inUnit(prediction, "utf8_bytes");
        const cells = printed[i] === "" ? [] : printed[i]!.split("\t");
        const got = cells.splice(0, 2 * labels.length);
        for (const [k, [name, score]] of labels.entries()) {
          expect(got[2 * k], TEXTS[i]).toBe(name);
          expect(Math.abs(Number(got[2 * k + 1]) - score), TEXTS[i]).toBeLessThanOrEqual(1e-5);
        }
        expect(cells, TEXTS[i]).toEqual(slots.map(({ start, end, label }) => `${start}:${end}:${label}`));
      }
    });

    test("takes lines that end as Windows ends them, and a last one without an end", () => {
      const file = join(folder, "label-utf8_bytes.onnx");
      const [both, last] = [label(file, "wake me\r\nwill it rain\r\n"), label(file, "wake me\nwill it rain")];
      expect(both.stdout).toBe(last.stdout);
      expect(both.stdout.split("\n")).toHaveLength(3);
      expect(label(file, "").stdout).toBe("");
    });

    test("says what is wrong with a file or a line", () => {
      expect(spawnSync(program).status).toBe(2);
      const absent = label(join(folder, "absent.onnx"), "");
      expect([absent.status, absent.stderr]).toEqual([1, expect.stringContaining("absent.onnx")]);
      const other = join(folder, "other.onnx");
      writeFileSync(other, "no model");
      expect(label(other, "").status).toBe(1);
      const broken = label(
        join(folder, "label-utf8_bytes.onnx"),
        Buffer.from([0x61, 0x0a, 0xff, 0xfe, 0x0a]),
      );
      expect([broken.status, broken.stderr]).toEqual([1, expect.stringMatching(/^line 2: .*invalid utf8/)]);
    });
  },
);
