/** @file Representations inside representations: what one needs of the other, and what is said where it lacks. */
import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import type { SlotValue } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { type SlotAttention, slotAttention } from "../attention/slot-attention.js";
import type { Represented, TokenVectors } from "../contracts.js";
import { type HiddenLayers, hiddenLayers } from "../decoders/hidden-layers.js";
import { zeroPadding } from "../masking.js";

type RepresentationSlot = SlotValue<"representation">;

/** What the representation in the slot `key` makes of the words. Throws `PTX_CONFIG_VALUE` for one that would need one text a row. */
function represented(scope: Scope, slot: RepresentationSlot, key: string, input: TokenVectors): Represented {
  return scope.part("representation", slot, key, (part, options, at) => {
    if (input.vectors.rank === 4 && part.takesUtterances !== true) {
      const what = "reads one text in each row, and the input has several utterances";
      throw lacking(scope, slot, key, what, "use SeqRepresentation here, or a TokenTensorizer for the input");
    }
    return part.build(at, options, input);
  });
}

function lacking(scope: Scope, slot: RepresentationSlot, key: string, what: string, instead: string): Error {
  return ptxError("PTX_CONFIG_VALUE", `${scope.path}.${key}`, `${Object.keys(slot)[0]} ${what}`, instead);
}

/** The words' vectors of the representation in the slot `key`. `[batch, tokens, dim]`. */
export function wordsOf(scope: Scope, slot: RepresentationSlot, key: string, input: TokenVectors): Tensor {
  const { tokens } = represented(scope, slot, key, input);
  if (tokens !== null) return tokens;
  const what = "gives a vector of the text only; vectors of words are needed here";
  throw lacking(scope, slot, key, what, "use BiLSTM or BiGRU here");
}

/** The text's vector of the representation in the slot `key`. `[batch, dim]`. */
export function textOf(scope: Scope, slot: RepresentationSlot, key: string, input: TokenVectors): Tensor {
  const { doc } = represented(scope, slot, key, input);
  if (doc !== null) return doc;
  const what = "gives vectors of words only; a vector of the text is needed here";
  throw lacking(scope, slot, key, what, "use DocNNRepresentation or BiLSTMDocAttention here");
}

/**
 * The words with attention among them, dropout, and the hidden layers called `name` on top. `[batch, tokens, dim]`, zero at
 * padding as the words given are.
 */
export function attendedWords(
  scope: Scope,
  words: TokenVectors,
  { slot_attention, dropout }: { readonly slot_attention: SlotAttention; readonly dropout: number },
  name: string,
  layers: HiddenLayers,
): Tensor {
  const attended = scope.within("slot_attention", (at) => slotAttention(at, slot_attention, words));
  const tokens = scope.within(name, (at) => hiddenLayers(at, layers, scope.dropout(attended, dropout)));
  const stillZero = attended === words.vectors && layers.hidden_dims.length === 0;
  return stillZero ? tokens : zeroPadding(tokens, words.mask);
}
