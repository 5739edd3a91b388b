import { type Static, Type } from "typebox";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { ScheduleInfo, Scheduler, SchedulerState } from "./contracts.js";

const PLACE = "scheduler ReduceLROnPlateau";

const schema = Type.Object(
  {
    mode: Type.Union([Type.Literal("auto"), Type.Literal("min"), Type.Literal("max")], {
      default: "auto",
      description:
        "Whether lower (min) or higher (max) is better; auto asks the metric that selects the best model.",
    }),
    factor: Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      default: 0.1,
      description: "What the learning rate is multiplied by when the metric has stopped improving.",
    }),
    patience: Type.Integer({
      minimum: 0,
      default: 10,
      description: "Epochs without improvement that are tolerated.",
    }),
    threshold: Type.Number({
      minimum: 0,
      default: 0.0001,
      description: "The least change that counts as an improvement.",
    }),
    threshold_mode: Type.Union([Type.Literal("rel"), Type.Literal("abs")], {
      default: "rel",
      description: "Whether the threshold is a share of the best value or a difference from it.",
    }),
    cooldown: Type.Integer({
      minimum: 0,
      default: 0,
      description: "Epochs after a reduction in which none is counted as bad.",
    }),
    min_lr: Type.Number({
      minimum: 0,
      default: 0,
      description: "The learning rate below which it is not reduced.",
    }),
  },
  { description: "Lowers the learning rate when the eval metric has stopped improving." },
);

/**
 * The rule of `torch.optim.lr_scheduler.ReduceLROnPlateau`, with the direction taken from the metric itself.
 * `factor` stays the same within an epoch; `observe` moves it.
 */
export const ReduceLROnPlateau = component({
  kind: "scheduler",
  name: "ReduceLROnPlateau",
  schema,
  create: (config, info) => new Plateau(config, higherIsBetter(config.mode, info), info.lr),
});

function higherIsBetter(mode: "auto" | "min" | "max", info: ScheduleInfo): boolean {
  if (mode !== "auto") return mode === "max";
  if (info.metric === undefined) {
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `${PLACE}  mode`,
      "there is no eval metric to watch; give an eval file or another scheduler",
    );
  }
  return info.metric.higherIsBetter;
}

class Plateau implements Scheduler {
  readonly unit = "epoch";
  readonly #lowest: number;
  #factor = 1;
  #best: number | null = null;
  #badEpochs = 0;
  #cooling = 0;

  constructor(
    readonly config: Static<typeof schema>,
    readonly higherIsBetter: boolean,
    lr: number,
  ) {
    this.#lowest = lr === 0 ? 1 : Math.min(1, config.min_lr / lr);
  }

  factor(): number {
    return this.#factor;
  }

  observe(metric: number): void {
    if (!Number.isFinite(metric)) {
      throw ptxError("PTX_TRAINING", PLACE, `the eval metric is ${metric}; a schedule cannot follow it`);
    }
    if (this.#improves(metric)) {
      this.#best = metric;
      this.#badEpochs = 0;
    } else this.#badEpochs++;
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#badEpochs = 0;
    }
    if (this.#badEpochs > this.config.patience) {
      this.#factor = Math.max(this.#lowest, this.#factor * this.config.factor);
      this.#cooling = this.config.cooldown;
      this.#badEpochs = 0;
    }
  }

  state(): SchedulerState {
    const state = { factor: this.#factor, bad_epochs: this.#badEpochs, cooling: this.#cooling };
    return this.#best === null ? state : { ...state, best: this.#best };
  }

  load(state: SchedulerState): void {
    const known = new Set(["factor", "bad_epochs", "cooling", "best"]);
    const { factor, bad_epochs, cooling, best } = state;
    const wrong = Object.entries(state).find(([key, value]) => !known.has(key) || !Number.isFinite(value));
    if (wrong !== undefined || factor === undefined || bad_epochs === undefined || cooling === undefined) {
      const message = `the saved state does not fit: expected finite factor, bad_epochs, cooling and perhaps best, got ${JSON.stringify(state)}`;
      throw ptxError("PTX_MODEL_FILE", PLACE, message);
    }
    this.#factor = factor;
    this.#badEpochs = bad_epochs;
    this.#cooling = cooling;
    this.#best = best ?? null;
  }

  #improves(metric: number): boolean {
    if (this.#best === null) return true;
    const { threshold, threshold_mode } = this.config;
    const margin = threshold_mode === "rel" ? Math.abs(this.#best) * threshold : threshold;
    return this.higherIsBetter ? metric > this.#best + margin : metric < this.#best - margin;
  }
}
