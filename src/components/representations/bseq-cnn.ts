import { type Static, Type } from "typebox";
import { mulDims } from "../../graph/dims.js";
import type { Graph, Tensor } from "../../graph/graph.js";
import { gather } from "../../graph/ops/lookup.js";
import { concat, expand, reshape, unsqueeze } from "../../graph/ops/shaping.js";
import type { Scope } from "../../graph/scope.js";
import { component } from "../../registry/component.js";
import type { DistinctVectors } from "../contracts.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { distinctOf } from "../distinct.js";
import { zeroPadding } from "../masking.js";
import { sizedAxis } from "../sizes.js";
import { featuresOfWindows, type Windows } from "./max-over-windows.js";
import { around, offsetsFrom } from "./token-windows.js";

const schema = Type.Object(
  {
    kernel_num: Type.Integer({ minimum: 1, default: 100, description: "Filters for each window size." }),
    kernel_sizes: Type.Array(Type.Integer({ minimum: 1 }), {
      minItems: 1,
      default: [3, 4],
      description: "Window sizes in tokens.",
    }),
    fwd_bwd_context_len: Type.Integer({
      minimum: 1,
      default: 5,
      description:
        "How many words the context before a word has, and how many the one after it, which begins with the word itself.",
    }),
    surrounding_context_len: Type.Integer({
      minimum: 0,
      default: 2,
      description: "How many words on either side the context around a word has.",
    }),
  },
  {
    description:
      "Convolution and maximum over the context before, behind and around each word: what recurrent layers do, without recurrence (Vu, 2016).",
  },
);
type Config = Static<typeof schema>;

/** The windows of `size` places that touch a context of `length` places, as positions in it; `length` stands for what is beyond. */
function windowsOfContext(graph: Graph, length: number, size: number): Tensor {
  const count = length + size - 1;
  const positions = Array.from({ length: count * size }, (_, i) => {
    const position = Math.floor(i / size) + (i % size) - (size - 1);
    return position >= 0 && position < length ? position : length;
  });
  return graph.constant("int64", [count, size], positions);
}

/** What the words at `offsets` from each word say. `-> [batch * tokens, kernel_num * sizes]`. Parameters: `conv0.*`, ..., `fc.*`. */
function contextFeatures(
  scope: Scope,
  { kernel_num, kernel_sizes }: Config,
  { table, places, blank }: DistinctVectors,
  offsets: readonly number[],
): Tensor {
  const [batch, tokens, graph] = [places.dim(0), places.dim(1), places.graph];
  const context = around(unsqueeze(places, [2]), offsets, blank);
  const bounded = concat([context, expand(reshape(blank, [1, 1, 1]), [batch, tokens, 1])], 2);
  const found = featuresOfWindows(scope, kernel_num, kernel_sizes, (size): Windows => {
    const count = offsets.length + size - 1;
    const windows = gather(bounded, windowsOfContext(graph, offsets.length, size), 2);
    return { table, places: reshape(windows, [mulDims(batch, tokens), count, size]), count, size };
  });
  return linearLayer(scope.child("fc"), found, sizedAxis(found, 1), true);
}

/** `vectors [batch, tokens, dim]` -> tokens `[batch, tokens, 3 * kernel_num * sizes]`, zero at padding. */
export const BSeqCNNRepresentation = component({
  kind: "representation",
  name: "BSeqCNNRepresentation",
  schema,
  build(scope, config, input) {
    const { fwd_bwd_context_len: far, surrounding_context_len: near } = config;
    const { vectors, mask } = input;
    // Each row of the table is multiplied: in inference the table may hold the whole vocabulary.
    const words = distinctOf(scope.mode === "train" ? input : { vectors, mask });
    const contexts = {
      backward: offsetsFrom(-far, -1),
      forward: offsetsFrom(0, far - 1),
      surround: offsetsFrom(-near, near),
    };
    const found = Object.entries(contexts).map(([name, offsets]) =>
      scope.within(name, (at) => contextFeatures(at, config, words, offsets)),
    );
    const joined = concat(found, 1);
    const shape = [mask.dim(0), mask.dim(1), sizedAxis(joined, 1)];
    return { doc: null, tokens: zeroPadding(reshape(joined, shape), mask) };
  },
});
