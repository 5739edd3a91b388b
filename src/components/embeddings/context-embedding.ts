import { Type } from "typebox";
import { cast, mul } from "../../graph/ops/elementwise.js";
import { unsqueeze } from "../../graph/ops/shaping.js";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { type ModelInput, ModelInputs } from "../contracts.js";
import { textOf } from "../representations/parts.js";

const schema = Type.Object(
  {
    embedding: Slot("embedding", {
      default: "WordEmbedding",
      description: "Vectors of the words of the earlier utterances.",
    }),
    representation: Slot("representation", {
      default: "SeqRepresentation",
      description: "The vector of all earlier utterances, from those of their words.",
    }),
  },
  {
    description:
      "The conversation so far, as one vector that every word of the text gets. Reads the input context.",
  },
);

/** The earlier utterances as an embedding of words reads them: they are its "tokens", and there is nothing else. */
class EarlierUtterances extends ModelInputs {
  constructor(
    context: ModelInput,
    reading: ModelInputs["reading"],
    readonly place: string,
  ) {
    super(new Map([["tokens", context]]), reading);
  }

  override need(name: string, reader: string): ModelInput {
    if (name === "tokens") return super.need(name, reader);
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `${this.place}.embedding`,
      `${reader} reads the input "${name}", which belongs to the text: of the earlier utterances there are only the words`,
      "use WordEmbedding here",
    );
  }
}

/** `context [batch, utterances, words]`, `tokens [batch, tokens]` -> `[batch, tokens, dim]`, zero at padding. */
export const ContextEmbedding = component({
  kind: "embedding",
  name: "ContextEmbedding",
  schema,
  async prepare({ embedding }, context, tensorizers) {
    const { component: part, config } = context.part("embedding", embedding);
    const own = tensorizers.get("context");
    await part.prepare?.(config, context, new Map(own && [["tokens", own]]));
  },
  build(scope, config, inputs) {
    const context = inputs.need("context", "ContextEmbedding");
    const mask = inputs.need("tokens", "ContextEmbedding").tensors.mask!;
    const earlier = context.tensors.mask;
    if (earlier?.rank !== 3) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "inputs.context",
        "ContextEmbedding reads the words of several utterances in each row, which a SeqTokenTensorizer gives",
        'give inputs.context {"SeqTokenTensorizer": {"column": "context", "axis": "context_tokens"}}',
      );
    }
    if (mask.rank !== 2) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "inputs.tokens",
        "ContextEmbedding gives the words of one text in each row what was said before, and the input has several texts",
        "give inputs.tokens a TokenTensorizer",
      );
    }
    if (mask.dim(1) === earlier.dim(1) || mask.dim(1) === earlier.dim(2)) {
      throw ptxError(
        "PTX_CONFIG_VALUE",
        "inputs.context",
        `the earlier utterances and the text share the axis "${mask.dim(1)}", but are not of one length`,
        'give inputs.context an axis of its own: "axis": "context_tokens"',
      );
    }
    const view = new EarlierUtterances(context, inputs.reading, scope.path);
    const words = scope.part("embedding", config.embedding, "embedding", (part, options, at) =>
      part.build(at, options, view),
    );
    const conversation = textOf(scope, config.representation, "representation", words);
    const places = unsqueeze(cast(mask, conversation.dtype), [2]);
    return { vectors: mul(unsqueeze(conversation, [1]), places), mask };
  },
});
