/** @file How likely each action is, from what the three LSTMs of a parser say. */
import type { Tensor } from "../../graph/graph.js";
import { relu, where } from "../../graph/ops/elementwise.js";
import { oneHot } from "../../graph/ops/lookup.js";
import { linear } from "../../graph/ops/matrix.js";
import { logSoftmax } from "../../graph/ops/reduction.js";
import { concat } from "../../graph/ops/shaping.js";
import { xavierInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { HIDDEN } from "../masking.js";
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

/** `log p(action)` over the actions that are allowed, `[...rows, actions]`: an MLP with one hidden layer over the summaries, as PyText's. */
export function actionScores(
  scope: Scope,
  summaries: Summaries,
  { allowed, dropout }: { readonly allowed: Tensor; readonly dropout: number },
): Tensor {
  const actions = sizedAxis(allowed, allowed.rank - 1);
  const states = (["buffer", "stack", "action"] as const).flatMap((name) => {
    const states = summaries[name];
    return states === null ? [] : [scope.within(name, (at) => at.dropout(states, dropout))];
  });
  const hidden = sizedAxis(states[0]!, states[0]!.rank - 1);
  const feature = summaries.lastOpen === null ? [] : [oneHot(summaries.lastOpen, actions)];
  const input = concat([...states, ...feature], allowed.rank - 1);
  const layer = (name: string, x: Tensor, outputs: number): Tensor => {
    const at = scope.child(name);
    const weight = at.parameter("weight", [sizedAxis(x, x.rank - 1), outputs], xavierInit);
    return linear(x, weight, at.parameter("bias", [outputs]));
  };
  const logits = layer("output", relu(layer("hidden", input, hidden)), actions);
  return logSoftmax(where(allowed, logits, HIDDEN));
}
