/** The built-in components of the data side, for the registry. */
import { Batcher } from "./batchers/batcher.js";
import { PoolingBatcher } from "./batchers/pooling-batcher.js";
import { Data } from "./data-handler.js";
import { JSONLDataSource } from "./sources/jsonl-source.js";
import { ParallelFilesDataSource } from "./sources/parallel-source.js";
import { ParquetDataSource } from "./sources/parquet-source.js";
import { CSVDataSource, TSVDataSource } from "./sources/tsv-source.js";
import { LabelTensorizer } from "./tensorizers/label-tensorizer.js";
import { TokenTensorizer } from "./tensorizers/token-tensorizer.js";
import { Tokenizer, WhitespaceTokenizer, WordPunctTokenizer } from "./tokenizers.js";

/** Every data component that comes with the library. */
export const dataComponents = [
  Data,
  TSVDataSource,
  CSVDataSource,
  JSONLDataSource,
  ParquetDataSource,
  ParallelFilesDataSource,
  Tokenizer,
  WhitespaceTokenizer,
  WordPunctTokenizer,
  TokenTensorizer,
  LabelTensorizer,
  Batcher,
  PoolingBatcher,
] as const;
