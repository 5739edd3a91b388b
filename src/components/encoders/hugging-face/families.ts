/** @file How Hugging Face's models name their sizes and weights, and where these stand in ours. */

/** A config.json, or what it holds. */
export type ModelConfig = Readonly<Record<string, unknown>>;

/** The modules of one family by our names. */
export interface Family {
  /** Keys of config.json by the names that `transformerSizes` has, where they are others. */
  readonly keys: Readonly<Record<string, string>>;
  /** What config.json does not say. */
  readonly fixed: Readonly<Record<string, unknown>>;
  /** Modules outside the layers; those of the head for masked pieces stand outside the encoder, without its prefix. */
  readonly outer: Readonly<Record<string, string>>;
  /** A layer's place; `#` stands for its number. */
  readonly layer: string;
  /** Modules of a layer; three stand side by side in one of ours. */
  readonly inner: Readonly<Record<string, string | readonly [string, string, string]>>;
}

const tables = {
  "embeddings.word": "embeddings.word_embeddings",
  "embeddings.position": "embeddings.position_embeddings",
  "embeddings.segment": "embeddings.token_type_embeddings",
  "embeddings.norm": "embeddings.LayerNorm",
};

const bert: Family = {
  keys: {},
  fixed: {},
  outer: {
    ...tables,
    pooler: "pooler.dense",
    "head.dense": "cls.predictions.transform.dense",
    "head.norm": "cls.predictions.transform.LayerNorm",
    head: "cls.predictions",
  },
  layer: "encoder.layer.#",
  inner: {
    "attention.in_proj": ["attention.self.query", "attention.self.key", "attention.self.value"],
    "attention.out_proj": "attention.output.dense",
    norm1: "attention.output.LayerNorm",
    linear1: "intermediate.dense",
    linear2: "output.dense",
    norm2: "output.LayerNorm",
  },
};

const roberta: Family = {
  ...bert,
  outer: {
    ...bert.outer,
    "head.dense": "lm_head.dense",
    "head.norm": "lm_head.layer_norm",
    head: "lm_head",
  },
};

const distilbert: Family = {
  keys: {
    hidden_size: "dim",
    intermediate_size: "hidden_dim",
    num_hidden_layers: "n_layers",
    num_attention_heads: "n_heads",
    hidden_act: "activation",
    hidden_dropout_prob: "dropout",
    attention_probs_dropout_prob: "attention_dropout",
  },
  fixed: { type_vocab_size: 0, layer_norm_eps: 1e-12, pooler: false },
  outer: {
    ...tables,
    "head.dense": "vocab_transform",
    "head.norm": "vocab_layer_norm",
    head: "vocab_projector",
  },
  layer: "transformer.layer.#",
  inner: {
    "attention.in_proj": ["attention.q_lin", "attention.k_lin", "attention.v_lin"],
    "attention.out_proj": "attention.out_lin",
    norm1: "sa_layer_norm",
    linear1: "ffn.lin1",
    linear2: "ffn.lin2",
    norm2: "output_layer_norm",
  },
};

const electra: Family = {
  ...bert,
  fixed: { pooler: false },
  outer: {
    ...tables,
    "embeddings.projection": "embeddings_project",
    "head.dense": "generator_predictions.dense",
    "head.norm": "generator_predictions.LayerNorm",
    head: "generator_lm_head",
  },
};

const albert: Family = {
  keys: {},
  fixed: { share_layers: true },
  outer: {
    ...tables,
    "embeddings.projection": "encoder.embedding_hidden_mapping_in",
    pooler: "pooler",
    "head.dense": "predictions.dense",
    "head.norm": "predictions.LayerNorm",
    head: "predictions",
  },
  layer: "encoder.albert_layer_groups.0.albert_layers.0",
  inner: {
    "attention.in_proj": ["attention.query", "attention.key", "attention.value"],
    "attention.out_proj": "attention.dense",
    norm1: "attention.LayerNorm",
    linear1: "ffn",
    linear2: "ffn_output",
    norm2: "full_layer_layer_norm",
  },
};

/** The families by the `model_type` of config.json. */
export const families: Readonly<Record<string, Family>> = {
  bert,
  distilbert,
  roberta,
  "xlm-roberta": roberta,
  camembert: roberta,
  electra,
  albert,
};

/** The row of the first place: RoBERTa counts places from behind the padding piece's id. */
export function firstPlace(modelType: string, config: ModelConfig): number {
  if (!["roberta", "xlm-roberta", "camembert"].includes(modelType)) return 0;
  const { pad_token_id: pad = 1 } = config;
  return Number(pad) + 1;
}

/** What config.json may say of a model that ours cannot do: the key, and the only value that will do. */
export const needed: Readonly<Record<string, unknown>> = {
  position_embedding_type: "absolute",
  is_decoder: false,
  add_cross_attention: false,
  num_hidden_groups: 1,
  inner_group_num: 1,
};

/**
 * The tensors that a parameter of ours is made of, by its path below the encoder (`layer3.attention.in_proj.weight`), without
 * the prefix that a checkpoint may have; several stand side by side. Null: the family has no such module.
 */
export function sourcesOf(family: Family, path: string): readonly string[] | null {
  const end = path.lastIndexOf(".");
  const [module, role] = [path.slice(0, end), path.slice(end + 1)];
  const layer = /^layer(\d*)\.(.+)$/.exec(module);
  const found = layer === null ? family.outer[module] : family.inner[layer[2]!];
  if (found === undefined) return null;
  const before = layer === null ? "" : `${family.layer.replace("#", layer[1]!)}.`;
  return [found].flat().map((name) => `${before}${name}.${role}`);
}

/** A linear layer of a family's layers, as ours: its path below the encoder, and which of how many that stand side by side. */
export interface LayerModule {
  readonly path: string;
  readonly part: number;
  readonly of: number;
}

/** The linear layer of ours that a module of Hugging Face's is or is part of, whatever stands before the encoder in its name. */
export function layerModule(module: string): LayerModule | undefined {
  for (const family of Object.values(families)) {
    const [before, behind] = `${family.layer}.`.split("#").map(escaped);
    const place = new RegExp(`(?:^|\\.)${before}${behind === undefined ? "()" : `(\\d+)${behind}`}(.+)$`);
    const [, layer, inner] = place.exec(module) ?? [];
    for (const [path, names] of Object.entries(family.inner)) {
      const all = [names].flat();
      const part = all.indexOf(inner!);
      if (part >= 0 && !path.startsWith("norm"))
        return { path: `layer${layer}.${path}`, part, of: all.length };
    }
  }
  return undefined;
}

const escaped = (text: string): string => text.replaceAll(".", "\\.");

/** Whether a parameter is a matrix of a linear layer, which PyTorch keeps as `[out, in]` and we as `[in, out]`. */
export const isMatrix = (path: string): boolean =>
  path.endsWith(".weight") &&
  !/^embeddings\.(word|position|segment)\./.test(path) &&
  !/(^|\.)norm\d?\./.test(path);
