import { Type } from "typebox";
import type { Tensor } from "../../graph/graph.js";
import { gather } from "../../graph/ops/lookup.js";
import { concat } from "../../graph/ops/shaping.js";
import { type Initializer, uniformInit } from "../../graph/parameters.js";
import type { Scope } from "../../graph/scope.js";
import { component, Slot } from "../../registry/component.js";
import { ptxError } from "../../registry/errors.js";
import type { ModelInput } from "../contracts.js";
import { vocabularyOf } from "../data/tensorizers/vocabulary-holder.js";
import { classify, decisionOf } from "./classify.js";
import { classInput, classifierParts, textFeatures } from "./doc-model.js";
import { prepareEmbedding, textInputs } from "./text-inputs.js";

const NAME = "PersonalizedDocModel";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        ...textInputs,
        uid: Slot("tensorizer", { default: "UidTensorizer", description: "Whose text it is." }),
        labels: classInput,
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...classifierParts("DocNNRepresentation"),
    user_embedding: Type.Object(
      {
        embed_dim: Type.Integer({ minimum: 1, default: 100, description: "Size of a user's vector." }),
      },
      {
        default: {},
        description:
          "A trained vector for every user. All start alike, so an unknown user has what is common to all.",
      },
    ),
  },
  {
    description:
      "Text classifier that knows whose text it is: the text's vector and the user's -> decoder -> output layer.",
  },
);

/** One random vector in every row. */
const alike: Initializer = (data, [, dim], random) => {
  const first = data.subarray(0, dim);
  uniformInit(0.25)(first, [dim!], random);
  for (let at = dim!; at < data.length; at += dim!) data.set(first, at);
};

/** `ids [batch]` of users -> `[batch, dim]`. */
function userVectors(scope: Scope, { tensorizer, tensors: { ids } }: ModelInput, dim: number): Tensor {
  if (ids?.rank !== 1)
    throw ptxError(
      "PTX_CONFIG_VALUE",
      `model.${NAME}.inputs.uid`,
      "a row has one user, which a UidTensorizer gives",
    );
  const table = scope.parameter("weight", [vocabularyOf(tensorizer, NAME).size, dim], alike);
  return gather(table, ids);
}

/** tokens, uid (and dense features) -> scores `[batch, labels]`. */
export const PersonalizedDocModel = component({
  kind: "model",
  name: NAME,
  schema,
  inputs: ({ inputs }) => inputs,
  decision: decisionOf,
  prepare: prepareEmbedding,
  build(scope, config, inputs, { labels }) {
    const text = textFeatures(scope, config, inputs);
    const user = scope.within("user_embedding", (at) =>
      userVectors(at, inputs.need("uid", NAME), config.user_embedding.embed_dim),
    );
    const features = concat([text, user], 1);
    const { loss, scores } = classify(scope, config, features, inputs.find("labels"), labels!);
    return { loss, outputs: { scores } };
  },
});
