/** The contract of softmaxes over a vocabulary: from states to surprisal and to the probabilities of all tokens. */
import type { Tensor } from "../../graph/graph.js";
import type { Initializer } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";

/** What a softmax over a vocabulary is built for. */
export interface VocabularyOptions {
  /** Entries of the vocabulary, the frequent ones first. */
  readonly vocab: number;
  /** The embedding's table `[vocab, dim]`, when it is the output matrix too; null: the softmax has its own. */
  readonly tied: Tensor | null;
  /** First values of its parameters in place of its own; null: its own. */
  readonly init: Initializer | null;
}

declare module "../../registry/component.js" {
  interface ComponentKinds<Config> {
    vocabulary_softmax: {
      /** Whether the embedding's table can be its output matrix. */
      readonly ties: boolean;
      /**
       * `-ln p(target)`, `states [rows, dim]` and `targets [rows]` (ids) -> `[rows]`. In the mode "train" it may be an
       * estimate whose gradient serves training; in the mode "infer" it is exact.
       */
      surprisal(
        scope: Scope,
        config: Config,
        states: Tensor,
        targets: Tensor,
        options: VocabularyOptions,
      ): Tensor;
      /** `ln p` of every token. `states [rows, dim]` -> `[rows, vocab]`. */
      logProbabilities(scope: Scope, config: Config, states: Tensor, options: VocabularyOptions): Tensor;
    };
  }
}
