import { Type } from "typebox";
import { component, Slot } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import type { Companion, EmbeddedText } from "../../contracts.js";
import { cosine, dot, SIMILARITIES } from "../../similarity.js";
import { sentenceLoss } from "../sentence-loss.js";
import { sharedParts } from "./pair-features.js";
import {
  ownAxis,
  prepareTowers,
  requireOneVocabulary,
  type Tower,
  towerSlots,
  towerVector,
} from "./towers.js";

const NAME = "QueryDocPairwiseRankingModel";

/** The inputs that are there at prediction time. */
const TEXTS = ["query", "pos_response"] as const;

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        query: Slot("tensorizer", {
          default: { TokenTensorizer: { column: "query" } },
          description: "What responses are ranked for, as word ids.",
        }),
        pos_response: Slot("tensorizer", {
          default: { TokenTensorizer: { column: "pos_response" } },
          description: "The response that belongs to the query; of the trained model the one that is scored.",
        }),
        neg_response: Type.Union([Type.Null(), Type.String({ minLength: 1 })], {
          default: "neg_response",
          description:
            "The column of a response that does not belong to the query, in training only, read as pos_response is; null: there is none, and MultipleNegativesRankingLoss takes those of the batch.",
        }),
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...towerSlots("BiLSTMDocAttention"),
    ...sharedParts,
    decoder: Slot("decoder", {
      default: "MLPDecoder",
      description: "A text's representation to its vector.",
    }),
    shared_decoders: Type.Boolean({
      default: false,
      description: "Whether queries and responses go through one decoder; else each has its own.",
    }),
    decoder_output_dim: Type.Integer({
      minimum: 1,
      default: 64,
      description: "The size of the texts' vectors.",
    }),
    similarity: Type.Enum([...SIMILARITIES], {
      default: "cosine",
      description:
        "The score of a response: the cosine of its vector and the query's, or the product. Losses have a similarity of their own.",
    }),
    export_embeddings: Type.Boolean({
      default: false,
      description:
        "Whether predictions and exported files also give both vectors, to keep those of responses: each depends on its own text only.",
    }),
    loss: Slot("sentence_embedding_loss", {
      default: "PairwiseRankingLoss",
      description: "What training makes small.",
    }),
  },
  {
    description:
      "Ranks responses to a query: each text through embedding, representation and decoder alone, so that vectors of responses can be kept (two towers); right responses have to come before wrong ones.",
  },
);

interface Shared {
  readonly shared_embeddings: boolean;
  readonly shared_representations: boolean;
}

/** Where a part stands that reads the text `name`. */
function placeOf(part: string, name: string, shared: boolean): string {
  if (shared) return part;
  return `${name === "query" ? "query" : "response"}_${part}`;
}

const towerOf = ({ shared_embeddings, shared_representations }: Shared, name: string): Tower => ({
  tokens: name,
  embedding: placeOf("embedding", name, shared_embeddings),
  representation: placeOf("representation", name, shared_representations),
});

/** query, pos_response -> `embedding`, `positive_embedding [batch, dim]`, `cosine`, `dot [batch]`; with targets see the kind's contract. */
export const QueryDocPairwiseRankingModel = component({
  kind: "ranking_model",
  name: NAME,
  schema,
  inputs: ({ inputs: { query, pos_response } }) => ({
    query: ownAxis(query, "query"),
    pos_response: ownAxis(pos_response, "pos_response"),
  }),
  // Texts are compared by their ids, which have to mean the same in queries and in responses.
  oneVocabulary: () => TEXTS,
  companions: ({ inputs: { neg_response } }): Readonly<Record<string, Companion>> =>
    neg_response === null ? {} : { neg_response: { of: "pos_response", column: neg_response } },
  similarity: ({ similarity }) => similarity,
  exportsEmbeddings: ({ export_embeddings }) => export_embeddings,
  prepare: (config, context, tensorizers) =>
    prepareTowers(
      config,
      context,
      tensorizers,
      TEXTS.map((tokens) => towerOf(config, tokens)),
    ),
  build(scope, config, inputs) {
    requireOneVocabulary(inputs, TEXTS, NAME);
    const embed = (name: string): EmbeddedText => {
      const { ids, mask } = inputs.need(name, NAME).tensors;
      if (ids === undefined || mask === undefined)
        throw ptxError(
          "PTX_CONFIG_VALUE",
          `model.${NAME}.inputs.${name}`,
          "a text is ids of words or pieces here, which TokenTensorizer gives",
        );
      const represented = towerVector(scope, config, inputs, towerOf(config, name));
      const place = placeOf("decoder", name, config.shared_decoders);
      const vector = scope.part("decoder", config.decoder, place, (decoder, options, at) =>
        decoder.build(at, options, represented, config.decoder_output_dim),
      );
      return { ids, mask, vector };
    };
    const [anchor, positive] = [embed("query"), embed("pos_response")];
    const [query, response] = [anchor.vector, positive.vector];
    const near = { cosine: cosine(query, response), dot: dot(query, response) };
    const vectors = { embedding: query, positive_embedding: response };
    const hasNegative = inputs.find("neg_response") !== undefined;
    if (config.inputs.neg_response !== null && !hasNegative)
      return { loss: null, outputs: { ...vectors, ...near } };
    const negative = hasNegative ? embed("neg_response") : null;
    const given = { anchor, positive, negative, scores: null };
    const places = { negative: `model.${NAME}.inputs.neg_response`, scores: null };
    const loss = sentenceLoss(scope, config.loss, given, places);
    const far = negative && {
      negative_cosine: cosine(query, negative.vector),
      negative_dot: dot(query, negative.vector),
    };
    // A training pass keeps no vectors of its rows: they would fill memory and checkpoints.
    return { loss, outputs: { ...(scope.mode === "train" ? {} : vectors), ...near, ...far } };
  },
});
