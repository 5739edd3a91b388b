import { type Static, Type } from "typebox";
import type { ParameterStore } from "../../graph/parameters.js";
import { ptxError } from "../../registry/errors.js";
import { depthsBelowHead } from "../optimizers/layer-depths.js";

/** The trainer's key `gradual_unfreezing`. */
export const gradualUnfreezing = Type.Union(
  [
    Type.Null(),
    Type.Object({
      unit: Type.Union([Type.Literal("epoch"), Type.Literal("step")], {
        default: "epoch",
        description: 'What start and every count: epochs, or updates ("step").',
      }),
      start: Type.Integer({
        minimum: 0,
        default: 1,
        description: "After how many of them the topmost layer is trained too; 0: from the beginning.",
      }),
      every: Type.Integer({
        minimum: 1,
        default: 1,
        description: "How many of them pass before it goes on downwards.",
      }),
      layers: Type.Integer({ minimum: 1, default: 1, description: "How many layers thaw at a time." }),
    }),
  ],
  {
    default: null,
    description:
      "An encoder's layers are frozen at first and thaw one after the other, the topmost first and the embeddings last (Howard and Ruder, 2018); what stands on the encoder is trained from the beginning. null = all are trained from the beginning.",
  },
);

/** When layers thaw. */
type Options = NonNullable<Static<typeof gradualUnfreezing>>;

const WHERE = "trainer.gradual_unfreezing";

/** Which parameters still wait for their turn, as a run goes on. */
export class GradualUnfreezing {
  /** The trainable parameters of encoders' layers and embeddings, by how far below the head they stand. */
  readonly #byDepth = new Map<number, string[]>();
  readonly #deepest: number;

  /**
   * @param parameters all of the run, those that stay frozen marked so. Throws `PTX_CONFIG_VALUE` where there is no encoder
   * whose layers can be told apart, where none of them is trainable, or where the run would begin with nothing to train.
   */
  constructor(
    readonly options: Options,
    parameters: ParameterStore,
  ) {
    const depths = depthsBelowHead(parameters.names, WHERE);
    const trainable = [...parameters].filter((parameter) => parameter.trainable);
    for (const { name } of trainable) {
      const depth = depths.get(name);
      if (depth !== undefined) this.#byDepth.set(depth, [...(this.#byDepth.get(depth) ?? []), name]);
    }
    if (this.#byDepth.size === 0)
      throw ptxError("PTX_CONFIG_VALUE", WHERE, "every parameter of the encoder is frozen: nothing can thaw");
    this.#deepest = Math.max(...this.#byDepth.keys());
    if (this.held(0, 0).size === trainable.length)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `${WHERE}.start`,
        "nothing would be trained at first: all trainable parameters are the encoder's",
        "set start to 0",
      );
  }

  /** The parameters that are not trained yet after so many whole epochs and updates of the run. */
  held(epochs: number, steps: number): ReadonlySet<string> {
    const { unit, start, every, layers } = this.options;
    const passed = (unit === "epoch" ? epochs : steps) - start;
    const thawed = passed < 0 ? 0 : layers * (Math.floor(passed / every) + 1);
    return new Set([...this.#byDepth].flatMap(([depth, names]) => (depth > thawed ? names : [])));
  }

  /** How many epochs or updates must be done before all is trained. */
  get last(): number {
    const { start, every, layers } = this.options;
    return start + every * (Math.ceil(this.#deepest / layers) - 1);
  }

  /** What to warn of when a run is that long: some layers would never be trained. */
  warning(epochs: number, steps: number): string | undefined {
    // What thaws when the last epoch or update is done is not trained any more.
    const never = this.held(epochs - 1, steps - 1);
    if (never.size === 0) return undefined;
    const { unit } = this.options;
    const places = [...never].map((name) => name.replace(/\.(embeddings|layer\d+)\..*$/, ".$1"));
    return (
      `${WHERE}: the run has ${unit === "epoch" ? epochs : steps} ${unit}s and the last layer would thaw after ${this.last}; ` +
      `never trained: ${[...new Set(places)].join(", ")}`
    );
  }
}
