import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { didYouMean } from "../../registry/nearest.js";

const schema = Type.Object(
  {
    iter_to_set_epoch: Type.Union([Type.Null(), Type.String({ minLength: 1 })], {
      default: null,
      description:
        "The task whose rows make an epoch: it ends when each of its batches has had a turn; null: the task with the fewest batches.",
    }),
    batches_per_epoch: Type.Union([Type.Null(), Type.Integer({ minimum: 1 })], {
      default: null,
      description: "Batches of an epoch, of all tasks together; null: by iter_to_set_epoch.",
    }),
  },
  { description: "A batch of each task in turn, in the order of the config." },
);

/** Task 0, 1, ..., n - 1, 0, 1, ...; an epoch of a given number of batches goes on where the one before it stopped. */
export const RoundRobinBatchSampler = component({
  kind: "batch_sampler",
  name: "RoundRobinBatchSampler",
  schema,
  check: ({ iter_to_set_epoch, batches_per_epoch }) =>
    iter_to_set_epoch !== null && batches_per_epoch !== null
      ? [
          {
            path: "batches_per_epoch",
            message: "iter_to_set_epoch and batches_per_epoch both say how long an epoch is: keep one",
          },
        ]
      : [],
  create: ({ iter_to_set_epoch: ender, batches_per_epoch: wanted }) => ({
    turns: (tasks, _seed, epoch) => {
      const ending = ender === null ? undefined : tasks.find(({ name }) => name === ender);
      if (ender !== null && ending === undefined) {
        const names = tasks.map(({ name }) => name);
        throw ptxError(
          "PTX_CONFIG_VALUE",
          "sampler.iter_to_set_epoch",
          `there is no task called "${ender}"${didYouMean(ender, names)}  known: ${names.join(", ")}`,
        );
      }
      const rounds = ending?.batches ?? Math.min(...tasks.map(({ batches }) => batches));
      const count = wanted ?? rounds * tasks.length;
      return Uint32Array.from({ length: count }, (_, turn) => (epoch * count + turn) % tasks.length);
    },
  }),
});
