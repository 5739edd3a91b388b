import { Type } from "typebox";
import { add, mul } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { rowsOf } from "../../graph/ops/matrix.js";
import { dimsTensor, range, squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { encode, piecesOf } from "../encoders/encode.js";
import { zeroPadding } from "../masking.js";

const schema = Type.Object(
  {
    encoder: Slot("encoder", { default: "TransformerEncoder", description: "Pieces to states." }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Probability that a vector's element is zeroed in training.",
    }),
  },
  {
    description:
      "Words as a pretrained encoder reads them: the last state of each word's first piece (Devlin et al., 2019, section 5.3). Needs a WordPiecesTensorizer as `tokens`.",
  },
);

/** Pieces of words -> `[batch, tokens, dim]`, zero at padding. */
export const EncoderEmbedding = component({
  kind: "embedding",
  name: "EncoderEmbedding",
  schema,
  async prepare({ encoder }, context) {
    const { component: part, config } = context.part("encoder", encoder);
    await part.prepare?.(config, context);
  },
  build(scope, config, inputs) {
    const pieces = piecesOf(inputs, "tokens", "EncoderEmbedding");
    const { first, word_mask: mask } = inputs.need("tokens", "EncoderEmbedding").tensors;
    if (first === undefined || mask === undefined) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "inputs.tokens",
        "EncoderEmbedding needs to know with which piece each word begins",
        "use WordPiecesTensorizer",
      );
    }
    const { states } = encode(scope, config.encoder, pieces, { pooled: false });
    const last = states.at(-1)!;
    const width = squeeze(dimsTensor(scope.graph, [last.dim(1)]), [0]);
    const starts = unsqueeze(mul(range(scope.graph, last.dim(0)), width), [1]);
    const words = gather(rowsOf(last), add(starts, first));
    return { vectors: scope.dropout(zeroPadding(words, mask), config.dropout), mask };
  },
});
