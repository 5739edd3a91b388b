import { count, size } from "../exporters/figures.js";
import { PtxError, ptxError } from "../registry/errors.js";
import { isObject } from "../registry/json.js";
import { printable } from "../registry/printable.js";
import { openBundle } from "../serving/store/bundle.js";
import { collect } from "../serving/store/collect.js";
import { entryPath, pullVersion } from "../serving/store/fetch-version.js";
import { withSelfTest } from "../serving/store/folder-self-test.js";
import type { ModelRecord, VersionEntry } from "../serving/store/model-record.js";
import { present } from "../serving/store/model-record.js";
import type { ModelStore, ResolvedVersion } from "../serving/store/model-store.js";
import { LATEST, type ModelReference, parseReference, printReference } from "../serving/store/names.js";
import { openStore } from "../serving/store/open-store.js";
import { verifyStore } from "../serving/store/verify.js";
import { loadRegistry, print, terminalLog } from "./session.js";

/** What every command of `pytext-ts models` takes. */
interface StoreCommand {
  readonly store?: string;
}

interface JsonCommand extends StoreCommand {
  readonly json?: boolean;
}

/** Options of `pytext-ts models push`. */
export interface PushCommand extends JsonCommand {
  readonly alias?: string;
  readonly parent?: number;
  readonly message?: string;
  readonly metric: readonly string[];
  readonly tag: readonly string[];
  readonly card?: string;
  readonly rewrite?: boolean;
  readonly selfTest: boolean;
}

const log = terminalLog();

/** `pytext-ts models push MODEL PATH`. */
export async function pushCommand(model: string, path: string, options: PushCommand): Promise<void> {
  const { alias, parent, message, card, json, rewrite } = options;
  const metrics = Object.fromEntries(
    pairs("--metric", options.metric).map(([key, value]) => [key, figure(key, value)]),
  );
  const opened = await openBundle(path, { metrics, ...(card !== undefined && { card }) });
  const bundle = options.selfTest
    ? await withSelfTest(opened, path, await loadRegistry(), terminalLog(true))
    : opened;
  for (const note of bundle.notes) log.warn(note);
  await withStore(options, async (store) => {
    const put = await store.put(model, bundle, {
      tags: Object.fromEntries(pairs("--tag", options.tag)),
      ...(parent !== undefined && { parent }),
      ...(message !== undefined && { message }),
      ...(rewrite && { rewrite }),
      progress: (file, kept) => {
        if (!json && !kept && file.bytes > 2 ** 23)
          log.info(`sending ${printable(file.path)}, ${size(file.bytes)}`);
      },
    });
    if (alias !== undefined) await store.setAlias(model, alias, put.version);
    if (json) return print(JSON.stringify({ store: store.name, model, ...put, ...(alias && { alias }) }));
    const bytes = put.files.reduce((sum, file) => sum + file.bytes, 0);
    const had = put.added ? "" : ", which has the same content already";
    print(
      `${model}@${put.version}${had}: ${count(put.files.length, "file")}, ${size(bytes)}, ${size(put.sent)} sent to ${store.name}`,
    );
    if (alias !== undefined) print(`${alias} now points to ${put.version}`);
  });
}

/** `pytext-ts models pull NAME[@VERSION|@ALIAS] --output DIR`. */
export async function pullCommand(
  model: string,
  options: StoreCommand & { readonly output: string },
): Promise<void> {
  await withStore(options, async (store) => {
    const version = await store.resolve(parseReference(model));
    const manifest = await pullVersion(store, version, options.output);
    print(
      `${printReference(version)}: ${count(manifest.files.length, "file")}, ${size(version.bytes)}, checked`,
    );
    print(`wrote ${entryPath(options.output, manifest)}`);
  });
}

/** `pytext-ts models list [MODEL]`. */
export async function listCommand(model: string | undefined, options: JsonCommand): Promise<void> {
  await withStore(options, async (store) => {
    if (model !== undefined) {
      const { model: name } = parseReference(model);
      const record = await store.record(name);
      if (options.json) print(JSON.stringify({ store: store.name, ...record }));
      else for (const line of versionLines(record)) print(line);
      return;
    }
    const records = await Promise.all((await store.models()).map((name) => store.record(name)));
    if (options.json) return print(JSON.stringify({ store: store.name, models: records }));
    if (records.length === 0) print(`${store.name} has no model yet: pytext-ts models push NAME PATH`);
    for (const line of table(records.map(modelRow))) print(line);
  });
}

/** `pytext-ts models show NAME[@VERSION|@ALIAS]`; without either the newest. */
export async function showCommand(model: string, options: JsonCommand): Promise<void> {
  await withStore(options, async (store) => {
    const version = await store.resolve(orLatest(parseReference(model)));
    const [record, manifest, users] = await Promise.all([
      store.record(version.model),
      store.manifest(version),
      store.leases(version.model),
    ]);
    const leases = users.filter((user) => user.version === version.version);
    const aliases = record.aliases.filter((alias) => alias.version === version.version);
    if (options.json) {
      print(JSON.stringify({ store: store.name, ...version, aliases, manifest, leases }));
      return;
    }
    const rows: [string, string][] = [
      [
        "version",
        `${printReference({ model: version.model, version: version.version })}${marks(record, version)}`,
      ],
      ["digest", version.digest],
      ["pushed", `${version.created} by ${printable(version.by)}`],
      ...optional("parent", manifest.parent?.toString()),
      ...optional("message", manifest.message),
      ...optional("tags", tagText(version)),
      ["kind", `${manifest.kind}, ${printable(manifest.task)}`],
      ...manifest.inputs.map((value): [string, string] => ["input", `${value.name}  ${value.type}`]),
      ...manifest.outputs.map((value): [string, string] => ["output", `${value.name}  ${value.type}`]),
      ...Object.entries(manifest.labels).map(([target, names]): [string, string] => [
        "labels",
        `${target} (${names.length}): ${printable(names.slice(0, 20).join(", "))}${names.length > 20 ? ", ..." : ""}`,
      ]),
      ...figures(manifest.metrics).map((line): [string, string] => ["metric", line]),
      ...manifest.files.map((file): [string, string] => [
        "file",
        `${file.path}  ${size(file.bytes)}  ${file.sha256}`,
      ]),
      ...aliases.flatMap(({ alias, moves }) =>
        moves.map((move): [string, string] => [
          alias,
          `${move.how} to ${move.to} at ${move.at} by ${printable(move.by)}`,
        ]),
      ),
      ...leases.map(({ by, use, at }): [string, string] => [
        "in use",
        `${printable(use)} by ${printable(by)}, heard of ${new Date(at).toISOString()}`,
      ]),
    ];
    for (const line of table(rows.map(([key, value]) => [key, printable(value, 2000)]))) print(line);
  });
}

/** `pytext-ts models promote NAME@VERSION [--alias production] [--expect VERSION]`. */
export async function promoteCommand(
  model: string,
  options: StoreCommand & { readonly alias: string; readonly expect?: number | "none" },
): Promise<void> {
  const reference = parseReference(model);
  if (reference.version === undefined && reference.alias === undefined)
    throw ptxError(
      "PTX_USAGE",
      model,
      "say which version: NAME@3, or NAME@staging for where that alias stands",
    );
  await withStore(options, async (store) => {
    const { version } = await store.resolve(reference);
    const expected = options.expect === "none" ? null : options.expect;
    const { aliases } = await store.setAlias(reference.model, options.alias, version, expected);
    printMove(aliases, options.alias);
  });
}

/** `pytext-ts models rollback NAME [--alias production]`. */
export async function rollbackCommand(
  model: string,
  options: StoreCommand & { readonly alias: string; readonly expect?: number },
): Promise<void> {
  const reference = parseReference(model);
  if (reference.version !== undefined || reference.alias !== undefined)
    throw ptxError(
      "PTX_USAGE",
      model,
      `name the model alone, and the alias with --alias: ${reference.model}`,
    );
  await withStore(options, async (store) => {
    const { aliases } = await store.rollback(reference.model, options.alias, options.expect);
    printMove(aliases, options.alias);
  });
}

/** `pytext-ts models tag NAME@VERSION key=value...`. */
export async function tagCommand(
  model: string,
  tags: readonly string[],
  options: StoreCommand,
): Promise<void> {
  const reference = parseReference(model);
  await withStore(options, async (store) => {
    const version = await store.resolve(reference);
    await store.tag(version, Object.fromEntries(pairs("tag", tags)));
    const now = await store.resolve({ model: version.model, version: version.version });
    print(`${version.model}@${version.version}: ${tagText(now) || "no tags"}`);
  });
}

/** `pytext-ts models rm NAME@VERSION`, or `NAME@ALIAS`. */
export async function removeCommand(model: string, options: StoreCommand): Promise<void> {
  const { model: name, version, alias } = parseReference(model);
  await withStore(options, async (store) => {
    if (version !== undefined) {
      await store.remove(name, version);
      print(`removed ${name}@${version}; "pytext-ts models gc" frees its space`);
    } else if (alias !== undefined) {
      await store.removeAlias(name, alias);
      print(`removed the alias ${alias} of ${name}; the version stays`);
    } else {
      throw ptxError("PTX_USAGE", model, "say which version, or which alias: NAME@3, NAME@staging");
    }
  });
}

/** `pytext-ts models gc`. */
export async function collectCommand(
  options: JsonCommand & { readonly keep?: number; readonly grace: number; readonly dryRun?: boolean },
): Promise<void> {
  const { keep, grace, dryRun = false } = options;
  await withStore(options, async (store) => {
    const done = await collect(store, {
      graceMs: grace * 60_000,
      dryRun,
      ...(keep !== undefined && { keep }),
    });
    if (options.json) return print(JSON.stringify({ store: store.name, dryRun, ...done }));
    const did = dryRun ? "would remove" : "removed";
    for (const each of done.removed) print(`${did} ${each.model}@${each.version}`);
    for (const each of done.kept) print(`kept ${each.model}@${each.version}: ${printable(each.why)}`);
    print(`${did} ${count(done.blobs.items, "file")} that no version has, ${size(done.blobs.bytes)}`);
    const { items, bytes } = done.leftovers;
    print(`${did} ${count(items, "remainder")} of what did not end${bytes > 0 ? `, ${size(bytes)}` : ""}`);
  });
}

/** `pytext-ts models verify [NAME[@VERSION|@ALIAS]]`: throws all that is wrong. */
export async function verifyCommand(model: string | undefined, options: JsonCommand): Promise<void> {
  await withStore(options, async (store) => {
    const done = await verifyStore(store, model === undefined ? undefined : parseReference(model));
    const { problems, ...counts } = done;
    if (options.json) print(JSON.stringify({ store: store.name, ...done }));
    const [first, ...rest] = problems;
    if (first !== undefined) throw new PtxError([first, ...rest]);
    if (options.json) return;
    print(
      `${count(counts.versions, "version")}, ${count(counts.files, "file")}, ${size(counts.bytes)}: all as pushed`,
    );
  });
}

async function withStore(options: StoreCommand, work: (store: ModelStore) => Promise<void>): Promise<void> {
  const store = await openStore(options.store, { warn: (line) => log.warn(line) });
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

/** `key=value` as given on the command line. */
function pairs(option: string, given: readonly string[]): [string, string][] {
  return given.map((text) => {
    const at = text.indexOf("=");
    if (at > 0 && text.length <= 1000) return [text.slice(0, at), text.slice(at + 1)];
    throw ptxError(
      "PTX_USAGE",
      `${option} ${printable(text, 80)}`,
      "expected key=value, at most 1,000 characters",
    );
  });
}

function figure(key: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw ptxError(
    "PTX_USAGE",
    `--metric ${printable(key, 80)}=${printable(text, 80)}`,
    "a figure is a number",
  );
}

function orLatest(reference: ModelReference): ModelReference {
  return reference.version === undefined && reference.alias === undefined
    ? { ...reference, alias: LATEST }
    : reference;
}

function printMove(aliases: ModelRecord["aliases"], alias: string): void {
  const entry = aliases.find((each) => each.alias === alias)!;
  const before = entry.moves.at(-2)?.to;
  print(`${alias} now points to ${entry.version}${before === undefined ? "" : `, before to ${before}`}`);
}

function modelRow(record: ModelRecord): string[] {
  const versions = present(record);
  const aliases = record.aliases.map(({ alias, version }) => `${alias}=${version}`);
  return [record.model, count(versions.length, "version"), aliases.join(" "), versions.at(-1)?.created ?? ""];
}

function versionLines(record: ModelRecord): string[] {
  const rows = present(record).map((entry) => [
    `${record.model}@${entry.version}`,
    size(entry.bytes),
    entry.created,
    printable(entry.by),
    `${marks(record, entry).trim()} ${tagText(entry)}`.trim(),
  ]);
  return table(rows.reverse());
}

function marks({ aliases }: ModelRecord, { version }: VersionEntry | ResolvedVersion): string {
  const names = aliases.filter((alias) => alias.version === version).map(({ alias }) => alias);
  return names.length === 0 ? "" : `  (${names.join(", ")})`;
}

function tagText({ tags }: Pick<VersionEntry, "tags">): string {
  return tags.map(({ key, value }) => `${printable(key)}=${printable(value)}`).join(" ");
}

/** The figures of a version and of its splits; the parts of figures are in the JSON. */
function figures(metrics: Readonly<Record<string, unknown>>, place = ""): string[] {
  return Object.entries(metrics).flatMap(([key, value]) => {
    if (typeof value === "number") return [`${place}${key}  ${value}`];
    return isObject(value) && place === "" ? figures(value, `${key}.`) : [];
  });
}

function optional(key: string, value: string | undefined): [string, string][] {
  return value === undefined || value === "" ? [] : [[key, value]];
}

/** Rows as columns, two blanks between them. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}
