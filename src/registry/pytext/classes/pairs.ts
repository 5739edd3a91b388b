/** @file PyText's models of pairs, of numbers and of known users. */
import { isDeepStrictEqual } from "node:util";
import { isObject, type JsonObject } from "../../json.js";
import type { At, PyTextClass, Rule } from "../rule.js";
import { gone, inputMark, moduleKeys, object, only, same, slot, special } from "../rules.js";
import { specified, translateSlot } from "../translate.js";
import { docModel, labelsByLoss } from "./models.js";

const text = (key: string, column: string): Rule =>
  slot(key, ["TokenTensorizer", { column }], "TokenTensorizer");

/** What models of two texts have in common. */
const pair = {
  init_from_saved_state: gone("a run is continued with --resume"),
  embedding: slot("embedding", "WordEmbedding"),
  representation: slot("representation", "BiLSTMDocAttention"),
  shared_representations: same("shared_representations", true),
};

/** PyText's model says that both texts have one space of words, and makes a vocabulary and a table for each. */
function twoTables(made: JsonObject, _given: JsonObject, at: At): JsonObject {
  at.report.note(
    "PairwiseModel: each text has a vocabulary and an embedding of its own, as in PyText; shared_embeddings, the default here, gives both one",
  );
  return labelsByLoss(made);
}

/** The other response is read as the right one is, from its own column. */
const negative: Rule = special({ TokenTensorizer: { column: "neg_response" } }, "part", (value, at) => {
  const made = translateSlot(value, "TokenTensorizer", at);
  return [["$negative", made]];
});

/** The wrong response's tensorizer becomes the name of its column. */
function oneReader(made: JsonObject, _given: JsonObject, at: At): JsonObject {
  const { $negative: other, ...inputs } = made as Record<string, unknown>;
  const [read, own] = [readerOf(other), readerOf(inputs.pos_response ?? { TokenTensorizer: {} })];
  if (!isDeepStrictEqual({ ...read, column: null }, { ...own, column: null }))
    at.report.wrong(
      "PTX_CONFIG_VALUE",
      [...at.path, "neg_response"],
      "both responses are read alike here: give neg_response the keys of pos_response, column aside",
    );
  return { ...inputs, neg_response: read.column ?? "neg_response" };
}

function readerOf(slotValue: unknown): JsonObject {
  const [[name, params] = ["", {}]] = isObject(slotValue) ? Object.entries(slotValue) : [];
  return { name, ...(isObject(params) ? params : {}) };
}

/** Users' vectors: all start alike, whatever the keys for words say. */
const userVectors: Rule = special({}, "part", (value, at) => {
  const { name, params } = specified(value, "WordEmbedding");
  if (name.toLowerCase() !== "wordembedding")
    at.report.wrong("PTX_CONFIG_UNKNOWN_COMPONENT", at.path, `users have vectors of their own, not ${name}`);
  return object("user_embedding", "UserEmbedding").apply(params, at);
});

const alike = gone("all users start alike");
const nowhere = gone("users are those of the training rows");

const userEmbedding: PyTextClass = {
  name: "UserEmbedding",
  keys: {
    ...moduleKeys(false),
    embed_dim: same("embed_dim", 100),
    embedding_init_strategy: alike,
    embedding_init_range: alike,
    embedding_init_std: alike,
    embeddding_init_std: alike,
    pretrained_embeddings_path: only("", "vectors of users are learnt"),
    mlp_layer_dims: only([], "vectors of users have no layers on them"),
    export_input_names: gone("an exported file's inputs are named after their axes"),
    vocab_file: nowhere,
    vocab_size: nowhere,
    vocab_from_train_data: nowhere,
    vocab_from_all_data: nowhere,
    vocab_from_pretrained_embeddings: nowhere,
    min_freq: nowhere,
    lowercase_tokens: nowhere,
    padding_idx: gone("padding never reaches a result"),
    cpu_only: gone("the engine decides where a table lies"),
    skip_header: nowhere,
    delimiter: nowhere,
  },
};

const towers = (name: string): PyTextClass => ({
  name,
  refused:
    "its towers are encoders whose weights are pickles; here they are of any representation (docs/pairs.md): the decoder's right_hidden_dims and left_hidden_dims are right_mlp and left_mlp, use_shared_encoder and use_shared_embedding have the same names",
  keys: {},
});

/** Models of pairs, numbers and users, with their inputs, decoders and losses. */
export const pairClasses: readonly PyTextClass[] = [
  {
    name: "PairwiseModel",
    to: "PairwiseModel",
    always: { shared_embeddings: false },
    keys: {
      ...pair,
      inputs: object("inputs", "PairInput"),
      decoder: slot("decoder", "MLPDecoder"),
      output_layer: slot("output_layer", "ClassificationOutputLayer"),
      encode_relations: same("encode_relations", true),
    },
    finish: twoTables,
  },
  {
    name: "PairInput",
    keys: {
      tokens1: text("tokens1", "text1"),
      tokens2: text("tokens2", "text2"),
      labels: slot("labels", "LabelTensorizer"),
    },
  },
  {
    name: "PairwiseCosineDistanceOutputLayer",
    refused:
      "labels are chosen by probabilities here, not by a cosine; PairwiseCosineRegressionModel learns cosines as numbers",
    keys: {},
  },
  {
    name: "BertPairwiseModel",
    refused:
      "of pairs on a pretrained encoder NewBertModel reads both texts together (NewBertPairClassificationTask)",
    keys: {},
  },
  {
    name: "QueryDocPairwiseRankingModel",
    to: "QueryDocPairwiseRankingModel",
    keys: {
      ...pair,
      inputs: object("inputs", "RankingInput"),
      decoder: slot("decoder", "MLPDecoderQueryResponse"),
      output_layer: object("", "PairwiseRankingOutputLayer"),
      encode_relations: gone("vectors of queries and responses are compared, not decoded together"),
      decoder_output_dim: same("decoder_output_dim", 64),
    },
  },
  {
    name: "RankingInput",
    keys: {
      query: text("query", "query"),
      pos_response: text("pos_response", "pos_response"),
      neg_response: negative,
    },
    finish: oneReader,
  },
  {
    name: "MLPDecoderQueryResponse",
    to: "MLPDecoder",
    keys: { ...moduleKeys(), hidden_dims: same("hidden_dims", []) },
  },
  {
    name: "PairwiseRankingOutputLayer",
    keys: { ...moduleKeys(false), loss: slot("loss", "PairwiseRankingLoss") },
  },
  { name: "PairwiseRankingLoss", to: "PairwiseRankingLoss", keys: { margin: same("margin", 1) } },
  {
    name: "DocRegressionModel",
    to: "DocRegressionModel",
    keys: {
      ...docModel,
      inputs: object("inputs", "DocRegressionInput"),
      output_layer: slot("output_layer", "RegressionOutputLayer"),
    },
  },
  {
    name: "DocRegressionInput",
    keys: {
      tokens: slot("tokens", "TokenTensorizer"),
      dense: slot("dense", null, "FloatListTensorizer"),
      labels: slot("labels", "NumericLabelTensorizer"),
    },
  },
  {
    name: "PersonalizedDocModel",
    to: "PersonalizedDocModel",
    keys: { ...docModel, inputs: object("inputs", "PersonalizedInput"), user_embedding: userVectors },
    finish: labelsByLoss,
  },
  {
    name: "PersonalizedInput",
    keys: {
      tokens: slot("tokens", "TokenTensorizer"),
      dense: slot("dense", null, "FloatListTensorizer"),
      labels: slot("labels", "LabelTensorizer"),
      uid: slot("uid", "UidTensorizer"),
    },
  },
  userEmbedding,
  {
    name: "UidTensorizer",
    to: "UidTensorizer",
    keys: {
      ...inputMark,
      column: same("column", "uid"),
      allow_unknown: only(true, "users that training lacks are the unknown user"),
    },
  },
  ...["TwoTowerClassificationModel", "TriTowerClassificationModel", "TwoTowerRegressionModel"].map(towers),
];
