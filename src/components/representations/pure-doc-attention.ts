import { Type } from "typebox";
import { component } from "../../registry/component.js";
import { checkPooledText, pooledText, pooledTextOptions } from "./pooled-text.js";

const schema = Type.Object(pooledTextOptions, {
  description:
    "Word vectors pooled as they are: with MeanPool and hidden layers a deep averaging network (Iyyer et al., 2015).",
});

/** `vectors [batch, tokens, dim]` -> doc `[batch, pooled]`, tokens as they came. */
export const PureDocAttention = component({
  kind: "representation",
  name: "PureDocAttention",
  schema,
  check: checkPooledText,
  build: (scope, config, input) => ({ doc: pooledText(scope, config, input), tokens: input.vectors }),
});
