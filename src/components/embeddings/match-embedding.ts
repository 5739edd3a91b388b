import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { and, cast, equal, not } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { reduceMax } from "../../graph/ops/reduction.js";
import { unsqueeze } from "../../graph/ops/shaping.js";
import { uniformInit } from "../../graph/parameters.js";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { UNK_ID } from "../../text/vocabulary.js";
import { meanTheSame } from "../data/tensorizers/vocabulary-holder.js";
import { zeroPadding } from "../masking.js";

const schema = Type.Object(
  {
    embed_dim: Type.Integer({
      minimum: 1,
      default: 4,
      description: "Size of the two vectors, one for words that the other text has, one for those it lacks.",
    }),
  },
  {
    description:
      "Whether the other text of a pair has the same word: a trained vector for yes, another for no. A word without an id of its own matches none.",
  },
);

/** Whether each word of `ids [batch, tokens]` stands among `others [batch, tokens of the other]`. bool `[batch, tokens]`. */
function matches(ids: Tensor, others: Tensor, mask: Tensor): Tensor {
  const known = and(mask, not(equal(ids, UNK_ID)));
  const same = cast(equal(unsqueeze(ids, [2]), unsqueeze(others, [1])), "float32");
  return and(known, cast(reduceMax(same, [2]), "bool"));
}

/** `tokens [batch, tokens]` and `other` -> `[batch, tokens, embed_dim]`, zero at padding. */
export const MatchEmbedding = component({
  kind: "embedding",
  name: "MatchEmbedding",
  schema,
  build(scope, { embed_dim }, inputs) {
    const [own, other] = [inputs.need("tokens", "MatchEmbedding"), inputs.need("other", "MatchEmbedding")];
    const [{ ids, mask }, others] = [own.tensors, other.tensors.ids];
    if (ids?.rank !== 2 || others?.rank !== 2 || mask === undefined)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        scope.path,
        "MatchEmbedding compares the words of two texts, which a TokenTensorizer gives",
      );
    if (!meanTheSame(own.tensorizer, other.tensorizer))
      throw ptxError(
        "PTX_CONFIG_VALUE",
        scope.path,
        "MatchEmbedding compares words by their numbers, and here each text has numbers of its own",
        "set shared_embeddings to true, so that both texts have one vocabulary",
      );
    const table = scope.parameter("weight", [2, embed_dim], uniformInit(0.25));
    const answers = cast(matches(ids, others, mask), "int32");
    return { vectors: zeroPadding(gather(table, answers), mask), mask };
  },
});
