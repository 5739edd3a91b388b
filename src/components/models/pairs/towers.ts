/** @file What models of several texts have in common: each text goes through embedding and representation by itself (a tower), with parameters of its own or with those of the others. */
import type { Tensor } from "../../../graph/graph.js";
import type { Scope } from "../../../graph/scope.js";
import { Slot, type SlotValue } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import type { ModelInputs } from "../../contracts.js";
import type { Tensorizer } from "../../data/contracts.js";
import { meanTheSame } from "../../data/tensorizers/vocabulary-holder.js";
import { textOf } from "../../representations/parts.js";
import { embedded, embeddingSlot, prepareEmbedding } from "../text-inputs.js";

/** The slots of what makes a vector of a text. */
export const towerSlots = (representation: string) => ({
  embedding: embeddingSlot,
  representation: Slot("representation", {
    default: representation,
    description: "Vectors of words to one vector of the text.",
  }),
});

/** The values of `towerSlots`. */
export interface TowerParts {
  readonly embedding: SlotValue<"embedding">;
  readonly representation: SlotValue<"representation">;
}

/** A text's way to its vector. */
export interface Tower {
  /** The input that is its text. */
  readonly tokens: string;
  /** The text that it is compared with, for embeddings that look at both. */
  readonly other?: string;
  /** Where its embedding and its representation stand: at the same places as another's, they are the same. */
  readonly embedding: string;
  readonly representation: string;
}

/** The vector of a tower's text, `[batch, dim]`. Throws `PTX_CONFIG_VALUE` for a representation that gives vectors of words only. */
export function towerVector(scope: Scope, parts: TowerParts, inputs: ModelInputs, tower: Tower): Tensor {
  const own = inputs.as({ tokens: tower.tokens, ...(tower.other && { other: tower.other }) }, tower.tokens);
  const words = embedded(scope, parts.embedding, own, tower.embedding);
  return textOf(scope, parts.representation, tower.representation, words);
}

/** Reads the files of the embeddings (pretrained vectors); what several towers share is read for the first. */
export async function prepareTowers(
  parts: Pick<TowerParts, "embedding">,
  context: Context,
  tensorizers: ReadonlyMap<string, Tensorizer>,
  towers: readonly Tower[],
): Promise<void> {
  const places = new Set<string>();
  for (const { tokens, embedding } of towers) {
    if (places.has(embedding)) continue;
    places.add(embedding);
    await prepareEmbedding(parts, context, new Map([["tokens", tensorizers.get(tokens)!]]));
  }
}

/** Throws `PTX_CONFIG_VALUE` unless the ids of all these inputs mean the same words: they go through one embedding. */
export function requireOneVocabulary(inputs: ModelInputs, names: readonly string[], model: string): void {
  const [first, ...others] = names.map((name) => ({ name, input: inputs.need(name, model) }));
  for (const { name, input } of others) {
    if (meanTheSame(first!.input.tensorizer, input.tensorizer)) continue;
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `model.inputs.${name}`,
      `"${first!.name}" and "${name}" go through one embedding, but their numbers stand for different words`,
      "give both the same kind of tensorizer with the same keys",
    );
  }
}

/** The tensorizer in a slot, with a token axis of its own called after the input, unless the config names an axis. */
export function ownAxis(slot: SlotValue<"tensorizer">, name: string): SlotValue<"tensorizer"> {
  const [[component, config] = ["", {}]] = Object.entries(slot) as [string, { readonly axis?: string }][];
  return config.axis === "tokens" ? { [component]: { ...config, axis: name } } : slot;
}
