/** @file What the models that read the words of a text have in common: their inputs, and the vectors of words. */
import { type Static, Type } from "typebox";
import type { Scope } from "../../graph/scope.js";
import { Slot, type SlotValue } from "../../registry/component.js";
import type { Context } from "../../registry/context.js";
import type { ModelInputs, TokenVectors } from "../contracts.js";
import type { Tensorizer } from "../data/contracts.js";

/** The inputs about a text's words; each but the first is read by an embedding of its own. */
export const textInputs = {
  tokens: Slot("tensorizer", { default: "TokenTensorizer", description: "The text as word ids." }),
  chars: Slot("tensorizer", {
    default: null,
    description: "The text as characters of words, for CharacterEmbedding.",
  }),
  dict: Slot("tensorizer", {
    default: null,
    description: "What dictionaries say of the words, for DictEmbedding.",
  }),
  caps: Slot("tensorizer", {
    default: null,
    description: "How the words are written (capitals, digits), for CapitalizationEmbedding.",
  }),
  dense: Slot("tensorizer", {
    default: null,
    description: "Numbers that stand beside the text.",
  }),
  context: Slot("tensorizer", {
    default: null,
    description: "The utterances before the text, for ContextEmbedding: a SeqTokenTensorizer.",
  }),
};

/** The slot for what makes vectors of words. */
export const embeddingSlot = Slot("embedding", {
  default: "WordEmbedding",
  description: "Words to vectors.",
});

const optionsSchema = () => Type.Object({ embedding: embeddingSlot });
type WithEmbedding = Static<ReturnType<typeof optionsSchema>>;

/** Reads the files of the embedding (pretrained vectors). */
export async function prepareEmbedding(
  { embedding }: WithEmbedding,
  context: Context,
  tensorizers: ReadonlyMap<string, Tensorizer>,
): Promise<void> {
  const { component, config } = context.part("embedding", embedding);
  await component.prepare?.(config, context, tensorizers);
}

/** The vectors of the words; the embedding stands at the place `name`. */
export function embedded(
  scope: Scope,
  slot: SlotValue<"embedding">,
  inputs: ModelInputs,
  name = "embedding",
): TokenVectors {
  return scope.part("embedding", slot, name, (embedding, options, at) =>
    embedding.build(at, options, inputs),
  );
}
