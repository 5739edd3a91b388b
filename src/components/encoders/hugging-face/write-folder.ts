/** @file An encoder of ours as Hugging Face's tools write models. */
import type { HostTensor } from "../../../graph/dtype.js";
import { ptxError } from "../../../registry/errors.js";
import { type OpenSizes, type Sizes, sizesOf } from "../transformer-options.js";
import { families, isMatrix, sourcesOf } from "./families.js";

/** What a model is called there: its encoder's prefix, and the classes with and without the head for masked pieces. */
const CLASSES: Readonly<Record<string, readonly [prefix: string, model: string, masked: string]>> = {
  bert: ["bert.", "BertModel", "BertForMaskedLM"],
  roberta: ["roberta.", "RobertaModel", "RobertaForMaskedLM"],
  distilbert: ["distilbert.", "DistilBertModel", "DistilBertForMaskedLM"],
  electra: ["electra.", "ElectraModel", "ElectraForMaskedLM"],
  albert: ["albert.", "AlbertModel", "AlbertForMaskedLM"],
};

/** What the paths of the head for masked pieces begin with. */
const HEAD = "head.";

/** The head's bias once more, under the name by which these families' classes look for it first. */
const BIAS_TWICE: Readonly<Record<string, string>> = {
  roberta: "lm_head.decoder.bias",
  albert: "predictions.decoder.bias",
};

/** The family that has a model of these sizes. */
export function familyOf(sizes: Sizes): string {
  if (sizes.share_layers) return "albert";
  if (sizes.position_offset > 0) return "roberta";
  if (sizes.type_vocab_size === 0) return "distilbert";
  return (sizes.embedding_size ?? sizes.hidden_size) === sizes.hidden_size ? "bert" : "electra";
}

/** A model in Hugging Face's form. */
export interface HuggingFaceModel {
  /** What config.json holds. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What model.safetensors holds. */
  readonly tensors: Readonly<Record<string, HostTensor>>;
}

/**
 * An encoder, with its head for masked pieces if it has one, by the names of the family that its sizes fit.
 * @param parameters values by their path below the encoder (`layer0.norm1.weight`)
 * @param place where the encoder comes from, for errors. Throws `PTX_EXPORT` for a parameter that no such model has
 */
export function huggingFaceModel(
  open: OpenSizes,
  parameters: ReadonlyMap<string, HostTensor>,
  place: string,
): HuggingFaceModel {
  const sizes = sizesOf(open);
  const modelType = familyOf(sizes);
  const family = families[modelType]!;
  const [prefix, model, masked] = CLASSES[modelType]!;
  const hasHead = parameters.has(`${HEAD}bias`);
  const tensors: Record<string, HostTensor> = {};
  for (const [path, tensor] of parameters) {
    const names = sourcesOf(family, path);
    if (names === null)
      throw ptxError(
        "PTX_EXPORT",
        `${place}  ${path}`,
        `a model of the kind ${modelType} has no such parameter`,
      );
    const before = hasHead && !path.startsWith(HEAD) ? prefix : "";
    for (const [i, part] of partsOf(tensor, names.length, isMatrix(path)).entries())
      tensors[`${before}${names[i]}`] = part;
  }
  const [bias, twice] = [parameters.get(`${HEAD}bias`), BIAS_TWICE[modelType]];
  if (bias !== undefined && twice !== undefined) tensors[twice] = { ...bias };
  const table = parameters.get("embeddings.word.weight");
  if (table === undefined) throw ptxError("PTX_EXPORT", place, "the encoder has no table of pieces");
  const said = Object.entries(sizes)
    .filter(([key]) => !(key in family.fixed) && !OURS.has(key))
    .map(([key, value]) => [family.keys[key] ?? key, value]);
  const config = {
    ...Object.fromEntries(said),
    ...(modelType === "electra" || modelType === "albert"
      ? { embedding_size: sizes.embedding_size ?? sizes.hidden_size }
      : {}),
    ...(modelType === "roberta" && { pad_token_id: sizes.position_offset - 1 }),
    vocab_size: table.dims[0],
    model_type: modelType,
    architectures: [hasHead ? masked : model],
    torch_dtype: "float32",
  };
  return { config, tensors };
}

/** Sizes that Hugging Face's config.json has no key for, or another one. */
const OURS: ReadonlySet<string> = new Set(["position_offset", "share_layers", "pooler", "embedding_size"]);

/** A parameter as one or several that stand side by side; matrices as `[out, in]`. */
export function partsOf({ dims, data }: HostTensor, count: number, matrix: boolean): HostTensor[] {
  const values = data as Float32Array;
  if (!matrix) {
    const width = values.length / count;
    const shape = count === 1 ? dims : [width];
    return Array.from({ length: count }, (_, i) => floats(shape, values.slice(i * width, (i + 1) * width)));
  }
  const [rows, columns] = dims as [number, number];
  const width = columns / count;
  return Array.from({ length: count }, (_, i) => {
    const turned = new Float32Array(rows * width);
    for (let column = 0; column < width; column++)
      for (let row = 0; row < rows; row++)
        turned[column * rows + row] = values[row * columns + i * width + column]!;
    return floats([width, rows], turned);
  });
}

const floats = (dims: readonly number[], data: Float32Array): HostTensor => ({
  dtype: "float32",
  dims,
  data,
});
