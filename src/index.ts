/**
 * pytext-ts as a library: train, load and predict from code, and write components of your own.
 * Everything that a component needs is here: `component`, `Slot`, `Type` for its schema, `ops` and `Scope` for its graph.
 */

export type { Static } from "typebox";
export { Type } from "typebox";
export type * from "./components/contracts.js";
export type {
  Batcher,
  DataSource,
  FieldSpec,
  FieldValue,
  InputForm,
  InputTensors,
  Row,
  Split,
  Tensorizer,
} from "./components/data/contracts.js";
export { rowTotal } from "./components/losses/totals.js";
export type { Optimizer, ParameterUpdate, WeightAveraging } from "./components/optimizers/contracts.js";
export type * from "./components/reporters/contracts.js";
export { Reporter, type ReporterConfig } from "./components/reporters/reporter.js";
export type { BatchSampler, SampledTask } from "./components/samplers/contracts.js";
export type { Scheduler } from "./components/schedulers/contracts.js";
export type {
  Channel,
  EpochRecord,
  Figures,
  Predictions,
  TrainingEvent,
} from "./components/trainers/contracts.js";
export type { CompileOptions, Engine, Program, Values } from "./engine/engine.js";
export {
  type Exported,
  type ExportOptions,
  type ExportTargets,
  exportOnnx,
} from "./exporters/onnx-exporter.js";
export type { QuantizedForm } from "./exporters/quantize/forms.js";
export { type Gradient, gradients } from "./graph/autodiff.js";
export type { Dim, Shape } from "./graph/dims.js";
export type { DType, HostTensor, TensorData } from "./graph/dtype.js";
export { Graph, type Tensor } from "./graph/graph.js";
export type { DecodedModel } from "./graph/onnx/decode.js";
export { readModel, writeModel } from "./graph/onnx/file.js";
export { type Inspection, inspectModel } from "./graph/onnx/inspect.js";
export * as ops from "./graph/ops/index.js";
export {
  constantInit,
  type Initializer,
  normalInit,
  type Parameter,
  ParameterStore,
  uniformInit,
  xavierInit,
} from "./graph/parameters.js";
export { optimize } from "./graph/passes.js";
export { readSafetensors, writeSafetensors } from "./graph/safetensors.js";
export { type Mode, Scope } from "./graph/scope.js";
export {
  loadEncoder,
  loadModel,
  loadRun,
  openEngine,
  predict,
  silentLog,
  type TrainInput,
  test,
  train,
} from "./library.js";
export * as metrics from "./metrics/index.js";
export {
  type AnyComponent,
  type Component,
  type ComponentKinds,
  component,
  type Kind,
  Slot,
  type SlotValue,
} from "./registry/component.js";
export { Context, type Log, type RunSettings, type Token } from "./registry/context.js";
export { type ErrorCode, errorCatalogue, type Problem, PtxError, ptxError } from "./registry/errors.js";
export { InputFile } from "./registry/input-file.js";
export {
  type LoadedConfig,
  type LoadOptions,
  loadConfig,
  printConfig,
  resolveConfig,
} from "./registry/load-config.js";
export { type RandomStream, stream } from "./registry/random.js";
export { Registry } from "./registry/registry.js";
export type { RunConfig } from "./registry/run-config.js";
export { type Bundle, type BundleOptions, openBundle } from "./serving/store/bundle.js";
export { type Collected, type CollectOptions, collect } from "./serving/store/collect.js";
export { pullVersion } from "./serving/store/fetch-version.js";
export type { ModelStore, PutOptions, PutResult, ResolvedVersion } from "./serving/store/model-store.js";
export { type ModelReference, parseReference } from "./serving/store/names.js";
export { openStore } from "./serving/store/open-store.js";
export { verifyStore } from "./serving/store/verify.js";
export { defaultRegistry } from "./tasks/builtins.js";
export { DocumentClassification } from "./tasks/document-classification.js";
export type { Embedded, Embedder, EmbedInput } from "./tasks/embed/contracts.js";
export type { EmbeddingPooling, EmbedOptions } from "./tasks/embed/options.js";
export { ensembleOfRuns, type FromRunsOptions } from "./tasks/ensemble/from-runs.js";
export { type GenerateOptions, Generator } from "./tasks/generate.js";
export { inUnit, type OutputRow, type Prediction } from "./tasks/prediction.js";
export type { Predictor } from "./tasks/predictor.js";
export type { Metrics, TrainedRun } from "./tasks/run-session.js";
export { type Round, type SelfTrainOptions, selfTrain } from "./tasks/self-training.js";
export { SingleModelTask, taskOptions } from "./tasks/single-model-task.js";
export { asHead, asSubTask } from "./tasks/sub-task.js";
export type { ModelTask, Task } from "./tasks/task.js";
export { OffsetTable } from "./text/offsets.js";
export type { Token as TextToken, Tokenizer } from "./text/tokenizer.js";
