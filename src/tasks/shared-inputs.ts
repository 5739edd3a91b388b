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

const readerToken = (place: string, input: string): Token<Tensorizer> => `reader:${place}:${input}`;

/**
 * The tensorizers behind a model's declared inputs, and their companions; one that is shared is the same object in every task.
 * Throws `PTX_CONFIG_VALUE` for one that is shared under another name, can have no companion, or would build otherwise the
 * vocabulary that it has with others.
 */
export function makeTensorizers<C>(context: Context, model: ModelKind<C>, config: C): Tensorizers {
  const made = declared(context, model.inputs(config));
  const [first, ...others] = (model.oneVocabulary?.(config) ?? []).map((name) => made[name]!);
  for (const other of others) (other as Partial<VocabularyHolder>).learnWith?.(first!);
  for (const [name, { of, column }] of Object.entries(model.companions?.(config) ?? {})) {
    const leader = made[of];
    if (leader?.companion === undefined)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `model.inputs.${of}`,
        `"${name}" is read as "${of}" is, which this tensorizer does not offer`,
        "use BERTTensorizer or TokenTensorizer",
      );
    made[name] = leader.companion(column, `${context.find(FIELD_PREFIX) ?? ""}${name}`);
  }
  return made;
}

function declared(
  context: Context,
  inputs: Readonly<Record<string, SlotValue<"tensorizer"> | null>>,
): Record<string, Tensorizer> {
  const made: Record<string, Tensorizer> = {};
  for (const [name, slot] of Object.entries(inputs)) {
    if (slot === null) continue;
    const { component, config } = context.part("tensorizer", slot);
    const key = sharedKeyOf(config);
    if (key === null) {
      made[name] = component.create(config, context, `${context.find(FIELD_PREFIX) ?? ""}${name}`);
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
