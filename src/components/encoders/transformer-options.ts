/** @file The sizes of a Transformer encoder, by the names that Hugging Face's config.json files use. */
import { type Static, type TSchema, Type } from "typebox";
import { activationSchema } from "../activation.js";

const open = <S extends TSchema>(schema: S, description: string) =>
  Type.Union([schema, Type.Null()], { default: null, description });
const size = (description: string) => open(Type.Integer({ minimum: 1 }), description);
const rate = (description: string) => open(Type.Number({ minimum: 0, exclusiveMaximum: 1 }), description);

/** The config keys; null: what the pretrained model says, else the value of `STANDARD`. */
export const transformerSizes = {
  vocab_size: size("Rows of the table of pieces; null: as many as the tokenizer has pieces."),
  embedding_size: size(
    "Size of the pieces' vectors; null: hidden_size. Another size is brought to that by a linear layer.",
  ),
  hidden_size: size("Size of the states; null: 768."),
  num_hidden_layers: size("Layers; null: 12."),
  num_attention_heads: size("Attentions side by side in each layer, a divisor of hidden_size; null: 12."),
  intermediate_size: size("Size of the hidden layer behind each attention; null: 3072."),
  hidden_act: open(
    activationSchema("The name of an activation."),
    "What that hidden layer applies; null: gelu.",
  ),
  max_position_embeddings: size("Rows of the table of places; null: 512."),
  position_offset: open(
    Type.Integer({ minimum: 0 }),
    "The row of the first place; null: 0. RoBERTa and its kin begin behind the padding piece's id, with 2.",
  ),
  type_vocab_size: open(
    Type.Integer({ minimum: 0, maximum: 2 }),
    "Vectors that tell the first text from the second; 1: all pieces get the same one, 0: none; null: 2.",
  ),
  share_layers: open(Type.Boolean(), "All layers have the same parameters, as ALBERT's have; null: false."),
  layer_norm_eps: open(Type.Number({ exclusiveMinimum: 0 }), "Added to variances; null: 1e-12."),
  pooler: open(
    Type.Boolean(),
    "A layer with tanh over the first piece's state, which stands for the whole row; null: true.",
  ),
  hidden_dropout_prob: rate(
    "Probability that an element of the embeddings, or of what a half of a layer adds, is zeroed in training; null: 0.1.",
  ),
  attention_probs_dropout_prob: rate(
    "Probability that a weight of an attention is zeroed in training; null: 0.1.",
  ),
};

const schemaOfSizes = () => Type.Object(transformerSizes);

/** The resolved value of `transformerSizes`. */
export type OpenSizes = Static<ReturnType<typeof schemaOfSizes>>;

/** All sizes, but those that follow from others (`embedding_size`) or from the tokenizer (`vocab_size`). */
export type Sizes = { readonly [K in Exclude<keyof OpenSizes, Free>]: NonNullable<OpenSizes[K]> } & Pick<
  OpenSizes,
  Free
>;
type Free = "vocab_size" | "embedding_size";

/** BERT-base (Devlin et al., 2019). */
const STANDARD: Sizes = {
  vocab_size: null,
  embedding_size: null,
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  hidden_act: "gelu",
  max_position_embeddings: 512,
  position_offset: 0,
  type_vocab_size: 2,
  share_layers: false,
  layer_norm_eps: 1e-12,
  pooler: true,
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
};

/** The sizes of a config: its own, and the standard ones. */
export function sizesOf(config: OpenSizes): Sizes {
  const given = Object.keys(STANDARD).map((key) => {
    const name = key as keyof OpenSizes;
    return [name, config[name] ?? STANDARD[name]];
  });
  return Object.fromEntries(given) as Sizes;
}
