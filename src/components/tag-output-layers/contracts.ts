/** The contract of what turns the scores of labels at tokens into a loss and tags. */
import type { Tensor } from "../../graph/graph.js";
import type { Scope } from "../../graph/scope.js";
import type { Loss } from "../contracts.js";

/** What stands at padding in the place of a tag: no label's id. */
export const NO_TAG = -1;

/** What is known of the tokens of a batch. */
export interface TagInputs {
  /** `[batch, tokens, labels]`. */
  readonly logits: Tensor;
  /** bool `[batch, tokens]`: true for a prefix of each row, its tokens. */
  readonly mask: Tensor;
  /** int32 `[batch, tokens]` label ids, whatever at padding; absent when predicting. */
  readonly target: Tensor | undefined;
  /** A teacher's logits `[batch, tokens, labels]`, whatever at padding, where the target has them. */
  readonly soft?: Tensor;
  /** Names in id order. */
  readonly labels: readonly string[];
}

/** What a tag output layer makes of them. */
export interface TagsPredicted {
  /** The negative log-likelihood of the right tags as a sum. Counted are tokens for a softmax a token, rows for a CRF. Null without target. */
  readonly loss: Loss | null;
  /** int32 `[batch, tokens]`, `NO_TAG` at padding; null when nothing is decoded in this mode. */
  readonly tags: Tensor | null;
  /** `[batch, tokens]`: the probability of the tag, 0 at padding; null with the tags. */
  readonly scores: Tensor | null;
  /** `[batch, tokens, labels]`: the probability of each label, whatever at padding; null with the tags. */
  readonly probabilities: Tensor | null;
}

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    tag_output_layer: {
      build(scope: Scope, config: Config, inputs: TagInputs): TagsPredicted;
      /**
       * Logits of which it makes these probabilities if its parameters are all 0; absent: predictions of several models
       * cannot be made one.
       */
      logitsOf?(config: Config, probabilities: Tensor): Tensor;
    };
  }
}
