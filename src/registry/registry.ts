import type { AnyComponent, Kind, SlotValue } from "./component.js";
import { assertDefinition } from "./definition.js";
import { ptxError } from "./errors.js";
import { didYouMean } from "./nearest.js";
import { withSharedKey } from "./shared-module.js";

/** A part chosen by a slot: the component and its resolved config. */
export interface Part<K extends Kind> {
  readonly component: AnyComponent<K>;
  readonly config: never;
}

/** Who exists: components by kind and name. A plain value; `defaultRegistry()` makes one with all built-ins. */
export class Registry {
  readonly #kinds = new Map<Kind, Map<string, AnyComponent>>();
  /** What was added, as it was given. */
  readonly #given = new Map<AnyComponent, AnyComponent>();

  /** @param shareable the kinds whose components may be shared: each of them gets the key `shared_module_key` */
  constructor(readonly shareable: readonly Kind[] = []) {}

  /**
   * Adds components. Throws `PTX_REGISTRY` when a definition is faulty (see `assertDefinition`) or its name is taken
   * within its kind by another definition.
   */
  add(...components: readonly AnyComponent[]): this {
    for (const candidate of components) {
      assertDefinition(candidate);
      const known = this.#kinds.get(candidate.kind) ?? new Map<string, AnyComponent>();
      const previous = known.get(candidate.name);
      if (previous !== undefined && previous !== this.#given.get(candidate)) {
        throw ptxError(
          "PTX_REGISTRY",
          `${candidate.kind} ${candidate.name}`,
          `the name is taken: a ${candidate.kind} called "${candidate.name}" is registered already; choose another name`,
        );
      }
      if (previous !== undefined) continue;
      const added = this.shareable.includes(candidate.kind) ? withSharedKey(candidate) : candidate;
      this.#given.set(candidate, added);
      known.set(candidate.name, added);
      this.#kinds.set(candidate.kind, known);
    }
    return this;
  }

  /** All kinds that have a component, sorted. */
  kinds(): Kind[] {
    return [...this.#kinds.keys()].sort();
  }

  /** The names registered for a kind, sorted. */
  names(kind: Kind): string[] {
    return [...(this.#kinds.get(kind)?.keys() ?? [])].sort();
  }

  /** Every component, by kind then name. */
  all(): AnyComponent[] {
    return this.kinds().flatMap((kind) => this.names(kind).map((name) => this.get(kind, name)));
  }

  has(kind: Kind, name: string): boolean {
    return this.#kinds.get(kind)?.has(name) ?? false;
  }

  /** The component of that kind and name; throws `PTX_CONFIG_UNKNOWN_COMPONENT` naming the nearest one. */
  get<K extends Kind>(kind: K, name: string, where: string = kind): AnyComponent<K> {
    const found = this.#kinds.get(kind)?.get(name);
    if (found === undefined) {
      throw ptxError("PTX_CONFIG_UNKNOWN_COMPONENT", where, this.unknownName(kind, name), "pytext-ts list");
    }
    return found as unknown as AnyComponent<K>;
  }

  /** The sentence that says a name is unknown, what was probably meant, and what there is. */
  unknownName(kind: Kind, name: string): string {
    const names = this.names(kind);
    return `no ${kind} is called "${name}"${didYouMean(name, names)}  known: ${names.join(", ") || "none"}`;
  }

  /** Splits a resolved slot value into component and config. */
  part<K extends Kind>(kind: K, value: SlotValue<K>): Part<K> {
    const [entry] = Object.entries(value);
    if (entry === undefined)
      throw ptxError("PTX_CONFIG_MISSING", kind, `an empty slot where a ${kind} is needed`);
    return { component: this.get(kind, entry[0]), config: entry[1] as never };
  }
}
