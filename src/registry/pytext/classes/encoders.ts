/** @file PyText's models over pieces: encoders, and what stands on them. */
import { isObject, type JsonObject } from "../../json.js";
import type { At, PyTextClass, Rule } from "../rule.js";
import { gone, mapped, moduleKeys, object, only, slot, special, written } from "../rules.js";
import { without } from "../translate.js";
import { labelsByLoss } from "./models.js";

const poolings: Readonly<Record<string, unknown>> = {
  cls_token: { BoundaryPool: { boundary_type: "first" } },
  mean: "MeanPool",
  max: "MaxPool",
};

/** What PyText's encoders do to their states: here it is the model's. */
const onTop = {
  output_dropout: special(0.4, "part", (value) => [["$dropout", value]]),
  pooling: special("cls_token", "part", (value, at) => {
    if (typeof value === "string" && Object.hasOwn(poolings, value)) return [["$pooling", poolings[value]]];
    at.report.wrong(
      "PTX_CONFIG_VALUE",
      at.path,
      `the pooling ${JSON.stringify(value)} has no counterpart here; there are ${Object.keys(poolings).join(", ")}`,
    );
    return [];
  }),
  export: gone("a run is exported with: pytext-ts export RUN --onnx FILE"),
  projection_dim: only(0, "the text's vector is as large as the states"),
  normalize_output_rep: only(false, "the text's vector keeps its length"),
};

const transformer: PyTextClass = {
  name: "TransformerSentenceEncoder",
  to: "TransformerEncoder",
  always: { layer_norm_eps: 0.00001, pooler: false },
  keys: {
    ...moduleKeys(),
    ...onTop,
    dropout: mapped("hidden_dropout_prob", 0.1, (value) => value),
    attention_dropout: mapped("attention_probs_dropout_prob", 0.1, (value) => value),
    activation_dropout: gone("hidden layers have no dropout of their own"),
    embedding_dim: mapped("hidden_size", 768, (value) => value),
    ffn_embedding_dim: mapped("intermediate_size", 3072, (value) => value),
    num_encoder_layers: special(6, "written", (value) => [["num_hidden_layers", value]]),
    num_attention_heads: written("num_attention_heads", 8),
    num_segments: mapped("type_vocab_size", 2, (value) => value),
    use_position_embeddings: only(true, "pieces are told apart by their places"),
    offset_positions_by_padding: gone("places are counted from the first piece"),
    apply_bert_init: gone("first values are BERT's"),
    encoder_normalize_before: only(true, "the embeddings are normalised, as BERT's are"),
    activation_fn: special("relu", "written", (value) => [["hidden_act", value]]),
    max_seq_len: special(128, "written", (value) => [["max_position_embeddings", value]]),
    multilingual: only(false, "pieces have no languages"),
    freeze_embeddings: only(false, "name them in the trainer's freeze"),
    n_trans_layers_to_freeze: only(0, "name them in the trainer's freeze"),
    use_torchscript: gone("the graph that is trained is the graph that is exported"),
    use_bias_finetuning: only(false, "name the other parameters in the trainer's freeze"),
  },
};

/** A pretrained folder of Hugging Face's form. */
const pretrained = (name: string, folder: string): PyTextClass => ({
  name,
  to: "TransformerEncoder",
  keys: {
    ...moduleKeys(),
    ...onTop,
    embedding_dim: gone("the folder says how large states are"),
    [folder]: special(null, "part", (value, at) => {
      if (typeof value === "string") return [["pretrained", value]];
      at.report.wrong(
        "PTX_CONFIG_MISSING",
        at.path,
        `PyText's own default lies inside Facebook: name the folder of a pretrained model in ${folder}`,
      );
      return [];
    }),
    load_weights: only(true, "a pretrained folder is read with its weights"),
  },
});

/** Takes what stands on the encoder out of it. */
function onModel(made: JsonObject): JsonObject {
  const [[name, params] = ["", {}]] = isObject(made.encoder) ? Object.entries(made.encoder) : [];
  if (!isObject(params)) return made;
  const { $dropout: dropout, $pooling: pooling } = params;
  return {
    ...made,
    encoder: { [name]: without(params, "$dropout", "$pooling") },
    ...(dropout !== undefined && { dropout }),
    ...(pooling !== undefined && { pooling }),
  };
}

export const encoder = (standard: string): Rule => slot("encoder", standard);
const pieces = (key: string, columns: readonly string[]): Rule =>
  slot(key, ["BERTTensorizer", { columns, max_seq_len: 128 }], "BERTTensorizer");
const counted = { num_tokens: gone("rows are counted for their figures") };

const bertKeys = {
  inputs: object("inputs", "BertModelInput"),
  encoder: encoder("HuggingFaceBertSentenceEncoder"),
  decoder: slot("decoder", "MLPDecoder"),
  output_layer: slot("output_layer", "ClassificationOutputLayer"),
};

/** The states alone are read: what stands on the encoder for a whole text is left out, which `note` says. */
export function withoutPooling(made: JsonObject, note: string, at: At): JsonObject {
  at.report.note(note);
  return without(onModel(made), "dropout", "pooling");
}

/** The siamese model's vectors have no dropout here. */
function cosine(made: JsonObject, at: At): JsonObject {
  const { dropout: _left, ...rest } = onModel(made) as Record<string, unknown>;
  at.report.note(
    "BertPairwiseRegressionModel: output_dropout was removed, its texts' vectors have no dropout here",
  );
  return rest;
}

const oneEncoder = "both texts are read by one encoder, and their vectors are compared by the cosine";

/** Encoders, their models, and their inputs. */
export const encoderClasses: readonly PyTextClass[] = [
  transformer,
  pretrained("HuggingFaceBertSentenceEncoder", "bert_cpt_dir"),
  pretrained("HuggingFaceElectraSentenceEncoder", "electra_cpt_dir"),
  {
    name: "BertModelInput",
    keys: {
      ...counted,
      tokens: pieces("tokens", ["text"]),
      dense: slot("dense", null, "FloatListTensorizer"),
      labels: slot("labels", "LabelTensorizer"),
    },
  },
  {
    name: "NewBertModel",
    to: "NewBertModel",
    keys: bertKeys,
    finish: (made) => labelsByLoss(onModel(made)),
  },
  {
    name: "BertRegressionInput",
    keys: {
      ...counted,
      tokens: pieces("tokens", ["text1", "text2"]),
      labels: slot("labels", "NumericLabelTensorizer"),
    },
  },
  {
    name: "NewBertRegressionModel",
    to: "NewBertRegressionModel",
    keys: {
      ...bertKeys,
      inputs: object("inputs", "BertRegressionInput"),
      output_layer: slot("output_layer", "RegressionOutputLayer"),
    },
    finish: onModel,
  },
  {
    name: "BertPairInput",
    keys: {
      ...counted,
      tokens1: pieces("tokens1", ["text1"]),
      tokens2: pieces("tokens2", ["text2"]),
      labels: slot("labels", "NumericLabelTensorizer"),
    },
  },
  {
    name: "BertPairwiseRegressionModel",
    to: "BertPairwiseRegressionModel",
    keys: {
      inputs: object("inputs", "BertPairInput"),
      encoder: encoder("HuggingFaceBertSentenceEncoder"),
      decoder: only(null, oneEncoder),
      output_layer: object("", "PairwiseCosineRegressionOutputLayer"),
      encode_relations: only(false, oneEncoder),
      shared_encoder: only(true, oneEncoder),
    },
    finish: (made, _given, at) => secondAxis(cosine(made, at)),
  },
];

/** Both texts have pieces of their own. */
function secondAxis(made: JsonObject): JsonObject {
  const inputs = isObject(made.inputs) ? made.inputs : {};
  const [[name, params] = ["", {}]] = isObject(inputs.tokens2) ? Object.entries(inputs.tokens2) : [];
  if (!isObject(params)) return made;
  return { ...made, inputs: { ...inputs, tokens2: { [name]: { ...params, axis: "pieces2" } } } };
}
