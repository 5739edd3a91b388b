/** @file What models, versions, aliases and their files may be called: nothing that leaves the store, on any system. */
import { ptxError } from "../../registry/errors.js";
import { didYouMean } from "../../registry/nearest.js";
import { printable } from "../../registry/printable.js";

/** One model of a store, at a version or under an alias; neither: under the default alias. */
export interface ModelReference {
  readonly model: string;
  readonly version?: number;
  readonly alias?: string;
}

/** The alias of a reference that names none. */
export const DEFAULT_ALIAS = "production";

/** Stands for the highest version; nobody can set it. */
export const LATEST = "latest";

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/;
const ALIAS = /^[a-z](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
const VERSION = /^[1-9]\d{0,8}$/;
/** Names of devices, whatever extension follows: Windows has them in every folder. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const SCHEME = "store:";

/** Throws `PTX_USAGE` unless a model may be called that. */
export function requireModelName(name: string): void {
  if (NAME.test(name) && !name.includes("..") && !DEVICE.test(name)) return;
  const rule =
    "letters, digits, points, underscores and hyphens, at most 100, a letter or digit at both ends, no two points together, and not the name of a device";
  throw ptxError("PTX_USAGE", printable(name, 80), `no model may be called that: a name is ${rule}`);
}

/** Throws `PTX_USAGE` unless an alias may be called that. */
export function requireAliasName(alias: string): void {
  if (alias === LATEST)
    throw ptxError("PTX_USAGE", `@${LATEST}`, "it stands for the highest version, and nobody moves it");
  if (ALIAS.test(alias) && !alias.includes("..")) return;
  const rule =
    "small letters, digits, points, underscores and hyphens, at most 64, a letter in front and no sign at the end";
  throw ptxError("PTX_USAGE", `@${printable(alias, 80)}`, `no alias may be called that: it is ${rule}`);
}

/** Whether a text is a reference into a store rather than a path: `store:NAME`. */
export function isStoreReference(text: string): boolean {
  return text.startsWith(SCHEME);
}

/** Reads `NAME`, `NAME@3` or `NAME@production`, with or without `store:` in front. Throws `PTX_USAGE`. */
export function parseReference(text: string): ModelReference {
  const rest = isStoreReference(text) ? text.slice(SCHEME.length) : text;
  const at = rest.indexOf("@");
  const model = at < 0 ? rest : rest.slice(0, at);
  requireModelName(model);
  if (at < 0) return { model };
  const what = rest.slice(at + 1);
  if (VERSION.test(what)) return { model, version: Number(what) };
  if (what === LATEST) return { model, alias: LATEST };
  if (/^\d/.test(what))
    throw ptxError("PTX_USAGE", printable(text, 120), "a version is a whole number from 1 up, such as @3");
  requireAliasName(what);
  return { model, alias: what };
}

/** A reference as a person writes it. */
export function printReference({ model, version, alias }: ModelReference): string {
  const what = version ?? alias;
  return what === undefined ? model : `${model}@${what}`;
}

/** Throws unless a file of a version may lie at this path, relative to its folder and with `/` between names. */
export function requireFilePath(path: string, fail: (message: string) => Error): void {
  const problem = filePathProblem(path);
  if (problem !== undefined) throw fail(`the file name "${printable(path, 120)}" ${problem}`);
}

function filePathProblem(path: string): string | undefined {
  if (path === "" || path.length > 1000) return "is empty or too long";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u001f\u007f\\:*?"<>|]/.test(path))
    return "has a sign that not every system can have in a name";
  if (/\p{Cs}/u.test(path)) return "is not whole text";
  for (const part of path.split("/")) {
    if (part === "" || part === "." || part === "..") return "does not stay within the folder";
    if (part.startsWith(".")) return "is hidden";
    if (/[. ]$/.test(part) || DEVICE.test(part)) return "is none that every system can have";
    if (part.length > 200) return "is too long";
  }
  return undefined;
}

/** Throws `PTX_STORE_MISSING` about a name that is not there, with the nearest that is. */
export function missing(where: string, what: string, name: string, known: readonly string[]): Error {
  const listed = known.length === 0 ? "there is none" : `known: ${[...known].slice(0, 20).join(", ")}`;
  const message = `no ${what} "${printable(name, 80)}"${didYouMean(name, known)}  ${listed}`;
  return ptxError("PTX_STORE_MISSING", where, message);
}
