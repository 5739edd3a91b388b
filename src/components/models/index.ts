/** The built-in components of the model side, for the registry. */
import { MLPDecoder } from "../decoders/mlp-decoder.js";
import { CapitalizationEmbedding } from "../embeddings/capitalization-embedding.js";
import { CharacterEmbedding } from "../embeddings/character-embedding.js";
import { ContextEmbedding } from "../embeddings/context-embedding.js";
import { DenseEmbedding } from "../embeddings/dense-embedding.js";
import { DictEmbedding } from "../embeddings/dict-embedding.js";
import { EmbeddingList } from "../embeddings/embedding-list.js";
import { EncoderEmbedding } from "../embeddings/encoder-embedding.js";
import { MatchEmbedding } from "../embeddings/match-embedding.js";
import { WordEmbedding } from "../embeddings/word-embedding.js";
import { LoRA } from "../encoders/lora.js";
import { OnnxEncoder } from "../encoders/onnx-encoder.js";
import { TransformerEncoder } from "../encoders/transformer-encoder.js";
import { AdaptiveSoftmax } from "../language/adaptive-softmax.js";
import { FullSoftmax } from "../language/full-softmax.js";
import { SampledSoftmax } from "../language/sampled-softmax.js";
import { AUCPRHingeLoss } from "../losses/aucpr-hinge.js";
import { BinaryCrossEntropyWithLogitsLoss } from "../losses/binary-cross-entropy.js";
import { BinaryDistillationLoss } from "../losses/binary-distillation.js";
import { CrossEntropyLoss } from "../losses/cross-entropy.js";
import { DistillationLoss } from "../losses/distillation.js";
import { BinaryFocalLoss, FocalLoss } from "../losses/focal.js";
import { HingeLoss } from "../losses/hinge.js";
import { BinaryCrossEntropyLoss } from "../losses/one-vs-all.js";
import { HuberLoss, MAELoss, MSELoss } from "../losses/regression.js";
import { CoSENTLoss } from "../losses/sentence/cosent.js";
import { CosineSimilarityLoss } from "../losses/sentence/cosine-similarity.js";
import { MultipleNegativesRankingLoss } from "../losses/sentence/multiple-negatives-ranking.js";
import { PairwiseRankingLoss } from "../losses/sentence/pairwise-ranking.js";
import { TripletLoss } from "../losses/sentence/triplet.js";
import { BinaryClassificationOutputLayer } from "../output-layers/binary-classification.js";
import { ClassificationOutputLayer } from "../output-layers/classification.js";
import { MultiLabelClassificationOutputLayer } from "../output-layers/multi-label-classification.js";
import { RegressionOutputLayer } from "../output-layers/regression.js";
import { BoundaryPool } from "../poolings/boundary-pool.js";
import { LastTimestepPool } from "../poolings/last-timestep-pool.js";
import { MaxPool } from "../poolings/max-pool.js";
import { MeanPool } from "../poolings/mean-pool.js";
import { SelfAttention } from "../poolings/self-attention.js";
import { AugmentedLSTM } from "../representations/augmented-lstm.js";
import { BiGRU } from "../representations/bigru.js";
import { BiLSTM } from "../representations/bilstm.js";
import { BiLSTMDocAttention } from "../representations/bilstm-doc-attention.js";
import { BiLSTMDocSlotAttention } from "../representations/bilstm-doc-slot-attention.js";
import { BiLSTMSlotAttention } from "../representations/bilstm-slot-attention.js";
import { BSeqCNNRepresentation } from "../representations/bseq-cnn.js";
import { DeepCNNRepresentation } from "../representations/deep-cnn.js";
import { DocNNRepresentation } from "../representations/doc-nn.js";
import { JointCNNRepresentation } from "../representations/joint-cnn.js";
import { LightConvRepresentation } from "../representations/light-conv.js";
import { OrderedNeuronLSTM } from "../representations/ordered-neuron-lstm.js";
import { PassThroughRepresentation } from "../representations/pass-through.js";
import { PureDocAttention } from "../representations/pure-doc-attention.js";
import { SeqRepresentation } from "../representations/seq-representation.js";
import { SharedCNNRepresentation } from "../representations/shared-cnn.js";
import { StackedBidirectionalRNN } from "../representations/stacked-bidirectional-rnn.js";
import { TransformerRepresentation } from "../representations/transformer-representation.js";
import { RNNDecoder } from "../seq2seq/rnn-decoder.js";
import { TransformerDecoder } from "../seq2seq/transformer-decoder.js";
import { TreeGrammar } from "../seq2seq/tree-grammar.js";
import { SquadOutputLayer } from "../span-output-layers/squad.js";
import { CRFOutputLayer } from "../tag-output-layers/crf.js";
import { WordTaggingOutputLayer } from "../tag-output-layers/word-tagging.js";
import { BagOfNGramsModel } from "./bag-of-ngrams-model.js";
import { BertPairwiseRegressionModel } from "./bert-pairwise-regression-model.js";
import { BertSquadQAModel } from "./bert-squad-qa-model.js";
import { DocModel } from "./doc-model.js";
import { DocRegressionModel } from "./doc-regression-model.js";
import { IntentSlotModel } from "./intent-slot-model.js";
import { LMLSTM } from "./language-model.js";
import { MaskedLanguageModel } from "./masked-language-model.js";
import { NARSeq2SeqModel } from "./nar-seq2seq-model.js";
import { NewBertModel } from "./new-bert-model.js";
import { NewBertRegressionModel } from "./new-bert-regression-model.js";
import { PairwiseCosineRegressionModel } from "./pairs/pairwise-cosine-regression-model.js";
import { PairwiseModel } from "./pairs/pairwise-model.js";
import { PairwiseRegressionModel } from "./pairs/pairwise-regression-model.js";
import { QueryDocPairwiseRankingModel } from "./pairs/query-doc-pairwise-ranking-model.js";
import {
  TriTowerClassificationModel,
  TwoTowerClassificationModel,
  TwoTowerRegressionModel,
} from "./pairs/tower-models.js";
import { PersonalizedDocModel } from "./personalized-doc-model.js";
import { BiDAFModel } from "./reading/bidaf-model.js";
import { DrQAModel } from "./reading/drqa-model.js";
import { RNNGParser } from "./rnng-parser.js";
import { SentenceEmbeddingModel } from "./sentence-embedding-model.js";
import { SeqNNModel } from "./seq-nn-model.js";
import { Seq2SeqModel } from "./seq2seq-model.js";
import { WordTaggingModel } from "./word-tagging-model.js";

/** Every model component that comes with the library. */
export const modelComponents = [
  DocModel,
  PersonalizedDocModel,
  DocRegressionModel,
  TwoTowerClassificationModel,
  TriTowerClassificationModel,
  TwoTowerRegressionModel,
  PairwiseModel,
  PairwiseRegressionModel,
  PairwiseCosineRegressionModel,
  QueryDocPairwiseRankingModel,
  SeqNNModel,
  BagOfNGramsModel,
  NewBertModel,
  NewBertRegressionModel,
  BertPairwiseRegressionModel,
  SentenceEmbeddingModel,
  BertSquadQAModel,
  DrQAModel,
  BiDAFModel,
  RNNGParser,
  Seq2SeqModel,
  NARSeq2SeqModel,
  RNNDecoder,
  TransformerDecoder,
  TreeGrammar,
  WordTaggingModel,
  IntentSlotModel,
  WordEmbedding,
  CharacterEmbedding,
  DictEmbedding,
  CapitalizationEmbedding,
  DenseEmbedding,
  ContextEmbedding,
  EmbeddingList,
  EncoderEmbedding,
  MatchEmbedding,
  DocNNRepresentation,
  BiLSTM,
  AugmentedLSTM,
  OrderedNeuronLSTM,
  BiGRU,
  BiLSTMDocAttention,
  BiLSTMSlotAttention,
  BiLSTMDocSlotAttention,
  StackedBidirectionalRNN,
  DeepCNNRepresentation,
  BSeqCNNRepresentation,
  LightConvRepresentation,
  JointCNNRepresentation,
  SharedCNNRepresentation,
  SeqRepresentation,
  TransformerEncoder,
  OnnxEncoder,
  LoRA,
  PassThroughRepresentation,
  PureDocAttention,
  TransformerRepresentation,
  SelfAttention,
  MaxPool,
  MeanPool,
  BoundaryPool,
  LastTimestepPool,
  MLPDecoder,
  ClassificationOutputLayer,
  BinaryClassificationOutputLayer,
  MultiLabelClassificationOutputLayer,
  RegressionOutputLayer,
  WordTaggingOutputLayer,
  CRFOutputLayer,
  SquadOutputLayer,
  CrossEntropyLoss,
  DistillationLoss,
  BinaryDistillationLoss,
  FocalLoss,
  BinaryCrossEntropyLoss,
  HingeLoss,
  AUCPRHingeLoss,
  BinaryCrossEntropyWithLogitsLoss,
  BinaryFocalLoss,
  MSELoss,
  MAELoss,
  HuberLoss,
  MultipleNegativesRankingLoss,
  CosineSimilarityLoss,
  CoSENTLoss,
  TripletLoss,
  PairwiseRankingLoss,
  LMLSTM,
  MaskedLanguageModel,
  FullSoftmax,
  SampledSoftmax,
  AdaptiveSoftmax,
] as const;
