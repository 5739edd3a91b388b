import { type Static, Type } from "typebox";
import { concat, unsqueeze } from "../../../graph/ops/shaping.js";
import { component, Slot } from "../../../registry/component.js";
import {
  dotProductSelfAttention,
  multiplicativeAttention,
  sequenceAlignedAttention,
} from "../../attention/questions.js";
import type { TokenVectors } from "../../contracts.js";
import { wordsOf } from "../../representations/parts.js";
import { readingEmbedding, readingInputs, readingModel, withSentinel } from "./question-and-text.js";
import { spanOutput } from "./span-parts.js";

const rnn = (of: string) =>
  Slot("representation", {
    default: { StackedBidirectionalRNN: { dropout: 0.4 } },
    description: `Vectors of the ${of}'s words to states.`,
  });

const schema = Type.Object(
  {
    inputs: readingInputs("SquadTensorizer"),
    embedding: readingEmbedding(["WordEmbedding", "MatchEmbedding"]),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.4,
      description: "Probability that an element of a word's vector is zeroed in training.",
    }),
    ques_rnn: rnn("question"),
    doc_rnn: rnn("text"),
    ...spanOutput,
  },
  {
    description:
      "Finds the answer of a question in a text by recurrent layers (Chen et al., 2017): each word of the text with those of the question that are like it -> doc_rnn; the question -> ques_rnn -> one vector -> first and last word by bilinear products.",
  },
);

/** Words of question and text -> what the output layer gives. */
export const DrQAModel = component({
  schema,
  ...readingModel<Static<typeof schema>>("DrQAModel", (scope, config, { doc, question }) => {
    const dropped = (words: TokenVectors): TokenVectors => {
      const vectors = scope.dropout(words.vectors, config.dropout);
      return vectors === words.vectors ? words : { vectors, mask: words.mask };
    };
    const [words, asked] = [dropped(doc), dropped(question)];
    const aligned = scope.within("ques_aligned_attn", (at) => sequenceAlignedAttention(at, words, asked));
    const seen = { vectors: concat([words.vectors, aligned], 2), mask: words.mask };
    const text = scope.within("sentinel", (at) => withSentinel(at, seen));
    const states = wordsOf(scope, config.doc_rnn, "doc_rnn", text);
    const questionStates = wordsOf(scope, config.ques_rnn, "ques_rnn", asked);
    const vector = scope.within("ques_self_attn", (at) =>
      dotProductSelfAttention(at, { vectors: questionStates, mask: asked.mask }),
    );
    const logits = ["start_attn", "end_attn"].map((place) =>
      scope.within(place, (at) => unsqueeze(multiplicativeAttention(at, states, vector), [2])),
    );
    return concat(logits, 2);
  }),
});
