/** @file PyText's embeddings, representations, poolings and decoders. */
import { isObject, type JsonObject, show } from "../../json.js";
import type { At, PyTextClass, Rule } from "../rule.js";
import { apart, gone, mapped, moduleKeys, object, only, partOf, same, slot, special } from "../rules.js";
import { without } from "../translate.js";

const plainFilters = {
  weight_norm: only(false, "of convolutions only DeepCNNRepresentation's have it"),
  dilated: only(false, "of convolutions only DeepCNNRepresentation's have it"),
  causal: only(false, "of convolutions only DeepCNNRepresentation's have it"),
};
const filters = {
  kernel_num: same("kernel_num", 100),
  kernel_sizes: same("kernel_sizes", [3, 4]),
};

const old = gone("PyText's newer tensorizers do not read it either");

const wordEmbedding: PyTextClass = {
  name: "WordEmbedding",
  to: "WordEmbedding",
  keys: {
    ...moduleKeys(),
    freeze: same("freeze", false),
    embed_dim: same("embed_dim", 100),
    pretrained_embeddings_path: mapped("pretrained_embeddings_path", "", (value) => value || null),
    embedding_init_strategy: special("random", "part", (value) => [["$strategy", value]]),
    embedding_init_range: special(null, "part", (value) => [["$range", value]]),
    embedding_init_std: special(0.02, "part", (value) => [["$std", value]]),
    embeddding_init_std: mapped("$std", 0.02, (value) => value),
    export_input_names: gone("an exported file's inputs are named after their axes"),
    vocab_file: old,
    vocab_size: old,
    vocab_from_train_data: old,
    vocab_from_all_data: old,
    vocab_from_pretrained_embeddings: only(false, "name the file in the tensorizer's vocab_files"),
    min_freq: old,
    lowercase_tokens: gone("words of the file are taken as they stand"),
    mlp_layer_dims: mapped("mlp_layer_dims", [], (value) => value ?? []),
    padding_idx: gone("padding never reaches a result"),
    cpu_only: gone("the engine decides where a table lies"),
    skip_header: gone("a header is told from a vector"),
    delimiter: only(" ", "numbers of a vector stand between spaces"),
    dedicated_context_embedding: only(false, "PyText's own models do not read it"),
  },
  finish: firstValues,
};

/** PyText starts words at random by a normal distribution, unless its deviation is null or 0; the strategy is for words without a pretrained vector. */
function firstValues(made: JsonObject, _given: JsonObject, at: At): JsonObject {
  const { $strategy: strategy, $range: range, $std: std } = made;
  const rest = without(made, "$strategy", "$range", "$std");
  const as = (name: string, size?: number): JsonObject => ({
    ...rest,
    embedding_init_strategy: name,
    ...(size !== undefined && { embedding_init_range: size }),
  });
  if (typeof made.pretrained_embeddings_path === "string" && strategy !== "random")
    return as(String(strategy));
  if (typeof std === "number" && std > 0) {
    if (std === 0.02)
      at.report.wrote("WordEmbedding", "embedding_init_std (here a normal embedding_init_range)", 0.02);
    return as("normal", std);
  }
  if (range === null || range === undefined) return as("normal", 1);
  const [low, high] = Array.isArray(range) ? (range as unknown[]) : [];
  if (typeof high === "number" && low === -high && high > 0) return as("uniform", high);
  at.report.wrong(
    "PTX_CONFIG_VALUE",
    [...at.path, "embedding_init_range"],
    `${show(range)} has no counterpart here: first values lie evenly around 0, as in [-0.25, 0.25]`,
  );
  return rest;
}

/** Hidden layers behind a pooling: PyText gives them as a decoder. */
const hiddenLayers: Rule = special(null, "apart", (value, at) => {
  if (value === null) return [];
  const { temperature = 1, ...layers } = partOf(value, "MLPDecoder", { ...at, module: undefined });
  if (temperature !== 1)
    at.report.wrong(
      "PTX_CONFIG_VALUE",
      [...at.path, "temperature"],
      `${show(temperature)} has no counterpart here: layers behind a pooling have no temperature, the model's decoder has one`,
    );
  return Object.keys(layers).length === 0 ? [] : [["mlp", layers]];
});

const dropout = same("dropout", 0.4);

/** What `pooling_type` of a convolution becomes. */
function poolingType(value: unknown): unknown {
  const names: Readonly<Record<string, string | null>> = { none: null, max: "MaxPool", mean: "MeanPool" };
  return typeof value === "string" && Object.hasOwn(names, value) ? names[value] : value;
}

/** How many numbers the LSTM of a translated representation gives for each word. */
function widthOf(lstm: unknown): number | undefined {
  const [[name, params] = []] = isObject(lstm) ? Object.entries(lstm) : [];
  if (!isObject(params)) return undefined;
  const { lstm_dim: dim = 32, bidirectional = name === "BiLSTM" } = params;
  return typeof dim === "number" ? dim * (bidirectional === true ? 2 : 1) : undefined;
}

/** PyText's projections: hidden layers as wide as the LSTM's vectors, then one layer without activation, which the decoder's is one with. */
function joint(made: JsonObject, _given: JsonObject, at: At): JsonObject {
  const { $doc: doc, $word: word, ...rest } = made as Record<string, unknown>;
  const width = widthOf(rest.lstm);
  const hidden = (layers: unknown): JsonObject => ({
    hidden_dims: Array<number | undefined>(Math.max(0, Number(layers))).fill(width),
    dropout: typeof rest.dropout === "number" ? rest.dropout : 0.4,
  });
  const pooled = rest.pooling !== undefined;
  const attended = isObject(rest.slot_attention);
  if (!pooled)
    at.report.note(
      "BiLSTMDocSlotAttention: without pooling PyText takes the LSTM's last states; BoundaryPool firstlast, which holds them, was written",
    );
  return {
    ...rest,
    ...(!pooled && { pooling: { BoundaryPool: { boundary_type: "firstlast" } } }),
    ...(pooled && Number(doc) > 1 && { doc_mlp: hidden(Number(doc) - 1) }),
    ...(attended && { word_mlp: hidden(Math.max(1, Number(word) - 1)) }),
  };
}

const noTable = gone("numbers have no table");

const embeddings: readonly PyTextClass[] = [
  wordEmbedding,
  {
    name: "CharacterEmbedding",
    to: "CharacterEmbedding",
    keys: {
      ...moduleKeys(),
      embed_dim: same("embed_dim", 100),
      sparse: gone("a table's gradient is by rows"),
      cnn: object("", "CNNParams"),
      connection: object("", "ConnectionConfig"),
      highway_layers: mapped("highway_layers", null, (value) => value ?? undefined),
      projection_dim: same("projection_dim", null),
      export_input_names: gone("an exported file's inputs are named after their axes"),
      vocab_from_train_data: old,
      max_word_length: gone("the tensorizer says how much of a word is read"),
      min_freq: old,
      dedicated_context_embedding: only(false, "PyText's own models do not read it"),
    },
  },
  {
    name: "ConnectionConfig",
    keys: {
      connection_type: only("highway", "words' vectors go through highway layers"),
      num_layers: mapped("highway_layers", 0, (value) => value),
      dropout: gone("PyText reads it for ResMLP alone"),
    },
  },
  {
    name: "MLPEmbedding",
    to: "DenseEmbedding",
    keys: {
      ...moduleKeys(),
      embed_dim: gone("numbers are as many as the input has"),
      embedding_init_strategy: noTable,
      embedding_init_range: noTable,
      embeddding_init_std: noTable,
      export_input_names: gone("an exported file's inputs are named after their axes"),
      mlp_layer_dims: mapped("mlp_layer_dims", [], (value) => value ?? []),
      cpu_only: noTable,
      skip_header: noTable,
      delimiter: noTable,
    },
  },
  { name: "CNNParams", keys: { ...filters, ...plainFilters } },
  {
    name: "DeepCNNParams",
    keys: {
      ...filters,
      // PyText's own default has a layer of an even window, whose result is too short to be added to what it read.
      kernel_sizes: apart("kernel_sizes", [3, 4]),
      weight_norm: same("weight_norm", false),
      dilated: same("dilated", false),
      causal: same("causal", false),
    },
  },
];

const recurrent: readonly PyTextClass[] = [
  {
    name: "BiLSTM",
    to: "BiLSTM",
    keys: {
      ...moduleKeys(),
      dropout,
      lstm_dim: same("lstm_dim", 32),
      num_layers: same("num_layers", 1),
      bidirectional: same("bidirectional", true),
      pack_sequence: gone("padding is never read"),
      disable_sort_in_jit: gone("rows are not sorted inside a batch"),
    },
  },
  {
    name: "AugmentedLSTM",
    to: "AugmentedLSTM",
    keys: {
      ...moduleKeys(),
      dropout: same("dropout", 0),
      lstm_dim: same("lstm_dim", 32),
      use_highway: same("use_highway", true),
      bidirectional: same("bidirectional", false),
      num_layers: same("num_layers", 1),
      use_bias: same("use_bias", false),
    },
    // A plain LSTM has one bias here; PyText's has two, whose sum is all that counts.
    finish: (made) => (made.use_highway === false ? without(made, "use_bias") : made),
  },
  {
    name: "OrderedNeuronLSTM",
    to: "OrderedNeuronLSTM",
    keys: {
      ...moduleKeys(),
      dropout,
      lstm_dim: same("lstm_dim", 32),
      num_layers: same("num_layers", 1),
    },
  },
  {
    name: "StackedBidirectionalRNN",
    to: "StackedBidirectionalRNN",
    keys: {
      ...moduleKeys(),
      hidden_size: same("hidden_size", 32),
      num_layers: same("num_layers", 1),
      dropout: same("dropout", 0),
      bidirectional: same("bidirectional", true),
      rnn_type: same("rnn_type", "lstm"),
      concat_layers: same("concat_layers", true),
    },
  },
  {
    name: "BiLSTMDocAttention",
    to: "BiLSTMDocAttention",
    keys: {
      ...moduleKeys(),
      dropout,
      lstm: slot("lstm", "BiLSTM"),
      pooling: slot("pooling", "SelfAttention"),
      mlp_decoder: hiddenLayers,
    },
  },
  {
    name: "BiLSTMSlotAttention",
    to: "BiLSTMSlotAttention",
    keys: {
      ...moduleKeys(),
      dropout,
      lstm: slot("lstm", "BiLSTM"),
      slot_attention: object("slot_attention", "SlotAttention"),
      mlp_decoder: hiddenLayers,
    },
  },
  {
    name: "BiLSTMDocSlotAttention",
    to: "BiLSTMDocSlotAttention",
    keys: {
      ...moduleKeys(),
      dropout,
      lstm: slot("lstm", "BiLSTM"),
      pooling: slot("pooling", null, "SelfAttention"),
      slot_attention: special(null, "apart", (value, at) =>
        value === null ? [] : [["slot_attention", partOf(value, "SlotAttention", at)]],
      ),
      doc_mlp_layers: special(0, "part", (value) => [["$doc", value]]),
      word_mlp_layers: special(0, "part", (value) => [["$word", value]]),
    },
    finish: joint,
  },
];

const convolutions: readonly PyTextClass[] = [
  {
    name: "DocNNRepresentation",
    to: "DocNNRepresentation",
    keys: {
      ...moduleKeys(),
      dropout,
      cnn: object("", "CNNParams"),
      pooling: only("max", "the maximum over windows is taken"),
    },
  },
  {
    name: "BSeqCNNRepresentation",
    to: "BSeqCNNRepresentation",
    keys: {
      ...moduleKeys(),
      cnn: object("", "CNNParams"),
      fwd_bwd_context_len: same("fwd_bwd_context_len", 5),
      surrounding_context_len: same("surrounding_context_len", 2),
    },
  },
  {
    name: "DeepCNNRepresentation",
    to: "DeepCNNRepresentation",
    keys: {
      ...moduleKeys(),
      cnn: object("", "DeepCNNParams"),
      dropout: same("dropout", 0.3),
      activation: same("activation", "glu"),
      separable: only(false, "convolutions mix all channels"),
      bottleneck: only(0, "convolutions mix all channels"),
      pooling_type: mapped("pooling", "none", poolingType),
    },
  },
  {
    name: "JointCNNRepresentation",
    to: "JointCNNRepresentation",
    keys: {
      ...moduleKeys(),
      doc_representation: slot("doc_representation", "DocNNRepresentation"),
      word_representation: slot("word_representation", "BSeqCNNRepresentation"),
    },
  },
  {
    name: "SharedCNNRepresentation",
    to: "SharedCNNRepresentation",
    keys: {
      ...moduleKeys(),
      word_representation: slot("word_representation", "DeepCNNRepresentation", "BSeqCNNRepresentation"),
      pooling_type: mapped("pooling", "max", poolingType),
    },
  },
  {
    name: "LightConvRepresentation",
    to: "LightConvRepresentation",
    keys: {
      ...moduleKeys(),
      encoder_config: object("", "ConvEncoderConfig"),
      layer_config: object("", "LightConvEncoderLayer"),
      encoder_kernel_size_list: same("encoder_kernel_size_list", [3, 7, 15]),
      // The words' vectors are there beside the text's.
      pooling_type: mapped("pooling", "mean", (value) => (value === "none" ? undefined : poolingType(value))),
    },
    finish: oneNorm,
  },
  {
    name: "ConvEncoderConfig",
    keys: {
      dropout: same("embed_dropout", 0.1),
      encoder_learned_pos: gone("PyText does not read it: positional_embedding_type says it"),
      encoder_normalize_before: mapped("$last", false, (value) => value),
      max_source_positions: same("max_source_positions", 1024),
      max_target_positions: gone("PyText's representation does not read it"),
      no_token_positional_embeddings: mapped("$placeless", false, (value) => value),
      positional_embedding_type: same("positional_embedding_type", "learned"),
      combine_pos_embed: same("combine_pos_embed", "concat"),
      encoder_embed_dim: same("encoder_embed_dim", 128),
      embedding_dim: gone("words' vectors are as long as the embedding makes them"),
    },
  },
  {
    name: "LightConvEncoderLayer",
    keys: {
      dropout: same("dropout", 0.1),
      encoder_conv_dim: same("encoder_conv_dim", 128),
      encoder_conv_type: object("", "LightweightConv"),
      self_attention_type: only(null, "a layer has its convolution in place of attention"),
      encoder_embed_dim: gone("that of encoder_config takes its place, as in PyText"),
      encoder_ffn_embed_dim: same("encoder_ffn_embed_dim", 512),
      self_attention_heads: gone("there is no attention"),
      encoder_glu: same("encoder_glu", true),
      encoder_normalize_before: same("encoder_normalize_before", false),
      input_dropout: same("input_dropout", 0.1),
      relu_dropout: same("relu_dropout", 0),
      convolution_type: gone("PyText's windows stand around their word whatever it says"),
    },
  },
  {
    name: "LightweightConv",
    keys: {
      num_heads: same("num_heads", 2),
      weight_softmax: gone("PyText does not read it: its filters are as they are learnt"),
      bias: same("bias", true),
    },
  },
];

/** PyText says twice whether inputs are normalised, of the layers and of what stands behind them; here both are one. */
function oneNorm(made: JsonObject, _given: JsonObject, at: At): JsonObject {
  const { $last: last = false, $placeless: placeless = false, ...rest } = made;
  const { encoder_normalize_before: before = false } = rest;
  if (last !== before)
    at.report.wrong(
      "PTX_CONFIG_VALUE",
      [...at.path, "encoder_config", "encoder_normalize_before"],
      `${show(last)} has no counterpart here beside ${show(before)} of layer_config: a last norm stands behind layers whose inputs are normalised, and behind no others`,
    );
  return placeless === true ? { ...rest, positional_embedding_type: "none" } : rest;
}

/** Embeddings, representations, poolings, decoders. */
export const layerClasses: readonly PyTextClass[] = [
  ...embeddings,
  ...recurrent,
  ...convolutions,
  {
    name: "PureDocAttention",
    to: "PureDocAttention",
    keys: { ...moduleKeys(), dropout, pooling: slot("pooling", "SelfAttention"), mlp_decoder: hiddenLayers },
  },
  { name: "PassThroughRepresentation", to: "PassThroughRepresentation", keys: moduleKeys() },
  {
    name: "SeqRepresentation",
    to: "SeqRepresentation",
    keys: {
      ...moduleKeys(),
      doc_representation: slot("doc_representation", "DocNNRepresentation"),
      seq_representation: slot("seq_representation", "BiLSTMDocAttention"),
    },
  },
  {
    name: "TransformerRepresentation",
    refused: "no model of PyText's takes it by its config, and its places are learnt otherwise",
    keys: {},
  },
  {
    name: "SelfAttention",
    to: "SelfAttention",
    keys: { attn_dimension: same("attn_dimension", 64), dropout },
  },
  { name: "MaxPool", to: "MaxPool", keys: moduleKeys() },
  { name: "MeanPool", to: "MeanPool", keys: moduleKeys() },
  { name: "LastTimestepPool", to: "LastTimestepPool", keys: moduleKeys() },
  { name: "BoundaryPool", to: "BoundaryPool", keys: { boundary_type: same("boundary_type", "first") } },
  {
    name: "SlotAttention",
    keys: {
      attn_dimension: same("attn_dimension", 64),
      attention_type: same("attention_type", "no_attention"),
    },
  },
  {
    name: "MLPDecoder",
    to: "MLPDecoder",
    keys: {
      ...moduleKeys(),
      hidden_dims: same("hidden_dims", []),
      out_dim: gone("what stands behind a decoder says how many numbers it needs"),
      layer_norm: same("layer_norm", false),
      dropout: same("dropout", 0),
      bias: same("bias", true),
      activation: same("activation", "relu"),
      temperature: same("temperature", 1),
      spectral_normalization: only(false, "weights are not normalised by their spectrum"),
      load_model_path: only(null, "modules that PyText saved cannot be read"),
      load_strict: gone("modules that PyText saved cannot be read"),
    },
  },
  {
    name: "IntentSlotModelDecoder",
    keys: {
      ...moduleKeys(false),
      use_doc_probs_in_word: same("use_doc_probs_in_word", false),
      doc_decoder: slot("doc_decoder", "MLPDecoder"),
      word_decoder: slot("word_decoder", "MLPDecoder"),
    },
  },
];
