import { type Static, Type } from "typebox";
import type { Tensor } from "../graph/graph.js";
import { gelu, relu, sigmoid, tanh } from "../graph/ops/elementwise.js";

const functions = { relu, gelu, tanh, sigmoid } as const;

/** The schema of an activation's name. */
export const activationSchema = (description: string, standard: keyof typeof functions = "relu") =>
  Type.Union([Type.Literal("relu"), Type.Literal("gelu"), Type.Literal("tanh"), Type.Literal("sigmoid")], {
    default: standard,
    description,
  });

/** The name of an activation. */
export type ActivationName = Static<ReturnType<typeof activationSchema>>;

/** Applies the named activation element by element. */
export function activation(name: ActivationName, x: Tensor): Tensor {
  return functions[name](x);
}
