import { type Static, Type } from "typebox";
import type { Tensor } from "../graph/graph.js";
import { gelu, relu, sigmoid, tanh } from "../graph/ops/elementwise.js";

const functions = { relu, gelu, tanh, sigmoid } as const;

/** The schema of an activation's name. */
export const activationSchema = (description: string) =>
  Type.Union([Type.Literal("relu"), Type.Literal("gelu"), Type.Literal("tanh"), Type.Literal("sigmoid")], {
    default: "relu",
    description,
  });

/** Applies the named activation element by element. */
export function activation(name: Static<ReturnType<typeof activationSchema>>, x: Tensor): Tensor {
  return functions[name](x);
}
