/** The built-in components of the data side, for the registry. */
import { Batcher } from "./batchers/batcher.js";
import {
  ExponentialDynamicPoolingBatcher,
  LinearDynamicPoolingBatcher,
} from "./batchers/dynamic-pooling-batchers.js";
import { PoolingBatcher } from "./batchers/pooling-batcher.js";
import { Data } from "./data-handler.js";
import { LanguageModelData, LanguageModelLineData } from "./language-data.js";
import { PackedLMData } from "./packed-language-data.js";
import { CombinedDataSource } from "./sources/combined-source.js";
import { CoNLLDataSource } from "./sources/conll-source.js";
import { CoNLLUDataSource } from "./sources/conllu-source.js";
import { FilteredDataSource } from "./sources/filtered-source.js";
import { JSONLDataSource } from "./sources/jsonl-source.js";
import { ParallelFilesDataSource } from "./sources/parallel-source.js";
import { ParquetDataSource } from "./sources/parquet-source.js";
import { SampledNegativesDataSource } from "./sources/sampled-negatives.js";
import { SquadDataSource } from "./sources/squad-source.js";
import { TextDataSource } from "./sources/text-source.js";
import { CSVDataSource, TSVDataSource } from "./sources/tsv-source.js";
import { AnnotationNumberizer } from "./tensorizers/annotation-tensorizer.js";
import { BERTTensorizer } from "./tensorizers/bert-tensorizer.js";
import { ByteTensorizer, ByteTokenTensorizer } from "./tensorizers/byte-tensorizer.js";
import { CapitalizationTensorizer } from "./tensorizers/capitalization-tensorizer.js";
import { CharacterTokenTensorizer } from "./tensorizers/character-tensorizer.js";
import { CopiedTokenTensorizer } from "./tensorizers/copied-tokens-tensorizer.js";
import { FloatListSeqTensorizer } from "./tensorizers/float-list-seq-tensorizer.js";
import { FloatListTensorizer } from "./tensorizers/float-list-tensorizer.js";
import { GazetteerTensorizer } from "./tensorizers/gazetteer-tensorizer.js";
import { LabelListTensorizer } from "./tensorizers/label-list-tensorizer.js";
import { LabelTensorizer } from "./tensorizers/label-tensorizer.js";
import { MaskedTokenTensorizer } from "./tensorizers/masked-token-tensorizer.js";
import { NGramTensorizer } from "./tensorizers/ngram-tensorizer.js";
import { NumericLabelTensorizer } from "./tensorizers/numeric-label-tensorizer.js";
import { RunningTextTensorizer } from "./tensorizers/running-text-tensorizer.js";
import { SeqTokenTensorizer } from "./tensorizers/seq-token-tensorizer.js";
import { SlotLabelTensorizer } from "./tensorizers/slot-label-tensorizer.js";
import { SoftLabelListTensorizer } from "./tensorizers/soft-label-list-tensorizer.js";
import { SoftLabelTensorizer } from "./tensorizers/soft-label-tensorizer.js";
import { SoftSlotLabelTensorizer } from "./tensorizers/soft-slot-label-tensorizer.js";
import { SquadAnswerTensorizer } from "./tensorizers/squad-answer-tensorizer.js";
import { SquadForBERTTensorizer } from "./tensorizers/squad-for-bert-tensorizer.js";
import { SquadTensorizer } from "./tensorizers/squad-tensorizer.js";
import { TargetTokenTensorizer } from "./tensorizers/target-tokens-tensorizer.js";
import { TokenTensorizer } from "./tensorizers/token-tensorizer.js";
import { UidTensorizer } from "./tensorizers/uid-tensorizer.js";
import { WordPiecesTensorizer } from "./tensorizers/word-pieces-tensorizer.js";
import {
  CharacterTokenizer,
  SegmenterTokenizer,
  Tokenizer,
  WhitespaceTokenizer,
  WordPunctTokenizer,
} from "./tokenizers.js";

/** Every data component that comes with the library. */
export const dataComponents = [
  Data,
  LanguageModelData,
  LanguageModelLineData,
  PackedLMData,
  TSVDataSource,
  CSVDataSource,
  JSONLDataSource,
  ParquetDataSource,
  ParallelFilesDataSource,
  CoNLLDataSource,
  CoNLLUDataSource,
  TextDataSource,
  SquadDataSource,
  CombinedDataSource,
  FilteredDataSource,
  SampledNegativesDataSource,
  Tokenizer,
  WhitespaceTokenizer,
  WordPunctTokenizer,
  CharacterTokenizer,
  SegmenterTokenizer,
  TokenTensorizer,
  RunningTextTensorizer,
  TargetTokenTensorizer,
  CopiedTokenTensorizer,
  MaskedTokenTensorizer,
  CharacterTokenTensorizer,
  ByteTokenTensorizer,
  CapitalizationTensorizer,
  GazetteerTensorizer,
  SeqTokenTensorizer,
  ByteTensorizer,
  NGramTensorizer,
  BERTTensorizer,
  SquadForBERTTensorizer,
  SquadTensorizer,
  SquadAnswerTensorizer,
  AnnotationNumberizer,
  NumericLabelTensorizer,
  WordPiecesTensorizer,
  UidTensorizer,
  FloatListTensorizer,
  FloatListSeqTensorizer,
  LabelTensorizer,
  SoftLabelTensorizer,
  SoftLabelListTensorizer,
  SoftSlotLabelTensorizer,
  LabelListTensorizer,
  SlotLabelTensorizer,
  Batcher,
  PoolingBatcher,
  LinearDynamicPoolingBatcher,
  ExponentialDynamicPoolingBatcher,
] as const;
