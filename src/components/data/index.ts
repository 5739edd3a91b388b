/** The built-in components of the data side, for the registry. */
import { Batcher } from "./batchers/batcher.js";
import { PoolingBatcher } from "./batchers/pooling-batcher.js";
import { Data } from "./data-handler.js";
import { CSVDataSource, TSVDataSource } from "./sources/tsv-source.js";
import { LabelTensorizer } from "./tensorizers/label-tensorizer.js";
import { TokenTensorizer } from "./tensorizers/token-tensorizer.js";
import { RegexTokenizer, WhitespaceTokenizer, WordPunctTokenizer } from "./tokenizers.js";

/** Every data component that comes with the library. */
export const dataComponents = [
  Data,
  TSVDataSource,
  CSVDataSource,
  RegexTokenizer,
  WhitespaceTokenizer,
  WordPunctTokenizer,
  TokenTensorizer,
  LabelTensorizer,
  Batcher,
  PoolingBatcher,
] as const;
