/** The one list of everything that comes with the library. */
import { ConsoleChannel } from "../components/channels/console.js";
import { JSONLChannel } from "../components/channels/jsonl.js";
import { dataComponents } from "../components/data/index.js";
import { modelComponents } from "../components/models/index.js";
import { AdaBelief } from "../components/optimizers/adabelief.js";
import { Adagrad } from "../components/optimizers/adagrad.js";
import { Adam } from "../components/optimizers/adam.js";
import { AdamW } from "../components/optimizers/adamw.js";
import { EMA, SWA } from "../components/optimizers/averaging.js";
import { Lamb } from "../components/optimizers/lamb.js";
import { MADGRAD } from "../components/optimizers/madgrad.js";
import { RAdam } from "../components/optimizers/radam.js";
import { SGD } from "../components/optimizers/sgd.js";
import { ClassificationMetricReporter } from "../components/reporters/classification.js";
import {
  CompositionalMetricReporter,
  Seq2SeqCompositionalMetricReporter,
} from "../components/reporters/compositional.js";
import { IntentSlotMetricReporter } from "../components/reporters/intent-slot.js";
import { LanguageModelMetricReporter } from "../components/reporters/language.js";
import { MaskedLMMetricReporter } from "../components/reporters/masked-language.js";
import { PairwiseRankingMetricReporter } from "../components/reporters/pairwise-ranking.js";
import { RegressionMetricReporter } from "../components/reporters/regression.js";
import { RetrievalMetricReporter } from "../components/reporters/retrieval.js";
import { Seq2SeqMetricReporter } from "../components/reporters/seq2seq.js";
import { SimilarityMetricReporter } from "../components/reporters/similarity.js";
import { SquadMetricReporter } from "../components/reporters/squad.js";
import { SequenceTaggingMetricReporter } from "../components/reporters/tagging.js";
import { TopKClassificationMetricReporter } from "../components/reporters/top-k-classification.js";
import { samplers } from "../components/samplers/index.js";
import { ConstantLR } from "../components/schedulers/constant-lr.js";
import { CosineAnnealingLR } from "../components/schedulers/cosine-annealing-lr.js";
import { CyclicLR } from "../components/schedulers/cyclic-lr.js";
import { ExponentialLR } from "../components/schedulers/exponential-lr.js";
import { OneCycleLR } from "../components/schedulers/one-cycle-lr.js";
import { PolynomialDecayScheduler } from "../components/schedulers/polynomial-decay-scheduler.js";
import { ReduceLROnPlateau } from "../components/schedulers/reduce-lr-on-plateau.js";
import { SchedulerWithWarmup } from "../components/schedulers/scheduler-with-warmup.js";
import { StepLR } from "../components/schedulers/step-lr.js";
import { WarmupScheduler } from "../components/schedulers/warmup-scheduler.js";
import { sparsifiers } from "../components/sparsifiers/index.js";
import { Trainer } from "../components/trainers/trainer.js";
import { onnxruntime } from "../engine/onnxruntime.js";
import { tensorflow } from "../engine/tensorflow.js";
import { Registry } from "../registry/registry.js";
import { NewDisjointMultitask } from "./disjoint-multitask.js";
import {
  DocumentClassificationTask,
  PairwiseClassificationTask,
  SeqNNTask,
} from "./document-classification.js";
import { EnsembleTask } from "./ensemble/ensemble-task.js";
import { IntentSlotTask } from "./intent-slot.js";
import { LMTask } from "./language-model.js";
import { MaskedLMTask } from "./masked-language-model.js";
import { MultiHeadTask } from "./multi-head.js";
import { NewBertClassificationTask, NewBertPairClassificationTask } from "./new-bert.js";
import { QueryDocumentPairwiseRankingTask } from "./pairwise-ranking.js";
import { BertPairRegressionTask, DocumentRegressionTask, PairwiseRegressionTask } from "./regression.js";
import { SemanticParsingTask } from "./semantic-parsing.js";
import { SentenceEmbeddingTask } from "./sentence-embedding.js";
import { Seq2SeqTask } from "./seq2seq.js";
import { SquadQATask } from "./squad-qa.js";
import { asHead, asSubTask } from "./sub-task.js";
import { WordTaggingTask } from "./word-tagging.js";

const schedulers = [
  ConstantLR,
  StepLR,
  ExponentialLR,
  CosineAnnealingLR,
  CyclicLR,
  OneCycleLR,
  PolynomialDecayScheduler,
  ReduceLROnPlateau,
  WarmupScheduler,
  SchedulerWithWarmup,
];

/** The tasks that may read the rows of others; the rows of a language model, and the windows of a text, are their own. */
const heads = [
  DocumentClassificationTask,
  NewBertClassificationTask,
  NewBertPairClassificationTask,
  PairwiseClassificationTask,
  DocumentRegressionTask,
  PairwiseRegressionTask,
  BertPairRegressionTask,
  SeqNNTask,
  WordTaggingTask,
  IntentSlotTask,
  SemanticParsingTask,
];

/** The tasks of one model. */
const tasks = [
  ...heads,
  LMTask,
  MaskedLMTask,
  SentenceEmbeddingTask,
  QueryDocumentPairwiseRankingTask,
  SquadQATask,
  Seq2SeqTask,
];

/** The kinds of module that tasks may share. */
const shareable = [
  ...(["tensorizer", "embedding", "encoder", "representation", "pooling"] as const),
  ...(["decoder", "tag_output_layer"] as const),
];

/** A registry with every built-in component. */
export function defaultRegistry(): Registry {
  return new Registry(shareable)
    .add(onnxruntime, tensorflow)
    .add(...dataComponents)
    .add(...modelComponents)
    .add(
      SGD,
      Adam,
      AdamW,
      Adagrad,
      RAdam,
      Lamb,
      AdaBelief,
      MADGRAD,
      EMA,
      SWA,
      ...schedulers,
      ...sparsifiers,
      Trainer,
    )
    .add(
      ClassificationMetricReporter,
      TopKClassificationMetricReporter,
      SequenceTaggingMetricReporter,
      IntentSlotMetricReporter,
      RegressionMetricReporter,
      LanguageModelMetricReporter,
      MaskedLMMetricReporter,
      RetrievalMetricReporter,
      SimilarityMetricReporter,
      PairwiseRankingMetricReporter,
      SquadMetricReporter,
      CompositionalMetricReporter,
      Seq2SeqMetricReporter,
      Seq2SeqCompositionalMetricReporter,
    )
    .add(ConsoleChannel, JSONLChannel)
    .add(...samplers)
    .add(...tasks, ...[...tasks, MultiHeadTask].map(asSubTask), ...heads.map(asHead))
    .add(NewDisjointMultitask, MultiHeadTask, EnsembleTask);
}
