import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import { decisionOf } from "./classify.js";
import { buildClassifier, classInput, classifierParts } from "./doc-model.js";
import { prepareEmbedding, textInputs } from "./text-inputs.js";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        tokens: Slot("tensorizer", {
          default: "SeqTokenTensorizer",
          description: "The utterances as word ids.",
        }),
        dense: textInputs.dense,
        labels: classInput,
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    ...classifierParts("SeqRepresentation"),
  },
  {
    description:
      "Classifier of a session of utterances, such as a dialogue: embedding -> representation -> decoder -> output layer.",
  },
);

/** The words of each utterance (and dense features) -> scores `[batch, labels]`. */
export const SeqNNModel = component({
  kind: "model",
  name: "SeqNNModel",
  schema,
  inputs: ({ inputs }) => inputs,
  decision: decisionOf,
  prepare: prepareEmbedding,
  build: buildClassifier,
});
