/** @file Tensorizers that several tasks share, and shared modules that must read inputs which mean the same. */
import { isDeepStrictEqual } from "node:util";
import type { ModelInput, ModelKind } from "../components/contracts.js";
import type { Tensorizer } from "../components/data/contracts.js";
import type { Tensorizers } from "../components/data/split-data.js";
import type { VocabularyHolder } from "../components/data/tensorizers/vocabulary-holder.js";
import type { SlotValue } from "../registry/component.js";
import type { Context, Token } from "../registry/context.js";
import { ptxError } from "../registry/errors.js";
import { keyOfPath, sharedKeyOf } from "../registry/shared-module.js";

const tensorizerToken = (key: string): Token<{ readonly name: string; readonly made: Tensorizer }> =>
  `tensorizer:${key}`;
/** What stands before the names of a task's own fields where several tasks read one row. */
export const FIELD_PREFIX: Token<string> = "field-prefix";

/** Tensorizers that models on the same rows have in common: those of inputs with one name and one config are one. */
export class InputPool {
  readonly #made = new Map<string, Tensorizer>();
  readonly #fields = new Set<string>();

  /**
   * The tensorizer of an input, made on the first call.
   * @param told what it is made from, as JSON
   * @param member whose input it is: its name stands before the field's where another input has that already
   */
  of(name: string, told: unknown, member: string, make: (field: string) => Tensorizer): Tensorizer {
    const key = JSON.stringify([name, told]);
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const field = this.#fields.has(name) ? `${member}.${name}` : name;
    this.#fields.add(name);
    const made = make(field);
    this.#made.set(key, made);
    return made;
  }
}

/** What a model of several on the same rows takes its tensorizers from. */
export const INPUT_POOL: Token<{ readonly pool: InputPool; readonly member: string }> = Symbol("input pool");

const readerToken = (place: string, input: string): Token<Tensorizer> => `reader:${place}:${input}`;

/**
 * The tensorizers behind a model's declared inputs, and their companions; one that is shared is the same object in every task.
 * Throws `PTX_CONFIG_VALUE` for one that is shared under another name, can have no companion, or would build otherwise the
 * vocabulary that it has with others.
 */
export function makeTensorizers<C>(context: Context, model: ModelKind<C>, config: C): Tensorizers {
  const inputs = model.inputs(config);
  const [one, companions] = [model.oneVocabulary?.(config) ?? [], model.companions?.(config) ?? {}];
  // What others say of an input belongs to what it is: two are one only where that is the same too.
  const told = (name: string): unknown => {
    const group = one.includes(name) ? one.map((other) => inputs[other]) : [];
    return [inputs[name], group];
  };
  const made = declared(context, inputs, told);
  const [first, ...others] = one.map((name) => made[name]!);
  for (const other of others) (other as Partial<VocabularyHolder>).learnWith?.(first!);
  for (const [name, { of, column }] of Object.entries(companions)) {
    const leader = made[of];
    const { companion } = leader ?? {};
    if (leader === undefined || companion === undefined)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `model.inputs.${of}`,
        `"${name}" is read as "${of}" is, which this tensorizer does not offer`,
        "use BERTTensorizer or TokenTensorizer",
      );
    made[name] = pooled(context, name, [told(of), column], (field) => companion.call(leader, column, field));
  }
  return made;
}

/** The tensorizer of an input by its own, or the one that models on the same rows have in common. */
function pooled(
  context: Context,
  name: string,
  told: unknown,
  make: (field: string) => Tensorizer,
): Tensorizer {
  const common = context.find(INPUT_POOL);
  if (common === undefined) return make(`${context.find(FIELD_PREFIX) ?? ""}${name}`);
  return common.pool.of(name, told, common.member, make);
}

function declared(
  context: Context,
  inputs: Readonly<Record<string, SlotValue<"tensorizer"> | null>>,
  told: (name: string) => unknown,
): Record<string, Tensorizer> {
  const made: Record<string, Tensorizer> = {};
  for (const [name, slot] of Object.entries(inputs)) {
    if (slot === null) continue;
    const { component, config } = context.part("tensorizer", slot);
    const key = context.find(INPUT_POOL) === undefined ? sharedKeyOf(config) : null;
    if (key === null) {
      made[name] = pooled(context, name, told(name), (field) => component.create(config, context, field));
      continue;
    }
    const shared = context.shared(tensorizerToken(key), () => ({
      name,
      made: component.create(config, context, name),
    }));
    if (shared.name !== name || Object.values(made).includes(shared.made)) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `model.inputs.${name}`,
        `the tensorizer with the shared_module_key "${key}" is the input "${shared.name}" already: a shared tensorizer is the input of the same name in each task`,
      );
    }
    made[name] = shared.made;
  }
  return made;
}

/** Throws `PTX_CONFIG_VALUE` when the shared module that is being built at `place` reads an input whose numbers mean something else than where it was built before. */
export function requireSameMeaning(
  context: Context,
  place: string,
  name: string,
  input: ModelInput | undefined,
): void {
  const key = keyOfPath(place);
  if (key === null || input === undefined) return;
  const { tensorizer } = input;
  const known = context.shared(readerToken(place, name), () => tensorizer);
  if (known === tensorizer || isDeepStrictEqual(known.state(), tensorizer.state())) return;
  const facts = (of: Tensorizer): string =>
    Object.entries(of.facts())
      .map(([what, count]) => `${what} ${count}`)
      .join(", ");
  throw ptxError(
    "PTX_CONFIG_VALUE",
    place,
    `the module shared as "${key}" reads the input "${name}" of several tasks, but these have learnt different things (${facts(known)}; ${facts(tensorizer)}): a number would mean one thing in one task and another in the next`,
    `share the tensorizer too: give inputs.${name} the same shared_module_key in each task`,
  );
}
