import { type Static, Type } from "typebox";
import { addDims } from "../../graph/dims.js";
import type { Tensor } from "../../graph/graph.js";
import {
  and,
  cast,
  equal,
  greater,
  greaterOrEqual,
  less,
  maximum,
  or,
  where,
} from "../../graph/ops/elementwise.js";
import { gather, gatherElements } from "../../graph/ops/lookup.js";
import { concat, full, range, split, squeeze, unsqueeze } from "../../graph/ops/shaping.js";
import { component } from "../../registry/component.js";
import type { ParserRules } from "../contracts.js";
import { CLOSES_NODE, END_OF_TARGET, openedLabel } from "../data/tensorizers/target-tokens-tensorizer.js";
import { OPEN_ID, REDUCE_ID, SHIFT_ID } from "../data/tensorizers/tree-actions.js";
import { rowLengths } from "../masking.js";
import { ActionSet, type ParserState, stateAfter, validActions } from "../rnng/actions.js";
import type { Grammar } from "./contracts.js";
import type { Copied } from "./token-head.js";

const schema = Type.Object(
  {
    max_open_NT: Type.Integer({
      minimum: 1,
      default: 10,
      description:
        "How many nodes may be open at a time, and by how many a tree's nodes may exceed its tokens.",
    }),
    intent_slot_nesting: Type.Boolean({
      default: true,
      description: "The root is an intent, intents hold slots only, and slots intents only, tokens aside.",
    }),
    no_slots_inside_unsupported: Type.Boolean({
      default: true,
      description: "Below a root whose label holds UNSUPPORTED there are no slots.",
    }),
  },
  {
    description:
      "Whole trees over the source: brackets have partners, every node holds a token, and each token of the source stands there once, in order.",
  },
);
type Config = Static<typeof schema>;

const rulesOf = (config: Config): ParserRules => ({
  mostOpen: config.max_open_NT,
  alternating: config.intent_slot_nesting,
  noSlotsInUnsupported: config.no_slots_inside_unsupported,
});

/** A tree as the actions of a shift-reduce parser: words shift, "]" reduces, and "[LABEL" opens a node. */
class Trees implements Grammar {
  readonly #actions: ActionSet;
  readonly #rules: ParserRules;
  /** int32 `[rows]`. */
  readonly #tokens: Tensor;
  /** int32 `[vocab]`: the action of each token of the vocabulary. */
  readonly #actionOf: Tensor;
  /** int32 `[vocab]`: the column of `#allowedBrackets` that says whether it may follow. */
  readonly #columnOf: Tensor;

  constructor(
    config: Config,
    names: readonly string[],
    readonly copied: Copied,
  ) {
    const { graph } = copied.ids;
    const labels = names.flatMap((name) => openedLabel(name) ?? []);
    this.#actions = new ActionSet(labels);
    this.#rules = rulesOf(config);
    this.#tokens = rowLengths(copied.mask);
    const actionOf = names.map((name) => {
      const label = openedLabel(name);
      if (label !== null) return OPEN_ID + labels.indexOf(label);
      return name === CLOSES_NODE ? REDUCE_ID : SHIFT_ID;
    });
    const [never, end] = [this.#actions.size, this.#actions.size + 1];
    const columnOf = actionOf.map((action, id) =>
      id === END_OF_TARGET ? end : action === SHIFT_ID ? never : action,
    );
    this.#actionOf = graph.constant("int32", [names.length], actionOf);
    this.#columnOf = graph.constant("int32", [names.length], columnOf);
  }

  /** Tokens copied, nodes opened, nodes open, whether the last token opened one, whether the root is unsupported. */
  start(): Tensor {
    return full(this.copied.ids.graph, "int32", [this.copied.ids.dim(0), 5], 0);
  }

  allowed(memory: Tensor): Tensor {
    const state = this.#state(memory);
    const { shifted, tokens, open, opened } = state;
    const wide = (x: Tensor): Tensor => unsqueeze(x, [1]);
    const flag = (x: Tensor): Tensor => cast(x, "int32");
    const valid = validActions(state, this.#actions, this.#rules);
    const begun = or(greater(opened, 0), equal(tokens, 0));
    const whole = and(and(greaterOrEqual(shifted, tokens), equal(open, 0)), begun);
    const [rows, size] = [this.copied.ids.dim(0), this.copied.ids.dim(1)];
    const nothing = full(memory.graph, "int32", [rows, 1], 0);
    const columns = concat([flag(valid), nothing, flag(wide(whole))], 1);
    const brackets = gather(columns, this.#columnOf, 1);
    const noPlaces = full(memory.graph, "int32", [rows, size], 0);
    const left = less(shifted, tokens);
    const next = gatherElements(this.copied.ids, cast(wide(where(left, shifted, 0)), "int64"), 1);
    const choices = unsqueeze(range(memory.graph, addDims(this.#actionOf.dim(0), size)), [0]);
    const word = and(equal(choices, cast(next, "int64")), wide(and(left, greater(open, 0))));
    return or(greater(concat([brackets, noPlaces], 1), 0), word);
  }

  after(memory: Tensor, ids: Tensor): Tensor {
    const vocab = this.#actionOf.dim(0) as number;
    const known = less(ids, vocab);
    const actions = where(known, gather(this.#actionOf, maximum(where(known, ids, 0), 0)), SHIFT_ID);
    const taken = where(less(ids, 0), -1, actions);
    const { shifted, opened, open, justOpened, unsupported } = stateAfter(
      this.#state(memory),
      taken,
      this.#actions,
    );
    const columns = [shifted, opened, open, cast(justOpened, "int32"), cast(unsupported, "int32")];
    return concat(
      columns.map((column) => unsqueeze(column, [1])),
      1,
    );
  }

  #state(memory: Tensor): ParserState {
    const [shifted, opened, open, justOpened, unsupported] = split(memory, 1, [1, 1, 1, 1, 1]).map((column) =>
      squeeze(column, [1]),
    );
    return {
      tokens: this.#tokens,
      shifted: shifted!,
      opened: opened!,
      open: open!,
      justOpened: greater(justOpened!, 0),
      unsupported: greater(unsupported!, 0),
    };
  }
}

/** Trees in brackets, of a target of the form "tree". */
export const TreeGrammar = component({
  kind: "sequence_grammar",
  name: "TreeGrammar",
  schema,
  rules: rulesOf,
  // Every token of the source once, and no more nodes than tokens and `max_open_NT`, each with two brackets.
  longest: ({ max_open_NT }) => ({ perToken: 3, more: 2 * max_open_NT }),
  build: (config, names, copied) => new Trees(config, names, copied),
});
