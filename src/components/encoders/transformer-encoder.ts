import { type Static, Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { add, tanh } from "../../graph/ops/elementwise.js";
import { gather } from "../../graph/ops/lookup.js";
import { rowsOf } from "../../graph/ops/matrix.js";
import { range, reshape, slice, squeeze } from "../../graph/ops/shaping.js";
import { normalInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import type { Token } from "../../registry/context.js";
import { ptxError } from "../../registry/errors.js";
import { InputFile } from "../../registry/input-file.js";
import { checkHeads } from "../attention/multi-head.js";
import { paddingBias } from "../attention/padding-bias.js";
import { linearLayer } from "../decoders/hidden-layers.js";
import { sizedAxis } from "../sizes.js";
import { encoderLayers, norm } from "../transformer/encoder.js";
import "./adapter-contract.js";
import type { Encoded, Pieces, Wanted } from "./contracts.js";
import { completedSizes } from "./hugging-face/read-config.js";
import { PretrainedWeights } from "./hugging-face/read-weights.js";
import { pieceHead } from "./piece-head.js";
import { isRunFolder, RunWeights, sizesOfRun } from "./run-weights.js";
import { type Sizes, sizesOf, transformerSizes } from "./transformer-options.js";

const schema = Type.Object(
  {
    pretrained: InputFile({
      kind: "folder",
      default: null,
      description:
        "Folder of a pretrained model as Hugging Face writes it (config.json, model.safetensors): BERT, DistilBERT, RoBERTa, XLM-R, MiniLM, ELECTRA, ALBERT; of a checkpoint of BERT's authors (bert_config.json, bert_model.ckpt.*); or of a run of this library with such an encoder. Gives the sizes and the first values; null: random first values.",
    }),
    ...transformerSizes,
    gradient_checkpointing: Type.Boolean({
      default: false,
      description:
        "In training, keep of each layer only what it reads, and compute the rest once more for its gradients (Chen et al., 2016): less memory, more time, the same gradients.",
    }),
    adapter: Slot("adapter", {
      default: null,
      description: "What is trained in place of the encoder's own parameters, which then stay as they are.",
    }),
  },
  {
    description:
      "BERT and its kin (Devlin et al., 2019): pieces, places and segments as vectors, then layers of self-attention.",
  },
);

type Config = Static<typeof schema>;

/** Under which the weights of a folder stand once they are read. */
export const weightsToken = (folder: string): Token<PretrainedWeights | RunWeights> => `pretrained:${folder}`;

/** Throws `PTX_CONFIG_VALUE` where the pieces do not fit the tables. */
function requireFit(sizes: Sizes, pieces: Pieces, place: string): number {
  const rows = sizes.vocab_size ?? pieces.vocabulary;
  if (pieces.vocabulary > rows) {
    throw ptxError(
      "PTX_CONFIG_VALUE",
      place,
      `the tokenizer has ${pieces.vocabulary} pieces, the encoder knows ${rows}`,
      "give the input that pretrained model's own tokenizer",
    );
  }
  const places = sizes.max_position_embeddings - sizes.position_offset;
  if (pieces.most === null || pieces.most > places) {
    throw ptxError(
      "PTX_CONFIG_VALUE",
      place,
      `the encoder has ${places} places, and the input gives ${pieces.most ?? "any number of"} pieces`,
      `set max_seq_len of the input to ${places} at most`,
    );
  }
  return rows;
}

/** Pieces, places and segments as one vector each, normalised: `[batch, pieces, hidden_size]`. */
function embeddings(scope: Scope, sizes: Sizes, pieces: Pieces): Tensor {
  const rows = requireFit(sizes, pieces, scope.path);
  const dim = sizes.embedding_size ?? sizes.hidden_size;
  const table = (name: string, count: number): Tensor =>
    scope.parameter(`${name}.weight`, [count, dim], normalInit(0.02));
  const places = add(range(scope.graph, pieces.ids.dim(1)), sizes.position_offset);
  const word = gather(table("word", rows), pieces.ids);
  const placed = add(word, gather(table("position", sizes.max_position_embeddings), places));
  const types = sizes.type_vocab_size;
  const told =
    types === 0
      ? placed
      : add(placed, types === 1 ? table("segment", 1) : gather(table("segment", types), pieces.segments));
  const normal = norm(scope.child("norm"), told, sizes.layer_norm_eps);
  const kept = scope.dropout(normal, sizes.hidden_dropout_prob);
  return dim === sizes.hidden_size
    ? kept
    : linearLayer(scope.child("projection"), kept, sizes.hidden_size, true);
}

/** BERT's word for a whole row: a layer with tanh over the first piece. `[batch, pieces, dim] -> [batch, dim]`. */
function pooler(scope: Scope, states: Tensor): Tensor {
  const first = squeeze(slice(states, 1, 0, 1), [1]);
  return scope.within("pooler", (at) => tanh(linearLayer(at, first, sizedAxis(first, 1), true)));
}

/** The encoder, with its adapter if it has one. */
function buildAdapted(scope: Scope, config: Config, pieces: Pieces, wanted: Wanted): Layered {
  if (config.adapter === null) return build(scope, config, pieces, wanted);
  const { component: adapter, config: options } = scope.context.part("adapter", config.adapter);
  return adapter.build(scope, options, (adapted) => build(adapted, config, pieces, wanted));
}

/** What an encoder gives, its head for masked pieces aside. */
type Layered = Omit<Encoded, "masked">;

function build(scope: Scope, config: Config, pieces: Pieces, wanted: Wanted): Layered {
  const sizes = sizesOf(config);
  const embedded = scope.within("embeddings", (at) => embeddings(at, sizes, pieces));
  const layers = wanted.pooled
    ? sizes.num_hidden_layers
    : Math.min(wanted.layers ?? sizes.num_hidden_layers, sizes.num_hidden_layers);
  const encoder = { mask: pieces.mask, bias: paddingBias(pieces.mask, embedded.dtype, 2) };
  const { states, attentions } = encoderLayers(scope, rowsOf(embedded), encoder, layers, {
    heads: sizes.num_attention_heads,
    feedForward: sizes.intermediate_size,
    activation: sizes.hidden_act,
    normalizeBefore: false,
    epsilon: sizes.layer_norm_eps,
    dropout: sizes.hidden_dropout_prob,
    attentionDropout: sizes.attention_probs_dropout_prob,
    activationDropout: 0,
    shared: sizes.share_layers,
    recomputed: config.gradient_checkpointing && scope.mode === "train",
  });
  const each = states.map((rows) => reshape(rows, [...pieces.ids.shape, sizes.hidden_size]));
  const pooled = wanted.pooled && sizes.pooler ? pooler(scope, each.at(-1)!) : null;
  return { states: [embedded, ...each], attentions, pooled };
}

/** BERT and its kin. Parameters: `embeddings.*`, `layer0.*`, `layer1.*`, ..., `pooler.*`, `head.*`. */
export const TransformerEncoder = component({
  kind: "encoder",
  name: "TransformerEncoder",
  schema,
  complete: (config) =>
    config.pretrained === null
      ? { config, problems: [] }
      : isRunFolder(config.pretrained)
        ? sizesOfRun(config, config.pretrained)
        : completedSizes(config, config.pretrained),
  check(config) {
    const { hidden_size, num_attention_heads } = sizesOf(config);
    return checkHeads(hidden_size, num_attention_heads, "num_attention_heads", "hidden_size");
  },
  async prepare({ pretrained, adapter }, context) {
    const adapting = adapter && context.part("adapter", adapter);
    await adapting?.component.prepare?.(adapting.config, context);
    if (pretrained === null || context.find(weightsToken(pretrained)) !== undefined) return;
    const weights = isRunFolder(pretrained) ? RunWeights : PretrainedWeights;
    context.provide(weightsToken(pretrained), await weights.read(pretrained));
  },
  limits(config) {
    const { num_hidden_layers, max_position_embeddings, position_offset } = sizesOf(config);
    return { layers: num_hidden_layers, places: max_position_embeddings - position_offset };
  },
  build(whole, config, pieces, wanted) {
    const weights =
      config.pretrained === null ? undefined : whole.context.find(weightsToken(config.pretrained));
    const scope =
      weights === undefined ? whole : whole.startingFrom((path, shape) => weights.values(path, shape));
    const encoded = buildAdapted(scope, config, pieces, wanted);
    // An adapter holds the encoder's own parameters still, which a head that has none to begin with must not be.
    const rows = wanted.masked?.(encoded.states.at(-1)!);
    const masked = rows === undefined ? null : pieceHead(scope, sizesOf(config), rows, pieces.vocabulary);
    weights?.report(scope.context.log);
    return { ...encoded, masked };
  },
});
