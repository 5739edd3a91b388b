/**
 * @file PyText's own configs and upgrade fixtures, where PYTEXT_REPOSITORY names a folder with its repository
 * (github.com/facebookresearch/pytext); else skipped, with this as the reason.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadRun, predict, train } from "../../../src/library.js";
import { ConfigDraft } from "../../../src/registry/config-edit.js";
import { PtxError } from "../../../src/registry/errors.js";
import { isObject, type JsonObject } from "../../../src/registry/json.js";
import { resolveConfig } from "../../../src/registry/load-config.js";
import { pytextAdapters } from "../../../src/registry/pytext/versions.js";
import { defaultRegistry } from "../../../src/tasks/builtins.js";

const root = process.env.PYTEXT_REPOSITORY ?? "";
const there = root !== "" && existsSync(join(root, "demo/configs"));
if (!there)
  console.info("skipped: PYTEXT_REPOSITORY names no folder with PyText's repository (demo/configs)");

const list = (folder: string, pattern: RegExp): string[] =>
  there ? readdirSync(join(root, folder)).filter((name) => pattern.test(name)) : [];

/** Why some of PyText's configs cannot be trained as they stand. */
const reasons: Readonly<Record<string, RegExp>> = {
  "distributed_docnn.json": /"base_dir\/train_tiny.tsv" does not exist/u,
  "export_list.json": /there is no task in it/u,
  "export_options.json": /there is no task in it/u,
};

describe.skipIf(!there)("PyText's demo configs", () => {
  const home = process.cwd();
  beforeAll(() => process.chdir(root));
  afterAll(() => process.chdir(home));

  test.each(list("demo/configs", /\.json$/u))(
    "%s trains on its own data and predicts, or says why not",
    async (name) => {
      const output = join(mkdtempSync(join(tmpdir(), "pytext-")), "run");
      const said: string[] = [];
      const log = { info: () => {}, warn: (line: string) => void said.push(line) };
      try {
        await train(`demo/configs/${name}`, { output, log });
      } catch (error) {
        if (!(error instanceof PtxError)) throw error;
        console.info(`${name}: ${error.problems[0].message.slice(0, 120)}`);
        const [{ code, message }] = error.problems;
        expect(message).toMatch(reasons[name] ?? /no task is called "\w+"/u);
        expect(code).toMatch(/^PTX_(CONFIG|FILE)/u);
        return;
      }
      expect(reasons[name]).toBeUndefined();
      console.info(`${name}: trains; ${said.length} remarks`);
      expect(said[0]).toContain("config of PyText");
      for (const samples of readdirSync(output).filter((file) => /^samples.*\.jsonl$/u.test(file))) {
        const task = /^samples\.(.+)\.jsonl$/u.exec(samples)?.[1];
        const rows = readFileSync(join(output, samples), "utf8").trim().split("\n");
        const run = await loadRun(output, task === undefined ? {} : { task });
        const predictions = await predict(
          run,
          rows.map((row) => JSON.parse(row) as JsonObject),
        );
        expect(predictions).toHaveLength(rows.length);
        await run.release();
      }
    },
  );
});

interface Fixture {
  readonly original: JsonObject;
  readonly adapted: JsonObject;
}

/** Defaults that PyText's adapters write down, and ours do not: they mean what their absence means. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([key, inner]) => {
    if (key === "version" || key === "read_chunk_size") return false;
    if (key === "seq_padding_control" || key === "max_input_text_length") return inner !== null;
    if (key === "use_zero_answer") return inner !== false;
    return !(key === "export" && isObject(inner) && Object.keys(inner).length === 0);
  });
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutDefaults(inner)]));
}

const fixtures = list("pytext/config/test/json_config", /_upgrade\.json$/u).flatMap((name) =>
  (JSON.parse(readFileSync(join(root, "pytext/config/test/json_config", name), "utf8")) as Fixture[]).map(
    (fixture, i) => ({ name: `${name} ${i + 1}`, ...fixture }),
  ),
);

describe.skipIf(!there)("PyText's upgrade fixtures", () => {
  test.each(fixtures)("$name", ({ original, adapted }) => {
    const [from, to] = [Number(original.version ?? 0), Number(adapted.version)];
    const draft = new ConfigDraft(original);
    for (let version = from; version < to; version++)
      for (const adapter of pytextAdapters) if (adapter.from === version) adapter.upgrade(draft, "f.json");
    expect(withoutDefaults(draft.value)).toEqual(withoutDefaults(adapted));
  });

  test.each(fixtures)("$name is translated, or what cannot be is said", ({ original }) => {
    const registry = defaultRegistry();
    try {
      resolveConfig({ config: original }, registry, { checkFiles: false });
    } catch (error) {
      expect(error).toBeInstanceOf(PtxError);
    }
  });
});
