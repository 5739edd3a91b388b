/**
 * A pooling of your own: each word decides, element by element, how much of it goes into the text's vector.
 *
 * Use it from any config, without a change to the library:
 *   pytext-ts train my-config.json --include examples/gated-pooling.ts
 * where my-config.json says  "representation": {"BiLSTMDocAttention": {"pooling": {"GatedPooling": {"bias": -1}}}}
 */
import { component, constantInit, ops, Type, xavierInit } from "pytext-ts";

// Types, defaults, help text and checks of your config keys, in one.
const schema = Type.Object(
  {
    bias: Type.Number({
      default: 0,
      description: "Where gates start: below 0 mostly shut, above 0 mostly open.",
    }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description: "Probability that an element of a gate's input is zeroed in training.",
    }),
  },
  { description: "The mean of a row's token vectors, weighted by a learnt gate for every element." },
);

/** `vectors [batch, tokens, dim]`, `mask [batch, tokens]` -> `[batch, dim]`. */
export const GatedPooling = component({
  kind: "pooling",
  name: "GatedPooling",
  schema,
  build(scope, config, { vectors, mask }) {
    const dim = Number(vectors.dim(2));
    // Parameters have names, shapes and first values; gradients, checkpoints and export come by themselves.
    const weight = scope.parameter("weight", [dim, dim], xavierInit);
    const bias = scope.parameter("bias", [dim], constantInit(config.bias));
    const gates = ops.sigmoid(ops.linear(scope.dropout(vectors, config.dropout), weight, bias));
    // Padding must not count: its gates are shut. A row without tokens then gives zeros.
    const open = ops.mul(gates, ops.cast(ops.unsqueeze(mask, [2]), "float32"));
    const total = ops.reduceSum(open, [1]);
    return ops.div(ops.reduceSum(ops.mul(open, vectors), [1]), ops.add(total, 1e-6));
  },
});
