/** @file A pair of texts as one vector: what the models of pairs decode. */
import { Type } from "typebox";
import type { Tensor } from "../../../graph/graph.js";
import { abs, mul, sub } from "../../../graph/ops/elementwise.js";
import { concat } from "../../../graph/ops/shaping.js";
import type { Scope } from "../../../graph/scope.js";
import { Slot, type SlotValue } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import type { ModelInputs } from "../../contracts.js";
import type { Tensorizer } from "../../data/contracts.js";
import {
  ownAxis,
  prepareTowers,
  requireOneVocabulary,
  type Tower,
  type TowerParts,
  towerSlots,
  towerVector,
} from "./towers.js";

const TEXTS = ["tokens1", "tokens2"] as const;

/** The inputs of a pair. */
export const pairInputs = {
  tokens1: Slot("tensorizer", {
    default: { TokenTensorizer: { column: "text1" } },
    description: "The first text as word ids.",
  }),
  tokens2: Slot("tensorizer", {
    default: { TokenTensorizer: { column: "text2" } },
    description: "The second text as word ids.",
  }),
  dense: Slot("tensorizer", { default: null, description: "Numbers that stand beside the pair." }),
};

/** Which of their parts two texts share. */
export const sharedParts = {
  shared_representations: Type.Boolean({
    default: true,
    description: "Whether both texts go through one representation (siamese); else each has its own.",
  }),
  shared_embeddings: Type.Boolean({
    default: true,
    description:
      "Whether both texts have one vocabulary and one embedding; else each has its own, as where they are of two languages.",
  }),
};

/** The keys of what makes one vector of a pair. */
export const pairParts = {
  ...towerSlots("BiLSTMDocAttention"),
  ...sharedParts,
  encode_relations: Type.Boolean({
    default: true,
    description:
      "Whether the decoder also reads |a - b| and a * b of both texts' vectors a and b (Conneau et al., 2017).",
  }),
};

/** What the ways of both texts depend on. */
interface PairConfig extends TowerParts {
  readonly inputs: Readonly<Record<(typeof TEXTS)[number], SlotValue<"tensorizer">>>;
  readonly shared_representations: boolean;
  readonly shared_embeddings: boolean;
}

/** The ways of both texts. */
function towersOf({ shared_embeddings, shared_representations }: PairConfig): [Tower, Tower] {
  const tower = (own: 0 | 1): Tower => ({
    tokens: TEXTS[own],
    other: TEXTS[1 - own]!,
    embedding: shared_embeddings ? "embedding" : `embedding${own + 1}`,
    representation: shared_representations ? "representation" : `representation${own + 1}`,
  });
  return [tower(0), tower(1)];
}

/** What models of pairs declare of their inputs. */
export const pairKind = {
  inputs: <C extends PairConfig>({ inputs }: C): C["inputs"] => ({
    ...inputs,
    tokens1: ownAxis(inputs.tokens1, "tokens1"),
    tokens2: ownAxis(inputs.tokens2, "tokens2"),
  }),
  oneVocabulary: ({ shared_embeddings }: PairConfig): readonly string[] => (shared_embeddings ? TEXTS : []),
  prepare: (
    config: PairConfig,
    context: Context,
    tensorizers: ReadonlyMap<string, Tensorizer>,
  ): Promise<void> => prepareTowers(config, context, tensorizers, towersOf(config)),
};

/** The vectors of both texts, `[batch, dim]` each. */
export function pairVectors(
  scope: Scope,
  config: PairConfig,
  inputs: ModelInputs,
  model: string,
): [Tensor, Tensor] {
  if (config.shared_embeddings) requireOneVocabulary(inputs, TEXTS, model);
  const [first, second] = towersOf(config);
  return [towerVector(scope, config, inputs, first), towerVector(scope, config, inputs, second)];
}

/** a, b, |a - b|, a * b (the last two with `encode_relations`) and the numbers beside the pair: `[batch, features]`. */
export function pairFeatures(
  scope: Scope,
  config: PairConfig & { readonly encode_relations: boolean },
  inputs: ModelInputs,
  model: string,
): Tensor {
  const [a, b] = pairVectors(scope, config, inputs, model);
  const dense = inputs.find("dense")?.tensors.values;
  return concat(
    [
      ...[a, b],
      ...(config.encode_relations ? [abs(sub(a, b)), mul(a, b)] : []),
      ...(dense === undefined ? [] : [dense]),
    ],
    1,
  );
}
