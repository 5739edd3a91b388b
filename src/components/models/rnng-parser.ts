import { type Static, Type } from "typebox";
import { slice } from "../../graph/ops/shaping.js";
import { component, Slot } from "../../registry/component.js";
import type { ParserRules, Predicted } from "../contracts.js";
import { rowTotal } from "../losses/totals.js";
import { ActionSet } from "../rnng/actions.js";
import { bracketsOf } from "../rnng/brackets.js";
import { Committee } from "../rnng/committee.js";
import type { GoldActions } from "../rnng/course.js";
import { goldLoss } from "../rnng/gold.js";
import { Parser } from "../rnng/parser.js";
import { search } from "../rnng/search.js";
import { embedded, embeddingSlot, prepareEmbedding, textInputs } from "./text-inputs.js";

const flag = (value: boolean, description: string) => Type.Boolean({ default: value, description });

const schema = Type.Object(
  {
    inputs: Type.Object(
      {
        ...textInputs,
        tokens: Slot("tensorizer", {
          default: { TokenTensorizer: { column: "tokenized_text" } },
          description: "The text as word ids; its words must be those of the trees.",
        }),
        actions: Slot("tensorizer", {
          default: "AnnotationNumberizer",
          description: "The trees that are to be predicted.",
        }),
      },
      { default: {}, description: "What the model reads, and from which columns." },
    ),
    embedding: embeddingSlot,
    lstm: Type.Object(
      {
        lstm_dim: Type.Integer({ minimum: 1, default: 32, description: "Size of the states of all LSTMs." }),
        num_layers: Type.Integer({ minimum: 1, default: 1, description: "Layers of the three LSTMs." }),
      },
      { default: {}, description: "The LSTMs over the tokens that are left, the stack, and the actions." },
    ),
    ablation: Type.Object(
      {
        use_buffer: flag(true, "An action depends on the tokens that are left."),
        use_stack: flag(true, "An action depends on the stack."),
        use_action: flag(true, "An action depends on the actions before."),
        use_last_open_NT_feature: flag(false, "An action depends on the label of the innermost open node."),
      },
      { default: {}, description: "What an action's probability depends on." },
    ),
    constraints: Type.Object(
      {
        intent_slot_nesting: flag(
          true,
          "The root is an intent, intents hold slots only, and slots intents only, tokens aside.",
        ),
        ignore_loss_for_unsupported: flag(
          false,
          "What follows a root whose label holds UNSUPPORTED is not learnt.",
        ),
        no_slots_inside_unsupported: flag(true, "Below such a root there are no slots."),
      },
      { default: {}, description: "Which trees there are, and which count in training." },
    ),
    max_open_NT: Type.Integer({
      minimum: 1,
      default: 10,
      description:
        "How many nodes may be open at a time, and by how many a tree's nodes may exceed its tokens.",
    }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.1,
      description:
        "Probability that an element of what an action depends on is zeroed in training, and of what passes between layers.",
    }),
    beam_size: Type.Integer({
      minimum: 1,
      default: 1,
      description: "How many beginnings of parses are followed at a time; 1: the likeliest action is taken.",
    }),
    top_k: Type.Integer({
      minimum: 1,
      default: 1,
      description: "How many parses of a text are given: the best that the beam holds at the end.",
    }),
    compositional_type: Type.Union([Type.Literal("blstm"), Type.Literal("sum")], {
      default: "blstm",
      description:
        'How a node\'s vector is made of its parts, label first: "blstm" = by LSTMs in both directions, "sum" = from their sum, which takes fewer steps.',
    }),
  },
  {
    description:
      "A recurrent neural network grammar (Dyer et al., 2016) as of Gupta et al. (2018): a shift-reduce parser whose actions depend on LSTMs over the tokens that are left, the stack and the actions so far.",
  },
);

const rulesOf = ({ max_open_NT, constraints }: Static<typeof schema>): ParserRules => ({
  mostOpen: max_open_NT,
  alternating: constraints.intent_slot_nesting,
  noSlotsInUnsupported: constraints.no_slots_inside_unsupported,
});

/** PyText's RNNGParser. The loss of a row is `-log p` of its tree among all trees that the rules allow. */
export const RNNGParser = component({
  kind: "parsing_model",
  name: "RNNGParser",
  schema,
  check({ ablation, beam_size, top_k }) {
    const { use_buffer, use_stack, use_action } = ablation;
    return [
      ...(use_buffer || use_stack || use_action
        ? []
        : [{ path: "ablation", message: "one of use_buffer, use_stack and use_action must be true" }]),
      ...(top_k <= beam_size
        ? []
        : [{ path: "top_k", message: `a beam of ${beam_size} gives no ${top_k} parses: raise beam_size` }]),
    ];
  },
  inputs: ({ inputs }) => inputs,
  prepare: prepareEmbedding,
  rules: rulesOf,
  searching: ({ inputs: { tokens }, max_open_NT, constraints, beam_size, top_k }) => ({
    inputs: { tokens },
    ...{ max_open_NT, constraints, beam_size, top_k },
  }),
  build(scope, config, inputs, { actions: labels }): Predicted {
    const words = embedded(scope, config.embedding, inputs);
    const { lstm, ablation, dropout, compositional_type: composition, max_open_NT } = config;
    const options = {
      ...{ hidden: lstm.lstm_dim, layers: lstm.num_layers, dropout, composition, ablation },
      rules: rulesOf(config),
    };
    const parser = new Parser(scope, options, new ActionSet(labels!), words);
    const gold = inputs.find("actions")?.tensors;
    const ignores = config.constraints.ignore_loss_for_unsupported;
    return scope.steps(parser, (parsers, mean): Predicted => {
      const committee = new Committee(parsers, mean);
      const loss =
        gold === undefined
          ? null
          : rowTotal(goldLoss(committee, gold as unknown as GoldActions, ignores), null);
      if (scope.mode === "train") return { loss, outputs: {} };
      const { actions, scores } = search(committee, config.beam_size);
      const { opens, closes } = bracketsOf(slice(actions, 1, 0, config.top_k), words.mask, max_open_NT);
      return { loss, outputs: { opens, closes, parse_scores: slice(scores, 1, 0, config.top_k) } };
    });
  },
});
