/** @file Parsers that take each action together. One that stands alone is a committee of one. */
import type { Dim } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import { add, average, exp, log, maximum, sub, where } from "../../graph/ops/elementwise.js";
import { logSoftmax } from "../../graph/ops/reduction.js";
import type { MeanOf } from "../../graph/scope.js";
import type { ParserRules } from "../contracts.js";
import { HIDDEN } from "../masking.js";
import type { ActionSet } from "./actions.js";
import type { Parser } from "./parser.js";
import { actionLogits, type Summaries } from "./scorer.js";

/** Parsers of the same texts that know the same actions and follow the same rules: what the first has of these, all have. */
export class Committee {
  readonly actions: ActionSet;
  readonly rules: ParserRules;
  /** bool `[batch, tokens]`. */
  readonly mask: Tensor;

  /** @param mean what of several members a mean is taken of: their logits, or their probabilities over the valid actions */
  constructor(
    readonly members: readonly Parser[],
    readonly mean: MeanOf,
  ) {
    const [first] = members as readonly [Parser];
    this.actions = first.actions;
    this.rules = first.options.rules;
    this.mask = first.mask;
  }

  get batch(): Dim {
    return this.mask.dim(0);
  }

  /** `log p(action)` over the actions that are allowed, `[...rows, actions]`. `summaries` are what each member knows. */
  scores(summaries: readonly Summaries[], allowed: Tensor): Tensor {
    const logits = this.members.map(({ scope, options }, i) =>
      scope.within("scorer", (at) =>
        actionLogits(at, summaries[i]!, { actions: this.actions.size, dropout: options.dropout }),
      ),
    );
    const logProbabilities = (x: Tensor): Tensor => logSoftmax(where(allowed, x, HIDDEN));
    if (this.mean === "logits") return logProbabilities(average(logits));
    const each = logits.map(logProbabilities);
    // The largest is taken out, so that no probability becomes 0.
    const most = each.reduce(maximum);
    return add(most, log(average(each.map((one) => exp(sub(one, most))))));
  }
}
