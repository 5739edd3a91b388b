/** @file What a store knows of one model, as one value that is always replaced whole: its versions, and where its aliases stand. */
import { type Static, Type } from "typebox";
import { ptxError } from "../../registry/errors.js";
import { printable } from "../../registry/printable.js";
import { validationErrors } from "../../registry/validate.js";
import { DEFAULT_ALIAS, LATEST, type ModelReference, missing, printReference } from "./names.js";

const Version = Type.Integer({ minimum: 1 });

/** ISO 8601, UTC. */
const Time = Type.String();

const recordSchema = Type.Object({
  format: Type.Literal(1),
  model: Type.String(),
  versions: Type.Array(
    Type.Object({
      version: Version,
      /** SHA-256 of its manifest. */
      digest: Type.String({ pattern: "^[0-9a-f]{64}$" }),
      bytes: Type.Integer({ minimum: 0 }),
      created: Time,
      by: Type.String(),
      tags: Type.Array(Type.Object({ key: Type.String(), value: Type.String() })),
      /** Its number is never given again; its files go with the next collection. */
      removed: Type.Optional(Time),
    }),
  ),
  aliases: Type.Array(
    Type.Object({
      alias: Type.String(),
      version: Version,
      /** Where it stood before, the latest last: what a rollback takes back. */
      previous: Type.Array(Version),
      /** Its last moves, the latest last. */
      moves: Type.Array(
        Type.Object({
          to: Version,
          how: Type.Union([Type.Literal("promote"), Type.Literal("rollback")]),
          at: Time,
          by: Type.String(),
        }),
      ),
    }),
  ),
});

/** A model's versions and aliases. */
export type ModelRecord = Static<typeof recordSchema>;
export type VersionEntry = ModelRecord["versions"][number];
export type AliasEntry = ModelRecord["aliases"][number];

/** Who changes something, and when. */
export interface Stamp {
  readonly at: string;
  readonly by: string;
}

/** How far back an alias can be rolled, and how many of its moves are told. */
const REMEMBERED = { previous: 50, moves: 200 };

export function emptyRecord(model: string): ModelRecord {
  return { format: 1, model, versions: [], aliases: [] };
}

/** Reads a record's text. Throws `PTX_STORE_DAMAGED`. */
export function readRecord(text: string, model: string, store: string): ModelRecord {
  const fail = (message: string): Error =>
    ptxError("PTX_STORE_DAMAGED", `${store}  ${model}`, `its record cannot be used: ${message}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail(printable((error as Error).message));
  }
  const [problem] = validationErrors(recordSchema, value);
  if (problem !== undefined)
    throw fail(`${problem.instancePath || "it"} ${problem.message}; a newer program may have written it`);
  const record = value as ModelRecord;
  if (record.model !== model)
    throw fail(
      `it is that of the model "${printable(record.model)}": names must differ by more than case here`,
    );
  return record;
}

/** The versions that are there, oldest first. */
export function present({ versions }: ModelRecord): readonly VersionEntry[] {
  return versions.filter(({ removed }) => removed === undefined);
}

/** The version that a reference means. Throws `PTX_STORE_MISSING`. */
export function resolveIn(record: ModelRecord, reference: ModelReference, store: string): VersionEntry {
  const where = `${store}  ${printReference(reference)}`;
  const { model, alias } = reference;
  const wanted = alias ?? DEFAULT_ALIAS;
  const all = present(record);
  const latest = all.at(-1);
  if (latest === undefined) throw ptxError("PTX_STORE_MISSING", where, "the model has no version left");
  if (wanted === LATEST) return latest;
  let { version } = reference;
  if (version === undefined) {
    const entry = record.aliases.find((each) => each.alias === wanted);
    if (entry === undefined && alias === undefined)
      throw ptxError(
        "PTX_STORE_MISSING",
        where,
        `the model has no alias "${DEFAULT_ALIAS}": name a version, or ${model}@${LATEST}`,
        `pytext-ts models promote ${model}@${latest.version}`,
      );
    if (entry === undefined)
      throw missing(where, "alias", wanted, [...record.aliases.map((each) => each.alias), LATEST]);
    version = entry.version;
  }
  const found = record.versions.find((each) => each.version === version);
  if (found?.removed !== undefined)
    throw ptxError("PTX_STORE_MISSING", where, `version ${version} was removed at ${found.removed}`);
  if (found !== undefined) return found;
  throw noVersion(record, version, where);
}

/** The error about a number that no version has. */
export function noVersion({ versions }: ModelRecord, version: number, where: string): Error {
  const known = versions.slice(-10).map((entry) => entry.version);
  const told = known.length === 0 ? "there is none" : `the last ones: ${known.join(", ")}`;
  return ptxError("PTX_STORE_MISSING", where, `no version ${version}  ${told}`);
}

/** A new version with the next number. The same content again stays the version that it is, with `added` false. */
export function withVersion(
  record: ModelRecord,
  content: { readonly digest: string; readonly bytes: number; readonly tags: VersionEntry["tags"] },
  { at, by }: Stamp,
): { readonly record: ModelRecord; readonly version: number; readonly added: boolean } {
  const known = present(record).find(({ digest }) => digest === content.digest);
  if (known !== undefined) return { record, version: known.version, added: false };
  const version = (record.versions.at(-1)?.version ?? 0) + 1;
  const versions = [...record.versions, { version, ...content, created: at, by }];
  return { record: { ...record, versions }, version, added: true };
}

/** What an alias is expected to point to before it is moved: a version, or null for no such alias. */
export type Expected = number | null;

/** Moves an alias, or makes it. Throws `PTX_STORE_CONFLICT` where it does not stand where it is expected. */
export function withAlias(
  record: ModelRecord,
  alias: string,
  version: number,
  stamp: Stamp,
  where: string,
  expected?: Expected,
): ModelRecord {
  const entry = record.aliases.find((each) => each.alias === alias);
  requireExpected(entry, alias, where, expected);
  if (entry?.version === version) return record;
  const previous = entry === undefined ? [] : [...entry.previous, entry.version];
  return moved(record, alias, version, previous, { ...stamp, how: "promote" });
}

/**
 * Moves an alias back to where it stood before, past versions that have been removed meanwhile; again, one further.
 * Throws `PTX_STORE_MISSING` where there is no further, `PTX_STORE_CONFLICT` as `withAlias`.
 */
export function withRollback(
  record: ModelRecord,
  alias: string,
  stamp: Stamp,
  where: string,
  expected?: Expected,
): ModelRecord {
  const entry = record.aliases.find((each) => each.alias === alias);
  if (entry === undefined)
    throw missing(
      where,
      "alias",
      alias,
      record.aliases.map((each) => each.alias),
    );
  requireExpected(entry, alias, where, expected);
  const target = rollbackTarget(record, entry);
  if (target === undefined)
    throw ptxError(
      "PTX_STORE_MISSING",
      where,
      `${alias} stands at ${entry.version}, and at no version that is still there before it`,
    );
  const previous = entry.previous.slice(0, entry.previous.lastIndexOf(target));
  return moved(record, alias, target, previous, { ...stamp, how: "rollback" });
}

/** Where a rollback of an alias would take it. */
export function rollbackTarget(record: ModelRecord, entry: AliasEntry): number | undefined {
  const there = new Set(present(record).map(({ version }) => version));
  return entry.previous.findLast((version) => version !== entry.version && there.has(version));
}

export function withoutAlias(record: ModelRecord, alias: string, where: string): ModelRecord {
  const aliases = record.aliases.filter((each) => each.alias !== alias);
  if (aliases.length < record.aliases.length) return { ...record, aliases };
  throw missing(
    where,
    "alias",
    alias,
    record.aliases.map((each) => each.alias),
  );
}

/** Sets tags of a version; an empty value takes one away. */
export function withTags(
  record: ModelRecord,
  version: number,
  changes: Readonly<Record<string, string>>,
): ModelRecord {
  if (Object.keys(changes).length === 0) return record;
  const changed = (tags: VersionEntry["tags"]): VersionEntry["tags"] => [
    ...tags.filter(({ key }) => !Object.hasOwn(changes, key)),
    ...Object.entries(changes).flatMap(([key, value]) => (value === "" ? [] : [{ key, value }])),
  ];
  return withEntry(record, version, (entry) => ({ ...entry, tags: changed(entry.tags) }));
}

/** Removes a version. Throws `PTX_STORE_CONFLICT` where an alias points to it. */
export function withoutVersion(record: ModelRecord, version: number, at: string, where: string): ModelRecord {
  const holders = record.aliases.filter((each) => each.version === version).map(({ alias }) => alias);
  if (holders.length > 0)
    throw ptxError(
      "PTX_STORE_CONFLICT",
      where,
      `version ${version} is what ${holders.join(" and ")} points to: move that first`,
      `pytext-ts models promote ${record.model}@VERSION --alias ${holders[0]}`,
    );
  return withEntry(record, version, (entry) => ({ ...entry, removed: at }));
}

/** Takes back a removal. */
export function withVersionAgain(record: ModelRecord, version: number): ModelRecord {
  return withEntry(record, version, ({ removed: _, ...entry }) => entry);
}

function withEntry(
  record: ModelRecord,
  version: number,
  change: (entry: VersionEntry) => VersionEntry,
): ModelRecord {
  const versions = record.versions.map((entry) => (entry.version === version ? change(entry) : entry));
  return { ...record, versions };
}

function moved(
  record: ModelRecord,
  alias: string,
  to: number,
  previous: readonly number[],
  { how, at, by }: Stamp & { readonly how: "promote" | "rollback" },
): ModelRecord {
  const moves = record.aliases.find((each) => each.alias === alias)?.moves ?? [];
  const entry: AliasEntry = {
    alias,
    version: to,
    previous: previous.slice(-REMEMBERED.previous),
    moves: [...moves, { to, how, at, by }].slice(-REMEMBERED.moves),
  };
  const others = record.aliases.filter((each) => each.alias !== alias);
  return { ...record, aliases: [...others, entry].sort((a, b) => (a.alias < b.alias ? -1 : 1)) };
}

function requireExpected(
  entry: AliasEntry | undefined,
  alias: string,
  where: string,
  expected: Expected | undefined,
): void {
  if (expected === undefined || expected === (entry?.version ?? null)) return;
  const last = entry?.moves.at(-1);
  const is = entry === undefined ? "does not exist" : `stands at ${entry.version}`;
  const since = last === undefined ? "" : `, moved at ${last.at} by ${printable(last.by, 80)}`;
  const should = expected === null ? "was expected not to exist" : `was expected at ${expected}`;
  throw ptxError("PTX_STORE_CONFLICT", where, `${alias} ${is}${since}; it ${should}: nothing was moved`);
}
