import { type Static, Type } from "typebox";
import type { Tensor } from "../graph/graph.js";
import { add, mul, relu, sigmoid, tanh } from "../graph/ops/elementwise.js";
import { gelu } from "../graph/ops/gelu.js";
import { split } from "../graph/ops/shaping.js";
import { sizedAxis } from "./sizes.js";

/** GELU by its approximation with tanh (Hendrycks and Gimpel, 2016), as GPT-2 and ALBERT have it. */
const geluNew = (x: Tensor): Tensor =>
  mul(mul(x, 0.5), add(tanh(mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI))), 1));

const functions = { relu, gelu, gelu_new: geluNew, tanh, sigmoid } as const;

/** The schema of an activation's name. */
export const activationSchema = (description: string, standard: keyof typeof functions = "relu") =>
  Type.Union(
    [
      Type.Literal("relu"),
      Type.Literal("gelu"),
      Type.Literal("gelu_new"),
      Type.Literal("tanh"),
      Type.Literal("sigmoid"),
    ],
    { default: standard, description },
  );

/** The name of an activation. */
export type ActivationName = Static<ReturnType<typeof activationSchema>>;

/** Applies the named activation element by element. */
export function activation(name: ActivationName, x: Tensor): Tensor {
  return functions[name](x);
}

/** The first half of the features times the sigmoid of the second (Dauphin et al., 2017). `[rows, 2 * dim] -> [rows, dim]`. */
export function gatedLinear(x: Tensor): Tensor {
  const half = sizedAxis(x, 1) / 2;
  const [value, gate] = split(x, 1, [half, half]);
  return mul(value!, sigmoid(gate!));
}
