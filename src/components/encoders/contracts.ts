/** The contract of encoders: what reads the pieces that a pretrained model's tokenizer cuts texts into. */
import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import type { Context } from "../../registry/context.js";
import type { Classes } from "../language/softmax-surprisal.js";

/** The pieces of a batch of texts. */
export interface Pieces {
  /** int32 or int64 `[batch, pieces]`. */
  readonly ids: Tensor;
  /** bool `[batch, pieces]`: false at padding, which stands behind a row's pieces. */
  readonly mask: Tensor;
  /** int64 `[batch, pieces]`: 1 in the second of two texts. */
  readonly segments: Tensor;
  /** How many pieces the tokenizer knows: ids are below it. */
  readonly vocabulary: number;
  /** How many pieces a row has at most; null: any number. */
  readonly most: number | null;
}

/** What an encoder makes of a batch. A graph keeps only what somebody reads. */
export interface Encoded {
  /** The states of all pieces, `[batch, pieces, dim]` each: the embeddings first, then each layer's. At padding anything may stand. */
  readonly states: readonly Tensor[];
  /** Each layer's attention, `[batch, heads, pieces, pieces]`: how much the piece of axis 2 takes from that of axis 3. */
  readonly attentions: readonly Tensor[];
  /** What the model itself says of a whole row, `[batch, dim]`: BERT's pooler. Null: it says nothing, or nobody asked. */
  readonly pooled: Tensor | null;
  /** What its own head for masked pieces makes of the rows that were chosen. Null: it has no such head, or nobody asked. */
  readonly masked: MaskedPieces | null;
}

/** What a product with a table of all pieces turns into logits. */
export interface MaskedPieces {
  /** `[rows, dim]`. */
  readonly states: Tensor;
  /** The encoder's own table of pieces `[pieces, dim]`, with a bias. */
  readonly classes: Classes;
}

/** What is asked of an encoder: parameters that nothing needs are not made. */
export interface Wanted {
  /** Whether its word for a whole row is. */
  readonly pooled: boolean;
  /** How many layers' states are, from below; absent: all. */
  readonly layers?: number;
  /** Whose piece is to be told: picks rows `[rows, dim]` of the last layer's states `[batch, pieces, dim]`. Absent: nobody's. */
  readonly masked?: (states: Tensor) => Tensor;
}

/** What limits an encoder, known before it is built. */
export interface EncoderLimits {
  readonly layers: number;
  /** Pieces of a row at most. */
  readonly places: number;
}

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    encoder: {
      /** Reads files (pretrained weights) before the first build of a training run. */
      prepare?(config: Config, context: Context): Promise<void>;
      /** Absent: it takes any number of pieces, and gives the last layer's states only. */
      limits?(config: Config): EncoderLimits;
      build(scope: Scope, config: Config, pieces: Pieces, wanted: Wanted): Encoded;
    };
  }
}
