/** @file Several texts of a row, each with numbers beside it, as one vector: what tower models decode. */
import { type TSchema, Type } from "typebox";
import type { Tensor } from "../../../graph/graph.js";
import { concat } from "../../../graph/ops/shaping.js";
import type { Scope } from "../../../graph/scope.js";
import { Slot, type SlotValue } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import type { ModelInputs } from "../../contracts.js";
import type { Tensorizer } from "../../data/contracts.js";
import {
  checkHiddenLayers,
  type HiddenLayers,
  hiddenLayers,
  hiddenLayersSchema,
} from "../../decoders/hidden-layers.js";
import {
  ownAxis,
  prepareTowers,
  requireOneVocabulary,
  type Tower,
  type TowerParts,
  towerSlots,
  towerVector,
} from "./towers.js";

/** The towers of a model: two or three. */
export const TWO = ["right", "left"] as const;
export const TRI = ["right", "middle", "left"] as const;
type Side = (typeof TRI)[number];

/** A schema for each side, under a key made of its name. */
const bySide = <S extends Side, E extends string, T extends TSchema>(
  sides: readonly S[],
  end: E,
  schema: (side: S) => T,
) => Object.fromEntries(sides.map((side) => [`${side}_${end}`, schema(side)])) as Record<`${S}_${E}`, T>;

/** The inputs of these towers. */
export const towerInputs = <S extends Side>(sides: readonly S[]) => ({
  ...bySide(sides, "tokens", (side) =>
    Slot("tensorizer", {
      default: { TokenTensorizer: { column: `${side}_text` } },
      description: `The ${side} tower's text as word ids.`,
    }),
  ),
  ...bySide(sides, "dense", (side) =>
    Slot("tensorizer", { default: null, description: `Numbers that stand beside the ${side} tower's text.` }),
  ),
  dense: Slot("tensorizer", { default: null, description: "Numbers that stand beside all texts." }),
});

/** The keys of what makes one vector of the texts. */
export const towerParts = <S extends Side>(sides: readonly S[]) => ({
  ...towerSlots("BiLSTMDocAttention"),
  use_shared_encoder: Type.Boolean({
    default: false,
    description: "Whether all texts go through one representation; else each has its own.",
  }),
  use_shared_embedding: Type.Boolean({
    default: false,
    description: "Whether all texts have one vocabulary and one embedding; else each has its own.",
  }),
  ...bySide(sides, "mlp", (side) =>
    hiddenLayersSchema(
      `Hidden layers over the ${side} text's vector and the numbers beside it; none by default.`,
    ),
  ),
});

/** The resolved values of `towerInputs` and `towerParts`. */
interface Config extends TowerParts {
  readonly inputs: Readonly<Partial<Record<`${Side}_tokens`, SlotValue<"tensorizer">>>>;
  readonly use_shared_encoder: boolean;
  readonly use_shared_embedding: boolean;
}

const towerOf = ({ use_shared_encoder, use_shared_embedding }: Config, side: Side): Tower => ({
  tokens: `${side}_tokens`,
  embedding: use_shared_embedding ? "embedding" : `${side}_embedding`,
  representation: use_shared_encoder ? "representation" : `${side}_representation`,
});

/** What tower models declare of their inputs. */
export const towerKind = (sides: readonly Side[]) => ({
  inputs: <C extends Config>({ inputs }: C): C["inputs"] => ({
    ...inputs,
    ...Object.fromEntries(
      sides.map((side) => [`${side}_tokens`, ownAxis(inputs[`${side}_tokens`]!, `${side}_tokens`)]),
    ),
  }),
  oneVocabulary: ({ use_shared_embedding }: Config): readonly string[] =>
    use_shared_embedding ? sides.map((side) => `${side}_tokens`) : [],
  prepare: (config: Config, context: Context, tensorizers: ReadonlyMap<string, Tensorizer>): Promise<void> =>
    prepareTowers(
      config,
      context,
      tensorizers,
      sides.map((side) => towerOf(config, side)),
    ),
  check: (config: object) => sides.flatMap((side) => checkHiddenLayers(mlpOf(config, side), `${side}_mlp.`)),
});

const mlpOf = (config: object, side: Side): HiddenLayers =>
  (config as Record<`${Side}_mlp`, HiddenLayers>)[`${side}_mlp`];

/** Each tower's vector, `[batch, dim]`, side by side, and the numbers beside all: `[batch, features]`. */
export function towerFeatures(
  scope: Scope,
  config: Config,
  inputs: ModelInputs,
  sides: readonly Side[],
  model: string,
): Tensor {
  if (config.use_shared_embedding)
    requireOneVocabulary(
      inputs,
      sides.map((side) => `${side}_tokens`),
      model,
    );
  const beside = (name: string): readonly Tensor[] => {
    const values = inputs.find(name)?.tensors.values;
    return values === undefined ? [] : [values];
  };
  const towers = sides.map((side) => {
    const text = towerVector(scope, config, inputs, towerOf(config, side));
    const all = concat([text, ...beside(`${side}_dense`)], 1);
    return scope.within(`${side}_mlp`, (at) => hiddenLayers(at, mlpOf(config, side), all));
  });
  return concat([...towers, ...beside("dense")], 1);
}
