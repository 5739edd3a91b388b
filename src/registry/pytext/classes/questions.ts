/** @file PyText's questions about texts. */
import { isDeepStrictEqual } from "node:util";
import { hasOwn, isObject, type JsonObject, show } from "../../json.js";
import type { At, PyTextClass, Rule } from "../rule.js";
import {
  apart,
  gone,
  inputMark,
  mapped,
  moduleKeys,
  object,
  only,
  same,
  slot,
  special,
  written,
} from "../rules.js";
import { specified, translateSlot } from "../translate.js";
import { encoder, withoutPooling } from "./encoders.js";
import { marks, ofWordPieces, wordPieceKeys } from "./text.js";

const noTeacher = "answers are not learnt from a teacher here; train on the rows themselves, by ";

const refusal = (name: string, refused: string): PyTextClass => ({ name, refused, keys: {} });

const byAnswers = gone("whether there is an answer is told by the answers");

/** A file of SQuAD's; PyText takes any other name for a table's. */
const squadFile = (key: string, standard: string): Rule =>
  special(standard, "written", (value, at) => {
    if (typeof value === "string" && !value.endsWith(".json"))
      at.report.wrong(
        "PTX_CONFIG_VALUE",
        at.path,
        `PyText reads ${show(value)}, which does not end with .json, as a table: write a TSVDataSource with field_names ["doc", "question", "answers", "answer_starts", "has_answer"]`,
      );
    return [[key, value]];
  });

const json = gone("files of SQuAD are read in their JSON form");

const source: PyTextClass = {
  name: "SquadDataSource",
  to: "SquadDataSource",
  keys: {
    train_filename: squadFile("train_filename", "train-v2.0.json"),
    eval_filename: squadFile("eval_filename", "dev-v2.0.json"),
    test_filename: squadFile("test_filename", "dev-v2.0.json"),
    ignore_impossible: written("ignore_impossible", true),
    max_character_length: gone("texts of any length are read in windows"),
    min_overlap: gone("the tensorizer's doc_stride says how far windows overlap"),
    delimiter: json,
    quoted: json,
  },
};

/** The columns of the answers, which have a tensorizer of their own here. */
const answers = {
  answers_column: mapped("$answers.answers_column", "answers", (value) => value),
  answer_starts_column: mapped("$answers.answer_starts_column", "answer_starts", (value) => value),
};

/** The tensorizer of both texts, and what it says of the answers. */
const questionInput = (standard: Parameters<typeof slot>[1], bare: string): Rule => ({
  ...slot("tokens", standard, bare),
  apply(value, at) {
    const [[name, params] = ["", {}]] = Object.entries(translateSlot(value, bare, at) as JsonObject);
    if (!isObject(params)) return [["tokens", { [name]: params }]];
    const { $answers: columns = {}, ...rest } = params as Record<string, unknown>;
    return [
      ["tokens", { [name]: rest }],
      ["answers", { SquadAnswerTensorizer: columns }],
    ];
  },
});

const input = (name: string, tokens: Rule): PyTextClass => ({
  name,
  keys: { squad_input: tokens, has_answer: byAnswers },
});

const words = "tokens.TokenTensorizer";

const vocabulary: Rule = special({}, "apart", (value, at) => {
  at.report.note("SquadTensorizer: vocab is read here; PyText's passes over it without a word");
  return object(`${words}.vocab`, "VocabConfig").apply(value, at);
});

/** Defaults here: how many pieces of a question are kept, and how far behind the last a window begins. */
const [QUERY, STRIDE] = [64, 128];
/** `[CLS]`, and `[SEP]` behind question and text. */
const SPECIAL_PIECES = 3;

/** Windows that are smaller than the default stride overlap by half. `size` is how much of the text one holds. */
function inWindows(made: JsonObject, size: unknown): JsonObject {
  if (typeof size !== "number" || size >= STRIDE) return made;
  return { ...made, doc_stride: Math.max(1, Math.ceil(size / 2)) };
}

/** Both columns become one key. */
function columns(made: JsonObject): JsonObject {
  const { $question: question, $doc: doc, ...rest } = made as Record<string, unknown>;
  return isDeepStrictEqual([question, doc], ["question", "doc"])
    ? rest
    : { ...rest, columns: [question, doc] };
}

const tensorizer: PyTextClass = {
  name: "SquadTensorizer",
  to: "SquadTensorizer",
  keys: {
    ...inputMark,
    ...marks("texts"),
    ...answers,
    column: gone("ques_column and doc_column name the texts"),
    max_seq_len: gone("max_ques_seq_len and max_doc_seq_len say how much is read"),
    ques_column: special("question", "part", (value) => [["$question", value]]),
    doc_column: special("doc", "part", (value) => [["$doc", value]]),
    tokenizer: slot(`${words}.tokenizer`, ["Tokenizer", { split_regex: "\\W+" }], "Tokenizer"),
    vocab: vocabulary,
    vocab_file_delimiter: only(" ", "a word of a vocabulary file ends with a space or tab"),
    vocab_use_mask: only(false, "words are not masked"),
    max_ques_seq_len: same("max_query_length", 64),
    max_doc_seq_len: written("max_seq_len", 256),
  },
  finish(made, _given, at) {
    at.report.note(
      "SquadTensorizer: a text that is longer than max_seq_len words is read in several windows; PyText leaves out what is behind the first",
    );
    return inWindows(columns(made), made.max_seq_len);
  },
};

const pieces: PyTextClass = {
  name: "SquadForBERTTensorizer",
  to: "SquadForBERTTensorizer",
  keys: {
    ...wordPieceKeys,
    ...answers,
    columns: same("columns", ["question", "doc"]),
    vocab_file: apart("vocab_file", null),
    max_seq_len: written("max_seq_len", 512),
    max_subseq_len: gone(
      "max_query_length says how much of a question is read, and texts are read in windows",
    ),
  },
  finish(made) {
    const read = ofWordPieces(made);
    const room = typeof read.max_seq_len === "number" ? read.max_seq_len - SPECIAL_PIECES : 0;
    const asked = Math.min(QUERY, Math.floor(room / 2));
    const shorter = asked > 0 && asked < QUERY ? { ...read, max_query_length: asked } : read;
    return inWindows(shorter, room - asked);
  },
};

const loss: Rule = special({ CrossEntropyLoss: {} }, "apart", (value, at) => {
  const { name, params } = specified(value, "CrossEntropyLoss");
  if (name.toLowerCase() === "crossentropyloss" && isDeepStrictEqual(params, {})) at.report.idle(at.path);
  else
    at.report.wrong(
      "PTX_CONFIG_VALUE",
      at.path,
      `places are learnt by CrossEntropyLoss alone, not by ${show(value)}`,
    );
  return [];
});

const oneLoss = gone("an answer that is not there is a place as any other, so there is one loss");

const outputLayer: PyTextClass = {
  name: "SquadOutputLayer",
  to: "SquadOutputLayer",
  keys: {
    ...moduleKeys(false),
    loss,
    ignore_impossible: special(true, "apart", (value, at) => {
      if (value !== false) {
        at.report.idle(at.path);
        return [];
      }
      at.report.note(
        "SquadOutputLayer: where the text does not tell, the model points at a place of its own before the text, [CLS] or a sentinel, and null_threshold 0 compares it with the best answer; PyText's has a classifier beside the places",
      );
      return [["null_threshold", 0]];
    }),
    pos_loss_weight: oneLoss,
    has_answer_loss_weight: oneLoss,
    false_label: byAnswers,
    max_answer_len: same("max_answer_length", 30),
    hard_weight: only(0, `${noTeacher}SquadQATask`),
    use_zero_answer: gone("no answer is always the place before the text"),
  },
  finish(made, _given, at) {
    at.report.note(
      "SquadOutputLayer: the first of several right answers is learnt; PyText learns all of them",
    );
    return made;
  },
};

/** PyText gives both readers the dropout of the model. */
function oneDropout(made: JsonObject, given: JsonObject, at: At): JsonObject {
  const { dropout = 0.4 } = made;
  const readers = ["ques_rnn", "doc_rnn"].map((key) => {
    const own = specified(hasOwn(given, key) ? given[key] : {}, "StackedBidirectionalRNN").params;
    if (isObject(own) && hasOwn(own, "dropout") && own.dropout !== dropout)
      at.report.note(
        `DrQAModel: the dropout of ${key} is the model's, ${JSON.stringify(dropout)}, as in PyText`,
      );
    const reader = isObject(made[key]) ? made[key] : {};
    return [
      key,
      Object.fromEntries(
        Object.entries(reader).map(([name, params]) => [name, { ...(params as JsonObject), dropout }]),
      ),
    ] as const;
  });
  return { ...made, ...Object.fromEntries(readers) };
}

/** PyText's own default is a file of Facebook's. */
const vectors: Rule = {
  ...slot("embedding", "WordEmbedding"),
  standard: undefined,
  apply(value, at) {
    if (value !== undefined) return slot("embedding", "WordEmbedding").apply(value, at);
    at.report.wrong(
      "PTX_CONFIG_MISSING",
      at.path,
      'PyText\'s own default are vectors inside Facebook: write {"pretrained_embeddings_path": FILE, "embed_dim": 300}, or {} for vectors that begin at random',
    );
    return [];
  },
};

const shared = {
  init_from_saved_state: gone("a run is continued with --resume"),
  output_layer: slot("output_layer", "SquadOutputLayer"),
  is_kd: only(false, `${noTeacher}SquadQATask`),
};

/** The models of `SquadQATask`, their source, inputs and output layer. */
export const questionClasses: readonly PyTextClass[] = [
  source,
  refusal("SquadDataSourceForKD", `${noTeacher}SquadDataSource`),
  input("DrQAInput", questionInput("SquadTensorizer", "SquadTensorizer")),
  tensorizer,
  refusal("SquadTensorizerForKD", `${noTeacher}SquadTensorizer`),
  {
    name: "DrQAModel",
    to: "DrQAModel",
    keys: {
      ...shared,
      inputs: object("inputs", "DrQAInput"),
      dropout: same("dropout", 0.4),
      embedding: vectors,
      ques_rnn: slot("ques_rnn", "StackedBidirectionalRNN"),
      doc_rnn: slot("doc_rnn", "StackedBidirectionalRNN"),
    },
    finish: oneDropout,
  },
  input(
    "BertSquadInput",
    questionInput(["SquadForBERTTensorizer", { max_seq_len: 256 }], "SquadForBERTTensorizer"),
  ),
  pieces,
  refusal("SquadForBERTTensorizerForKD", `${noTeacher}SquadForBERTTensorizer`),
  refusal(
    "SquadForRoBERTaTensorizer",
    "its vocabulary is a file of fairseq's; write SquadForBERTTensorizer, whose tokenizer is the tokenizer.json of the model",
  ),
  {
    name: "BertSquadQAModel",
    to: "BertSquadQAModel",
    keys: {
      ...shared,
      inputs: object("inputs", "BertSquadInput"),
      encoder: encoder("HuggingFaceBertSentenceEncoder"),
      pos_decoder: slot("decoder", "MLPDecoder"),
      has_ans_decoder: gone("the place of [CLS] says that there is no answer"),
      decoder: gone("PyText's model does not read it either: pos_decoder says it"),
    },
    finish: (made, _given, at) =>
      withoutPooling(
        made,
        "BertSquadQAModel: pooling and output_dropout of the encoder, which are for the classifier of PyText's that says whether there is an answer, were removed",
        at,
      ),
  },
  outputLayer,
];
