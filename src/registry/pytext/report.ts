import { type ConfigPath, formatPath } from "../config-path.js";
import { type Problem, throwIfAny } from "../errors.js";
import { printable } from "../printable.js";

/** What a translation has to say, gathered so that each thing is told once. */
export class Report {
  readonly #notes = new Set<string>();
  /** Keys without meaning: their places by reason and by name. */
  readonly #gone = new Map<string, Map<string, string[]>>();
  /** Keys whose value asks for what is done anyway. */
  readonly #idle = new Set<string>();
  /** Defaults that were written, by class. */
  readonly #defaults = new Map<string, Map<string, string>>();
  readonly #frozen = new Set<string>();
  readonly #problems: Problem[] = [];

  constructor(readonly source: string) {}

  /** Something was changed, or means something else here: one sentence. */
  note(text: string): void {
    this.#notes.add(text);
  }

  /** A key means nothing here and is left out. */
  gone(path: ConfigPath, why: string): void {
    const keys = this.#gone.get(why) ?? new Map<string, string[]>();
    const key = String(path.at(-1));
    this.#gone.set(why, keys.set(key, [...(keys.get(key) ?? []), formatPath(path)]));
  }

  /** A key's value asks for what is done here in any case. */
  idle(path: ConfigPath): void {
    this.#idle.add(String(path.at(-1)));
  }

  /** A default of PyText was written out, because the one here is another. */
  wrote(className: string, key: string, value: unknown): void {
    const keys = this.#defaults.get(className) ?? new Map<string, string>();
    this.#defaults.set(className, keys.set(key, JSON.stringify(value)));
  }

  /** A module of the task that is being translated stays as it is in training. */
  freeze(module: string): void {
    this.#frozen.add(module);
  }

  /** The modules that were frozen since this was asked last. */
  takeFrozen(): string[] {
    const frozen = [...this.#frozen];
    this.#frozen.clear();
    return frozen;
  }

  /** The config cannot be translated. */
  wrong(code: Problem["code"], path: ConfigPath, message: string, hint = "docs/pytext.md"): void {
    const where = path.length === 0 ? this.source : `${this.source}  ${formatPath(path)}`;
    this.#problems.push({ code, where, message, hint });
  }

  /** One line for each thing, in the order: changes, defaults, what has no meaning. Throws the problems, if there are any. */
  lines(): string[] {
    throwIfAny(this.#problems);
    const defaults = [...this.#defaults].map(
      ([className, keys]) =>
        `${className}: defaults of PyText's written, ours are others: ${[...keys].map(([key, value]) => `${key} ${value}`).join(", ")}`,
    );
    const gone = [...this.#gone].map(([why, keys]) => {
      const names = [...keys].map(([key, places]) =>
        places.length === 1 ? `"${places[0]}"` : `"${key}" (${places.length} places)`,
      );
      return `${names.join(", ")} removed, without meaning here: ${why}`;
    });
    const idle = [...this.#idle].sort().join(", ");
    return [
      ...this.#notes,
      ...defaults,
      ...gone,
      ...(idle === "" ? [] : [`${idle} removed: what they ask for is done here in any case`]),
    ].map((line) => printable(line, 4000));
  }
}
