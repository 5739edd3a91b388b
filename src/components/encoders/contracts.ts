/** The contract of encoders: what reads the pieces that a pretrained model's tokenizer cuts texts into. */
import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import type { Context } from "../../registry/context.js";

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
  /** The states of all pieces, `[batch, pieces, dim]` each: the embeddings first, then each layer's. Not zero at padding. */
  readonly states: readonly Tensor[];
  /** Each layer's attention, `[batch, heads, pieces, pieces]`: how much the piece of axis 2 takes from that of axis 3. */
  readonly attentions: readonly Tensor[];
  /** What the model itself says of a whole row, `[batch, dim]`: BERT's pooler. Null: it says nothing, or nobody asked. */
  readonly pooled: Tensor | null;
}

/** What is asked of an encoder: parameters that nothing needs are not made. */
export interface Wanted {
  /** Whether its word for a whole row is. */
  readonly pooled: boolean;
  /** How many layers' states are, from below; absent: all. */
  readonly layers?: number;
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
