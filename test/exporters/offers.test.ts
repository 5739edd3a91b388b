/** @file What an export refuses it offers in another form, which then is exported and predicts the same. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { InputForm } from "../../src/components/data/contracts.js";
import { exportOnnx } from "../../src/exporters/onnx-exporter.js";
import { silentLog, train } from "../../src/library.js";
import { defaultRegistry } from "../../src/tasks/builtins.js";
import { TokenizerTrainer } from "../../src/text/pieces/train-tokenizer.js";
import { writeTinyEncoder } from "../support/tiny-encoder.js";
import { toyConfig, toyRows, workplace, writeToyData } from "../support/toy.js";

const folder = workplace();
const registry = defaultRegistry();
writeToyData(folder);
await writeTinyEncoder(join(folder, "encoder"));
const vocab_file = join(folder, "encoder", "vocab.txt");

const bpe = new TokenizerTrainer({ model: "bpe", vocabSize: 80, minFrequency: 1, lowercase: false });
for (const { text } of toyRows(20, 0)) bpe.add(text);
mkdirSync(join(folder, "bpe"));
writeFileSync(join(folder, "bpe", "tokenizer.json"), JSON.stringify(bpe.train().json));

const words = (tokenizer: object | string, more: object = {}) => ({
  DocModel: {
    inputs: { tokens: { TokenTensorizer: { tokenizer, ...more } } },
    embedding: { WordEmbedding: { embed_dim: 4 } },
  },
});
const beside = (chars: object, tokens: object | string = "TokenTensorizer") => ({
  DocModel: {
    inputs: { tokens, chars },
    embedding: {
      EmbeddingList: {
        embeddings: [
          { WordEmbedding: { embed_dim: 4 } },
          { CharacterEmbedding: { embed_dim: 4, kernel_num: 4 } },
        ],
      },
    },
  },
});
const encoder = {
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 8,
  max_position_embeddings: 64,
};
const pieces = (tokenizer: object) => ({
  NewBertModel: {
    inputs: { tokens: { BERTTensorizer: { max_seq_len: 64, ...tokenizer } } },
    encoder: { TransformerEncoder: encoder },
  },
});
const wordPieces = (tokenizer: object) => ({
  DocModel: {
    inputs: { tokens: { WordPiecesTensorizer: tokenizer } },
    embedding: { EncoderEmbedding: { encoder: { TransformerEncoder: encoder } } },
  },
});
const composing = { Tokenizer: { normalize_nfc: true } };

interface Refused {
  readonly model: object;
  readonly task?: string;
  readonly input: InputForm;
  readonly says: RegExp;
  readonly offers: readonly InputForm[];
}

const refused: Readonly<Record<string, Refused>> = {
  "a tokenizer that composes characters": {
    model: words(composing),
    input: "text",
    says: /this tokenizer composes characters \(normalize_nfc\)/,
    offers: ["tokens", "ids"],
  },
  "a tokenizer that looks at several characters": {
    model: words({ Tokenizer: { split_regex: "(?<=o)o|\\s+" } }),
    input: "text",
    says: /this tokenizer looks at more than single characters/,
    offers: ["tokens", "ids"],
  },
  "bytes of words that are composed": {
    model: beside(
      { ByteTokenTensorizer: { tokenizer: composing } },
      { TokenTensorizer: { tokenizer: composing } },
    ),
    input: "text",
    says: /normalize_nfc/,
    offers: ["tokens", "ids"],
  },
  "more characters than a file cuts off": {
    model: beside({ CharacterTokenTensorizer: { max_char_length: 1001 } }),
    input: "text",
    says: /at most 1000 characters of a token\n.*set max_char_length to 1000 or less and train again; or export/,
    offers: ["ids"],
  },
  "tokens that two inputs write differently": {
    model: beside({ CharacterTokenTensorizer: { tokenizer: { Tokenizer: { lowercase: false } } } }),
    input: "tokens",
    says: /cut the texts of "tokens" in different ways, but are exported as one\n.*text_input/,
    offers: ["text", "ids"],
  },
  "tokens of word pieces": {
    model: pieces({ vocab_file }),
    task: "NewBertClassificationTask",
    input: "tokens",
    says: /word pieces are cut from whole texts/,
    offers: ["text", "ids"],
  },
  "texts of a tokenizer that is not BERT's": {
    model: pieces({ tokenizer: join(folder, "bpe") }),
    task: "NewBertClassificationTask",
    input: "text",
    says: /not BERT's: .*\n.*the tokenizer is written beside the file/,
    offers: ["ids"],
  },
  "words in pieces of a tokenizer that is not BERT's": {
    model: wordPieces({ tokenizer: join(folder, "bpe"), max_seq_len: 32, max_pieces: 64 }),
    input: "text",
    says: /not BERT's: .*\n.*the tokenizer is written beside the file/,
    offers: ["ids"],
  },
  "words in pieces, of a tokenizer that composes characters": {
    model: wordPieces({ vocab_file, word_tokenizer: composing, max_seq_len: 32, max_pieces: 64 }),
    input: "text",
    says: /this tokenizer composes characters/,
    offers: ["tokens", "ids"],
  },
};

test.each(Object.entries(refused))("%s", async (name, { model, task, input, says, offers }) => {
  const run = join(folder, name.replaceAll(/\W+/g, "-"));
  const config = JSON.stringify(toyConfig({ data: folder, model, trainer: { epochs: 1 } }));
  await train(JSON.parse(task === undefined ? config : config.replace("DocumentClassificationTask", task)), {
    output: run,
    registry,
  });
  const write = (form: InputForm) =>
    exportOnnx(run, `${run}-${form}.onnx`, { registry, log: silentLog, input: form });
  const error = (await write(input).catch((reason: Error) => reason)) as Error;
  expect(error.message).toMatch(/^PTX_EXPORT/);
  expect(error.message).toMatch(says);
  const offered = Array.from(error.message.matchAll(/export with --input (\w+)/g), ([, form]) => form);
  expect(offered).toEqual(offers);
  // An export compares what both predict for held-out rows.
  for (const form of offers) {
    const { rows, difference } = await write(form);
    expect(rows).toBeGreaterThan(0);
    expect(difference).toBeLessThanOrEqual(1e-5);
  }
});
