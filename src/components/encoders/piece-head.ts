import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import { activation } from "../activation.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { norm } from "../transformer/encoder.js";
import type { MaskedPieces } from "./contracts.js";
import type { Sizes } from "./transformer-options.js";

/**
 * BERT's head for masked pieces (Devlin et al., 2019): a layer with the encoder's activation and a norm, then a product with
 * the encoder's own table of pieces. Parameters: `head.dense.*`, `head.norm.*`, `head.bias [pieces]`.
 * @param rows states of the last layer, `[rows, hidden_size]`
 */
export function pieceHead(scope: Scope, sizes: Sizes, rows: Tensor, pieces: number): MaskedPieces {
  const dim = sizes.embedding_size ?? sizes.hidden_size;
  const count = sizes.vocab_size ?? pieces;
  const states = scope.within("head", (at) => {
    const hidden = activation(sizes.hidden_act, linearLayer(at.child("dense"), rows, dim, true));
    return norm(at.child("norm"), hidden, sizes.layer_norm_eps);
  });
  const weight = scope.parameter("embeddings.word.weight", [count, dim]);
  return { states, classes: { weight, byRow: true, bias: scope.parameter("head.bias", [count]) } };
}
