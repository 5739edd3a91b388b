import { type Static, Type } from "typebox";
import type { HostTensor } from "../../../graph/dtype.js";
import type { Graph, Tensor } from "../../../graph/graph.js";
import { add, cast, equal, greaterOrEqual, not, where } from "../../../graph/ops/elementwise.js";
import { encodeStrings } from "../../../graph/ops/lookup.js";
import { argMax } from "../../../graph/ops/reduction.js";
import { unsqueeze } from "../../../graph/ops/shaping.js";
import type { Scope } from "../../../graph/scope.js";
import { component } from "../../../registry/component.js";
import type { Context } from "../../../registry/context.js";
import { ptxError } from "../../../registry/errors.js";
import { PAD_ID } from "../../../text/vocabulary.js";
import type {
  FieldSpec,
  FieldValue,
  InputForm,
  InputTensors,
  Row,
  StringForm,
  Tensorizer,
} from "../contracts.js";
import type { TargetTokens } from "./target-tokens-tensorizer.js";
import { TokenCutter, tokenOptions } from "./token-cutter.js";
import { idsInput } from "./vocabulary-ids.js";

const schema = Type.Object(tokenOptions, {
  description:
    "The tokens of the source as what the target may copy. They must be as many as those that the model reads: the same column, tokenizer, max_seq_len and axis, but for lower-casing.",
});

/**
 * The source's tokens as ids of the target: those of its vocabulary, and `vocabulary size + i` for one that it lacks, whose
 * first occurrence is the token i. In a graph it gives `ids [batch, tokens]` and `mask` (bool).
 */
export class CopiedTokens implements Tensorizer {
  readonly columns: readonly string[];
  readonly role = "input";
  readonly fields: readonly FieldSpec[];
  readonly #cutter: TokenCutter;
  readonly #strings = new WeakMap<Graph, Tensor>();
  #target: TargetTokens | undefined;

  constructor(
    readonly config: Static<typeof schema>,
    context: Context,
    readonly name: string,
  ) {
    this.#cutter = new TokenCutter(config, context);
    this.columns = [config.column];
    this.fields = [{ name, dtype: "int32", dims: [config.axis], pad: PAD_ID }];
  }

  /** What copies them; before any row is read. */
  copyTo(target: TargetTokens): void {
    this.#target = target;
  }

  get #copier(): TargetTokens {
    if (this.#target !== undefined) return this.#target;
    throw ptxError("PTX_CONFIG_VALUE", `inputs.${this.name}`, "only a Seq2SeqTask copies tokens");
  }

  observe(): void {}

  async finish(): Promise<void> {}

  /** The tokens of a row. */
  words(row: Row): readonly string[] {
    return this.#cutter.words(row);
  }

  /** Where each token of a row stands first, by what the target writes for it. */
  placesOf(row: Row): ReadonlyMap<string, number> {
    const places = new Map<string, number>();
    for (const [i, word] of this.words(row).entries()) {
      const written = this.#copier.written(word);
      if (!places.has(written)) places.set(written, i);
    }
    return places;
  }

  numberize(row: Row): FieldValue[] {
    const places = this.placesOf(row);
    const { vocabulary } = this.#copier;
    const data = Int32Array.from(this.#cutter.wordsCounted(row), (word) => {
      const written = this.#copier.written(word);
      return vocabulary.has(written) ? vocabulary.id(written) : vocabulary.size + places.get(written)!;
    });
    return [{ data, sizes: [data.length] }];
  }

  /** The tokens, as the target writes them. */
  kept(row: Row): readonly string[] {
    return this.words(row).map((word) => this.#copier.written(word));
  }

  length([ids]: readonly FieldValue[]): number {
    return ids!.sizes[0]!;
  }

  build(scope: Scope, form: InputForm): InputTensors {
    if (form === "ids") return idsInput(scope, this.name, [this.config.axis]);
    const strings = this.#cutter.strings(scope, form);
    this.#strings.set(scope.graph, strings);
    const mask = not(equal(strings, scope.graph.constant("string", [], [""])));
    return { ids: where(mask, this.#idsOf(strings), PAD_ID), mask };
  }

  /** The tokens as strings `[batch, tokens]`, where a graph has been built that takes strings. */
  stringsIn(graph: Graph): Tensor | undefined {
    return this.#strings.get(graph);
  }

  #idsOf(strings: Tensor): Tensor {
    const { vocabulary, sourceWords } = this.#copier;
    const known = sourceWords.flatMap((word, i) =>
      word === null ? [] : [{ word, id: vocabulary.specials.length + i }],
    );
    const ids = encodeStrings(
      strings,
      known.map(({ word }) => word),
      known.map(({ id }) => id),
      -1,
    );
    const same = equal(unsqueeze(strings, [2]), unsqueeze(strings, [1]));
    const first = argMax(cast(same, "float32"), 2);
    return where(greaterOrEqual(ids, 0), ids, add(first, vocabulary.size));
  }

  serve(rows: readonly Row[], form: StringForm): Readonly<Record<string, HostTensor>> {
    return this.#cutter.feeds(rows, form);
  }

  state(): unknown {
    return {};
  }

  load(): void {}

  facts(): Readonly<Record<string, number>> {
    return {};
  }

  counts(): Readonly<Record<string, number>> {
    return this.#cutter.counts();
  }
}

/** What a sequence-to-sequence model may copy. Throws `PTX_CONFIG_VALUE` for another tensorizer. */
export function copiedTokensOf(tensorizer: Tensorizer, reader: string): CopiedTokens {
  if (tensorizer instanceof CopiedTokens) return tensorizer;
  throw ptxError(
    "PTX_CONFIG_VALUE",
    "model.inputs.copied",
    `${reader} copies tokens, which this tensorizer does not give`,
    "use CopiedTokenTensorizer",
  );
}

/** The tokens that a pointer may copy. */
export const CopiedTokenTensorizer = component({
  kind: "tensorizer",
  name: "CopiedTokenTensorizer",
  schema,
  create: (config, context, name) => new CopiedTokens(config, context, name),
});
