/** @file Classes of PyText that have no counterpart of the same keys: what to write in their place. */
import type { PyTextClass } from "../rule.js";

const instead: Readonly<Record<string, string>> = {
  SessionTSVDataSource:
    "rows of a session stand in one row here, as a JSON list in the column of a SeqTokenTensorizer",
  PandasDataSource: "data frames are Python's; write them as .parquet and read them with ParquetDataSource",
  SessionPandasDataSource:
    "data frames are Python's; write a session's texts as a list in a row of .parquet (ParquetDataSource)",
  MultilingualTSVDataSource: "a language is a column like any other of TSVDataSource",
  RowShardedDataSource: "training runs in one process, which reads all rows: write the source inside it",
  DenseRetrievalDataSource:
    "query, right and wrong text are columns here: QueryDocumentPairwiseRankingTask (docs/pairs.md)",
  PairwiseClassificationForDenseRetrievalTask:
    "write QueryDocumentPairwiseRankingTask with MultipleNegativesRankingLoss (configs/mrpc-retrieval.json)",
  GPT2BPETokenizer: "write a BERTTensorizer with tokenizer, which names a tokenizer.json",
  SentencePieceTokenizer: "write a BERTTensorizer with tokenizer, which names a model of SentencePiece",
  DoNothingTokenizer: "a column that holds JSON lists is read as tokens by TokenTensorizer",
  RoBERTaTensorizer: "write a BERTTensorizer with tokenizer, which names a tokenizer.json",
  XLMTensorizer: "write a BERTTensorizer with tokenizer, which names a tokenizer.json",
  LabelListRankTensorizer: "no model of PyText's reads it; LabelListTensorizer reads labels without ranks",
  Float1DListTensorizer: "no model of PyText's reads it; FloatListTensorizer reads lists of numbers",
  Integer1DListTensorizer: "no model of PyText's reads it; FloatListTensorizer reads lists of numbers",
  String2DListTensorizer: "no model of PyText's reads it; SeqTokenTensorizer reads lists of texts",
  ContextualIntentSlotModel:
    "write IntentSlotModel with a SeqTokenTensorizer as inputs.context and ContextEmbedding (docs/sequences.md)",
  WordTaggingLiteModel: "write WordTaggingModel with CharacterEmbedding",
  RoBERTa:
    "its weights are pickles; write NewBertModel with a folder of Hugging Face's (docs/fine-tuning.md)",
  RoBERTaRegression:
    "its weights are pickles; write NewBertRegressionModel with a folder of Hugging Face's (docs/fine-tuning.md)",
  RoBERTaWordTaggingModel:
    "its weights are pickles; write WordTaggingModel with EncoderEmbedding (docs/fine-tuning.md)",
  Seq2SeqModel: "write a Seq2SeqTask (docs/seq2seq.md)",
  NARSeq2SeqModel: "write a Seq2SeqTask (docs/seq2seq.md)",
  KLDivergenceCELoss: "write DistillationLoss, for what pytext-ts get-logits writes (docs/ensembles.md)",
  KLDivergenceBCELoss:
    "write BinaryDistillationLoss, for what pytext-ts get-logits writes (docs/ensembles.md)",
  CTCLoss: "no model of PyText's takes it; Seq2SeqTask learns sequences of other lengths",
  StructuredMarginLoss: "CRFOutputLayer learns whole sequences of tags",
  LabelSmoothingLoss: "write CrossEntropyLoss with label_smoothing",
  FP16OptimizerApex: "numbers have 32 bits here: write the optimizer inside it",
  FP16OptimizerFairseq: "numbers have 32 bits here: write the optimizer inside it",
  StochasticWeightAveraging: "write the optimizer inside it, and SWA as the trainer's weight_averaging",
  LmFineTuning: "write gradual_unfreezing, layer_decay and OneCycleLR, each by itself (docs/fine-tuning.md)",
  CalibrationMetricReporter:
    "leave it out: calibration errors are among ClassificationMetricReporter's figures",
  NERMetricReporter: "leave it out: entities are among the figures of SequenceTaggingMetricReporter",
};

/** They are refused with what to write. */
export const withoutCounterpart: readonly PyTextClass[] = Object.entries(instead).map(([name, refused]) => ({
  name,
  refused,
  keys: {},
}));
