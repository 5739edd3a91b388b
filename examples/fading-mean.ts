/**
 * A representation of your own: the mean of a text's words, in which later words count less; how fast they fade is learnt
 * for every element of the vectors.
 *
 *   pytext-ts train my-config.json --include examples/fading-mean.ts
 *     --set 'task.model.representation={"FadingMean": {"rate": -2}}'
 */
import { component, constantInit, ops, Type } from "pytext-ts";

const schema = Type.Object(
  {
    rate: Type.Number({ default: -3, description: "Where rates start: the higher, the faster words fade." }),
  },
  { description: "The mean of word vectors, later ones weighted less." },
);

/** `vectors [batch, tokens, dim]`, `mask [batch, tokens]` -> doc `[batch, dim]`. */
export const FadingMean = component({
  kind: "representation",
  name: "FadingMean",
  schema,
  build(scope, config, { vectors, mask }) {
    const rate = scope.parameter("rate", [Number(vectors.dim(2))], constantInit(config.rate));
    const places = ops.cast(ops.range(vectors.graph, vectors.dim(1)), "float32");
    const weights = ops.exp(ops.neg(ops.mul(ops.unsqueeze(places, [1]), ops.softplus(rate))));
    // Padding weighs nothing. A row without tokens gives zeros.
    const counted = ops.mul(weights, ops.cast(ops.unsqueeze(mask, [2]), "float32"));
    const total = ops.add(ops.reduceSum(counted, [1]), 1e-6);
    return { doc: ops.div(ops.reduceSum(ops.mul(counted, vectors), [1]), total), tokens: null };
  },
});
