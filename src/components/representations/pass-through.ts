import { Type } from "typebox";
import { component } from "../../registry/component.js";

const schema = Type.Object({}, { description: "The embeddings as they are." });

/** `vectors [batch, tokens, dim]` -> tokens, the same. */
export const PassThroughRepresentation = component({
  kind: "representation",
  name: "PassThroughRepresentation",
  schema,
  build: (_scope, _config, { vectors }) => ({ doc: null, tokens: vectors }),
});
