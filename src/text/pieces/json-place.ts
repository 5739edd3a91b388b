/** @file Values of a JSON file, each with its path there for messages. */
import { ptxError } from "../../registry/errors.js";

/** A value and where it stands. Reading it throws `PTX_VOCABULARY` with that place where it is of another form. */
export class JsonPlace {
  constructor(
    readonly value: unknown,
    /** Such as `tokenizer.json  model.vocab`. */
    readonly path: string,
  ) {}

  /** Throws: the value cannot be taken. */
  refuse(message: string, hint?: string): never {
    throw ptxError("PTX_VOCABULARY", this.path, message, hint);
  }

  /** Whether there is something here but null. */
  get given(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  at(key: string | number): JsonPlace {
    const holder = typeof key === "number" ? (this.value as unknown[]) : this.object();
    const separator = this.path.endsWith("  ") ? "" : ".";
    return new JsonPlace(
      (holder as Record<string | number, unknown>)[key],
      typeof key === "number" ? `${this.path}[${key}]` : `${this.path}${separator}${key}`,
    );
  }

  object(): Readonly<Record<string, unknown>> {
    if (typeof this.value === "object" && this.value !== null && !Array.isArray(this.value))
      return this.value as Record<string, unknown>;
    return this.refuse(`here should be an object, but is ${this.#shown}`);
  }

  list(): JsonPlace[] {
    if (!Array.isArray(this.value)) return this.refuse(`here should be a list, but is ${this.#shown}`);
    return this.value.map((_, i) => this.at(i));
  }

  string(otherwise?: string): string {
    if (otherwise !== undefined && !this.given) return otherwise;
    return typeof this.value === "string"
      ? this.value
      : this.refuse(`here should be a text, but is ${this.#shown}`);
  }

  /** A text, or null where there is none or an empty one. */
  text(): string | null {
    return this.given ? this.string() || null : null;
  }

  integer(otherwise?: number): number {
    if (otherwise !== undefined && !this.given) return otherwise;
    return Number.isSafeInteger(this.value) && (this.value as number) >= 0
      ? (this.value as number)
      : this.refuse(`here should be a whole number, but is ${this.#shown}`);
  }

  number(): number {
    return typeof this.value === "number"
      ? this.value
      : this.refuse(`here should be a number, but is ${this.#shown}`);
  }

  boolean(otherwise: boolean): boolean {
    if (!this.given) return otherwise;
    return typeof this.value === "boolean"
      ? this.value
      : this.refuse(`here should be true or false, but is ${this.#shown}`);
  }

  /** One of several texts; letter case does not matter. */
  choice<const T extends string>(choices: readonly T[], otherwise?: T): T {
    if (otherwise !== undefined && !this.given) return otherwise;
    const text = this.string().toLowerCase();
    const found = choices.find((choice) => choice.toLowerCase() === text);
    return found ?? this.refuse(`${this.#shown} is none of ${choices.join(", ")}`);
  }

  /** The `type` of a part, and what makes it one of a table. */
  dispatch<T>(table: Readonly<Record<string, (place: JsonPlace) => T>>, what: string): T {
    const type = this.at("type").string();
    const make = Object.hasOwn(table, type) ? table[type] : undefined;
    if (make !== undefined) return make(this);
    return this.at("type").refuse(
      `the ${what} "${type}" is not supported; known: ${Object.keys(table).join(", ")}`,
    );
  }

  get #shown(): string {
    const text = JSON.stringify(this.value) ?? "absent";
    return text.length > 60 ? `${text.slice(0, 57)}...` : text;
  }
}
