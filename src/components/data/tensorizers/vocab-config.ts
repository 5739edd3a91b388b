import { type Static, Type } from "typebox";
import { ptxError } from "../../../registry/errors.js";
import { InputFile } from "../../../registry/input-file.js";
import { forEachLine, lineBlocks } from "../../../text/lines.js";
import type { Vocabulary, VocabularyBuilder } from "../../../text/vocabulary.js";

const vocabFile = Type.Object({
  filepath: InputFile({
    description: "A word a line; what follows a space or tab is not read, so a file of vectors serves too.",
  }),
  skip_header_line: Type.Boolean({ default: false, description: "The first line holds no word." }),
  lowercase_tokens: Type.Boolean({ default: false, description: "Lower-case the words." }),
  size_limit: Type.Integer({ default: 0, minimum: 0, description: "Read so many words at most; 0: all." }),
});

/** Config of a vocabulary. */
export const vocabSchema = Type.Object(
  {
    build_from_data: Type.Boolean({ default: true, description: "Take the words of the training rows." }),
    min_counts: Type.Integer({
      default: 1,
      minimum: 0,
      description: "Leave out words that the training rows hold fewer times.",
    }),
    size_from_data: Type.Integer({
      default: 0,
      minimum: 0,
      description: "Take only so many of the most frequent words of the training rows; 0: all.",
    }),
    vocab_files: Type.Array(vocabFile, {
      default: [],
      description: "Files whose words are taken besides, whatever their counts.",
    }),
  },
  { description: "Which words get an id of their own; all others share the unknown word's.", default: {} },
);

/** The resolved value of `vocabSchema`. */
export type VocabConfig = Static<typeof vocabSchema>;

/** Builds a vocabulary from counted words and files. Throws `PTX_VOCABULARY` when it would be empty. `specials` stand before the words. */
export async function buildVocabulary(
  builder: VocabularyBuilder,
  config: VocabConfig,
  where: string,
  specials?: readonly string[],
): Promise<Vocabulary> {
  for (const file of config.vocab_files) await addFile(builder, file);
  const limits = { minCount: config.min_counts, maxSize: config.size_from_data };
  const vocabulary = builder.build(limits, specials);
  if (vocabulary.words.length === 0) {
    const why = config.build_from_data
      ? `${builder.distinct} different words were seen in training, none at least ${config.min_counts} times`
      : "build_from_data is off and vocab_files gives no words";
    throw ptxError("PTX_VOCABULARY", where, `the vocabulary is empty: ${why}`);
  }
  return vocabulary;
}

async function addFile(builder: VocabularyBuilder, file: Static<typeof vocabFile>): Promise<void> {
  let read = 0;
  for await (const block of lineBlocks(file.filepath)) {
    forEachLine(block, (text, line) => {
      if ((line === 1 && file.skip_header_line) || full()) return;
      const word = text.split(/[ \t]/, 1)[0]!;
      if (word === "") {
        throw ptxError(
          "PTX_VOCABULARY",
          `${file.filepath}:${line}`,
          "the line holds no word: it is empty or starts with a space",
        );
      }
      builder.addAlways(file.lowercase_tokens ? word.toLowerCase() : word);
      read++;
    });
    if (full()) return;
  }

  function full(): boolean {
    return file.size_limit > 0 && read >= file.size_limit;
  }
}
