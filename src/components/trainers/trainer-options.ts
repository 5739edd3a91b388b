import { type Static, Type } from "typebox";
import { Slot } from "../../registry/component.js";
import { PATTERN_SYNTAX } from "../optimizers/parameter-match.js";
import { gradualUnfreezing } from "./gradual-unfreezing.js";

/** Config of the training loop. */
export const trainerOptions = Type.Object(
  {
    epochs: Type.Integer({ minimum: 1, default: 10, description: "Passes over the training rows." }),
    optimizer: Slot("optimizer", { default: "Adam", description: "How gradients change parameters." }),
    scheduler: Slot("scheduler", {
      default: "ConstantLR",
      description: "How the learning rate moves over the run.",
    }),
    early_stop_after: Type.Integer({
      minimum: 0,
      default: 0,
      description: "Stop after this many epochs in a row without a better eval metric; 0 = never.",
    }),
    load_best_model_after_train: Type.Boolean({
      default: true,
      description: "End with the parameters of the best epoch on eval, not of the last.",
    }),
    max_clip_norm: Type.Union([Type.Null(), Type.Number({ exclusiveMinimum: 0 })], {
      default: null,
      description: "Limit of the norm of all gradients together; null = no limit.",
    }),
    max_clip_value: Type.Union([Type.Null(), Type.Number({ exclusiveMinimum: 0 })], {
      default: null,
      description: "Limit of every single gradient element; null = no limit.",
    }),
    num_accumulated_batches: Type.Integer({
      minimum: 1,
      default: 1,
      description:
        "Batches whose gradients are summed before an update: equal to one batch of all their rows.",
    }),
    freeze: Type.Array(Type.String(), {
      default: [],
      description: `Parameters that stay as they are. ${PATTERN_SYNTAX}`,
    }),
    gradual_unfreezing: gradualUnfreezing,
    weight_averaging: Slot("weight_averaging", {
      default: null,
      description: "Evaluate and keep an average of the parameters over time.",
    }),
    sparsifier: Slot("sparsifier", {
      default: null,
      description: "Sets numbers of parameters to zero while they are trained, and keeps them there.",
    }),
    checkpoint_every_batches: Type.Union([Type.Null(), Type.Integer({ minimum: 1 })], {
      default: null,
      description: "Also write a checkpoint after every so many batches; null = only after each epoch.",
    }),
  },
  { description: "The training loop: epochs of batches, evaluation after each, the best epoch kept." },
);

/** The resolved value of `trainerOptions`. */
export type TrainerOptions = Static<typeof trainerOptions>;
