/** @file PyText's models over words. */
import { isObject, type JsonObject } from "../../json.js";
import type { At, PyTextClass, Rule } from "../rule.js";
import { gone, inputMark, object, only, partOf, same, slot, special } from "../rules.js";
import { specified, without } from "../translate.js";

const saved = { init_from_saved_state: gone("a run is continued with --resume") };

const optional = (key: string, bare: string): Rule => slot(key, null, bare);

const docInputs = {
  tokens: slot("tokens", "TokenTensorizer"),
  dense: optional("dense", "FloatListTensorizer"),
  labels: slot("labels", "LabelTensorizer"),
};

/** The keys of models that read a text as words. */
export const docModel = {
  ...saved,
  inputs: object("inputs", "DocModelInput"),
  embedding: slot("embedding", "WordEmbedding"),
  representation: slot("representation", "BiLSTMDocAttention", "PureDocAttention"),
  decoder: slot("decoder", "MLPDecoder"),
  output_layer: slot("output_layer", "ClassificationOutputLayer"),
};

/** A loss over yes and no wants labels as a list. */
export function labelsByLoss(made: JsonObject): JsonObject {
  const { output_layer: layer, inputs } = made;
  if (!isObject(layer) || !("MultiLabelClassificationOutputLayer" in layer) || !isObject(inputs)) return made;
  const labels = inputs.labels;
  if (!isObject(labels) || !isObject(labels.LabelTensorizer)) return made;
  return { ...made, inputs: { ...inputs, labels: { LabelListTensorizer: labels.LabelTensorizer } } };
}

const intentSlotInputs: PyTextClass = {
  name: "IntentSlotModelInput",
  keys: {
    tokens: slot("tokens", "TokenTensorizer"),
    word_labels: slot("slots", ["SlotLabelTensorizer", { allow_unknown: true }]),
    doc_labels: slot("intent", ["LabelTensorizer", { allow_unknown: true }]),
    doc_weight: only(null, "rows have no weights of their own; doc_loss_weight is that of all"),
    word_weight: only(null, "rows have no weights of their own; word_loss_weight is that of all"),
  },
};

/** What PyText does otherwise with words' losses and vectors. */
function intentSlot(made: JsonObject, _given: JsonObject, at: At): JsonObject {
  if (isObject(made.word_output_layer) && "WordTaggingOutputLayer" in made.word_output_layer)
    at.report.note(
      "IntentSlotModel: word_loss_weight counts the sum of a text's word losses here, in PyText their mean over the longest text of a batch; with equal weights slots count more here",
    );
  const [embedding] = isObject(made.embedding) ? Object.values(made.embedding) : [];
  if (isObject(embedding) && typeof embedding.pretrained_embeddings_path === "string")
    at.report.note(
      "IntentSlotModel: pretrained_embeddings_path is read here; PyText's model passed over it without a word",
    );
  return { ...made, inputs: slotTags(made.inputs, at) };
}

/** A slot's words are told from the next slot's by their tags. */
function slotTags(inputs: unknown, at: At): unknown {
  const slots = isObject(inputs) ? inputs.slots : undefined;
  const tensorizer = isObject(slots) ? slots.SlotLabelTensorizer : undefined;
  if (!isObject(inputs) || !isObject(tensorizer)) return inputs;
  at.report.note(
    "IntentSlotModel: words are tagged B-x and I-x here; PyText tags them x, so that neighbours of one label are one slot",
  );
  return { ...inputs, slots: { SlotLabelTensorizer: { ...tensorizer, model_scheme: "bio" } } };
}

/** The parts of PyText's language model that are keys of ours. */
const languageRepresentation: Rule = special({ BiLSTM: { bidirectional: false } }, "part", (value, at) => {
  const { name } = specified(value, "BiLSTM");
  if (name.toLowerCase() !== "bilstm") {
    at.report.wrong("PTX_CONFIG_UNKNOWN_COMPONENT", at.path, `LMLSTM has layers of LSTM, not ${name}`);
    return [];
  }
  const made = partOf(value, "BiLSTM", { ...at, module: "model.lstm" });
  if (made.bidirectional !== false)
    at.report.note(
      "LMLSTM: its layers read from left to right; with PyText's BiLSTM in both directions, the default of a representation that is written without it, a model sees what it is to predict",
    );
  if (typeof made.shared_module_key === "string")
    at.report.note(
      `LMLSTM: its layers cannot be shared with other models, so the shared_module_key "${made.shared_module_key}" was taken off`,
    );
  return Object.entries(without(made, "bidirectional", "shared_module_key"));
});

const languageDecoder: Rule = special({}, "part", (value, at) => {
  if (value === null) return [];
  const { hidden_dims: hidden = [], ...rest } = partOf(value, "MLPDecoder", {
    ...at,
    module: "model.projection",
  });
  const sizes = Array.isArray(hidden) ? (hidden as unknown[]) : [];
  if (Object.keys(rest).length > 0 || sizes.length > 1)
    at.report.wrong(
      "PTX_CONFIG_VALUE",
      at.path,
      "LMLSTM has one linear layer before the softmax, projection_dim: hidden_dims of one size, and no other keys",
    );
  if (sizes.length !== 1) return [];
  at.report.note(
    "LMLSTM: the decoder's hidden layer is projection_dim here, a linear layer without activation before the softmax",
  );
  return [["projection_dim", sizes[0]]];
});

const wordTagging = {
  ...saved,
  embedding: slot("embedding", "WordEmbedding"),
  representation: slot("representation", "PassThroughRepresentation", "BiLSTMSlotAttention"),
  decoder: slot("decoder", "MLPDecoder"),
  output_layer: slot("output_layer", "WordTaggingOutputLayer"),
};

/** The word's vector beside that of its bytes. */
function besideBytes(made: JsonObject): JsonObject {
  const { $bytes: bytes, embedding, ...rest } = made as Record<string, unknown>;
  return { ...rest, embedding: { EmbeddingList: { embeddings: [embedding, bytes] } } };
}

/** Models over words, and their inputs. */
export const modelClasses: readonly PyTextClass[] = [
  { name: "DocModel", to: "DocModel", keys: docModel, finish: labelsByLoss },
  { name: "DocModelInput", keys: docInputs },
  {
    name: "ByteTokensDocumentModel",
    to: "DocModel",
    keys: {
      ...docModel,
      inputs: object("inputs", "ByteModelInput"),
      byte_embedding: special({ CharacterEmbedding: {} }, "part", (value, at) =>
        slot("$bytes", "CharacterEmbedding").apply(value, at),
      ),
    },
    finish: (made) => labelsByLoss(besideBytes(made)),
  },
  {
    name: "ByteModelInput",
    keys: { ...docInputs, token_bytes: slot("chars", "ByteTokenTensorizer") },
  },
  {
    name: "SeqNNModel",
    to: "SeqNNModel",
    keys: {
      ...docModel,
      inputs: object("inputs", "SeqNNModelInput"),
      representation: slot("representation", "SeqRepresentation"),
    },
    finish: labelsByLoss,
  },
  {
    name: "SeqNNModelInput",
    keys: { ...docInputs, tokens: slot("tokens", "SeqTokenTensorizer") },
  },
  intentSlotInputs,
  {
    name: "IntentSlotModel",
    to: "IntentSlotModel",
    keys: {
      ...saved,
      inputs: object("inputs", "IntentSlotModelInput"),
      word_embedding: slot("embedding", "WordEmbedding"),
      representation: slot("representation", "BiLSTMDocSlotAttention"),
      output_layer: object("", "IntentSlotOutputLayer"),
      decoder: object("", "IntentSlotModelDecoder"),
      default_doc_loss_weight: special(0.2, "written", (value) => [["doc_loss_weight", value]]),
      default_word_loss_weight: special(0.5, "written", (value) => [["word_loss_weight", value]]),
    },
    finish: intentSlot,
  },
  {
    name: "WordTaggingModel",
    to: "WordTaggingModel",
    keys: { ...wordTagging, inputs: object("inputs", "WordTaggingModelInput") },
  },
  {
    name: "WordTaggingModelInput",
    keys: {
      tokens: slot("tokens", "TokenTensorizer"),
      labels: slot("labels", "SlotLabelTensorizer"),
    },
  },
  {
    name: "LMLSTM",
    to: "LMLSTM",
    keys: {
      inputs: object("inputs", "LMLSTMInput"),
      embedding: slot("embedding", "WordEmbedding"),
      representation: languageRepresentation,
      decoder: languageDecoder,
      output_layer: object("", "LMOutputLayer"),
      tied_weights: same("tied_weights", false),
      stateful: special(false, "apart", (value, at) => {
        if (value === true)
          at.report.note(
            "LMLSTM: stateful was removed: each line is predicted from its own beginning; for running text, whose state is carried from piece to piece, make data a LanguageModelData",
          );
        else at.report.idle(at.path);
        return [];
      }),
      caffe2_format: gone("a run is exported with: pytext-ts export RUN --onnx FILE"),
    },
    finish: (made) => ({ lstm_dim: 32, num_layers: 1, dropout: 0.4, ...made }),
  },
  {
    name: "LMLSTMInput",
    keys: {
      tokens: special({ TokenTensorizer: {} }, "part", (value, at) => {
        const { name, params } = specified(value, "TokenTensorizer");
        const running = { [name === "TokenTensorizer" ? "RunningTokens" : name]: params };
        return [["tokens", { RunningTextTensorizer: partOf(running, "RunningTokens", at) }]];
      }),
    },
  },
  {
    name: "RunningTokens",
    keys: {
      ...inputMark,
      column: same("column", "text"),
      tokenizer: slot("tokenizer", "Tokenizer"),
      add_bos_token: gone("each line is predicted from its beginning, its end included"),
      add_eos_token: gone("each line is predicted from its beginning, its end included"),
      use_eos_token_for_bos: gone("each line is predicted from its beginning, its end included"),
      max_seq_len: only(null, "all of a line is read"),
      vocab: object("vocab", "VocabConfig"),
      vocab_file_delimiter: only(" ", "a word of a vocabulary file ends with a space or tab"),
      vocab_use_mask: only(false, "words are not masked"),
    },
  },
];
