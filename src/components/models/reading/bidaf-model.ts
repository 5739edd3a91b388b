import { type Static, Type } from "typebox";
import type { Tensor } from "../../../graph/graph.js";
import { rowsOf } from "../../../graph/ops/matrix.js";
import { concat, reshape } from "../../../graph/ops/shaping.js";
import type { Scope } from "../../../graph/scope.js";
import { component, Slot } from "../../../registry/component.js";
import { bidirectionalAttention, eachWord } from "../../attention/questions.js";
import type { TokenVectors } from "../../contracts.js";
import { highway } from "../../highway.js";
import { zeroPadding } from "../../masking.js";
import { wordsOf } from "../../representations/parts.js";
import { readingEmbedding, readingInputs, readingModel, withSentinel } from "./question-and-text.js";
import { spanOutput } from "./span-parts.js";

const layer = (num_layers: number, description: string) =>
  Slot("representation", {
    default: { BiLSTM: { lstm_dim: 100, num_layers, dropout: 0.2 } },
    description,
  });

const schema = Type.Object(
  {
    inputs: readingInputs({ SquadTensorizer: { chars: "CharacterTokenTensorizer" } }),
    embedding: readingEmbedding(["WordEmbedding", "CharacterEmbedding"]),
    highway_layers: Type.Integer({
      minimum: 0,
      default: 2,
      description: "Highway layers on the words' vectors (Srivastava et al., 2015), the same for both texts.",
    }),
    contextual_layer: layer(1, "Words to states of what stands around them, the same for both texts."),
    modeling_layer: layer(2, "What the words of the text know of the question, to states."),
    span_end_layer: layer(1, "These states to those by which the last word is found."),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.2,
      description: "Probability that an element of what the last layers read is zeroed in training.",
    }),
    ...spanOutput,
  },
  {
    description:
      "Finds the answer of a question in a text by attention both ways (bidirectional attention flow; Seo et al., 2017): words and characters -> highway -> contextual layer -> attention -> modeling layer -> first and last word.",
  },
);

/** The highway layers on each word; padding stays zero. */
function throughHighway(scope: Scope, words: TokenVectors, layers: number): TokenVectors {
  if (layers === 0) return words;
  const { vectors, mask } = words;
  let x = rowsOf(vectors);
  for (let i = 0; i < layers; i++) x = highway(scope.child(`highway${i}`), x);
  return { vectors: zeroPadding(reshape(x, vectors.shape), mask), mask };
}

/** Words (and characters) of question and text -> what the output layer gives. */
export const BiDAFModel = component({
  schema,
  ...readingModel<Static<typeof schema>>("BiDAFModel", (scope, config, { doc, question }) => {
    const words = throughHighway(scope, doc, config.highway_layers);
    const asked = throughHighway(scope, question, config.highway_layers);
    const { mask, ...text } = scope.within("sentinel", (at) => withSentinel(at, words));
    const inContext = (read: TokenVectors): TokenVectors => ({
      vectors: wordsOf(scope, config.contextual_layer, "contextual_layer", read),
      mask: read.mask,
    });
    const [textStates, askedStates] = [inContext({ ...text, mask }), inContext(asked)];
    const flow = scope.within("attention", (at) => bidirectionalAttention(at, textStates, askedStates));
    const modeled = wordsOf(scope, config.modeling_layer, "modeling_layer", { vectors: flow, mask });
    const ended = wordsOf(scope, config.span_end_layer, "span_end_layer", { vectors: modeled, mask });
    const logit = (place: string, seen: Tensor): Tensor =>
      scope.within(place, (at) => eachWord(at, at.dropout(concat([flow, seen], 2), config.dropout), 1));
    return concat([logit("start", modeled), logit("end", ended)], 2);
  }),
});
