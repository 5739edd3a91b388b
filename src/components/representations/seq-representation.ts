import { Type } from "typebox";
import { mulDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { add, cast, less, mul } from "../../graph/ops/elementwise.js";
import { reduceMax } from "../../graph/ops/reduction.js";
import { range, reshape } from "../../graph/ops/shaping.js";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { TokenVectors } from "../contracts.js";
import { zeroPadding } from "../masking.js";
import { sizedAxis } from "../sizes.js";
import { textOf } from "./parts.js";

const schema = Type.Object(
  {
    doc_representation: Slot("representation", {
      default: "DocNNRepresentation",
      description: "The vector of each utterance, from its words.",
    }),
    seq_representation: Slot("representation", {
      default: "BiLSTMDocAttention",
      description: "The vector of the whole, from those of its utterances.",
    }),
  },
  { description: "A sequence of utterances, such as a dialogue: first each one, then all in their order." },
);

/** Every utterance as a row of its own. */
function eachUtterance({ vectors, mask, distinct }: TokenVectors): TokenVectors {
  const [count, tokens] = [mulDims(mask.dim(0), mask.dim(1)), mask.dim(2)];
  const rows = {
    vectors: reshape(vectors, [count, tokens, sizedAxis(vectors, 3)]),
    mask: reshape(mask, [count, tokens]),
  };
  return distinct === undefined
    ? rows
    : { ...rows, distinct: { ...distinct, places: reshape(distinct.places, [count, tokens]) } };
}

/** Which utterances there are: all up to the last one that has a word. `[batch, utterances, tokens] -> [batch, utterances]`. */
function utterances(mask: Tensor): Tensor {
  const places = range(mask.graph, mask.dim(1));
  const hasWords = reduceMax(cast(mask, "int64"), [2]);
  return less(places, reduceMax(mul(hasWords, add(places, 1)), [1], true));
}

/** `vectors [batch, utterances, tokens, dim]`, `mask [batch, utterances, tokens]` -> doc `[batch, dim of seq_representation]`. */
export const SeqRepresentation = component({
  kind: "representation",
  name: "SeqRepresentation",
  schema,
  takesUtterances: true,
  build(scope, config, input) {
    if (input.vectors.rank !== 4) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        scope.path,
        "SeqRepresentation needs the words of several utterances in each row, and the input has one text in each",
        "give inputs.tokens a SeqTokenTensorizer, or use a representation of one text",
      );
    }
    const [batch, count] = [input.mask.dim(0), input.mask.dim(1)];
    const docs = textOf(scope, config.doc_representation, "doc_representation", eachUtterance(input));
    const mask = utterances(input.mask);
    const vectors = zeroPadding(reshape(docs, [batch, count, sizedAxis(docs, 1)]), mask);
    return {
      doc: textOf(scope, config.seq_representation, "seq_representation", { vectors, mask }),
      tokens: null,
    };
  },
});
