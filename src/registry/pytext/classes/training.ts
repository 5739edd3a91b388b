/** @file PyText's trainers, optimizers and schedulers. */
import type { JsonObject } from "../../json.js";
import type { At, PyTextClass } from "../rule.js";
import { gone, mapped, mappedWritten, object, only, same, slot, special, when, written } from "../rules.js";

const rates = (lr: number, decay: number) => ({
  lr: same("lr", lr),
  weight_decay: same("weight_decay", decay),
});
const eps = { eps: same("eps", 1e-8) };

const optimizers: readonly PyTextClass[] = [
  { name: "Adam", to: "Adam", keys: { ...rates(0.001, 0.00001), ...eps } },
  { name: "AdamW", to: "AdamW", keys: { ...rates(0.001, 0.01), ...eps } },
  { name: "RAdam", to: "RAdam", keys: { ...rates(0.001, 0.00001), ...eps } },
  { name: "SGD", to: "SGD", keys: { ...rates(0.001, 0), momentum: same("momentum", 0) } },
  { name: "Adagrad", to: "Adagrad", keys: rates(0.01, 0.00001) },
  {
    name: "Lamb",
    to: "Lamb",
    keys: {
      ...rates(0.001, 0.00001),
      eps: written("eps", 1e-8),
      min_trust: only(null, "the trust ratio has no lower bound"),
    },
  },
  {
    name: "AdaBelief",
    to: "AdaBelief",
    keys: {
      ...rates(0.001, 0),
      ...eps,
      beta_1: same("beta1", 0.9),
      beta_2: same("beta2", 0.999),
      weight_decouple: same("weight_decouple", true),
      fixed_decay: same("fixed_decay", true),
      rectify: same("rectify", false),
      amsgrad: only(false, "the variance is not held at its largest value"),
    },
  },
  {
    name: "MADGRAD",
    to: "MADGRAD",
    keys: { ...rates(0.001, 0), eps: same("eps", 1e-6), momentum: same("momentum", 0.9) },
  },
];

const lastEpoch = { last_epoch: gone("a resumed run goes on where it stopped") };

const schedulers: readonly PyTextClass[] = [
  { name: "StepLR", to: "StepLR", keys: { step_size: same("step_size", 30), gamma: same("gamma", 0.1) } },
  { name: "ExponentialLR", to: "ExponentialLR", keys: { gamma: same("gamma", 0.1) } },
  {
    name: "CosineAnnealingLR",
    to: "CosineAnnealingLR",
    keys: { t_max: written("t_max", 1000), eta_min: same("eta_min", 0) },
  },
  {
    name: "CyclicLR",
    to: "CyclicLR",
    keys: {
      ...lastEpoch,
      base_lr: written("base_lr", 0.001),
      max_lr: same("max_lr", 0.002),
      step_size_up: same("step_size_up", 2000),
      step_size_down: same("step_size_down", null),
      mode: same("mode", "triangular"),
      gamma: same("gamma", 1),
      scale_mode: gone("each mode has its own"),
      cycle_momentum: gone("momentum does not move"),
      base_momentum: gone("momentum does not move"),
      max_momentum: gone("momentum does not move"),
    },
  },
  {
    name: "ReduceLROnPlateau",
    to: "ReduceLROnPlateau",
    keys: {
      lower_is_better: mappedWritten("mode", true, (value) => when(value, "min", "max")),
      factor: same("factor", 0.1),
      patience: written("patience", 5),
      min_lr: same("min_lr", 0),
      threshold: same("threshold", 0.0001),
      threshold_is_absolute: mappedWritten("threshold_mode", true, (value) => when(value, "abs", "rel")),
      cooldown: same("cooldown", 0),
    },
  },
  {
    name: "WarmupScheduler",
    to: "WarmupScheduler",
    keys: {
      warmup_steps: same("warmup_steps", 10000),
      inverse_sqrt_decay: same("inverse_sqrt_decay", false),
    },
  },
  {
    name: "PolynomialDecayScheduler",
    to: "PolynomialDecayScheduler",
    keys: {
      warmup_steps: same("warmup_steps", 0),
      total_steps: same("total_steps", null),
      end_learning_rate: mapped("end_learning_rate", null, (value) => value ?? undefined),
      power: same("power", 1),
    },
  },
  {
    name: "SchedulerWithWarmup",
    to: "SchedulerWithWarmup",
    keys: {
      warmup_scheduler: object("", "Warmup"),
      scheduler: slot("scheduler", null, "ExponentialLR"),
    },
  },
  {
    name: "Warmup",
    keys: {
      warmup_steps: same("warmup_steps", 10000),
      inverse_sqrt_decay: only(false, "the schedule behind the warm-up moves the rate"),
    },
  },
];

const moments = (epoch: number) => ({
  starting_epoch: same("starting_epoch", epoch),
  frequency: same("frequency", 1),
});
const projections = {
  ...moments(2),
  sparsity: same("sparsity", 0.9),
  accumulate_mask: same("accumulate_mask", false),
};

const sparsifiers: readonly PyTextClass[] = [
  {
    name: "L0_projection_sparsifier",
    to: "L0ProjectionSparsifier",
    keys: { ...projections, layerwise_pruning: same("layerwise_pruning", true) },
    // Biases too.
    always: { parameters: ["**"] },
  },
  {
    name: "BlockwiseMagnitudeSparsifier",
    to: "BlockwiseMagnitudeSparsifier",
    keys: {
      ...projections,
      block_size: same("block_size", 16),
      columnwise_blocking: same("columnwise_blocking", false),
      layerwise_pruning: only(true, "blocks are compared within each matrix"),
    },
    finish: (made, _given, at: At): JsonObject => {
      at.report.note(
        "BlockwiseMagnitudeSparsifier: the matrices of layers are [inputs, outputs] here, the other way round in PyText; columnwise_blocking is kept as it is",
      );
      return made;
    },
  },
  {
    name: "CRF_L1_SoftThresholding",
    to: "CRFL1SoftThresholding",
    keys: { ...moments(1), lambda_l1: same("lambda_l1", 0.001) },
  },
  {
    name: "CRF_MagnitudeThresholding",
    to: "CRFMagnitudeThresholding",
    keys: { ...moments(1), sparsity: same("sparsity", 0.9), grouping: same("grouping", "row") },
  },
  {
    name: "SensitivityAnalysisSparsifier",
    keys: {},
    refused:
      "it begins with a model that PyText pickled (pre_train_model_path); here the run itself trains without zeros until starting_epoch: write trainer.sparsifier anew",
  },
];

const noScheduler = special(null, "apart", (value, at) =>
  value === null ? [] : slot("scheduler", null, "scheduler").apply(value, at),
);

const patterns =
  "its patterns are names of PyText's parameters; see freeze and the optimizer's parameter_groups, by names of ours";

const trainer: PyTextClass = {
  name: "TaskTrainer",
  to: "Trainer",
  keys: {
    epochs: same("epochs", 10),
    early_stop_after: same("early_stop_after", 0),
    max_clip_norm: same("max_clip_norm", null),
    report_train_metrics: gone("figures of training are always computed"),
    target_time_limit_seconds: only(null, "a run is not stopped by the clock"),
    do_eval: special(true, "apart", (value, at) => {
      if (value === true) at.report.idle(at.path);
      else at.report.gone(at.path, "eval rows are evaluated where the source names them");
      return [];
    }),
    load_best_model_after_train: same("load_best_model_after_train", true),
    num_samples_to_log_progress: gone("progress is a line that moves"),
    num_accumulated_batches: same("num_accumulated_batches", 1),
    num_batches_per_epoch: only(null, "an epoch is one pass over the training rows"),
    optimizer: slot("optimizer", "Adam"),
    scheduler: noScheduler,
    sparsifier: slot("sparsifier", null, "Sparsifier"),
    fp16_args: gone("parameters are 32-bit floats"),
    use_tensorboard: gone("figures are written to metrics.json and the log of the run folder"),
    find_unused_parameters: gone("training runs in one process"),
    discriminative_lr: only(null, patterns),
    discriminative_lr_params_pattern: only(null, patterns),
    freeze_params_pattern: only(null, patterns),
    privacy_engine: only(null, "gradients are not made private"),
  },
};

/** A trainer around another one: what is inside is what trains here. */
function around(name: string, keys: PyTextClass["keys"], why: string): PyTextClass {
  return {
    name,
    to: "Trainer",
    keys: { real_trainer: object("", "TaskTrainer"), ...keys },
    finish: (made, _given, at: At): JsonObject => {
      at.report.note(`${name} is a Trainer now: ${why}`);
      return made;
    },
  };
}

/** Trainers, optimizers and schedulers. */
export const trainingClasses: readonly PyTextClass[] = [
  ...optimizers,
  ...schedulers,
  ...sparsifiers,
  trainer,
  { ...trainer, name: "Trainer" },
  { ...trainer, name: "FP16GradsTrainer" },
  around(
    "HogwildTrainer",
    { num_workers: gone("training runs in one process") },
    "rows are trained on in batches, in one process",
  ),
  around("EnsembleTrainer", {}, "it trains each model by itself"),
];
