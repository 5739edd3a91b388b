/** @file Tokenizers from the files that models come with. */
import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ptxError } from "../../registry/errors.js";
import { bertTokenizer } from "./bert-tokenizer.js";
import { JsonPlace } from "./json-place.js";
import type { PieceTokenizer } from "./piece-tokenizer.js";
import { sentencePieceJson } from "./sentencepiece.js";
import { pieceTokenizer } from "./tokenizer-json.js";
import { PieceVocabulary } from "./wordpiece.js";

/** How a file is read, and what else must be in its folder. */
interface FileKind {
  readonly names: readonly string[];
  readonly read: (file: string, specialInTexts: boolean) => Promise<PieceTokenizer>;
}

const KINDS: readonly FileKind[] = [
  {
    names: ["tokenizer.json"],
    read: async (file, specialInTexts) =>
      pieceTokenizer(await readJson(file), { origin: file, specialInTexts }),
  },
  { names: ["vocab.txt"], read: readVocabulary },
  { names: ["vocab.json", "encoder.json"], read: readByteLevel },
  {
    names: ["spiece.model", "sentencepiece.bpe.model", "tokenizer.model"],
    read: async (file, specialInTexts) =>
      pieceTokenizer(sentencePieceJson(await readFile(file), file), { origin: file, specialInTexts }),
  },
];

/** Files of merges, in the order in which they are looked for. */
const MERGES = ["merges.txt", "vocab.bpe"];

/**
 * Reads a tokenizer: tokenizer.json; vocab.txt (BERT) with what tokenizer_config.json beside it says of letter case;
 * vocab.json and merges.txt (GPT-2, RoBERTa); a model of SentencePiece; or a folder with one of these, looked for in this
 * order. Throws `PTX_FILE_MISSING` where there is none, `PTX_VOCABULARY` with its place for what is not supported.
 * @param specialInTexts whether texts that spell a special piece have it; default: true, as with Hugging Face's tokenizers
 */
export async function readPieceTokenizer(
  folderOrFile: string,
  { specialInTexts = true }: { readonly specialInTexts?: boolean } = {},
): Promise<PieceTokenizer> {
  if (!existsSync(folderOrFile))
    throw ptxError("PTX_FILE_MISSING", folderOrFile, "there is no such file or folder of a tokenizer");
  if (statSync(folderOrFile).isDirectory()) {
    for (const { names, read } of KINDS) {
      const found = names.map((name) => join(folderOrFile, name)).find((file) => existsSync(file));
      if (found !== undefined) return read(found, specialInTexts);
    }
    const names = KINDS.flatMap((kind) => kind.names).join(", ");
    throw ptxError(
      "PTX_FILE_MISSING",
      folderOrFile,
      `the folder has no file of a tokenizer: none of ${names}`,
    );
  }
  const name = basename(folderOrFile);
  const kind =
    KINDS.find(({ names }) => names.includes(name)) ??
    KINDS[name.endsWith(".json") ? 0 : name.endsWith(".txt") ? 1 : 3]!;
  return kind.read(folderOrFile, specialInTexts);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw ptxError("PTX_VOCABULARY", file, `this is no JSON: ${error.message}`);
  }
}

/** What tokenizer_config.json in a file's folder says; nothing where there is none. */
async function settingsBeside(file: string): Promise<JsonPlace> {
  const config = join(dirname(file), "tokenizer_config.json");
  return new JsonPlace(existsSync(config) ? await readJson(config) : {}, `${config}  `);
}

async function readVocabulary(file: string): Promise<PieceTokenizer> {
  const settings = await settingsBeside(file);
  const accents = settings.at("strip_accents");
  return bertTokenizer(await PieceVocabulary.read(file), {
    lowercase: settings.at("do_lower_case").boolean(true),
    stripAccents: accents.given ? accents.boolean(false) : null,
    splitChinese: settings.at("tokenize_chinese_chars").boolean(true),
  });
}

/** Special pieces by their names in GPT-2's and in RoBERTa's vocabularies. */
const SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<|endoftext|>"];

/** A vocabulary of byte-level pieces, with merges beside it. RoBERTa's has <s>, and stands with it around texts. */
async function readByteLevel(file: string, specialInTexts: boolean): Promise<PieceTokenizer> {
  const vocab = new JsonPlace(await readJson(file), `${file}  `);
  const mergesFile = MERGES.map((name) => join(dirname(file), name)).find((one) => existsSync(one));
  if (mergesFile === undefined)
    throw ptxError(
      "PTX_FILE_MISSING",
      dirname(file),
      `beside ${basename(file)} there is none of ${MERGES.join(", ")}`,
    );
  const lines = (await readFile(mergesFile, "utf8")).split(/\r?\n/);
  const space = (await settingsBeside(file)).at("add_prefix_space").boolean(false);
  const special = SPECIAL.flatMap((content) => {
    const id = vocab.at(content);
    const flags = {
      single_word: false,
      lstrip: content === "<mask>",
      rstrip: false,
      normalized: false,
      special: true,
    };
    return id.given ? [{ id: id.integer(), content, ...flags }] : [];
  });
  const byteLevel = { type: "ByteLevel", add_prefix_space: space, trim_offsets: true, use_regex: true };
  const [start, separator] = ["<s>", "</s>"].map((name) => special.find(({ content }) => content === name));
  const pad = special.find(({ content }) => content === "<pad>");
  const json = {
    version: "1.0",
    truncation: null,
    padding: pad
      ? { strategy: "BatchLongest", pad_id: pad.id, pad_type_id: 0, pad_token: pad.content }
      : null,
    added_tokens: special,
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor:
      start && separator
        ? {
            type: "RobertaProcessing",
            sep: [separator.content, separator.id],
            cls: [start.content, start.id],
            trim_offsets: true,
            add_prefix_space: space,
          }
        : byteLevel,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: vocab.object(),
      merges: lines.filter((line, i) => line !== "" && !(i === 0 && line.startsWith("#version"))),
    },
  };
  return pieceTokenizer(json, { origin: file, specialInTexts });
}
