/**
 * @file Our side of `lib/duel.ts`, training: `train` from the built library on a config, steps timed by a channel that
 * hears of every batch. Everything that the training loop does for a batch is within the time.
 * Arguments: a JSON object, see `Job`.
 */
import { type Channel, component, defaultRegistry, type TrainingEvent, Type, train } from "pytext-ts";
import { nextTurn, say } from "./lib/respond.js";
import { figures } from "./lib/stats.js";

/** What the program is given. */
export interface Job {
  /** May name `FixedBatches` and has to name `TurnChannel`. */
  readonly config: object;
  /** Steps before the first turn. */
  readonly warmup: number;
  /** Where the run's folder goes. */
  readonly output: string;
}

/** So many passes over the rows make the one epoch that lasts until the turns end. */
const PASSES = 10_000;

/** The rows in the file's order, batch after batch, again and again: the batches that PyTorch has. */
const FixedBatches = component({
  kind: "batcher",
  name: "FixedBatches",
  schema: Type.Object(
    { size: Type.Integer({ description: "Rows in a batch." }) },
    { description: "Batches in the order of the file." },
  ),
  create: ({ size }) => {
    const once = (rows: number): Uint32Array[] =>
      Array.from({ length: rows / size }, (_, b) =>
        Uint32Array.from({ length: size }, (_, i) => b * size + i),
      );
    return {
      train: ({ length }) => {
        const batches = once(length);
        return Array.from({ length: PASSES }, () => batches).flat();
      },
      eval: ({ length }) => once(length),
    };
  },
});

/** Takes the time from the end of one batch to the end of the next. */
class Turns implements Channel {
  readonly terminal = false;
  #samples: number[] = [];
  #last = 0;
  #steps: number;
  #warm = false;

  constructor(warmup: number) {
    this.#steps = warmup;
  }

  event({ type }: TrainingEvent): void {
    if (type === "progress") {
      this.#samples.push(performance.now() - this.#last);
      if (this.#samples.length === this.#steps) this.#finish();
    }
    this.#last = performance.now();
  }

  close(): void {}

  #finish(): void {
    if (this.#warm) {
      const peak = process.resourceUsage().maxRSS / 1024;
      say({ step_ms: figures(this.#samples), peak_rss_mb: peak });
    } else say({ ready: true });
    this.#warm = true;
    this.#samples = [];
    this.#steps = nextTurn();
  }
}

const job = JSON.parse(process.argv[2]!) as Job;
const TurnChannel = component({
  kind: "channel",
  name: "TurnChannel",
  schema: Type.Object({}, { description: "Times batches." }),
  create: () => new Turns(job.warmup),
});
await train(job.config, {
  registry: defaultRegistry().add(FixedBatches, TurnChannel),
  output: job.output,
  show: true,
});
