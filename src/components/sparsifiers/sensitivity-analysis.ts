import { type Static, Type } from "typebox";
import { component } from "../../registry/component.js";
import type { Context } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import { InputFile } from "../../registry/input-file.js";
import type { ParameterEntry, SavedState } from "../optimizers/contracts.js";
import type { EpochStart, Sparsifier, SparsifierInfo } from "./contracts.js";
import { chosenParameters, Masks, PARAMETERS_KEY } from "./masks.js";
import { magnitudeMask, readAnalysis, sensitivities, withoutSensitive } from "./sensitivity.js";
import { sparsityOption } from "./stepwise.js";

const NAME = "SensitivityAnalysisSparsifier";
const WHERE = `trainer.sparsifier.${NAME}`;

const schema = Type.Object(
  {
    starting_epoch: Type.Integer({
      minimum: 2,
      default: 2,
      description: "The epoch, counted from 1, before which the analysis is made; until then all is trained.",
    }),
    sparsity: { ...sparsityOption, default: 0.8 },
    analyzed_sparsity: {
      ...sparsityOption,
      default: 0.8,
      description: "The share of numbers that each parameter loses in the analysis.",
    },
    pre_analysis_path: InputFile({
      default: null,
      description:
        "A file of pytext-ts sensitivity in place of an analysis of its own; it must have the share analyzed_sparsity.",
    }),
    max_skipped_weight: Type.Integer({
      minimum: 0,
      default: 0,
      description:
        "How many parameters may be spared: each whose loss of numbers costs more than three standard deviations beyond the mean of the others.",
    }),
    iterative_pruning: Type.Boolean({
      default: true,
      description:
        "Whether zeros become more in several steps, each from the best parameters of the one before.",
    }),
    pruning_iterations: Type.Integer({ minimum: 2, default: 2, description: "How many steps these are." }),
    start_sparsity_ratio: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.5,
      description: "The share of sparsity that the first step has.",
    }),
    parameters: Type.Array(Type.String(), { default: [], description: PARAMETERS_KEY }),
  },
  {
    description:
      "Trains without zeros first; then takes from each parameter the numbers of least magnitude, but spares those parameters that a trial shows to be sensitive.",
  },
);

type Options = Static<typeof schema>;

/**
 * Masks that hold for a whole step of the pruning, from the best parameters so far. The trial changes one parameter at a time
 * and looks at the selection metric on eval.
 */
export const SensitivityAnalysisSparsifier = component({
  kind: "sparsifier",
  name: NAME,
  schema,
  create: (config, info, context) => new AnalysedPruning(config, info, context),
});

class AnalysedPruning implements Sparsifier {
  readonly parameters: readonly ParameterEntry[];
  readonly rises: readonly number[];
  readonly #masks: Masks;
  /** The parameters that lose numbers. */
  #pruned: ReadonlySet<string> = new Set();

  constructor(
    readonly config: Options,
    info: SparsifierInfo,
    readonly context: Context,
  ) {
    this.parameters = chosenParameters(config.parameters, info.parameters, WHERE);
    this.#masks = new Masks(this.parameters, `sparsifier ${NAME}`);
    this.rises = stepEpochs(config, info.epochs);
    if (!info.evaluated)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        WHERE,
        "there are no eval rows, and the best epoch that each step begins with is chosen by them",
        "give an eval file or data.eval_fraction",
      );
  }

  async beforeEpoch(start: EpochStart): Promise<void> {
    const iteration = this.rises.indexOf(start.epoch);
    if (iteration < 0) return;
    start.restoreBest();
    const { log } = this.context;
    if (iteration === 0) this.#pruned = await this.#analyse(start);
    const pruned = this.#pruned;
    const sparsity = sparsityOf(this.config, iteration, this.rises.length);
    this.#masks.replace(
      this.parameters.map((parameter) =>
        pruned.has(parameter.name)
          ? magnitudeMask(parameter, sparsity)
          : new Float32Array(parameter.data.length).fill(1),
      ),
    );
    this.#masks.apply();
    log.info(
      `epoch ${start.epoch + 1}: ${(100 * sparsity).toFixed(1)} % of ${pruned.size} parameters are zero from here on`,
    );
  }

  afterStep(): void {
    this.#masks.apply();
  }

  state(): SavedState {
    return {
      arrays: this.#masks.state().arrays,
      numbers: Object.fromEntries([...this.#pruned].map((name) => [`pruned/${name}`, 1])),
    };
  }

  load(state: SavedState): void {
    this.#masks.load(state);
    this.#pruned = new Set(Object.keys(state.numbers).map((key) => key.slice("pruned/".length)));
  }

  async #analyse({ goodness }: EpochStart): Promise<ReadonlySet<string>> {
    const { analyzed_sparsity: sparsity, pre_analysis_path: path, max_skipped_weight: most } = this.config;
    const changes =
      path === null
        ? (await sensitivities(this.parameters, sparsity, goodness, WHERE)).changes
        : readAnalysis(path, this.parameters, sparsity, `${WHERE}.pre_analysis_path`);
    const pruned = new Set(withoutSensitive(this.parameters, changes, most).map(({ name }) => name));
    const { log } = this.context;
    for (const { name } of this.parameters)
      log.info(
        `sensitivity of ${name}: ${changes.get(name)!.toFixed(4)} at ${sparsity}${pruned.has(name) ? "" : ", spared"}`,
      );
    return pruned;
  }
}

/** The epochs (from 0) with which steps begin. Throws `PTX_CONFIG_VALUE` where they do not come out even. */
function stepEpochs(config: Options, epochs: number): number[] {
  const { starting_epoch, iterative_pruning, pruning_iterations } = config;
  const steps = iterative_pruning ? pruning_iterations : 1;
  const left = epochs - starting_epoch + 1;
  if (left < steps || left % steps !== 0)
    throw ptxError(
      "PTX_CONFIG_VALUE",
      WHERE,
      `${Math.max(left, 0)} epochs from starting_epoch (${starting_epoch}) to the last (${epochs}) cannot be divided among ${steps} steps of pruning`,
      "change trainer.epochs, starting_epoch or pruning_iterations",
    );
  return Array.from({ length: steps }, (_, i) => starting_epoch - 1 + (i * left) / steps);
}

/** The share of zeros in a step: it rises evenly to the last. */
function sparsityOf({ sparsity, start_sparsity_ratio }: Options, step: number, steps: number): number {
  if (steps === 1) return sparsity;
  const start = sparsity * start_sparsity_ratio;
  return start + ((sparsity - start) * step) / (steps - 1);
}
