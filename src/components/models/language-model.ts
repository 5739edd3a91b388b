import { type Static, Type } from "typebox";
import { subDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { cast, exp, where } from "../../graph/ops/elementwise.js";
import { linear, rowsOf } from "../../graph/ops/matrix.js";
import { reduceSum } from "../../graph/ops/reduction.js";
import { concat, full, reshape, slice, split, unsqueeze } from "../../graph/ops/shaping.js";
import { type Initializer, uniformInit, xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import { PAD_ID } from "../../text/vocabulary.js";
import { type ModelInput, ModelInputs, type Predicted, type TokenVectors } from "../contracts.js";
import { runningTextOf } from "../data/tensorizers/running-text-tensorizer.js";
import type { VocabularyOptions } from "../language/contracts.js";
import type { StackResult } from "../recurrent/layers.js";
import { lstmStack } from "../recurrent/lstm.js";
import { sizedAxis } from "../sizes.js";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        tokens: Slot("tensorizer", {
          default: "RunningTextTensorizer",
          description: "The text as token ids.",
        }),
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    embedding: Slot("embedding", { default: "WordEmbedding", description: "Tokens to vectors." }),
    lstm_dim: Type.Integer({ minimum: 1, default: 200, description: "Size of a layer's state." }),
    num_layers: Type.Integer({
      minimum: 1,
      default: 2,
      description: "Each layer reads the states of the one below.",
    }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description:
        "Probability that an element is zeroed in training: of what goes into each layer and into the softmax, never from token to token (Zaremba et al., 2014).",
    }),
    variational_dropout: Type.Boolean({
      default: false,
      description:
        "Drop the same elements for all tokens of a row (Gal and Ghahramani, 2016) and not others for each token.",
    }),
    projection_dim: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
      default: null,
      description: "Size that the last layer's states are brought to before the softmax; null: as they are.",
    }),
    softmax: Slot("vocabulary_softmax", { default: "FullSoftmax", description: "States to tokens." }),
    tied_weights: Type.Boolean({
      default: false,
      description:
        "Use the embedding's table as output matrix too (Press and Wolf, 2017). What goes into the softmax must be as large as an embedding.",
    }),
    init_range: Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Null()], {
      default: null,
      description:
        "Limit of uniform first values for the weights and biases of layers, projection and softmax; null: each part's own. The embedding has its own key for it.",
    }),
  },
  { description: "Language model of LSTM layers: embedding -> layers -> softmax over the vocabulary." },
);

type Config = Static<typeof schema>;

/** What each place has been told before it is to predict: ids and mask `[batch, places]`. */
interface Heard {
  readonly ids: Tensor;
  readonly mask: Tensor;
}

/** The token before each token. */
function shifted({ tensors }: ModelInput): Heard {
  const { ids, mask, before } = tensors;
  const earlier = slice(ids!, 1, 0, subDims(ids!.dim(1), 1));
  return { ids: where(mask!, concat([unsqueeze(before!, [1]), earlier], 1), PAD_ID), mask: mask! };
}

/** The same with one place more: what stands behind a row's last token. */
function lookingAhead({ tensors }: ModelInput): Heard {
  const { ids, mask, before } = tensors;
  const first = unsqueeze(before!, [1]);
  const always = cast(full(ids!.graph, "float32", [ids!.dim(0), 1], 1), "bool");
  return { ids: concat([first, where(mask!, ids!, PAD_ID)], 1), mask: concat([always, mask!], 1) };
}

/** The layers over vectors, from the state that is carried from batch to batch: h and c of every layer, end to end. */
function layersOver(scope: Scope, config: Config, words: TokenVectors): StackResult {
  const { lstm_dim: hidden, num_layers: layers, dropout, variational_dropout, init_range } = config;
  const options = {
    hidden,
    layers,
    bidirectional: false,
    dropout,
    dropoutByToken: !variational_dropout,
    init: initializer(init_range),
  };
  return scope.carry("state", [words.vectors.dim(0), 2 * layers * hidden], (state) => {
    const parts = split(state, 1, Array<number>(2 * layers).fill(hidden));
    const initial = Array.from({ length: layers }, (_, i) => [[parts[2 * i]!, parts[2 * i + 1]!]]);
    const result = scope.within("lstm", (at) => lstmStack(at, words, options, initial));
    return { state: concat(result.final.flat(2), 1), result };
  });
}

const initializer = (range: number | null): Initializer | null =>
  range === null ? null : uniformInit(range);

/** Dropout of `[batch, places, dim]`. */
function dropped(scope: Scope, { dropout, variational_dropout }: Config, x: Tensor): Tensor {
  return scope.dropout(x, dropout, variational_dropout ? [x.dim(0), 1, x.dim(2)] : x.shape);
}

/** `[..., lstm_dim] -> [..., projection_dim]`, if there is one. */
function projection(scope: Scope, { projection_dim: dim, init_range }: Config, states: Tensor): Tensor {
  if (dim === null) return states;
  const at = scope.child("projection");
  const init = initializer(init_range);
  const weight = at.parameter("weight", [sizedAxis(states, -1), dim], init ?? xavierInit);
  return linear(states, weight, at.parameter("bias", [dim], init ?? undefined));
}

/** The embedding's table, where the softmax is to use it. Throws `PTX_CONFIG_VALUE` where it cannot. */
function tiedTable(config: Config, ties: boolean, { table }: TokenVectors): Tensor | null {
  if (!config.tied_weights) return null;
  const refuse = (message: string, fix: string): Error =>
    ptxError("PTX_CONFIG_VALUE", "model.tied_weights", message, fix);
  if (!ties) {
    const message = "this softmax has output matrices of several sizes, so none can be the embedding's table";
    throw refuse(message, "use FullSoftmax or SampledSoftmax, or set tied_weights to false");
  }
  if (table === undefined) {
    throw refuse(
      "this embedding has no table with one row for each token",
      "use WordEmbedding, or set tied_weights to false",
    );
  }
  const dim = config.projection_dim ?? config.lstm_dim;
  if (table.dim(1) === dim) return table;
  const given = config.projection_dim === null ? "lstm_dim" : "projection_dim";
  throw refuse(
    `the embedding's vectors have ${table.dim(1)} numbers, but ${given} is ${dim}`,
    `give both the same size, or set projection_dim to ${table.dim(1)}`,
  );
}

/** tokens -> `surprisal [batch, tokens]`; without a target also `next_scores [batch, vocab]`, the probabilities of what follows each row. */
export const LMLSTM = component({
  kind: "language_model",
  name: "LMLSTM",
  schema,
  inputs: ({ inputs }) => inputs,
  async prepare(config, context, tensorizers) {
    const { component: embedding, config: options } = context.part("embedding", config.embedding);
    await embedding.prepare?.(options, context, tensorizers);
  },
  build(scope, config, inputs): Predicted {
    const input = inputs.need("tokens", "LMLSTM");
    const { vocabulary } = runningTextOf(input.tensorizer, "LMLSTM");
    const isTarget = inputs.find("next") !== undefined;
    const heard = isTarget ? shifted(input) : lookingAhead(input);
    const vectors = scope.part("embedding", config.embedding, "embedding", (embedding, options, at) =>
      embedding.build(
        at,
        options,
        new ModelInputs(
          new Map([["tokens", { tensorizer: input.tensorizer, tensors: { ...heard } }]]),
          inputs.reading,
        ),
      ),
    );
    const layered =
      config.dropout === 0
        ? vectors
        : { mask: vectors.mask, vectors: dropped(scope.child("embedded"), config, vectors.vectors) };
    const { states, final } = layersOver(scope, config, layered);
    const { ids, mask } = input.tensors as { readonly ids: Tensor; readonly mask: Tensor };
    const outputs = dropped(scope.child("output"), config, slice(states, 1, 0, ids.dim(1)));
    const rows = rowsOf(projection(scope, config, outputs));
    return scope.part("vocabulary_softmax", config.softmax, "softmax", (softmax, choices, at): Predicted => {
      const options: VocabularyOptions = {
        vocab: vocabulary.size,
        tied: tiedTable(config, softmax.ties, vectors),
        init: initializer(config.init_range),
      };
      const each = softmax.surprisal(at, choices, rows, reshape(ids, [rows.dim(0)]), options);
      const surprisal = where(mask, reshape(each, ids.shape), 0);
      if (isTarget) {
        const loss = { sum: reduceSum(surprisal, []), count: reduceSum(cast(mask, "float32"), []) };
        return { loss, outputs: { surprisal } };
      }
      const last = projection(scope, config, final.at(-1)![0]![0]!);
      const next_scores = exp(softmax.logProbabilities(at, choices, last, options));
      return { loss: null, outputs: { surprisal, next_scores } };
    });
  },
});
