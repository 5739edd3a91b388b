/** @file PyText's masked language model. */
import { isObject, type JsonObject } from "../../json.js";
import type { At, PyTextClass, Rule } from "../rule.js";
import { gone, mapped, object, only, partOf, slot, special, written } from "../rules.js";
import { specified } from "../translate.js";
import { encoder, withoutPooling } from "./encoders.js";
import { common, model, withFrozen } from "./tasks.js";
import { ofWordPieces, wordPieceKeys } from "./text.js";

/** The tensorizer of pieces, which hides some of them here. */
const tokens: Rule = special({ BERTTensorizer: { max_seq_len: 128 } }, "part", (value, at) => {
  const { name, params } = specified(value, "BERTTensorizer");
  if (name.toLowerCase() === "berttensorizer")
    return [["tokens", { MaskedTokenTensorizer: partOf({ MaskedPieces: params }, "MaskedPieces", at) }]];
  at.report.wrong(
    "PTX_CONFIG_UNKNOWN_COMPONENT",
    at.path,
    `pieces are hidden of what a BERTTensorizer reads, not a ${name}; write BERTTensorizer with the model's vocab_file`,
  );
  return [];
});

const column: Rule = special(["text"], "apart", (value, at) => {
  if (Array.isArray(value) && value.length === 1) return [["column", (value as readonly unknown[])[0]]];
  at.report.wrong("PTX_CONFIG_VALUE", at.path, "pieces are hidden in one text: name one column");
  return [];
});

const head: Rule = special({}, "apart", (value, at) => {
  if (Object.keys(partOf(value, "MLPDecoder", { ...at, module: undefined })).length > 0)
    at.report.wrong(
      "PTX_CONFIG_VALUE",
      at.path,
      "the head is BERT's: one layer, a norm, and a product with the encoder's own table; leave the decoder out",
    );
  else at.report.idle(at.path);
  return [];
});

/** The share that is hidden is the tensorizer's. */
function withRate(made: JsonObject, _given: JsonObject, at: At): JsonObject {
  const { $rate: rate, ...rest } = made as Record<string, unknown>;
  at.report.note(
    "MaskedLanguageModel: the head has a layer and a norm before the encoder's own table, as BERT's; PyText's has the table alone. In eval and test the same pieces are always hidden",
  );
  const whole =
    rate === undefined ? rest : { ...rest, inputs: onTokens(rest.inputs, { masking_rate: rate }) };
  return withoutPooling(
    whole,
    "MaskedLanguageModel: pooling and output_dropout of the encoder, which no piece's states go through, were removed",
    at,
  );
}

/** Gives the tensorizer of pieces more keys. */
function onTokens(inputs: unknown, keys: JsonObject): unknown {
  const read = isObject(inputs) && isObject(inputs.tokens) ? inputs.tokens.MaskedTokenTensorizer : undefined;
  return isObject(read)
    ? { ...(inputs as JsonObject), tokens: { MaskedTokenTensorizer: { ...read, ...keys } } }
    : inputs;
}

/** The size of packed examples is the tensorizer's. */
function withBlocks(made: JsonObject, given: JsonObject, at: At): JsonObject {
  const packed = isObject(made.data) ? made.data.PackedLMData : undefined;
  const model = isObject(made.model) ? made.model.MaskedLanguageModel : undefined;
  if (!isObject(packed) || !isObject(model)) return withFrozen(made, given, at);
  const { $block: size, ...data } = packed as Record<string, unknown>;
  at.report.note(
    `MaskedLMTask: examples have ${JSON.stringify(size)} pieces, the max_seq_len of PackedLMData, which is the tensorizer's here; no text is cut before it is packed`,
  );
  const sized = { ...model, inputs: onTokens(model.inputs, { max_seq_len: size }) };
  return withFrozen(
    { ...made, data: { PackedLMData: data }, model: { MaskedLanguageModel: sized } },
    given,
    at,
  );
}

/** The task, its model and its pieces. */
export const maskedClasses: readonly PyTextClass[] = [
  {
    name: "MaskedLMTask",
    to: "MaskedLMTask",
    keys: {
      ...common("PackedLMData"),
      model: model("MaskedLanguageModel"),
      metric_reporter: slot("metric_reporter", "MaskedLMMetricReporter"),
    },
    finish: withBlocks,
  },
  {
    name: "MaskedLanguageModel",
    to: "MaskedLanguageModel",
    keys: {
      init_from_saved_state: gone("a run is continued with --resume"),
      inputs: object("inputs", "MaskedInput"),
      encoder: encoder("TransformerSentenceEncoder"),
      decoder: head,
      output_layer: object("", "LMOutputLayer"),
      mask_prob: mapped("$rate", 0.15, (value) => value),
      mask_bos: only(false, "special pieces are not hidden"),
      masking_strategy: only("random", "all pieces are as likely to be hidden"),
      tie_weights: only(true, "logits are products with the encoder's own table"),
    },
    finish: withRate,
  },
  { name: "MaskedInput", keys: { tokens } },
  {
    name: "MaskedPieces",
    keys: {
      ...wordPieceKeys,
      columns: column,
      vocab_file: mapped("vocab_file", null, (value) => value),
      max_seq_len: written("max_seq_len", 256),
    },
    finish: ofWordPieces,
  },
];
