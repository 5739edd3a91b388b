/**
 * A loss of your own: rows whose label the model finds unlikely pull less than by cross entropy, so that wrong labels do
 * less harm (generalized cross entropy, Zhang & Sabuncu, 2018).
 *
 *   pytext-ts train my-config.json --include examples/noise-tolerant-loss.ts
 *     --set 'task.model.output_layer.loss={"NoiseTolerantLoss": {"q": 0.5}}'
 */
import { component, ops, rowTotal, Type } from "pytext-ts";

const schema = Type.Object(
  {
    q: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.7,
      description: "Near 0: cross entropy; 1: the mean absolute error, which tolerates most.",
    }),
  },
  { description: "(1 - p^q) / q of the right label's probability p." },
);

/** `logits [batch, labels]`, `target [batch]` -> the losses' sum and how many they are. */
export const NoiseTolerantLoss = component({
  kind: "loss",
  name: "NoiseTolerantLoss",
  schema,
  target: "class",
  build(_scope, { q }, { logits, target, classWeights }) {
    const ids = ops.reshape(target, [target.dim(0), 1]);
    const logs = ops.reshape(ops.gatherElements(ops.logSoftmax(logits), ids, 1), [target.dim(0)]);
    // p^q by its logarithm: no power of a probability that has become 0.
    const losses = ops.div(ops.sub(1, ops.exp(ops.mul(logs, q))), q);
    return rowTotal(losses, classWeights && ops.gather(classWeights, target));
  },
});
