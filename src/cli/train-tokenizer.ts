import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { replaceFiles } from "../graph/replace-file.js";
import { ptxError } from "../registry/errors.js";
import { missingInput } from "../registry/input-file.js";
import { forEachLine, lineBlocks } from "../text/lines.js";
import { mended } from "../text/normalize.js";
import { TokenizerTrainer, type TrainOptions } from "../text/pieces/train-tokenizer.js";
import { print, terminalLog } from "./session.js";

/** Options of `pytext-ts train-tokenizer`. */
export interface TrainTokenizerCommand {
  readonly model: TrainOptions["model"];
  readonly input: readonly string[];
  readonly vocabSize: number;
  readonly minFrequency: number;
  readonly lowercase?: boolean;
  readonly output: string;
}

/** `pytext-ts train-tokenizer --model wordpiece|bpe --input FILE --vocab-size N --output DIR`. */
export async function trainTokenizerCommand(options: TrainTokenizerCommand): Promise<void> {
  const { model, input, vocabSize, minFrequency, lowercase = false, output } = options;
  if (input.length === 0) throw ptxError("PTX_USAGE", "--input", "name a file of texts, one a line");
  for (const file of input) {
    const missing = missingInput(file);
    if (missing !== undefined) throw ptxError("PTX_FILE_MISSING", `--input ${file}`, missing);
  }
  const log = terminalLog();
  const progress = (pieces: number): void => log.info(`${pieces} of ${vocabSize} pieces`);
  const trainer = new TokenizerTrainer({ model, vocabSize, minFrequency, lowercase, progress });
  let lines = 0;
  for (const file of input)
    for await (const block of lineBlocks(file))
      forEachLine(block, (text) => {
        lines += 1;
        trainer.add(mended(text));
      });
  log.info(`read ${lines} lines with ${trainer.words} different words`);
  if (trainer.words === 0)
    throw ptxError("PTX_DATA", input.join(", "), "there are no words to learn pieces from");
  const { json, pieces } = trainer.train();
  if (pieces.length < vocabSize)
    log.warn(
      `there are ${pieces.length} pieces, not ${vocabSize}: no other pair occurs ${minFrequency} times`,
    );
  if (pieces.length > vocabSize)
    log.warn(`there are ${pieces.length} pieces, not ${vocabSize}: so many characters the texts have`);
  await mkdir(output, { recursive: true });
  const files = [
    { path: join(output, "tokenizer.json"), text: `${JSON.stringify(json, null, 1)}\n` },
    ...(model === "wordpiece" ? vocabularyFiles(output, pieces, lowercase) : []),
  ];
  await replaceFiles(files.map(({ path, text }) => ({ path, pieces: [Buffer.from(text)] })));
  for (const { path } of files) print(`wrote ${path}`);
}

/** What programs that know BERT's older form read. */
const vocabularyFiles = (output: string, pieces: readonly string[], lowercase: boolean) => [
  { path: join(output, "vocab.txt"), text: pieces.map((piece) => `${piece}\n`).join("") },
  {
    path: join(output, "tokenizer_config.json"),
    text: `${JSON.stringify({ do_lower_case: lowercase, tokenizer_class: "BertTokenizer" })}\n`,
  },
];
