import { type Static, Type } from "typebox";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import { ptxError } from "../../../registry/errors.js";
import {
  actionsOf,
  depthOf,
  isIntent,
  isSlot,
  leavesOf,
  type ParseTree,
  REDUCE,
  SHIFT,
} from "../../../text/trees.js";
import type {
  FieldSpec,
  FieldValue,
  InputForm,
  InputTensors,
  Row,
  Tensorizer,
  TextTensorizer,
} from "../contracts.js";
import { checkLabelOptions, LabelList, labelOptions, UNKNOWN_LABEL } from "./label-list.js";
import { noTargetStrings } from "./target-form.js";
import { OPEN_ID, REDUCE_ID, SHIFT_ID, stackPlan } from "./tree-actions.js";
import { requireTokens, treeCell } from "./tree-cells.js";
import { labelsOfTree, NO_TREES, savedTreeFacts, type TreeFacts, withTree } from "./tree-facts.js";

const schema = Type.Object(
  {
    column: Type.String({
      default: "seqlogical",
      description:
        "The column that holds the tree in brackets: [IN:GET_EVENT fairs in [SL:LOCATION Detroit ] ].",
    }),
    ...labelOptions,
  },
  {
    description:
      "A tree of intents and slots over the tokens of a text, as the actions of a shift-reduce parser that build it. Its words must be the tokens that the model reads.",
  },
);
type Config = Static<typeof schema>;

/** What stands behind a row's last action. */
const PAD = -1;

/**
 * Trees to actions `[steps]`. In a graph it gives int32 `actions [batch, steps]`, -1 at padding, and `frames [batch, frames]`,
 * whose axis alone counts: as many as nodes lie above each other in the batch, the root aside, and one at least; and the
 * `StackPlan`, `plan`, `places` and `parts [batch, plan]`.
 */
export class Annotations implements Tensorizer {
  readonly columns: readonly string[];
  readonly role = "target";
  readonly fields: readonly FieldSpec[];
  readonly #list: LabelList;
  #text: TextTensorizer | undefined;
  #trees = NO_TREES;
  #nodes = 0;

  constructor(
    readonly config: Config,
    readonly name: string,
  ) {
    this.columns = [config.column];
    this.fields = [
      { name, dtype: "int32", dims: [`${name}_steps`], pad: PAD },
      { name: `${name}_frames`, dtype: "int32", dims: [`${name}_frames`], pad: 0 },
      { name: `${name}_plan`, dtype: "int32", dims: [`${name}_plan`], pad: PAD },
      { name: `${name}_places`, dtype: "int32", dims: [`${name}_plan`], pad: 0 },
      { name: `${name}_parts`, dtype: "int32", dims: [`${name}_plan`], pad: PAD },
    ];
    this.#list = new LabelList(config, `inputs.${name}`, 1);
  }

  /** The labels of nodes, in id order. */
  get labels(): readonly string[] {
    return this.#list.names;
  }

  /** The labels of a row's nodes. */
  labelsIn(ids: readonly number[]): readonly string[] {
    return [...new Set(ids)].filter((id) => id >= OPEN_ID).map((id) => this.labels[id - OPEN_ID]!);
  }

  /** What the training rows hold. */
  get trees(): TreeFacts {
    return this.#trees;
  }

  /** Whose tokens the words of the trees must be; before any row is read. */
  lookIn(text: TextTensorizer): void {
    this.#text = text;
  }

  observe(row: Row): void {
    const tree = this.#tree(row);
    for (const label of labelsOfTree(tree)) this.#list.observe(label);
    this.#trees = withTree(this.#trees, tree);
  }

  async finish(): Promise<void> {
    await this.#list.finish();
    // Labels that trees were read from are intents or slots; given ones need not be.
    const odd = this.labels.find((label) => !isIntent(label) && !isSlot(label) && label !== UNKNOWN_LABEL);
    if (odd !== undefined)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `inputs.${this.name}`,
        `the label "${odd}" is neither an intent nor a slot: labels begin with IN: or SL:`,
      );
  }

  numberize(row: Row): FieldValue[] {
    const tree = this.#tree(row);
    const ids = actionsOf(tree).map((action) => {
      if (action === SHIFT) return SHIFT_ID;
      return action === REDUCE ? REDUCE_ID : OPEN_ID + this.#list.id(action, row);
    });
    this.#nodes += ids.filter((id) => id === REDUCE_ID).length;
    const frames = Math.max(depthOf(tree) - 1, 1);
    const { steps, places, parts } = stackPlan(ids);
    return [
      { data: Int32Array.from(ids), sizes: [ids.length] },
      { data: new Int32Array(frames), sizes: [frames] },
      ...[steps, places, parts].map((list) => ({ data: Int32Array.from(list), sizes: [list.length] })),
    ];
  }

  /** The tokens of a row. */
  kept(row: Row): readonly string[] {
    return leavesOf(this.#tree(row));
  }

  length([actions]: readonly FieldValue[]): number {
    return actions!.sizes[0]!;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    noTargetStrings(form, this.name);
    const [actions, frames, plan, places, parts] = this.fields.map(({ name, dims }) =>
      scope.graph.input(name, "int32", ["batch", ...dims]),
    );
    return { actions: actions!, frames: frames!, plan: plan!, places: places!, parts: parts! };
  }

  /** How many nodes of the training rows have each label. */
  labelCounts(): readonly number[] {
    return this.#list.counts;
  }

  state(): unknown {
    return { ...this.#list.state(), trees: this.#trees };
  }

  load(state: unknown): void {
    this.#list.load(state);
    this.#trees = savedTreeFacts(state, this.name);
  }

  facts(): Readonly<Record<string, number>> {
    return { labels: this.labels.length, depth: this.#trees.depth };
  }

  counts(): Readonly<Record<string, number>> {
    return { nodes: this.#nodes, ...this.#list.unknownCounts() };
  }

  /** A row's tree. Throws `PTX_DATA` for one that is none, or is not over the row's tokens. */
  #tree(row: Row): ParseTree {
    const { column } = this.config;
    const tree = treeCell(row, column);
    if (this.#text === undefined)
      throw ptxError(
        "PTX_CONFIG_VALUE",
        `inputs.${this.name}`,
        "trees stand over the tokens of a text, which this task does not have",
        "use it in a SemanticParsingTask",
      );
    const { text, tokens } = this.#text.tokenized(row);
    const read = tokens.map(({ startUtf16, endUtf16 }) => text.slice(startUtf16, endUtf16));
    const hint =
      "the tokenizer must cut where the tree does: WhitespaceTokenizer for tokens between spaces; and max_seq_len must leave all tokens";
    requireTokens(row, column, leavesOf(tree), read, hint);
    return tree;
  }
}

/** The input that holds the trees. Throws `PTX_CONFIG_VALUE` for another one. */
export function annotationsOf(tensorizer: unknown, reader: string): Annotations {
  if (tensorizer instanceof Annotations) return tensorizer;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    "model.inputs.actions",
    `${reader} needs trees in brackets, which this tensorizer does not read`,
    "use AnnotationNumberizer",
  );
}

/** PyText's AnnotationNumberizer: trees as actions. */
export const AnnotationNumberizer = component({
  kind: "tensorizer",
  name: "AnnotationNumberizer",
  schema,
  check: checkLabelOptions,
  create: (config, _context, name) => new Annotations(config, name),
});
