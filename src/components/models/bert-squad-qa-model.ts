import { Type } from "typebox";
import { component, Slot } from "../../registry/component.js";
import { questionPiecesOf } from "../data/tensorizers/squad-for-bert-tensorizer.js";
import { encode, piecesOf } from "../encoders/encode.js";
import { prepareEncoder } from "../encoders/text-vector.js";
import { answersFrom, answersInput, spanOutput, spanRule } from "./reading/span-parts.js";

const NAME = "BertSquadQAModel";

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        tokens: Slot("tensorizer", {
          default: "SquadForBERTTensorizer",
          description: "Question and text as the pieces that the encoder knows.",
        }),
        answers: answersInput,
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    encoder: Slot("encoder", { default: "TransformerEncoder", description: "Pieces to states." }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      description:
        "Probability that an element of a state is zeroed in training, beside the encoder's own dropout.",
    }),
    decoder: Slot("decoder", {
      default: "MLPDecoder",
      description: "Each state to two logits: an answer begins here, and ends here.",
    }),
    ...spanOutput,
  },
  {
    description:
      "Finds the answer of a question in a text that an encoder reads together with it (BERT): encoder -> decoder -> output layer.",
  },
);

/** Pieces of question and text -> what the output layer gives. */
export const BertSquadQAModel = component({
  kind: "span_model",
  name: NAME,
  schema,
  inputs: ({ inputs }) => inputs,
  prepare: prepareEncoder,
  rule: spanRule,
  build(scope, config, inputs) {
    const { tensorizer, tensors } = inputs.need("tokens", NAME);
    questionPiecesOf(tensorizer, NAME);
    const pieces = piecesOf(inputs, "tokens", NAME);
    const states = encode(scope, config.encoder, pieces, { pooled: false }).states.at(-1)!;
    const logits = scope.part("decoder", config.decoder, "decoder", (decoder, options, at) =>
      decoder.build(at, options, scope.dropout(states, config.dropout), 2),
    );
    return answersFrom(scope, config, logits, tensors.context!, inputs);
  },
});
