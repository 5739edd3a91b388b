import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Graph, Tensor } from "../../../graph/graph.js";
import { equal, not, where } from "../../../graph/ops/elementwise.js";
import { fullMatch } from "../../../graph/ops/text.js";
import type { Scope } from "../../../graph/scope.js";
import { type CheckProblem, component, Slot } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { CAPITALIZATIONS, capitalization, classify, explicitPatterns } from "../../../text/capitalization.js";
import { PAD_ID, Vocabulary } from "../../../text/vocabulary.js";
import type {
  CutTexts,
  FieldSpec,
  FieldValue,
  InputForm,
  InputTensors,
  Row,
  StringForm,
  TextTensorizer,
  Tokenized,
} from "../contracts.js";
import { TokenCutter, tokenOptions } from "./token-cutter.js";
import type { VocabularyHolder } from "./vocabulary-holder.js";

/** The classes and their ids: nothing to learn, nothing unknown. */
const CLASSES = new Vocabulary(CAPITALIZATIONS);

const schema = Type.Object(
  {
    ...tokenOptions,
    tokenizer: Slot("tokenizer", {
      default: { Tokenizer: { lowercase: false } },
      description: "How a text is cut: as for the words, but not lower-cased.",
    }),
    text_input: Type.Union([Type.String({ minLength: 1 }), Type.Null()], {
      default: "cased_tokens",
      description:
        "What the exported file calls its input of tokens that are not lower-cased; null: as the axis.",
    }),
  },
  { description: `How each token is written, as one of the classes ${CAPITALIZATIONS.join(", ")}.` },
);

/** Text to a class for each token `[tokens]`. In a graph it gives `ids [batch, tokens]` and `mask [batch, tokens]` (bool). */
class CapitalizationIds implements VocabularyHolder, TextTensorizer {
  readonly columns: readonly string[];
  readonly role = "input";
  readonly fields: readonly FieldSpec[];
  readonly vocabulary = CLASSES;
  readonly #cutter: TokenCutter;

  constructor(
    readonly config: Static<typeof schema>,
    context: Context,
    readonly name: string,
  ) {
    this.#cutter = new TokenCutter(config, context);
    this.columns = [config.column];
    this.fields = [{ name, dtype: "int32", dims: [config.axis], pad: PAD_ID }];
  }

  observe(): void {}

  async finish(): Promise<void> {}

  numberize(row: Row): FieldValue[] {
    const data = Int32Array.from(this.#cutter.wordsCounted(row), (token) =>
      CLASSES.id(capitalization(token)),
    );
    return [{ data, sizes: [data.length] }];
  }

  tokenized(row: Row): Tokenized {
    return this.#cutter.cut(row);
  }

  textOf(row: Row): string {
    return this.#cutter.textOf(row);
  }

  cutIn(graph: Graph): CutTexts | undefined {
    return this.#cutter.cutIn(graph);
  }

  length([ids]: readonly FieldValue[]): number {
    return ids!.sizes[0]!;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    if (form === "ids") {
      const ids = scope.graph.input(this.name, "int32", ["batch", this.config.axis]);
      return { ids, mask: not(equal(ids, PAD_ID)) };
    }
    const strings = this.#cutter.strings(scope, form);
    const id = (number: number): Tensor => scope.graph.constant("int64", [], [number]);
    const classes = classify<Tensor, Tensor>(
      explicitPatterns(),
      (pattern) => fullMatch(strings, pattern),
      where,
      (name) => id(CLASSES.id(name)),
    );
    const blank = equal(strings, scope.graph.constant("string", [], [""]));
    return { ids: where(blank, id(PAD_ID), classes), mask: not(blank) };
  }

  serve(rows: readonly Row[], form: StringForm): Readonly<Record<string, HostTensor>> {
    return this.#cutter.feeds(rows, form);
  }

  state(): unknown {
    return {};
  }

  load(): void {}

  facts(): Readonly<Record<string, number>> {
    return { classes: CAPITALIZATIONS.length };
  }

  counts(): Readonly<Record<string, number>> {
    return this.#cutter.counts();
  }
}

/** Lower-cased tokens have one class only. */
function checkTokenizer({ tokenizer }: Static<typeof schema>): readonly CheckProblem[] {
  const [name] = Object.keys(tokenizer);
  const options = tokenizer[name!] as { lowercase?: unknown };
  if (options.lowercase !== true) return [];
  return [
    {
      path: "tokenizer",
      message: `this ${name} lower-cases the text, which leaves no capitals: set its lowercase to false`,
    },
  ];
}

/** The capitals of a text's tokens. */
export const CapitalizationTensorizer = component({
  kind: "tensorizer",
  name: "CapitalizationTensorizer",
  schema,
  check: checkTokenizer,
  create: (config, context, name) => new CapitalizationIds(config, context, name),
});
