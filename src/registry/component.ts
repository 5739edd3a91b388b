import { type Static, type TObject, type TUnsafe, Type } from "typebox";

/**
 * What a component of each kind must offer besides its name and schema, given its config's type.
 * Each kind's contract is declared where its runtime types live, by augmenting this interface:
 * `declare module "../registry/component.js" { interface ComponentKinds<Config> { optimizer: OptimizerKind<Config> } }`.
 */
// biome-ignore lint/correctness/noUnusedVariables: augmentations must repeat the type parameter.
export interface ComponentKinds<Config> {}

/** The name of a kind of component: `representation`, `optimizer`, ... */
export type Kind = keyof ComponentKinds<unknown> & string;

/** A combination of values that is wrong. */
export interface CheckProblem {
  /** The key at fault, relative to the component's config (`kernel_sizes`, `vocab.min_counts`); "" for the whole. */
  readonly path: string;
  /** The rule and the values, for example `hidden_dim (10) must be a multiple of heads (4)`. */
  readonly message: string;
}

/** A config that has been completed from files. */
export interface Completion {
  readonly config: object;
  readonly problems: readonly CheckProblem[];
}

/** What every component has, whatever its kind. */
interface Definition<K extends Kind, S extends TObject, Config> {
  readonly kind: K;
  /** How configs name it; unique within its kind. */
  readonly name: string;
  /** Types, defaults, docs and validation in one. */
  readonly schema: S;
  /** Rules between keys; called when the config is loaded, with the resolved config, once every key is right by itself. */
  check?(config: Config): readonly CheckProblem[];
  /**
   * Fills in what files that the config names say, such as a pretrained model's sizes, and tells where the two differ; called
   * before `check` when a config is loaded whose files are to be read. A finished run's config is complete already.
   */
  complete?(config: Config): Completion;
}

/** A registered part: kind, name, schema and the kind's functions. */
export type Component<K extends Kind = Kind, S extends TObject = TObject> = Definition<K, S, Static<S>> &
  ComponentKinds<Static<S>>[K];

/** A component whose config type is not known statically: what a registry look-up returns. */
export type AnyComponent<K extends Kind = Kind> = Definition<K, TObject, never> & ComponentKinds<never>[K];

/**
 * Defines a component; nothing is registered by it. The config type of its functions is inferred from the schema.
 * @example component({ kind: "scheduler", name: "Constant", schema: Type.Object({}), create: () => ... })
 */
export function component<K extends Kind, const S extends TObject>(
  definition: Definition<K, S, Static<S>> & ComponentKinds<Static<S>>[K],
): Component<K, S> {
  return definition;
}

/** A resolved slot in a config: `{ "ClassName": { ...its full config } }`. Turned into a part by `Context.part`. */
export interface SlotValue<K extends Kind = Kind> {
  readonly [className: string]: object;
  /** Never present at run time: carries the kind for the type checker. */
  readonly [slotKind]?: K & object;
}
declare const slotKind: unique symbol;

/** JSON Schema keyword that marks a slot; the loader resolves it by recursion into the component's own schema. */
export const SLOT_KEYWORD = "x-slot";

/** How a slot is declared. */
export interface SlotOptions<D> {
  readonly description: string;
  /** Class name or `{ClassName: {...}}` used when the key is absent; `null` makes the slot optional. No default = required. */
  readonly default?: D;
}

type SlotDefault = string | { readonly [className: string]: object };

/**
 * A schema for "any registered component of this kind", written in configs as `"ClassName"` or
 * `{"ClassName": {...}}`; the class name may be left out when the slot has a default class.
 */
export function Slot<K extends Kind, D extends SlotDefault | null = string>(
  kind: K,
  options: SlotOptions<D>,
): TUnsafe<null extends D ? SlotValue<K> | null : SlotValue<K>> {
  return Type.Unsafe({ [SLOT_KEYWORD]: kind, ...options });
}
