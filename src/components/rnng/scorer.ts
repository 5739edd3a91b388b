/** @file What the three LSTMs of a parser say of each action. */
import type { Tensor } from "../../graph/graph.js";
import { relu } from "../../graph/ops/elementwise.js";
import { oneHot } from "../../graph/ops/lookup.js";
import { linear } from "../../graph/ops/matrix.js";
import { concat } from "../../graph/ops/shaping.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { sizedAxis } from "../sizes.js";

/** Which of these an action's probability depends on. One of the first three at least. */
export interface Ablation {
  readonly use_buffer: boolean;
  readonly use_stack: boolean;
  readonly use_action: boolean;
  readonly use_last_open_NT_feature: boolean;
}

/** What is known before an action. `[...rows, hidden]` each; null is what ablation leaves out. */
export interface Summaries {
  readonly buffer: Tensor | null;
  readonly stack: Tensor | null;
  readonly action: Tensor | null;
  /** The action that opened the innermost open node, `[...rows]`; -1 where none is open. */
  readonly lastOpen: Tensor | null;
}

/** The logits of all actions, `[...rows, actions]`: an MLP with one hidden layer over the summaries, as PyText's. */
export function actionLogits(
  scope: Scope,
  summaries: Summaries,
  { actions, dropout }: { readonly actions: number; readonly dropout: number },
): Tensor {
  const states = (["buffer", "stack", "action"] as const).flatMap((name) => {
    const states = summaries[name];
    return states === null ? [] : [scope.within(name, (at) => at.dropout(states, dropout))];
  });
  const hidden = sizedAxis(states[0]!, states[0]!.rank - 1);
  const feature = summaries.lastOpen === null ? [] : [oneHot(summaries.lastOpen, actions)];
  const input = concat([...states, ...feature], states[0]!.rank - 1);
  const layer = (name: string, x: Tensor, outputs: number): Tensor => {
    const at = scope.child(name);
    const weight = at.parameter("weight", [sizedAxis(x, x.rank - 1), outputs], xavierInit);
    return linear(x, weight, at.parameter("bias", [outputs]));
  };
  return layer("output", relu(layer("hidden", input, hidden)), actions);
}
