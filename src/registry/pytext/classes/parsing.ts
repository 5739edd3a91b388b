/** @file PyText's parser of intents and slots. */
import type { PyTextClass } from "../rule.js";
import { gone, inputMark, object, same, slot } from "../rules.js";

const idle = "it does nothing in PyText's parser either";

/** The parser and its inputs. */
export const parsingClasses: readonly PyTextClass[] = [
  {
    name: "RNNGParser",
    to: "RNNGParser",
    keys: {
      inputs: object("inputs", "ParserInput"),
      embedding: slot("embedding", "WordEmbedding"),
      version: gone("states of LSTMs begin with zeros"),
      lstm: object("lstm", "ParserLSTM"),
      ablation: object("ablation", "AblationParams"),
      constraints: object("constraints", "RNNGConstraints"),
      max_open_NT: same("max_open_NT", 10),
      dropout: same("dropout", 0.1),
      beam_size: same("beam_size", 1),
      top_k: same("top_k", 1),
      compositional_type: same("compositional_type", "blstm"),
    },
    finish(made, _given, at) {
      at.report.note(
        "RNNGParser: the loss is over the actions that the rules allow, in PyText over all; docs/semantic-parsing.md tells of all differences",
      );
      return made;
    },
  },
  {
    name: "ParserInput",
    keys: {
      tokens: slot("tokens", ["TokenTensorizer", { column: "tokenized_text" }], "TokenTensorizer"),
      actions: slot("actions", "AnnotationNumberizer"),
    },
  },
  {
    name: "AnnotationNumberizer",
    to: "AnnotationNumberizer",
    keys: { ...inputMark, column: same("column", "seqlogical") },
  },
  {
    name: "ParserLSTM",
    keys: {
      lstm_dim: same("lstm_dim", 32),
      num_layers: same("num_layers", 1),
      dropout: gone(idle),
      bidirectional: gone(idle),
      pack_sequence: gone(idle),
      disable_sort_in_jit: gone(idle),
      load_path: gone(idle),
      save_path: gone(idle),
      freeze: gone(idle),
      shared_module_key: gone(idle),
    },
  },
  {
    name: "AblationParams",
    keys: {
      use_buffer: same("use_buffer", true),
      use_stack: same("use_stack", true),
      use_action: same("use_action", true),
      use_last_open_NT_feature: same("use_last_open_NT_feature", false),
    },
  },
  {
    name: "RNNGConstraints",
    keys: {
      intent_slot_nesting: same("intent_slot_nesting", true),
      ignore_loss_for_unsupported: same("ignore_loss_for_unsupported", false),
      no_slots_inside_unsupported: same("no_slots_inside_unsupported", true),
    },
  },
];
