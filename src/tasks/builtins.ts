/** The one list of everything that comes with the library. */
import { ConsoleChannel } from "../components/channels/console.js";
import { JSONLChannel } from "../components/channels/jsonl.js";
import { dataComponents } from "../components/data/index.js";
import { MLPDecoder } from "../components/decoders/mlp-decoder.js";
import { WordEmbedding } from "../components/embeddings/word-embedding.js";
import { CrossEntropyLoss } from "../components/losses/cross-entropy.js";
import { DocModel } from "../components/models/doc-model.js";
import { Adam } from "../components/optimizers/adam.js";
import { ClassificationOutputLayer } from "../components/output-layers/classification.js";
import { ClassificationMetricReporter } from "../components/reporters/classification.js";
import { DocNNRepresentation } from "../components/representations/doc-nn.js";
import { ConstantLR } from "../components/schedulers/constant-lr.js";
import { Trainer } from "../components/trainers/trainer.js";
import { onnxruntime } from "../engine/onnxruntime.js";
import { tensorflow } from "../engine/tensorflow.js";
import { Registry } from "../registry/registry.js";
import { DocumentClassificationTask } from "./document-classification.js";

/** A registry with every built-in component. */
export function defaultRegistry(): Registry {
  return new Registry()
    .add(onnxruntime, tensorflow)
    .add(...dataComponents)
    .add(WordEmbedding, DocNNRepresentation, MLPDecoder, CrossEntropyLoss, ClassificationOutputLayer, DocModel)
    .add(Adam, ConstantLR, Trainer, ClassificationMetricReporter, ConsoleChannel, JSONLChannel)
    .add(DocumentClassificationTask);
}
