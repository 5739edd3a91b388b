import { type Static, Type } from "typebox";
import type { Tensor } from "../../../graph/graph.js";
import { equal, not, where } from "../../../graph/ops/elementwise.js";
import { fullMatch } from "../../../graph/ops/text.js";
import type { Scope } from "../../../graph/scope.js";
import { type CheckProblem, component, Slot } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { CAPITALIZATIONS, capitalization, classify, explicitPatterns } from "../../../text/capitalization.js";
import { PAD_ID, Vocabulary } from "../../../text/vocabulary.js";
import type { FieldSpec, FieldValue, InputForm, InputTensors, Row, TextTensorizer } from "../contracts.js";
import { tokenOptions } from "./token-cutter.js";
import { TokenReader } from "./token-reader.js";
import type { VocabularyHolder } from "./vocabulary-holder.js";
import { idsInput } from "./vocabulary-ids.js";

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
class CapitalizationIds extends TokenReader implements VocabularyHolder, TextTensorizer {
  readonly role = "input";
  readonly fields: readonly FieldSpec[];
  readonly vocabulary = CLASSES;

  constructor(
    readonly config: Static<typeof schema>,
    context: Context,
    name: string,
  ) {
    super(config, context, name);
    this.fields = [{ name, dtype: "int32", dims: [config.axis], pad: PAD_ID }];
  }

  observe(): void {}

  async finish(): Promise<void> {}

  numberize(row: Row): FieldValue[] {
    const data = Int32Array.from(this.cutter.wordsCounted(row), (token) => CLASSES.id(capitalization(token)));
    return [{ data, sizes: [data.length] }];
  }

  build(scope: Scope, form: InputForm): InputTensors {
    if (form === "ids") return idsInput(scope, this.name, [this.config.axis]);
    const strings = this.cutter.strings(scope, form);
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

  state(): unknown {
    return {};
  }

  load(): void {}

  facts(): Readonly<Record<string, number>> {
    return { classes: CAPITALIZATIONS.length };
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
