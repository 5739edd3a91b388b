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

/** A registered part: kind, name, schema (types, defaults, docs and validation in one) and the kind's functions. */
export type Component<K extends Kind = Kind, S extends TObject = TObject> = {
  readonly kind: K;
  readonly name: string;
  readonly schema: S;
} & ComponentKinds<Static<S>>[K];

/** A component whose config type is not known statically: what a registry look-up returns. */
export type AnyComponent<K extends Kind = Kind> = {
  readonly kind: K;
  readonly name: string;
  readonly schema: TObject;
} & ComponentKinds<never>[K];

/**
 * Defines a component; nothing is registered by it. The config type of its functions is inferred from the schema.
 * @example component({ kind: "scheduler", name: "Constant", schema: Type.Object({}), create: () => ... })
 */
export function component<K extends Kind, const S extends TObject>(
  definition: { readonly kind: K; readonly name: string; readonly schema: S } & ComponentKinds<Static<S>>[K],
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
export function Slot<K extends Kind, D extends SlotDefault | null>(
  kind: K,
  options: SlotOptions<D>,
): TUnsafe<null extends D ? SlotValue<K> | null : SlotValue<K>> {
  return Type.Unsafe({ [SLOT_KEYWORD]: kind, ...options });
}
